"""The system status: problems of an instance, and what to do about them."""
