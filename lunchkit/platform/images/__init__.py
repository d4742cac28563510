"""Pictures that people upload: checked before they are decoded, redrawn, stored in several widths."""
