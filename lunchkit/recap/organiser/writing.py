"""The organiser's doors to one section: to write it, with its history, and with the text that came late."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.images.intake import MOST_BYTES
from lunchkit.images.models import Picture
from lunchkit.images.queries import any_picture_by_token_or_404
from lunchkit.images.refusals import PictureTooHeavy
from lunchkit.recap import actions
from lunchkit.recap.changes import Wording, differences, wording_of, words_changed
from lunchkit.recap.forms import SectionForm, choices_made, kind_or_none, section_form, sent, typed_form
from lunchkit.recap.listing import counted_now, name_of
from lunchkit.recap.models import RecapSection, RecapVersion
from lunchkit.recap.organiser_forms import NewPictureForm, begun_picture, new_picture_form
from lunchkit.recap.queries import (
    section_in,
    section_or_404,
    sections_of,
    state_at,
    version_or_404,
    versions_of,
    waiting_for,
    writer,
)
from lunchkit.recap.refusals import Overtaken, SectionIsGone
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.rooms.replies import wants_json

HISTORY_A_PAGE = 30
OVERTAKEN_BY_YOURSELF = _l(
    "You have changed this section in another window meanwhile. Your text is kept: choose what shall stand."
)
bp = Blueprint("writing", __name__)


@bp.get("/e/<slug>/recap/sections/<int(max=2147483647):section_id>")
def edit(slug: str, section_id: int) -> ResponseReturnValue:
    """The form of one section."""
    event, section = _both(slug, section_id)
    kind = SectionKind(section.kind)
    return edit_page(event, section, section_form(event, kind, wording_of(kind, section)))


@bp.post("/e/<slug>/recap/sections/<int(max=2147483647):section_id>")
def save(slug: str, section_id: int) -> ResponseReturnValue:
    """What was written, kept: for the page, or for its script while somebody writes."""
    event = any_event_by_slug_or_404(slug)
    section = section_in(event.id, section_id)
    if section is None or request.form.get("kind", section.kind) != section.kind:  # a number may be given again
        return _keep_apart(event)
    form = typed_form(event, SectionKind(section.kind), request.form)
    asked = sent(request.form)
    try:
        saved = actions.save_section(section, asked.version, form.wording(asked.do), writer())
    except NotFound:
        return _keep_apart(event)
    except NO as error:
        return _not_saved(event, section, form, error)
    if wants_json():
        return jsonify(_told(form, saved))
    if begun := begun_picture(request.form):
        return edit_page(event, section, form, version=saved.version, new_picture=begun), 422
    return redirect(next_page(event, section, form, saved), code=303)


def _keep_apart(event: Event) -> ResponseReturnValue:
    """The section is gone: what was written for it goes into a hidden one."""
    kind = kind_or_none(request.form.get("kind"))
    if kind is None:
        raise NotFound
    kept = actions.keep_apart(event, kind, typed_form(event, kind, request.form).wording(), writer())
    return _is_gone(event, url_for(".edit", slug=event.slug, section_id=kept.id))


def _not_saved(event: Event, section: RecapSection, form: SectionForm, error: Exception) -> ResponseReturnValue:
    refusal = readable(error)
    if isinstance(refusal, Overtaken):
        return overtaken(event, section, refusal)
    if wants_json():
        return jsonify(error=str(refusal.message)), refusal.status, retry_header(refusal)
    page = edit_page(event, section, form, notice=str(refusal.message), version=sent(request.form).version)
    return page, refusal.status, retry_header(refusal)


def overtaken(event: Event, section: RecapSection, refusal: Overtaken) -> ResponseReturnValue:
    """Somebody was quicker: both texts side by side."""
    link = url_for("organiser.recap.writing.late", slug=event.slug, section_id=section.id, version_id=refusal.late_id)
    version = version_or_404(section.id, refusal.late_id)
    message = str(OVERTAKEN_BY_YOURSELF if _is_own(section, version) else refusal.message)
    if wants_json():
        return jsonify(error=message, link=link), refusal.status
    return _late_page(event, section, version, notice=message), refusal.status


def _is_own(section: RecapSection, version: RecapVersion) -> bool:
    """Whether whoever wrote what stands also wrote what came late, and reads this."""
    return section.updated_by == version.saved_by == writer()


def _is_gone(event: Event, link: str) -> ResponseReturnValue:
    refusal = SectionIsGone()
    message = str(refusal.message)
    if wants_json():
        return jsonify(error=message, link=link), refusal.status
    return render_template("organiser/refused.html", event=event, message=message, back=link), refusal.status


def _told(form: SectionForm, saved: actions.Saved) -> dict[str, Any]:
    """For the script: the version to build on, what somebody else wrote meanwhile, and what cannot be read yet."""
    return {
        "version": saved.version,
        "fields": form.differing(saved.state) if saved.is_joined else {},
        "wrong": [field.label.text for field in form.wrong],
    }


def next_page(event: Event, section: RecapSection, form: SectionForm, saved: actions.Saved) -> str:
    """Where a button leads: on to the next section, or back to this one with the focus where it is of use."""
    asked = sent(request.form)
    copy = asked.copy or None
    following = _following(event, section)
    if asked.do == "next" and following is None and not form.wrong:
        return url_for("organiser.recap.index", slug=event.slug, done="written", saved=copy)
    if asked.do == "next" and following is not None and not form.wrong:
        return url_for("organiser.recap.writing.edit", slug=event.slug, section_id=following.id, saved=copy)
    return url_for(
        "organiser.recap.writing.edit",
        slug=event.slug,
        section_id=section.id,
        done=_joined_with(section, asked.version, saved.version) if saved.is_joined else "saved",
        focus=form.focus_after(asked.do) or None,
        saved=copy,
    )


def _joined_with(section: RecapSection, base_version: int, version: int) -> str:
    """Whether it was somebody else who wrote between two versions, or the same person in another window."""
    between = [
        each.saved_by
        for each in versions_of(section.id)
        if not each.is_rescued and base_version < each.version < version
    ]
    return "joined-own" if set(between) == {writer()} else "joined"


def _following(event: Event, section: RecapSection) -> RecapSection | None:
    """The next section that readers see."""
    order = list(sections_of(event.id))
    at = next(place for place, each in enumerate(order) if each.id == section.id)
    return next((each for each in order[at + 1 :] if each.hidden_at is None), None)


def edit_page(
    event: Event,
    section: RecapSection,
    form: SectionForm,
    *,
    notice: str = "",
    version: int | None = None,
    new_picture: NewPictureForm | None = None,
) -> str:
    """The form of a section; ``notice`` says why it came back."""
    kind = SectionKind(section.kind)
    following = _following(event, section)
    return render_template(
        "organiser/recap/edit.html",
        event=event,
        section=section,
        name=name_of(section),
        shape=SHAPES[kind],
        kind=kind.value,
        form=form,
        version=version or section.version,
        notice=notice,
        late=waiting_for(section.id),
        following=following,
        following_name=name_of(following) if following else "",
        counted=counted_now(event) if kind is SectionKind.NUMBERS else "",
        pictures=_pictures(kind, form),
        new_picture=new_picture or new_picture_form(),
        most_bytes=MOST_BYTES,
        too_heavy=PictureTooHeavy.message,
        focus=request.args.get("focus") or form.first,
    )


def _pictures(kind: SectionKind, form: SectionForm) -> dict[str, Picture]:
    """The pictures in a form, those that are taken down too; an erased one is missing."""
    found = {}
    for slot in form.slots if kind is SectionKind.PHOTOS else ():
        with suppress(NotFound):
            picture = any_picture_by_token_or_404(str(slot.fields[0].data))
            found[picture.token] = picture
    return found


@dataclass(frozen=True)
class Entry:
    """One line of a history."""

    version: RecapVersion | RecapSection
    changed: Sequence[str]
    """What differs from the state before, by its name."""


@bp.get("/e/<slug>/recap/sections/<int(max=2147483647):section_id>/history")
def history(slug: str, section_id: int) -> ResponseReturnValue:
    """Who wrote what, and when."""
    event, section = _both(slug, section_id)
    kind = SectionKind(section.kind)
    kept = versions_of(section_id)
    late = [version for version in kept if version.is_rescued]
    states: list[RecapSection | RecapVersion] = [section]
    states += [version for version in kept if not version.is_rescued]
    pages = max(1, -(-len(states) // HISTORY_A_PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    start = (page - 1) * HISTORY_A_PAGE
    entries = [
        Entry(states[place], _changed(kind, states, place))
        for place in range(start, min(start + HISTORY_A_PAGE, len(states)))
    ]
    return render_template(
        "organiser/recap/history.html",
        event=event,
        section=section,
        name=name_of(section),
        entries=entries,
        late=late if page == 1 else [],
        pager={"page": page, "pages": pages},
    )


def _changed(kind: SectionKind, states: Sequence[RecapSection | RecapVersion], place: int) -> list[str]:
    if place + 1 >= len(states):
        return []
    after, before = (wording_of(kind, state) for state in states[place : place + 2])
    return [difference.label for difference in differences(kind, before, after)]


@bp.get("/e/<slug>/recap/sections/<int(max=2147483647):section_id>/history/<int(max=2147483647):version_id>")
def version(slug: str, section_id: int, version_id: int) -> ResponseReturnValue:
    """What a section was once, beside what it is."""
    event, section = _both(slug, section_id)
    kept = version_or_404(section_id, version_id)
    kind = SectionKind(section.kind)
    now, then = wording_of(kind, section), wording_of(kind, kept)
    changes = [(each.label, words_changed(each.mine, each.theirs)) for each in differences(kind, now, then)]
    return render_template(
        "organiser/recap/version.html",
        event=event,
        section=section,
        name=name_of(section),
        version=kept,
        changes=changes,
    )


@bp.post(
    "/e/<slug>/recap/sections/<int(max=2147483647):section_id>/history/<int(max=2147483647):version_id>/restoration"
)
def restore(slug: str, section_id: int, version_id: int) -> ResponseReturnValue:
    """What was once stands again."""
    event, section = _both(slug, section_id)
    actions.restore_version(section, version_or_404(section_id, version_id), writer())
    return redirect(url_for(".edit", slug=event.slug, section_id=section_id, done="restored"), code=303)


@bp.get("/e/<slug>/recap/sections/<int(max=2147483647):section_id>/late/<int(max=2147483647):version_id>")
def late(slug: str, section_id: int, version_id: int) -> ResponseReturnValue:
    """A text that came late, beside the one that stands; what somebody decided already is in the history."""
    event, section = _both(slug, section_id)
    version = version_or_404(section_id, version_id)
    if not version.is_rescued or version.version < 0:
        return redirect(url_for(".version", slug=slug, section_id=section_id, version_id=version_id), code=303)
    return _late_page(event, section, version)


@bp.post("/e/<slug>/recap/sections/<int(max=2147483647):section_id>/late/<int(max=2147483647):version_id>")
def settle(slug: str, section_id: int, version_id: int) -> ResponseReturnValue:
    """Somebody has chosen."""
    event, section = _both(slug, section_id)
    version = version_or_404(section_id, version_id)
    asked = sent(request.form)
    try:
        actions.settle(section, version, asked.version, _chosen(section, version), writer())
    except Overtaken as refusal:
        return overtaken(event, section, refusal)
    return redirect(url_for(".edit", slug=slug, section_id=section_id, done="settled"), code=303)


def _chosen(section: RecapSection, version: RecapVersion) -> dict[str, str]:
    """What was picked for each difference; or all of one side."""
    side = request.form.get("all", "")
    if side not in ("mine", "theirs"):
        return choices_made(request.form)
    kind = SectionKind(section.kind)
    found = differences(kind, wording_of(kind, version), wording_of(kind, section))
    return {difference.path: side for difference in found}


def _late_page(event: Event, section: RecapSection, version: RecapVersion, notice: str = "") -> str:
    kind = SectionKind(section.kind)
    base = state_at(section.id, version.version)
    earlier: Wording | None = wording_of(kind, base) if base is not None else None
    return render_template(
        "organiser/recap/late.html",
        event=event,
        section=section,
        name=name_of(section),
        version=version,
        differences=differences(kind, wording_of(kind, version), wording_of(kind, section), earlier),
        notice=notice,
        is_own=_is_own(section, version),
    )


def _both(slug: str, section_id: int) -> tuple[Event, RecapSection]:
    event = any_event_by_slug_or_404(slug)
    return event, section_or_404(event.id, section_id)
