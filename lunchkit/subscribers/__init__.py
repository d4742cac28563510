"""Subscribers: people who want to be invited to the next lunches. Only addresses; not who came where."""
