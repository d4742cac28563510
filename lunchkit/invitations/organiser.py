"""The organiser's doors to invitations: whom they would reach, how they read, and sending them."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString

from lunchkit import clock, stamps
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.guests.models import INVITATION
from lunchkit.i18n import LANGUAGE_NAMES, language
from lunchkit.invitations.actions import call_back_invitations, invite_guests
from lunchkit.invitations.letters import own_mail, own_words, preview
from lunchkit.invitations.organiser_forms import NoteForm, note_form
from lunchkit.invitations.queries import addressees, rounds
from lunchkit.invitations.refusals import NobodyToInvite, why_not
from lunchkit.links import public
from lunchkit.mail.outbox import A_MINUTE
from lunchkit.mail.queries import last_leaves_at, letter_counts
from lunchkit.refusals import NO, readable, retry_header

bp = Blueprint("invitations", __name__)


@bp.get("/e/<slug>/invitations")
def index(slug: str) -> ResponseReturnValue:
    """How many would get a letter, and why the others would not; what was sent, and what is on its way."""
    return _index_page(any_event_by_slug_or_404(slug), note_form())


@bp.post("/e/<slug>/invitations")
def look(slug: str) -> ResponseReturnValue:
    """The letter with the organiser's own words, and the question whether to send it. Changes nothing."""
    event = any_event_by_slug_or_404(slug)
    form, reached = note_form(request.form), addressees(event.id)
    if not form.validate():
        return _index_page(event, form), 422
    reason = why_not(event, clock.now()) or (None if reached.letters else NobodyToInvite.message)
    if reason is not None:
        return _index_page(event, form, reason), NobodyToInvite.status
    if "change" in request.form:
        return _index_page(event, form)
    form.stamp.data = stamps.issue(_scope(event))
    names = dict(LANGUAGE_NAMES)
    spoken = list(reached.languages)
    spoken.sort(key=lambda one: one != language())
    return render_template(
        "organiser/invitations/letter.html",
        event=event,
        form=form,
        reached=reached,
        letters=[(code, names.get(code, code), preview(event, form.note.data or "", code)) for code in spoken],
        a_minute=A_MINUTE,
    )


@bp.post("/e/<slug>/invitations/sending")
def send(slug: str) -> ResponseReturnValue:
    """Send them; a page that is sent twice sends them once."""
    event = any_event_by_slug_or_404(slug)
    form = note_form(request.form)
    if not form.validate():
        return _index_page(event, form), 422
    stamp = stamps.read(form.stamp.data, _scope(event))
    try:
        invite_guests(event, form.note.data or "", form_key=stamp.key if stamp else None)
    except NO as error:
        refusal = readable(error)
        return _index_page(event, form, refusal.message), refusal.status, retry_header(refusal)
    return redirect(url_for(".index", slug=slug, done="sent"), code=303)


@bp.post("/e/<slug>/invitations/recall")
def call_back(slug: str) -> ResponseReturnValue:
    """Stop what has not left; those people can be invited again."""
    call_back_invitations(any_event_by_slug_or_404(slug))
    return redirect(url_for(".index", slug=slug, done="called-back"), code=303)


def _scope(event: Event) -> str:
    """What the stamp of a sending is for."""
    return f"invitations {event.slug}"


def _index_page(event: Event, form: NoteForm, notice: LazyString | str | None = None) -> str:
    reason = why_not(event, clock.now())
    return render_template(
        "organiser/invitations/index.html",
        event=event,
        form=form,
        notice=notice,
        reached=addressees(event.id),
        reason=reason,
        address=public("pages.event", slug=event.slug),
        own_words=own_words(event),
        own_mail=own_mail(event),
        rounds=rounds(event.id),
        counts=letter_counts(event.id, INVITATION),
        last_at=last_leaves_at(event.id, INVITATION),
    )
