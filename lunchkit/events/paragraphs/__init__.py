"""Own paragraphs: what the organisers of one lunch add to its automatic e-mails."""
