"""lunchkit: a self-hosted toolkit for thematic network events."""

__version__ = "0.1.0"
