"""Who comes to a lunch: registering, the waiting list, one's own page, letters, the organiser's list."""
