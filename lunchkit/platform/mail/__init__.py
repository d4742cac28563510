"""E-mails: an outbox in the database, and its delivery by SMTP. Knows nothing of lunches."""
