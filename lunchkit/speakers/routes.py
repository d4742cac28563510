"""Public doors of speakers: their pages, and the private link by which they write them."""

from flask import Blueprint

bp = Blueprint("speakers", __name__)
