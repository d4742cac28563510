"""A whole lunch as one file that another lunchkit can take in: see ``docs/archive.md``."""
