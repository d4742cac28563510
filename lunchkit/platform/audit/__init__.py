"""Who did what: one entry for each action of the team, written in the transaction of the action itself."""
