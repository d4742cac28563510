"""Guests: who said yes to being invited to the next lunches. Knows addresses, and nothing of who came where."""
