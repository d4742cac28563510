"""The organisers' pages of a recap: its outline here, the others in the modules below."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.images.queries import pictures_by_token
from lunchkit.platform.links import derived_token, public
from lunchkit.platform.ordered import back_to_list, requested_direction
from lunchkit.recap import actions
from lunchkit.recap.admin import pictures, publication, writing
from lunchkit.recap.admin.writing import SECTION
from lunchkit.recap.admin_queries import lacks, outline
from lunchkit.recap.document import freeze
from lunchkit.recap.models import Recap
from lunchkit.recap.queries import (
    corrections_of,
    pictures_drafted,
    pictures_read,
    recap_of,
    section_or_404,
    sections_of,
    writer,
)
from lunchkit.recap.sections import SHAPES, SectionKind

HOME = "/e/<slug>/recap"
bp = Blueprint("recap", __name__)
for below in (writing.bp, pictures.bp, publication.bp):
    bp.register_blueprint(below)


@bp.get(HOME)
def index(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    recap = recap_of(event.id)
    if recap is None:
        return render_template("admin/recap/start.html", event=event, is_over=event.is_over(clock.now()))
    sections = sections_of(event.id)
    present = {section.kind for section in sections}
    now = freeze(event, sections, recap.published)
    return render_template(
        "admin/recap/outline.html",
        event=event,
        recap=recap,
        rows=outline(event, sections),
        link=_secret_link(recap),
        lacks=lacks(event, sections),
        corrections=corrections_of(event.id),
        only_readers=pictures_by_token(pictures_read(event.id) - pictures_drafted(event.id)).values(),
        is_changed=recap.published is not None and now["sections"] != recap.published["sections"],
        kinds={kind: shape for kind, shape in SHAPES.items() if not (shape.is_single and kind in present)},
    )


def _secret_link(recap: Recap) -> str:
    """The address at which anyone who has it reads the draft; empty where there is none, or its key is gone."""
    if recap.preview_nonce is None:
        return ""
    try:
        return public("recap.preview", token=derived_token(actions.PREVIEW, recap.preview_nonce, recap.preview_hash))
    except LookupError:
        return ""


@bp.post(HOME)
def draft(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    actions.draft_recap(event, writer(), empty=request.form.get("start") == "empty")
    return redirect(url_for(".index", slug=slug, done="drafted"), code=303)


@bp.post(f"{HOME}/sections")
def add(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    kind = request.form.get("kind")
    if kind not in list(SectionKind):
        abort(400)
    section = actions.add_section(event, SectionKind(kind), writer())
    return redirect(url_for(".writing.edit", slug=slug, section_id=section.id), code=303)


@bp.post(f"{SECTION}/order")
def order(slug: str, section_id: int) -> ResponseReturnValue:
    _event, section = section_or_404(slug, section_id)
    actions.move_section(section, requested_direction())
    return back_to_list(slug, section)


@bp.post(f"{SECTION}/visibility")
def visibility(slug: str, section_id: int) -> ResponseReturnValue:
    _event, section = section_or_404(slug, section_id)
    shows = request.form.get("shown") == "1"
    actions.set_section_visibility(section, shown=shows)
    done = "shown" if shows else "hidden"
    return redirect(url_for(".index", slug=slug, at=f"shown-{section_id}", done=done), code=303)


@bp.get(f"{SECTION}/removal")
def removal(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    return render_template("admin/recap/removal.html", event=event, row=outline(event, [section])[0])


@bp.post(f"{SECTION}/removal")
def remove(slug: str, section_id: int) -> ResponseReturnValue:
    _event, section = section_or_404(slug, section_id)
    actions.remove_section(section)
    return redirect(url_for(".index", slug=slug, done="removed"), code=303)
