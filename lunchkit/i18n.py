"""Languages: which one a page speaks, and how it writes dates, hours and numbers."""

import re
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, get_locale
from markupsafe import Markup, escape

from lunchkit.config import LANGUAGES, current_settings

LANGUAGE_NAMES = [("fr", "Français"), ("en", "English")]
COOKIE = "lang"


class Scheduled(Protocol):
    """Anything with a start and an end on the wall clock of its place."""

    @property
    def starts_local(self) -> datetime: ...
    @property
    def ends_local(self) -> datetime: ...


def init_i18n(app: Flask) -> None:
    """Give the application its languages and its filters."""
    Babel(app, locale_selector=select_language, default_locale="fr", default_translation_directories="translations")
    app.after_request(_remember_language)
    app.jinja_env.filters.update(
        when=when, weekday=weekday, day=day, month_year=month_year, hours=hours,
        moment=moment, long_date=long_date, number=number, typo=typo, paragraphs=paragraphs,
    )  # fmt: skip
    app.jinja_env.globals.update(languages=LANGUAGE_NAMES, lang=language, _n=app.jinja_env.globals["ngettext"])


def select_language() -> str:
    """The language asked for in the address, chosen before, or preferred by the browser; else the house's."""
    if not has_request_context():
        return current_settings().language
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return request.accept_languages.best_match(LANGUAGES) or current_settings().language


def language() -> str:
    """The two letters of the language being spoken."""
    locale = get_locale()
    return locale.language if locale else "fr"


def _remember_language(response: Response) -> Response:
    if request.args.get("lang") in LANGUAGES and request.endpoint != "web.static_file":
        response.set_cookie(
            COOKIE, request.args["lang"], max_age=365 * 86400, httponly=True, samesite="Lax",
            secure=current_settings().is_https,
        )  # fmt: skip
    return response


def long_date(value: date) -> str:
    """«mardi 13 mai 2025»: the French pattern for the Swiss too, whose own has a comma that nobody writes."""
    if language() == "fr":
        text = format_date(value, "EEEE d MMMM y", locale="fr")
        return text.replace(" 1 ", " 1er ")
    return format_date(value, "EEEE d MMMM y", locale="en_GB")


def clock(value: datetime) -> str:
    """A time of day: «12h», «12h30»; in English «12:00»."""
    if language() == "fr":
        return f"{value.hour}h{value.minute:02}" if value.minute else f"{value.hour}h"
    return f"{value.hour}:{value.minute:02}"


def hours(event: Scheduled) -> str:
    """«12h–14h»."""
    return f"{clock(event.starts_local)}–{clock(event.ends_local)}"


def when(event: Scheduled) -> str:
    """«mardi 13 mai 2025, 12h–14h»."""
    if event.starts_local.date() == event.ends_local.date():
        return f"{long_date(event.starts_local)}, {hours(event)}"
    starts, ends = event.starts_local, event.ends_local
    return f"{long_date(starts)}, {clock(starts)} – {long_date(ends)}, {clock(ends)}"


def weekday(event: Scheduled) -> str:
    """«mardi»."""
    return format_date(event.starts_local, "EEEE", locale=language())


def day(event: Scheduled) -> str:
    """«13»."""
    return str(event.starts_local.day)


def month_year(event: Scheduled) -> str:
    """«mai 2025»."""
    return format_date(event.starts_local, "MMMM y", locale=language())


def moment(value: datetime, zone: str) -> str:
    """A moment on the wall clock of a zone: «mardi 13 mai 2025 à 12h»."""
    local = value.astimezone(ZoneInfo(zone))
    joint = " à " if language() == "fr" else ", "
    return f"{long_date(local)}{joint}{clock(local)}"


def number(value: float) -> str:
    """A number with Swiss separators."""
    return format_decimal(value, locale=f"{language()}_CH")


_BEFORE_HIGH = re.compile(r"[ \u00a0\u202f]([;!?])")
_BEFORE_CLOSING = re.compile(r"(?<=\S)[ \u00a0\u202f]?(»)")
_BEFORE_COLON = re.compile(r"[ \u00a0\u202f](:)(?=\s|$)")
_AFTER_QUOTE = re.compile(r"(«)[ \u00a0\u202f]?(?=\S)")


def typo(text: str) -> str:
    """French spacing in what organisers typed, so that no line begins with : ; ! ? or »."""
    text = _BEFORE_HIGH.sub("\u202f\\1", text)
    text = _BEFORE_CLOSING.sub("\u202f\\1", text)
    text = _BEFORE_COLON.sub("\u00a0\\1", text)
    return _AFTER_QUOTE.sub("\\1\u202f", text).replace("'", "’") if "«" in text else text.replace("'", "’")


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs; an empty line starts a new one."""
    parts = (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    lines = (Markup("<br>").join(escape(typo(line)) for line in part.split("\n")) for part in parts if part)
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
