"""The questions that a lunch puts to the room."""
