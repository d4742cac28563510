"""The room while a lunch takes place: the phone at the table, the projector, and the organiser's remote control."""
