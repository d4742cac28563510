"""Who did what: one entry for each act of the team, written in the transaction of the act itself."""
