"""The schema's history, forward only: each step in one transaction, and a newer schema is refused."""
