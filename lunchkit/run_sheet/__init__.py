"""Planning a lunch: the next one like the last, and its run of show by the minute."""
