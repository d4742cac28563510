"""The page on which a recap is written: its sections, and one of them open in its form."""

from functools import partial
from typing import Any

from flask import render_template, request, url_for

from lunchkit.events.models import Event
from lunchkit.platform.images.errors import PictureTooHeavy
from lunchkit.platform.images.intake import MOST_BYTES
from lunchkit.platform.images.queries import pictures_by_token
from lunchkit.platform.links import known_token, public
from lunchkit.recap.actions import PREVIEW
from lunchkit.recap.admin_queries import counted_now, lacks, outline
from lunchkit.recap.document import freeze
from lunchkit.recap.forms import SectionForm, first_field, section_form
from lunchkit.recap.models import Recap, RecapSection
from lunchkit.recap.queries import (
    any_pictures,
    corrections_of,
    pictures_drafted,
    pictures_read,
    recap_or_404,
    sections_of,
    versions_of,
)
from lunchkit.recap.section_content import wording
from lunchkit.recap.sections import SHAPES, SectionKind


def desk_address(event: Event, section: RecapSection | None, done: str = "", focus: str = "") -> str:
    """The page with a section open; ``focus`` is the id of what takes the focus there, by default where one writes."""
    if section is None:
        return url_for("organiser.recap.index", slug=event.slug, done=done or None)
    at = focus or first_field(SectionKind(section.kind))
    return url_for("organiser.recap.index", slug=event.slug, section=section.id, done=done or None, _anchor=at)


def desk_page(event: Event, section: RecapSection | None, form: SectionForm | None = None, **refused: Any) -> str:
    """The page with a section open; ``refused`` has why its form came back (notice), what the section says now (theirs,
    version), and which files could not be taken in (refused_files).
    """
    recap, sections = recap_or_404(event.id), sections_of(event.id)
    present, now = {each.kind for each in sections}, freeze(event, sections, recap.published)
    return render_template(
        "admin/recap/desk.html",
        event=event,
        recap=recap,
        rows=outline(event, sections, now),
        link=_secret_link(recap),
        lacks=lacks(event, sections),
        corrections=corrections_of(event.id),
        only_readers=pictures_by_token(pictures_read(event.id) - pictures_drafted(event.id)).values(),
        is_changed=recap.published is not None and now["sections"] != recap.published["sections"],
        kinds={kind: shape for kind, shape in SHAPES.items() if not (shape.is_single and kind in present)},
        section=section,
        address_of=partial(desk_address, event),
        **(_opened(event, sections, section, form or section_form(event, section.state)) if section else {}) | refused,
    )


def _opened(event: Event, sections: list[RecapSection], section: RecapSection, form: SectionForm) -> dict[str, Any]:
    return {
        "form": form,
        "notice": "",
        "theirs": (),
        "version": section.version,
        "following": following(sections, section),
        "counted": counted_now(event) if form.kind is SectionKind.NUMBERS else "",
        "pictures": any_pictures(form.pictures),
        "limits": {"data-most-bytes": MOST_BYTES, "data-too-heavy": PictureTooHeavy.message},
        "earlier": _earlier(section) if "history" in request.args else None,
    }


def _earlier(section: RecapSection) -> list[tuple[Any, dict[str, str]]]:
    versions = [version for version in versions_of(section.id) if version.version != section.version]
    return [(each, wording(SectionKind(section.kind), each.title, each.data).texts()) for each in versions]


def following(sections: list[RecapSection], section: RecapSection) -> RecapSection | None:
    return next((each for each in sections[sections.index(section) + 1 :] if each.hidden_at is None), None)


def _secret_link(recap: Recap) -> str:
    """The address at which anyone who has it reads the draft; empty where there is none, or its key is gone."""
    token = known_token(PREVIEW, recap.preview_nonce, recap.preview_hash)
    return public("recap.preview", token=token) if token else ""
