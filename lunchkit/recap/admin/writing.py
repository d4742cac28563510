"""The organisers' pages of one section: writing it, and its history."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.platform.errors import USER_ERRORS, NotFound, UserError, as_user_error, retry_header
from lunchkit.platform.images.models import Picture
from lunchkit.platform.images.queries import any_picture_by_token_or_404
from lunchkit.platform.versions import ChangedMeanwhile, version_of
from lunchkit.recap import actions
from lunchkit.recap.admin_queries import counted_now
from lunchkit.recap.forms import SectionForm, Unreadable, section_form, typed_form
from lunchkit.recap.models import RecapSection
from lunchkit.recap.queries import section_or_404, sections_of, version_or_404, versions_of, writer
from lunchkit.recap.section_content import differing, wording
from lunchkit.recap.sections import SectionKind
from lunchkit.room.answers_to_phones import wants_json

SECTION = "/e/<slug>/recap/sections/<int(max=2147483647):section_id>"
bp = Blueprint("writing", __name__)


@bp.get(SECTION)
def edit(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    return _edit_page(event, section, section_form(event, section.state))


@bp.post(SECTION)
def save(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    do = request.form.get("do", "save")
    if request.form.get("kind", section.kind) != section.kind:  # SQLite gives the number of a removed row again
        raise NotFound
    form = typed_form(event, SectionKind(section.kind), request.form)
    if not form.validate():
        return _not_saved(event, section, form, Unreadable())
    try:
        actions.save_section(section, version_of(request.form.get("version")), form.wording(do), writer())
    except NotFound:
        raise
    except USER_ERRORS as error:
        return _not_saved(event, section, form, as_user_error(error))
    if wants_json():
        return jsonify(version=section.version)
    return redirect(_next_page(event, section, form, do), code=303)


def _not_saved(event: Event, section: RecapSection, form: SectionForm, refusal: UserError) -> ResponseReturnValue:
    """Why not; where another person was faster, with what they wrote, and the version to save on next."""
    message, now = str(refusal.message), {"version": version_of(request.form.get("version")), "theirs": list[Any]()}
    if isinstance(refusal, ChangedMeanwhile):
        now = {"version": section.version, "theirs": differing(form.wording(), section.state)}
    if wants_json():
        answer: Any = jsonify(error=message, wrong=[field.label.text for field in form.wrong], **now)
    else:
        answer = _edit_page(event, section, form, notice=message, **now)
    return answer, refusal.status, retry_header(refusal)


def _next_page(event: Event, section: RecapSection, form: SectionForm, do: str) -> str:
    """Where a button leads: on to the next section, or back to this one with the focus where it is of use."""
    following = _following(event, section)
    if do != "next":
        _items, focus = form.arranged(do)
        return url_for(".edit", slug=event.slug, section_id=section.id, done="saved", focus=focus or None)
    if following is None:
        return url_for("organiser.recap.index", slug=event.slug, done="written")
    return url_for(".edit", slug=event.slug, section_id=following.id)


def _following(event: Event, section: RecapSection) -> RecapSection | None:
    """The next section that readers see."""
    order = list(sections_of(event.id))
    at = next(place for place, each in enumerate(order) if each.id == section.id)
    return next((each for each in order[at + 1 :] if each.hidden_at is None), None)


def _edit_page(event: Event, section: RecapSection, form: SectionForm, **refused: Any) -> str:
    """The form of a section; ``refused`` has why it came back (notice), what the section says now (theirs, version)."""
    return render_template(
        "admin/recap/edit.html",
        event=event,
        section=section,
        shape=form.shape,
        kind=form.kind.value,
        form=form,
        following=_following(event, section),
        counted=counted_now(event) if form.kind is SectionKind.NUMBERS else "",
        pictures=_pictures(form),
        focus=request.args.get("focus") or form.first,
        **{"notice": "", "theirs": (), "version": section.version} | refused,
    )


def _pictures(form: SectionForm) -> dict[str, Picture]:
    """The pictures in a form, those that are taken down too; an erased one is missing."""
    found = {}
    for slot in form.slots if form.kind is SectionKind.PHOTOS else ():
        with suppress(NotFound):
            picture = any_picture_by_token_or_404(str(slot.fields[0].data))
            found[picture.token] = picture
    return found


@bp.get(f"{SECTION}/history")
def history(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    earlier = [
        (version, wording(SectionKind(section.kind), version.title, version.data).texts())
        for version in versions_of(section_id)
        if version.version != section.version
    ]
    return render_template("admin/recap/history.html", event=event, section=section, earlier=earlier)


@bp.post(f"{SECTION}/history/<int(max=2147483647):version_id>/restoration")
def restore(slug: str, section_id: int, version_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    actions.restore_version(section, version_or_404(section_id, version_id), writer())
    return redirect(url_for(".edit", slug=event.slug, section_id=section_id, done="restored"), code=303)
