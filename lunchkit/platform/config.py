"""Settings: from the environment (``LUNCHKIT_<NAME>``), or from ``.env`` in the instance folder, read at the start.

What neither decides, a page sets: ``settings``. Strings stay strings: a secret made of digits is not a number.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from gettext import gettext as _
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from lunchkit.platform.addresses import is_mailbox, is_web_address, is_zone
from lunchkit.platform.late import Lazy
from lunchkit.platform.secret_key import lasting_secret

if TYPE_CHECKING:
    import flask
else:
    flask = Lazy("flask")  # the server's first process reads settings, and needs nothing else of it

PREFIX = "LUNCHKIT_"
LEAST = dict.fromkeys(("port", "mail_port", "workers", "mail_timeout", "backup_days"), 1)
LEAST |= dict.fromkeys(("proxies", "form_minimum_seconds"), 0)
MEMORIES = ("valkey://", "valkeys://", "redis://", "rediss://", "unix://")
ENV_FILE = ".env"
SECRET_FILE = "secret_key"  # noqa: S105  its name
LANGUAGES = ("fr", "en", "de", "it")
"""Those in which attendees, speakers and readers are met."""
WORKING_LANGUAGES = ("fr", "en")
"""Those of organisers' pages and of the command line; the default language is one of them."""
LICENCES = ("all-rights-reserved", "cc-by-sa-4.0", "cc-by-4.0", "cc0-1.0")
"""Those of recaps, each freer than the one before."""
DEFAULT_ADDRESS = "http://127.0.0.1:8000"
"""The default, with which no public address counts as set."""
ANNOUNCEMENT = "LUNCHKIT_INTERNAL_ANNOUNCEMENT"
"""What the server prints on standard output once it listens; handed over by ``lunchkit demo`` in the environment."""


class BadSettings(Exception):
    """One or more settings are wrong; the text names each, a line apiece. ``language`` is the one that was set."""

    def __init__(self, text: str, language: str = "en") -> None:
        super().__init__(text)
        self.language = language


def setting(description: str, default: Any) -> Any:
    """A dataclass field that carries its own documentation."""
    return field(default=default, metadata={"help": description})


@dataclass(frozen=True)
class Settings:
    """All that can be set from outside. docs/configuration.md holds this list too."""

    instance: Path = setting("Folder of the database, the secret key and the `.env` file.", Path("instance"))
    database_url: str = setting("SQLite (default: `lunchkit.sqlite` in the instance folder) or `postgresql://…`.", "")
    valkey_url: str = setting(
        "`valkey://…` (or `redis://…`, `rediss://…`, `unix://…`): the memory of several machines on one PostgreSQL.", ""
    )
    public_url: str = setting(
        "The address under which people reach this server: links in e-mails, posters and calendars begin with it.",
        DEFAULT_ADDRESS,
    )
    network_name: str = setting("Name of the network that gives the lunches.", "lunchkit")
    language: str = setting(
        "Language of the command line, and of people whose browser asks for none of ours: `fr` or `en`.", "fr"
    )
    timezone: str = setting("IANA time zone of new lunches.", "Europe/Zurich")
    recap_licence: str = setting(
        "Licence of recaps published from now on: `cc-by-4.0`, `cc-by-sa-4.0`, `cc0-1.0` or `all-rights-reserved`.",
        "cc-by-4.0",
    )
    secret_key: str = setting(
        "Signs cookies and derives personal links; if unset, made at the first start (`secret_key` in the instance).",
        "",
    )
    secret_key_fallbacks: str = setting("Earlier secret keys, separated by commas, that are still accepted.", "")
    host: str = setting("Address that `lunchkit serve` listens on.", "127.0.0.1")
    port: int = setting("Port that `lunchkit serve` listens on.", 8000)
    workers: int = setting("Web processes; more than one only with PostgreSQL.", 1)
    proxies: int = setting("How many proxies are in front and set `X-Forwarded-*`.", 0)
    mail_host: str = setting("SMTP server; while it is empty, e-mails wait in the outbox.", "")
    mail_port: int = setting("Port of the SMTP server.", 587)
    mail_security: str = setting("`starttls`, `tls` or `none`.", "starttls")
    mail_user: str = setting("User at the SMTP server, if it asks for one.", "")
    mail_password: str = setting("Password at the SMTP server.", "")
    mail_from: str = setting("Sender address of all e-mails.", "lunch@localhost.localdomain")
    mail_timeout: int = setting("Seconds to wait for the SMTP server.", 20)
    backup_days: int = setting("Days that backups are kept; the newest one stays.", 14)
    log_format: str = setting(
        "`text`, or `json`: lines with the number of the request, for collectors of logs.", "text"
    )
    metrics_token: str = setting("Reads `/metrics` from another machine: `Authorization: Bearer …`.", "")
    form_minimum_seconds: int = setting(
        "A registration form that comes back faster than this was not read by a person.", 3
    )

    @property
    def database(self) -> str:
        url = self.database_url or f"sqlite:///{self.instance.resolve() / 'lunchkit.sqlite'}"
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite:")

    @property
    def keys(self) -> list[str]:
        return [self.secret_key, *(key for key in self.secret_key_fallbacks.split(",") if key)]

    @property
    def has_address(self) -> bool:
        return self.public_url != DEFAULT_ADDRESS

    @property
    def address(self) -> str:
        """What public links begin with: the public address; until one is set, this machine at the port listened on."""
        return self.public_url if self.has_address else f"http://127.0.0.1:{self.port}"

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> list[str] | None:
        """Host names that this server answers to (Werkzeug's check of the host knows no IPv6 address).
        None, which means any, until a public address is set: a person who sets up a server on another
        machine comes by a name that it does not know yet.
        """
        if not self.has_address:
            return None
        return list(dict.fromkeys([urlsplit(self.public_url).hostname or "", "localhost", "127.0.0.1"]))


def load_settings(environment: Mapping[str, str] | None = None, *, make_key: bool = True) -> Settings:
    """Read settings and secret key, which is made if missing and ``make_key``. Raises BadSettings, a line a mistake."""
    given = dict(os.environ if environment is None else environment)
    instance = Path(given.get(f"{PREFIX}INSTANCE") or "instance")
    settings = read_settings(Settings(instance=instance), {**read_env_file(instance), **given})
    return (
        settings
        if settings.secret_key
        else replace(settings, secret_key=lasting_secret(instance / SECRET_FILE, make=make_key))
    )


def decided_names(instance: Path) -> frozenset[str]:
    """The settings that the environment or the ``.env`` file decides: no page changes them. Raises BadSettings."""
    given = {**read_env_file(instance), **os.environ}
    return frozenset(spec.name for spec in fields(Settings) if full_name(spec.name) in given)


def read_settings(start: Settings, values: Mapping[str, str]) -> Settings:
    """The settings with these values, by their full names. Raises BadSettings with a line for every wrong value."""
    errors: list[str] = []
    chosen: dict[str, Any] = {}
    for spec in fields(Settings):
        key = full_name(spec.name)
        if key not in values or spec.name == "instance":
            continue
        try:
            chosen[spec.name] = spec.type(values[key]) if spec.type in (int, Path) else values[key]
        except ValueError:
            errors.append(_mistake(spec.name, _("a whole number is needed"), values[key]))
    settings = replace(start, **chosen)
    settings = replace(settings, public_url=settings.public_url.rstrip("/"))
    errors += mistakes(settings)
    if errors:
        raise BadSettings("\n".join(errors), settings.language)
    return settings


def read_env_file(instance: Path) -> dict[str, str]:
    """What the ``.env`` file says, by full names. Raises BadSettings."""
    path = instance / ENV_FILE
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.is_file() else ""
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or _("this is no text in UTF-8")
        raise BadSettings(f"{path}: {why}") from error
    lines = (line.partition("=") for line in text.split("\n") if not line.lstrip().startswith("#"))
    return {name.strip(): _unquoted(value.strip(" \t\r")) for name, equals, value in lines if equals}


def _unquoted(value: str) -> str:
    """One pair of quotes is taken off; nothing inside is interpreted."""
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def full_name(field_name: str) -> str:
    return PREFIX + field_name.upper()


def default_of(field_name: str) -> Any:
    return next(spec.default for spec in fields(Settings) if spec.name == field_name)


def mistakes(settings: Settings) -> list[str]:
    """What is wrong with these settings: a line for each, that begins with the full name of the setting."""
    one_of, security = _("one of {values}"), ("starttls", "tls", "none")
    rules = (
        ("public_url", is_web_address(settings.public_url), _("http(s):// and a name or an IPv4 address is needed")),
        ("language", settings.language in WORKING_LANGUAGES, one_of.format(values=", ".join(WORKING_LANGUAGES))),
        ("recap_licence", settings.recap_licence in LICENCES, one_of.format(values=", ".join(LICENCES))),
        ("mail_security", settings.mail_security in security, one_of.format(values=", ".join(security))),
        ("log_format", settings.log_format in ("text", "json"), one_of.format(values="text, json")),
        ("timezone", is_zone(settings.timezone), _("the name of a time zone is needed, like Europe/Zurich")),
        ("mail_from", is_mailbox(settings.mail_from), _("an address like lunch@example.org is needed")),
        ("workers", settings.workers <= 1 or not settings.is_sqlite, _("several processes need PostgreSQL")),
    )
    errors = [_mistake(name, what, getattr(settings, name)) for name, is_right, what in rules if not is_right]
    if not _is_database_address(settings.database):  # its password is not to be shown
        errors.append(_("LUNCHKIT_DATABASE_URL: sqlite:///… or postgresql://user:password@host:port/name is needed"))
    if settings.valkey_url and (settings.is_sqlite or not settings.valkey_url.startswith(MEMORIES)):
        errors.append(_("LUNCHKIT_VALKEY_URL: valkey://host:port and a PostgreSQL database are needed"))
    for name, least in LEAST.items():
        value, most = getattr(settings, name), 65535 if name.endswith("port") else math.inf
        if not least <= value <= most:
            what = _("at least {least}").format(least=least) if value < least else _("at most {most}").format(most=most)
            errors.append(_mistake(name, what, value))
    return errors


def _mistake(name: str, what: str, value: object) -> str:
    return _("{setting}: {what}, not {value!r}").format(setting=full_name(name), what=what, value=value)


def _is_database_address(text: str) -> bool:
    try:
        port = urlsplit(text).port
    except ValueError:
        return False
    return text.startswith(("sqlite:", "postgresql+psycopg:")) and port != 0


def current_settings() -> Settings:
    return cast(Settings, flask.current_app.extensions["lunchkit_settings"])
