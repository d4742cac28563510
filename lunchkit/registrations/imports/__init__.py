"""Registrations that come from elsewhere: a file is read, shown as it would be registered, and registered at once."""
