"""The organiser's doors to messages: whom they would reach, how they read, and sending them."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from lunchkit import clock, stamps
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.i18n import LANGUAGE_NAMES, language
from lunchkit.mail.outbox import A_MINUTE
from lunchkit.mail.queries import LetterState, last_leaves_at, letter_counts
from lunchkit.mail.rendering import Letter
from lunchkit.messages.actions import call_back_messages, send_message
from lunchkit.messages.letters import preview
from lunchkit.messages.models import Audience
from lunchkit.messages.organiser_forms import MessageForm, message_form
from lunchkit.messages.queries import MOST_NAMES, Reach, free_again_at, names_without_address, reaches, rounds
from lunchkit.messages.refusals import NobodyToReach, enough_until, why_not
from lunchkit.messages.words import KIND, PLACEHOLDERS, thanks, values_for, without_thanks
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.wording.placeholders import MEANINGS, local_name
from lunchkit.wording.words import Words, unknown_in

bp = Blueprint("messages", __name__)


@bp.get("/e/<slug>/messages")
def index(slug: str) -> ResponseReturnValue:
    """Whom one can write to, the form, what was sent, and what is on its way."""
    event = any_event_by_slug_or_404(slug)
    reached = reaches(event, clock.now())
    return _index_page(event, reached, _form(event, reached))


@bp.post("/e/<slug>/messages")
def look(slug: str) -> ResponseReturnValue:
    """The letter in each language that it is read in, and the question whether to send it. Changes nothing."""
    event = any_event_by_slug_or_404(slug)
    reached = reaches(event, clock.now())
    form = _form(event, reached, sent=True)
    if _reason(event) is not None:
        return _index_page(event, reached, form), 409
    if not form.validate():
        return _index_page(event, reached, form), 422
    audience, words = form.chosen(), without_thanks(form.words())
    chosen = reached[audience]
    if not chosen.letters:
        return _index_page(event, reached, form, NobodyToReach.message), NobodyToReach.status
    if "change" in request.form:
        return _index_page(event, reached, form)
    form.stamp.data = stamps.issue(_scope(event))
    return render_template(
        "organiser/messages/letter.html",
        event=event,
        form=form,
        reach=chosen,
        label=_label(event, chosen),
        letters=_previews(event, chosen, words),
        unknown=unknown_in(words, PLACEHOLDERS, language()),
        a_minute=A_MINUTE,
    )


@bp.post("/e/<slug>/messages/sending")
def send(slug: str) -> ResponseReturnValue:
    """Send it; a page that is sent twice sends it once."""
    event = any_event_by_slug_or_404(slug)
    reached = reaches(event, clock.now())
    form = _form(event, reached, sent=True)
    if _reason(event, in_a_day=False) is not None:
        return _index_page(event, reached, form), 409
    if not form.validate():
        return _index_page(event, reached, form), 422
    stamp = stamps.read(form.stamp.data, _scope(event))
    try:
        words = without_thanks(form.words())
        send_message(event, form.chosen(), words, form_key=stamp.key if stamp else None)
    except NO as error:
        refusal = readable(error)
        page = _index_page(event, reaches(event, clock.now()), form, refusal.message)
        return page, refusal.status, retry_header(refusal)
    return redirect(url_for(".index", slug=slug, done="sent"), code=303)


@bp.post("/e/<slug>/messages/recall")
def call_back(slug: str) -> ResponseReturnValue:
    """Stop what has not left."""
    call_back_messages(any_event_by_slug_or_404(slug))
    return redirect(url_for(".index", slug=slug, done="called-back"), code=303)


def _scope(event: Event) -> str:
    """What the stamp of a sending is for."""
    return f"messages {event.slug}"


def _form(event: Event, reached: dict[Audience, Reach], *, sent: bool = False) -> MessageForm:
    start = thanks().spoken(PLACEHOLDERS, language()) if event.is_over(clock.now()) else Words()
    offered = [(audience, _label(event, reach)) for audience, reach in reached.items()]
    return message_form(offered, start, request.form if sent else None)


def _label(event: Event, reach: Reach) -> str:
    """An audience by name, with how many letters that would be."""
    is_over = event.is_over(clock.now())
    names = {
        Audience.SEATED: _("Those who had a seat") if is_over else _("Those who have a seat"),
        Audience.WAITING: _("Those who wait"),
        Audience.ALL: _("Both"),
        Audience.CAME: _("Those who came"),
    }
    letters = _n("one letter", "%(num)s letters", reach.letters) if reach.letters else _("no letter")
    if not reach.without:
        return f"{names[reach.audience]} – {letters}"
    without = _n("one without an address", "%(num)s without an address", reach.without)
    return f"{names[reach.audience]} – {letters}, {without}"


def _previews(event: Event, reach: Reach, words: Words) -> list[tuple[str, str, Letter]]:
    """The letter in each language in which somebody gets it, one's own first."""
    names, found = dict(LANGUAGE_NAMES), []
    for code in sorted(reach.languages, key=lambda one: one != language()):
        with force_locale(code):
            found.append((code, names.get(code, code), preview(event, reach.audience, words)))
    return found


def _reason(event: Event, *, in_a_day: bool = True) -> LazyString | None:
    """Why nobody can be written to now; without ``in_a_day`` for good only."""
    if (reason := why_not(event)) is not None:
        return reason
    until = free_again_at(db.session(), event.id, clock.now()) if in_a_day else None
    return enough_until(event, until) if until is not None else None


def _index_page(
    event: Event, reached: dict[Audience, Reach], form: MessageForm, notice: LazyString | str | None = None
) -> str:
    is_over, counts = event.is_over(clock.now()), letter_counts(event.id, KIND)
    values, sent = values_for(event, _("Camille Sample")), rounds(event.id)
    return render_template(
        "organiser/messages/index.html",
        event=event,
        form=form,
        notice=notice,
        is_over=is_over,
        reached=reached,
        silent=names_without_address(event.id),
        most_silent=MOST_NAMES,
        door_used=Audience.CAME in reached,
        reason=_reason(event),
        somebody=any(reach.letters for reach in reached.values()),
        rounds=sent,
        said={one.id: Words(one.subject, one.prose).spoken(PLACEHOLDERS, language()) for one in sent},
        labels={
            Audience.SEATED: _("to those who had a seat") if is_over else _("to those who have a seat"),
            Audience.WAITING: _("to those who wait"),
            Audience.ALL: _("to those who have a seat, and those who wait"),
            Audience.CAME: _("to those who came"),
        },
        counts=counts,
        follows=request.args.get("done") == "sent" and counts[LetterState.WAITING] > 0,
        last_at=last_leaves_at(event.id, KIND),
        placeholders=[(f"{{{local_name(name, language())}}}", MEANINGS[name], values[name]) for name in PLACEHOLDERS],
    )
