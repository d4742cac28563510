"""Audience questions: asked on a phone without a name, read by an organiser, and supported by the others."""
