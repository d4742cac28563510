"""The organiser's doors to a recap: its sections, their history, the preview, and publication."""

from flask import Blueprint

bp = Blueprint("recap", __name__)
