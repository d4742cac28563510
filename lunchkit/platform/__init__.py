"""What knows nothing of events: database, web, languages, e-mails, pictures, streams."""
