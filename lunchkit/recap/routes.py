"""Public doors of a recap: the article, its data, its press kit, and the secret preview of a draft."""

from flask import Blueprint

from lunchkit.recap import models  # noqa: F401 - the tables

bp = Blueprint("recap", __name__)
