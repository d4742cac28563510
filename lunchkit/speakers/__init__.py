"""Who speaks at a lunch, and for which organisation."""
