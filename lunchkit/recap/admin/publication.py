"""The organisers' views that lead a draft to its readers: preview, secret link, publication, withdrawal."""

from collections.abc import Callable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.mailings.actions import send_mailing
from lunchkit.mailings.models import Audience, Words
from lunchkit.mailings.queries import is_thanked, reach
from lunchkit.platform.errors import USER_ERRORS
from lunchkit.platform.fields import BareForm, paragraphs
from lunchkit.recap import actions
from lunchkit.recap.admin_queries import lacks
from lunchkit.recap.document import licence_of, licence_to_give
from lunchkit.recap.exports import preview_page
from lunchkit.recap.models import Recap
from lunchkit.recap.queries import emails_to_send, recap_or_404, sections_of, writer
from lunchkit.room.answers_to_phones import refused
from lunchkit.settings.forms import licence_label

HOME = "/e/<slug>/recap"
bp = Blueprint("publication", __name__)


class CorrectionForm(BareForm):
    note = paragraphs(_l("What was corrected"), 500, missing=_l("Tell readers what was corrected."))


@bp.get(f"{HOME}/preview")
def preview(slug: str) -> ResponseReturnValue:
    _event, recap = _both(slug)
    return preview_page(recap, back=url_for("organiser.recap.index", slug=slug))


@bp.post(f"{HOME}/link")
def renew_link(slug: str) -> ResponseReturnValue:
    event, _recap = _both(slug)
    is_on = request.form.get("link") != "none"
    actions.set_preview(event, on=is_on)
    done = "linked" if is_on else "revoked"
    return redirect(url_for("organiser.recap.index", slug=slug, done=done, _anchor="link"), code=303)


@bp.get(f"{HOME}/publication")
def publication(slug: str) -> ResponseReturnValue:
    return _publication_page(*_both(slug), CorrectionForm(formdata=None))


@bp.post(f"{HOME}/publication")
def publish(slug: str) -> ResponseReturnValue:
    event, recap = _both(slug)
    form, is_correction = CorrectionForm(formdata=request.form), "note" in request.form
    if is_correction and not form.validate():
        return _publication_page(event, recap, form), 422

    def publish() -> None:
        actions.publish_recap(event, note=form.note.data or "", licence=request.form.get("licence"))
        if "thanks" in request.form:
            send_mailing(event, Words(Audience.OTHERS), by=writer(), form_key=f"thanks/{event.id}")

    return _after(event, publish, done="corrected" if is_correction else "published")


def _publication_page(event: Event, recap: Recap, form: CorrectionForm) -> str:
    licence = licence_to_give(recap.published)
    return render_template(
        "admin/recap/publication.html",
        event=event,
        form=form,
        lacks=lacks(event, sections_of(event.id)),
        emails=emails_to_send(event.id),
        others=0 if is_thanked(event) else reach(event, Audience.OTHERS).recipients,
        licence=licence,
        licence_label=licence_label(licence),
        licence_before=licence_of(recap.published) if recap.published else None,
    )


@bp.post(f"{HOME}/withdrawal")
def withdraw(slug: str) -> ResponseReturnValue:
    event, _recap = _both(slug)
    return _after(event, lambda: actions.withdraw_recap(event), done="withdrawn")


def _after(event: Event, action: Callable[[], object], done: str) -> ResponseReturnValue:
    try:
        action()
    except USER_ERRORS as error:
        return refused(event, error, url_for("organiser.recap.index", slug=event.slug))
    return redirect(url_for("organiser.recap.index", slug=event.slug, done=done), code=303)


def _both(slug: str) -> tuple[Event, Recap]:
    event = any_event_by_slug_or_404(slug)
    return event, recap_or_404(event.id)
