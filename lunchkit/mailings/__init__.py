"""Mailings: organisers write to many about one lunch; and what they add to its automatic e-mails."""
