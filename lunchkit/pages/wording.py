"""The organiser's doors to the letters of one lunch: what each says, in which language, and in whose words.

A letter is looked at before it is saved in a frame of the form's own page: its HTML part has styles of its own, and
stands under a policy under which nothing in it can act.
"""

import base64
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lunchkit.accounts.queries import current_organiser
from lunchkit.config import LANGUAGES, current_settings
from lunchkit.errors import NotFound, Refusal
from lunchkit.events.models import REMINDERS, Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.house.refusals import NoMailServer
from lunchkit.i18n import LANGUAGE_NAMES
from lunchkit.mail.reasons import explain
from lunchkit.mail.rendering import Letter
from lunchkit.mail.trial import Trial
from lunchkit.pages.letters import INERT
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.registrations.letters import as_trial, lunchkits_words, sample_letter
from lunchkit.registrations.words import LETTERS, AttendeeLetter, placeholder_values
from lunchkit.web import POLICY
from lunchkit.wording import actions
from lunchkit.wording.models import LetterWords
from lunchkit.wording.organiser_forms import WordsForm, words_form
from lunchkit.wording.placeholders import MEANINGS, local_name
from lunchkit.wording.queries import own_words, revision_of, rows_of, words_of, words_row
from lunchkit.wording.refusals import WordsChangedMeanwhile
from lunchkit.wording.words import Words, unknown_in

NAMES = {
    "confirmation": _l("Confirmation"),
    "waiting": _l("Waiting list"),
    "promotion": _l("A seat has come free"),
    "reminder": _l("Reminder"),
    "change": _l("Change of the lunch"),
    "repeat": _l("Registered already"),
    "repeat_waiting": _l("Registered already, waiting"),
    "ticket": _l("Ticket and link"),
    "ticket_waiting": _l("Link of whoever waits"),
    "cancellation": _l("Seat given back"),
    "cancellation_waiting": _l("Waiting list left"),
    "cancellation_by_organisers": _l("Cancelled by you"),
    "move": _l("Moved to another lunch"),
    "event_cancellation": _l("Lunch cancelled"),
    "recap": _l("Recap"),
}
SENT = {
    "confirmation": _l("At once to whoever registers and gets a seat."),
    "waiting": _l("At once to whoever registers while all seats are taken."),
    "promotion": _l("To whoever waited, as soon as a seat is theirs."),
    "change": _l("To everybody registered or waiting, when you change title, day, hour or place of the public lunch."),
    "repeat": _l("When an address is registered a second time, and has a seat."),
    "repeat_waiting": _l("When an address is registered a second time, and waits."),
    "ticket": _l("When you send somebody’s ticket again, or mend their address."),
    "ticket_waiting": _l("The same for somebody who waits."),
    "cancellation": _l("To whoever gives their seat back."),
    "cancellation_waiting": _l("To whoever leaves the waiting list."),
    "cancellation_by_organisers": _l("When you cancel somebody’s registration."),
    "move": _l("When you move somebody’s registration: the letter of the other lunch follows."),
    "event_cancellation": _l("To everybody registered or waiting, when you call the lunch off."),
    "recap": _l("When you publish the recap, to those who had a seat and ticked that they want it."),
}
REMINDED = {
    "seven_days": _l("seven days before"),
    "two_days": _l("two days before"),
    "same_morning": _l("on the morning of the lunch"),
}
UNSENT = _l("No reminder is planned: the page of the lunch says when one leaves.")
ONE = "/e/<slug>/letters/<letter>/<language>"
NAMED = dict(LANGUAGE_NAMES)
LOOKED_AT = INERT.replace("frame-ancestors 'none'", "frame-ancestors 'self'") + " allow-same-origin"
"""The same where our own page frames it: still no script, no form, no window, no way out of the frame."""
MARK = "<!--letter-->"
"""Where the page of a sample holds the letter itself."""
bp = Blueprint("wording", __name__)


@dataclass(frozen=True)
class Row:
    """One letter in the list."""

    letter: AttendeeLetter
    name: LazyString
    sent: LazyString | str
    languages: list[str]
    """In which it says something in words of one's own."""


@bp.get("/e/<slug>/letters")
def index(slug: str) -> ResponseReturnValue:
    """All letters that attendees of this lunch may get."""
    event = any_event_by_slug_or_404(slug)
    changed = {(row.letter, row.language) for row in rows_of(event.id) if words_of(row)}
    rows = [
        Row(letter, NAMES[key], _sent(event, key), [one for one in LANGUAGES if (key, one) in changed])
        for key, letter in LETTERS.items()
    ]
    return render_template("organiser/wording/index.html", event=event, rows=rows, named=NAMED)


@bp.get(ONE)
def edit(slug: str, letter: str, language: str) -> ResponseReturnValue:
    """One letter in one language: the form, filled with what it says now, and how it will look."""
    event, one = _both(slug, letter, language)
    row = words_row(event.id, one.key, language)
    return _page(event, one, language, row, _form(one, language, row))


@bp.post(ONE)
def save(slug: str, letter: str, language: str) -> ResponseReturnValue:
    """The letter says this from now on; with ``act=trial`` it also leaves for whoever wrote it."""
    event, one = _both(slug, letter, language)
    form = words_form(Words(), 0, request.form)
    if not form.validate():
        return _page(event, one, language, words_row(event.id, one.key, language), form), 422
    words = form.words().kept(one.placeholders).without(_lunchkits(one, language))
    try:
        actions.save_words(event, one.key, language, words, seen=form.base(), by=_by())
        if request.form.get("act") == "trial":
            return _try(event, one, language)
    except NO as error:
        refusal = readable(error)
        row = words_row(event.id, one.key, language)
        form.seen.data = str(revision_of(row))
        page = _page(event, one, language, row, form, notice=refusal)
        return page, refusal.status, retry_header(refusal)
    return redirect(url_for(".edit", slug=slug, letter=letter, language=language, done="saved"), code=303)


@bp.get(f"{ONE}/layout")
def layout(slug: str, letter: str, language: str) -> ResponseReturnValue:
    """The letter as it is now, to be looked at."""
    event, one = _both(slug, letter, language)
    return _looked_at(event, one, language, own_words(event.id, one.key, language))


@bp.post(f"{ONE}/layout")
def look(slug: str, letter: str, language: str) -> ResponseReturnValue:
    """The letter as it would be in the words that were just typed. Nothing is saved."""
    event, one = _both(slug, letter, language)
    form = words_form(Words(), 0, request.form)
    form.validate()
    return _looked_at(event, one, language, form.previewed())


@bp.post(f"{ONE}/setting-aside")
def set_aside(slug: str, letter: str, language: str) -> ResponseReturnValue:
    """Back to lunchkit's own words; the others may come back."""
    event, one = _both(slug, letter, language)
    actions.set_words_aside(event, one.key, language, by=_by())
    return redirect(url_for(".edit", slug=slug, letter=letter, language=language, done="aside"), code=303)


@bp.post(f"{ONE}/restoration")
def restore(slug: str, letter: str, language: str) -> ResponseReturnValue:
    """The words that were set aside, again."""
    event, one = _both(slug, letter, language)
    actions.restore_words(event, one.key, language, by=_by())
    return redirect(url_for(".edit", slug=slug, letter=letter, language=language, done="restored"), code=303)


def _both(slug: str, letter: str, language: str) -> tuple[Event, AttendeeLetter]:
    event = any_event_by_slug_or_404(slug)
    if letter not in LETTERS or language not in LANGUAGES:
        raise NotFound
    return event, LETTERS[letter]


def _by() -> str:
    organiser = current_organiser()
    return organiser.name if organiser else ""


def _sent(event: Event, key: str) -> LazyString | str:
    if key != "reminder":
        return SENT[key]
    days = [str(REMINDED[reminder.key]) for reminder in REMINDERS if event.reminds(reminder)]
    if not days:
        return UNSENT
    return _("To everybody who has a seat: %(days)s.", days=", ".join(days))


def _lunchkits(letter: AttendeeLetter, language: str) -> Words:
    with force_locale(language):
        return lunchkits_words(letter)


def _form(letter: AttendeeLetter, language: str, row: LetterWords | None) -> WordsForm:
    return words_form(_shown(letter, language, words_of(row)), revision_of(row))


def _shown(letter: AttendeeLetter, language: str, own: Words) -> Words:
    """What a letter says where these are one's own words, its placeholders as its language calls them."""
    return own.beside(_lunchkits(letter, language)).spoken(letter.placeholders, language)


def _try(event: Event, letter: AttendeeLetter, language: str) -> ResponseReturnValue:
    organiser, row = current_organiser(), words_row(event.id, letter.key, language)
    if not current_settings().mail_host or organiser is None:
        raise NoMailServer
    with force_locale(language):
        sample = as_trial(sample_letter(event, letter, words_of(row)))
    outcome = actions.send_trial(sample, organiser.email)
    form = _form(letter, language, row)
    page = _page(event, letter, language, row, form, outcome=outcome, recipient=organiser.email)
    return page, 200 if outcome.error is None else 422


def _page(
    event: Event,
    letter: AttendeeLetter,
    language: str,
    row: LetterWords | None,
    form: WordsForm,
    *,
    notice: Refusal | None = None,
    outcome: Trial | None = None,
    recipient: str = "",
) -> Response:
    settings = current_settings()
    present = words_of(row)
    others = _shown(letter, language, present) if isinstance(notice, WordsChangedMeanwhile) else None
    page = render_template(
        "organiser/wording/edit.html",
        event=event,
        letter=letter,
        name=NAMES[letter.key],
        sent=_sent(event, letter.key),
        language=language,
        named=NAMED,
        row=row,
        is_own=bool(present),
        was_own=row is not None and row.set_aside_at is not None,
        form=form,
        unknown=unknown_in(form.words(), letter.placeholders, language),
        placeholders=_placeholders(event, letter, language),
        notice=notice.message if notice else "",
        others=others,
        outcome=outcome,
        reason=explain(outcome.error, settings) if outcome and outcome.error else None,
        recipient=recipient,
    )
    return _with_policy(page, f"{POLICY}; frame-src 'self'")


def _placeholders(event: Event, letter: AttendeeLetter, language: str) -> list[tuple[str, LazyString, str]]:
    """Each placeholder as the letter's language calls it, what it means, and what stands for it in a sample."""
    with force_locale(language):
        values = placeholder_values(letter, event, letter.sample | {"name": _("Camille Sample")})
    return [(f"{{{local_name(name, language)}}}", MEANINGS[name], value or "") for name, value in values.items()]


def _looked_at(event: Event, letter: AttendeeLetter, language: str, words: Words) -> Response:
    """Subject, HTML and text of a sample, in a page that only our own may frame and in which nothing acts."""
    with force_locale(language):
        sample = sample_letter(event, letter, words)
    page = render_template(
        "organiser/mail/layout.html",
        letter=sample,
        language=language,
        name=NAMES[letter.key],
        unknown=unknown_in(words, letter.placeholders, language),
    )
    # What stands before the mark is escaped, and so can hold none of its own.
    response = _with_policy(page.replace(MARK, _inner(sample), 1), LOOKED_AT)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _inner(letter: Letter) -> str:
    """The body of a letter's HTML part as one block, its pictures inside it."""
    page = letter.html
    for image in letter.images:
        page = page.replace(f"cid:{image.cid}", "data:image/png;base64," + base64.b64encode(image.png).decode())
    start, end = page.index("<body") + len("<body"), page.rindex("</body>")
    return f"<div{page[start:end]}</div>"


def _with_policy(page: str, policy: str) -> Response:
    response = make_response(page)
    response.headers["Content-Security-Policy"] = policy
    return response
