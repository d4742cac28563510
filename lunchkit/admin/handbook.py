"""The handbook for organisers: chapters in French, the same files that ``docs/fr`` shows."""

from functools import cache
from pathlib import Path

from flask import Blueprint, redirect, render_template, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from markdown_it import MarkdownIt
from markupsafe import Markup

from lunchkit.admin.phases import Phase, area_of_page, phase_of_page
from lunchkit.events.models import Event

FOLDER = Path(__file__).parent.parent / "handbook" / "fr"
CHAPTERS = (
    "premiers-pas", "preparer", "faire-venir", "le-jour", "apres", "donnees-personnelles", "questions-frequentes",
)  # fmt: skip
_OF_PHASE = dict(zip(Phase, CHAPTERS[1:5], strict=True))
_OF_AREA = {
    "helper_home": "le-jour", "outbox": "faire-venir", "subscribers": "faire-venir", "history": "donnees-personnelles",
}  # fmt: skip
bp = Blueprint("handbook", __name__, url_prefix="/aide")


@bp.get("")
def index() -> ResponseReturnValue:
    return redirect(url_for(".show", chapter=CHAPTERS[0]))


@bp.get("/<chapter>")
def show(chapter: str) -> ResponseReturnValue:
    if chapter not in CHAPTERS:  # a picture, maybe
        return send_from_directory(FOLDER, chapter, max_age=86400)
    titles = {name: _chapter(name)[0] for name in CHAPTERS}
    return render_template("admin/handbook.html", chapter=chapter, titles=titles, text=_chapter(chapter)[1])


@cache
def _chapter(name: str) -> tuple[str, Markup]:
    """The title of a chapter, and the rest as HTML. Its links and pictures are relative, as in a clone."""
    title, _, text = (FOLDER / f"{name}.md").read_text("utf-8").partition("\n")
    html = MarkdownIt("commonmark").render(text).replace('.md"', '"').replace("<img", '<img loading="lazy"')
    return title.removeprefix("# "), Markup(html)  # noqa: S704 - our own files


def chapter_address(event: Event | None) -> str:
    chapter = _OF_PHASE[phase] if (phase := phase_of_page(event)) else _OF_AREA.get(area_of_page(), CHAPTERS[0])
    return url_for("organiser.handbook.show", chapter=chapter)
