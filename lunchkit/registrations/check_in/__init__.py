"""Check-in: who comes in, by scan or by name, with and without network."""
