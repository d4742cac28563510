"""Check-in: who comes in, by scan, by code or by name, with and without network."""
