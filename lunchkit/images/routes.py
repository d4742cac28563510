"""Public door of pictures: their files."""

from flask import Blueprint

bp = Blueprint("images", __name__)
