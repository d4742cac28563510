"""The organisers' pages of a whole recap: outline, preview, secret link, publication, correction, withdrawal."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.mailings.actions import send_mailing
from lunchkit.mailings.models import Audience, Words
from lunchkit.mailings.queries import is_thanked, reach
from lunchkit.platform import clock
from lunchkit.platform.errors import USER_ERRORS, NotFound
from lunchkit.platform.images.queries import pictures_by_token
from lunchkit.platform.links import derived_token, public
from lunchkit.platform.ordered import back_to_list, requested_direction
from lunchkit.recap import actions
from lunchkit.recap.admin import pictures, writing
from lunchkit.recap.admin.writing import SECTION
from lunchkit.recap.admin_forms import CorrectionForm
from lunchkit.recap.admin_queries import lacks, outline
from lunchkit.recap.document import freeze, licence_of, licence_to_give
from lunchkit.recap.exports import preview_page
from lunchkit.recap.models import Recap
from lunchkit.recap.queries import (
    corrections_of,
    emails_to_send,
    pictures_drafted,
    pictures_read,
    recap_of,
    recap_or_404,
    section_or_404,
    sections_of,
    writer,
)
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.room.answers_to_phones import refused
from lunchkit.settings.forms import licence_label

HOME = "/e/<slug>/recap"
bp, publishing = Blueprint("recap", __name__), Blueprint("publication", __name__)
for below in (writing.bp, pictures.bp, publishing):
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


@publishing.get(f"{HOME}/preview")
def preview(slug: str) -> ResponseReturnValue:
    _event, recap = _both(slug)
    return preview_page(recap, back=url_for("organiser.recap.index", slug=slug))


@publishing.post(f"{HOME}/link")
def renew_link(slug: str) -> ResponseReturnValue:
    event, _recap = _both(slug)
    is_on = request.form.get("link") != "none"
    actions.set_preview(event, on=is_on)
    done = "linked" if is_on else "revoked"
    return redirect(url_for("organiser.recap.index", slug=slug, done=done, _anchor="link"), code=303)


@publishing.get(f"{HOME}/publication")
def publication(slug: str) -> ResponseReturnValue:
    event, recap = _both(slug)
    if recap.published is not None:
        return redirect(url_for("organiser.recap.index", slug=slug), code=303)
    licence = licence_to_give(recap.published)
    return render_template(
        "admin/recap/publication.html",
        event=event,
        lacks=lacks(event, sections_of(event.id)),
        emails=emails_to_send(event.id),
        others=0 if is_thanked(event) else reach(event, Audience.OTHERS).recipients,
        licence=licence,
        licence_label=licence_label(licence),
    )


@publishing.post(f"{HOME}/publication")
def publish(slug: str) -> ResponseReturnValue:
    event, _recap = _both(slug)
    promised = request.form.get("licence")

    def publish() -> None:
        actions.publish_recap(event, licence=promised)
        if "thanks" in request.form:
            send_mailing(event, Words(Audience.OTHERS), by=writer(), form_key=f"thanks/{event.id}")

    return _after(event, publish, done="published")


@publishing.get(f"{HOME}/correction")
def correction(slug: str) -> ResponseReturnValue:
    event, recap = _both(slug)
    if recap.published is None:
        raise NotFound
    return _correction_page(event, recap, CorrectionForm(formdata=None))


@publishing.post(f"{HOME}/correction")
def correct(slug: str) -> ResponseReturnValue:
    event, recap = _both(slug)
    form = CorrectionForm(formdata=request.form)
    if not form.validate():
        return _correction_page(event, recap, form), 422
    note, counts_again, promised = form.note.data or "", bool(form.counts_again.data), request.form.get("licence")
    correct = partial(actions.correct_recap, event, note, counts_again=counts_again, licence=promised)
    return _after(event, correct, done="corrected")


def _correction_page(event: Event, recap: Recap, form: CorrectionForm) -> str:
    published = recap.published or {}
    return render_template(
        "admin/recap/correction.html",
        event=event,
        form=form,
        lacks=lacks(event, sections_of(event.id)),
        licence_before=licence_of(published),
        licence=licence_to_give(published),
    )


@publishing.get(f"{HOME}/withdrawal")
def withdrawal(slug: str) -> ResponseReturnValue:
    event, _recap = _both(slug)
    return render_template("admin/recap/withdrawal.html", event=event)


@publishing.post(f"{HOME}/withdrawal")
def withdraw(slug: str) -> ResponseReturnValue:
    event, _recap = _both(slug)
    return _after(event, lambda: actions.withdraw_recap(event), done="withdrawn")


def _after(event: Event, action: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do it, and go back to the outline; or say why not."""
    try:
        action()
    except USER_ERRORS as error:
        return refused(event, error, url_for("organiser.recap.index", slug=event.slug))
    return redirect(url_for("organiser.recap.index", slug=event.slug, done=done), code=303)


def _both(slug: str) -> tuple[Event, Recap]:
    event = any_event_by_slug_or_404(slug)
    return event, recap_or_404(event.id)
