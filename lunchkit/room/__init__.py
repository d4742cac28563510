"""The lunch while it takes place: its short code, what the screen shows, the phones in the room and their ballots."""
