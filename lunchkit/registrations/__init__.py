"""Who comes to a lunch: registering, the waiting list, one's own page, e-mails, the organiser's list."""
