"""Quotations of speakers."""
