"""Languages: which one a page speaks, and how it writes dates, hours and numbers.

Attendees, speakers and readers have four; organisers' pages and the command line have two, French and English.
"""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.core import Locale, negotiate_locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, Response, has_request_context, request
from flask_babel import Babel, get_locale
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from lunchkit.platform.config import LANGUAGES, WORKING_LANGUAGES, current_settings

LANGUAGE_NAMES = [("fr", "Français"), ("de", "Deutsch"), ("it", "Italiano"), ("en", "English")]
COOKIE = "lang"
WORKING_PAGES = "/organiser"  # the address under which all pages of organisers are
_DATES = {
    "fr": ("EEEE d MMMM y", "fr"),
    "de": ("EEEE, d. MMMM y", "de_CH"),
    "it": ("EEEE d MMMM y", "it_CH"),
    "en": ("EEEE d MMMM y", "en_GB"),
}
"""How each writes a date. French has the pattern of France: that of Switzerland has an unusual comma."""
_FIRST_OF_MONTH = {"fr": "1er", "it": "1°"}


class Scheduled(Protocol):
    """Anything with a start and an end on the wall clock of its place."""

    @property
    def starts_local(self) -> datetime: ...
    @property
    def ends_local(self) -> datetime: ...


def init_i18n(app: Flask) -> None:
    Babel(app, locale_selector=select_language, default_locale="fr", default_translation_directories="translations")
    app.after_request(_remember_language)
    app.jinja_env.filters.update(
        when=_when_on_page, weekday=weekday, month_year=month_year, hours=hours,
        moment=moment, wall=wall, long_date=long_date, clock=clock, number=number, typo=typo,
        longest_word=longest_word, paragraphs=paragraphs,
    )  # fmt: skip
    app.jinja_env.globals.update(
        languages=offered_languages, lang=language, language_name=language_name, _n=app.jinja_env.globals["ngettext"]
    )


def select_language() -> str:
    """The language asked for in the address, chosen before, or preferred by the browser; else that of the settings."""
    if not has_request_context():
        return current_settings().language
    spoken = _spoken_here()
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in spoken:
            return wish
    return preferred(request.headers.get("Accept-Language", ""), spoken) or current_settings().language


@lru_cache(maxsize=500)
def preferred(header: str, spoken: tuple[str, ...] = LANGUAGES) -> str | None:
    """The one of these languages that an ``Accept-Language`` prefers: «de-CH» is German, also before «fr»."""
    wishes = parse_accept_header(header, LanguageAccept)
    return negotiate_locale([tag.replace("-", "_").lower() for tag, much in wishes if much > 0], spoken)


def offered_languages() -> list[tuple[str, str]]:
    """The languages in which this page may be read, by code and by their own name."""
    spoken = _spoken_here() if has_request_context() else LANGUAGES
    return [(code, name) for code, name in LANGUAGE_NAMES if code in spoken]


def _spoken_here() -> tuple[str, ...]:
    is_working_page = request.path == WORKING_PAGES or request.path.startswith(f"{WORKING_PAGES}/")
    return WORKING_LANGUAGES if is_working_page else LANGUAGES


def language() -> str:
    """The two letters of the present language."""
    locale = get_locale()
    return locale.language if locale else "fr"


def language_name(code: str) -> str:
    """What the present language calls a language: «français», «Französisch»."""
    return Locale(code).get_display_name(language()) or code


def _remember_language(response: Response) -> Response:
    if not request.query_string:
        return response  # as with each vote: nothing to take apart
    if "lang" in request.args and request.args["lang"] in _spoken_here() and request.endpoint != "web.static_file":
        response.set_cookie(
            COOKIE, request.args["lang"], max_age=365 * 86400, httponly=True, samesite="Lax",
            secure=current_settings().is_https,
        )  # fmt: skip
    return response


def long_date(value: date) -> str:
    """«mardi 13 mai 2025», «Dienstag, 13. Mai 2025»."""
    pattern, locale = _DATES[language()]
    text = format_date(value, pattern, locale=locale)
    first = _FIRST_OF_MONTH.get(language(), "1")
    return text.replace(" 1 ", f" {first} ")


def clock(value: datetime) -> str:
    """A time of day: «12h», «12h30»; in German «12 Uhr», «12.30 Uhr»; else «12:00»."""
    if language() == "de":
        return f"{_german_clock(value)}\u00a0Uhr"
    if language() == "fr":
        return f"{value.hour}h{value.minute:02}" if value.minute else f"{value.hour}h"
    return f"{value.hour}:{value.minute:02}"


def clock_patterns() -> tuple[str, str]:
    """The same for scripts, of a full hour and of any other: «{h}h», «{h}h{m}»."""
    full, other = (clock(datetime(2000, 1, 1, 7, minute, tzinfo=UTC)) for minute in (0, 59))
    return full.replace("7", "{h}"), other.replace("7", "{h}").replace("59", "{m}")


def _german_clock(value: datetime) -> str:
    return f"{value.hour}.{value.minute:02}" if value.minute else str(value.hour)


def hours(event: Scheduled) -> str:
    """«12h–14h», «12–14 Uhr»."""
    starts, ends = event.starts_local, event.ends_local
    return f"{_german_clock(starts) if language() == 'de' else clock(starts)}–{clock(ends)}"


def when(event: Scheduled) -> str:
    """«mardi 13 mai 2025, 12h–14h»."""
    if event.starts_local.date() == event.ends_local.date():
        return f"{long_date(event.starts_local)}, {hours(event)}"
    starts, ends = event.starts_local, event.ends_local
    return f"{long_date(starts)}, {clock(starts)} – {long_date(ends)}, {clock(ends)}"


@pass_context
def _when_on_page(context: Context, event: Scheduled) -> str:
    """The same, on a page without a break within «12h–14h»; e-mails and files stay plain."""
    name = context.name or ""
    is_page = name.endswith(".html") and "/mail/" not in name
    return re.sub(r"–(?=\d)", "–\u2060", when(event)) if is_page else when(event)


def weekday(event: Scheduled) -> str:
    """«mardi»."""
    return format_date(event.starts_local, "EEEE", locale=language())


def month_year(event: Scheduled) -> str:
    """«mai 2025»."""
    return format_date(event.starts_local, "MMMM y", locale=language())


def moment(value: datetime, zone: str) -> str:
    """A moment on the wall clock of a zone: «mardi 13 mai 2025 à 12h»."""
    local = value.astimezone(ZoneInfo(zone))
    joint = {"fr": " à ", "it": ", ore\u00a0"}.get(language(), ", ")
    return f"{long_date(local)}{joint}{clock(local)}"


def wall(value: datetime, zone: str) -> str:
    """The time of day of a moment on the wall clock of a zone: «12h30»."""
    return clock(value.astimezone(ZoneInfo(zone)))


def number(value: float, pattern: str | None = None) -> str:
    """A number with Swiss separators; ``pattern`` as Unicode writes it, «0.0» for one decimal."""
    return format_decimal(value, pattern, locale=f"{language()}_CH")


_SPACE = "[ \u00a0\u202f]"
_BEFORE_HIGH = re.compile(rf"{_SPACE}([;!?])")
_BEFORE_COLON = re.compile(rf"{_SPACE}(:)(?=\s|$)")


def typo(text: str) -> str:
    """French spacing in what organisers typed, so that no line begins with : ; ! ? or ».
    A missing space beside « or » is added on French pages only: German and Italian guillemets have none.
    """
    space = f"{_SPACE}?" if language() == "fr" else _SPACE
    text = _BEFORE_COLON.sub("\u00a0\\1", _BEFORE_HIGH.sub("\u202f\\1", text))
    text = re.sub(rf"(?<=\S){space}(»)", "\u202f\\1", text)
    text = re.sub(rf"(«){space}(?=\S)", "\\1\u202f", text)
    return text.replace("'", "’")


def longest_word(text: str) -> int:
    """Letters of the longest part of a text that stays in one line."""
    return max(len(part) for part in re.split("[ \n-]", text))


def paragraphs(text: str) -> Markup:
    """Plain text as paragraphs; an empty line starts a new one."""
    parts = (part.strip() for part in re.split(r"\n\s*\n", text.replace("\r\n", "\n")))
    lines = (Markup("<br>").join(escape(typo(line)) for line in part.split("\n")) for part in parts if part)
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)
