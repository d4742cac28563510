"""Signing in: links and codes by e-mail, links on the console, hand-over to a phone, sessions."""
