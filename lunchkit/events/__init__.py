"""A series of lunches, and each lunch of it: when, where, how many."""
