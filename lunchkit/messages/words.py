"""What a message says where its organisers change nothing, which placeholders it knows, and why somebody gets it."""

from datetime import datetime

from flask_babel import LazyString, force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from lunchkit.config import LANGUAGES
from lunchkit.events.models import Event
from lunchkit.messages.models import Audience
from lunchkit.registrations.models import Standing
from lunchkit.registrations.words import OF_ALL, AttendeeLetter, placeholder_values
from lunchkit.text import clean_line, clean_text
from lunchkit.wording.words import Words

KIND = "messages/message"
"""Of these letters in the outbox."""
PLACEHOLDERS = OF_ALL
_LETTER = AttendeeLetter("message", "message", None, placeholders=OF_ALL)
_SITS = _l("You get this letter because you have a seat at this lunch.")
_WAITS = _l("You get this letter because you asked for a seat, and all were taken.")
_SAT = _l("You get this letter because you had a seat at this lunch.")
_CAME = _l("You get this letter because you came to this lunch.")


def values_for(event: Event, name: str) -> dict[str, str]:
    """What stands for each placeholder in a message to somebody, in the language being spoken."""
    return {key: value or "" for key, value in placeholder_values(_LETTER, event, {"name": name}).items()}


def thanks() -> Words:
    """The thanks that lunchkit proposes, in the language being spoken."""
    prose = (
        _("Hello %(name)s,", name="{name}"),
        _("Thank you for this lunch: for your time at table, and for what was said there."),
        _("We hope to see you at one of the next ones."),
    )
    return Words(clean_line(_("Thank you: %(title)s", title="{lunch}")), clean_text("\n\n".join(prose)))


def without_thanks(words: Words) -> Words:
    """The words, or none where they are the proposed thanks as they stand: each reader then gets these in theirs."""
    for language in LANGUAGES:
        with force_locale(language):
            if words == thanks():
                return Words()
    return words


def why(audience: Audience, standing: str, *, is_over: bool) -> LazyString:
    """Why somebody gets a message; said in every one."""
    if is_over:
        return _CAME if audience is Audience.CAME else _SAT
    return _WAITS if standing == Standing.WAITING else _SITS


def audiences(event: Event, now: datetime, *, door_used: bool) -> tuple[Audience, ...]:
    """To whom one may write at a moment: nobody came to a lunch whose door nobody used."""
    if not event.is_over(now):
        return Audience.SEATED, Audience.WAITING, Audience.ALL
    return (Audience.CAME, Audience.SEATED) if door_used else (Audience.SEATED,)
