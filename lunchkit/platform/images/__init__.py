"""Pictures that people upload: judged before they are decoded, drawn anew, kept in several widths."""
