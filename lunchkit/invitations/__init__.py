"""Invitations: guests who said yes are told of a lunch to come. Once each, in their language, with a way out."""
