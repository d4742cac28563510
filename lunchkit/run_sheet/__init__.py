"""Preparing a lunch: the next one like the last, and its schedule by the minute."""
