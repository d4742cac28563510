"""A lunch as a whole: what only who sees every feature can say of it, or do with it."""
