"""The forms of the settings, one for each section.

The field of a setting has its name. Settings that the environment decides have no field.
"""

from collections.abc import Callable
from typing import Any

from flask_babel import LazyString, lazy_gettext as _l
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import BooleanField, Field, FileField, PasswordField, RadioField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from lunchkit.events.forms import COLOURS
from lunchkit.events.models import FOOD_KEPT_FOR
from lunchkit.platform.addresses import is_mailbox, is_web_address, is_zone
from lunchkit.platform.config import DEFAULT_ADDRESS, WORKING_LANGUAGES, Settings, default_of
from lunchkit.platform.fields import BareForm, NumberField, at_most, between, line, paragraphs
from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.platform.licences import BY, BY_SA, LICENCES, RESERVED, ZERO, Licence
from lunchkit.platform.text import clean_line
from lunchkit.settings.models import ADDRESS, LETTERS, LOOK, NETWORK, PRIVACY, RECAPS, SETTINGS, Site

PORTS = {"starttls": 587, "tls": 465, "none": 25}
ZONES = (
    "Europe/Zurich", "Europe/Paris", "Europe/Brussels", "Europe/Luxembourg", "Europe/Berlin", "Europe/Vienna",
    "Europe/Rome", "Europe/Madrid", "Europe/Lisbon", "Europe/London", "America/Montreal", "Indian/Reunion",
)  # fmt: skip
"""Suggestions; any other name of the IANA list is accepted."""
BRIEFLY = {
    ZERO.key: _l("everybody may use and change it, without naming you."),
    BY.key: _l("everybody may use and change it who names you."),
    BY_SA.key: _l("everybody may use and change it who names you, and passes it on under the same licence."),
    RESERVED.key: _l("people ask you before they use more than the law allows."),
}
"""What each licence means, the most liberal first."""
Data = MultiDict[str, Any] | CombinedMultiDict[str, Any] | None


def licence_label(licence: Licence) -> str:
    return f"{licence.name} – {BRIEFLY[licence.key]}"


def _whole_address(typed: str | None) -> str:
    address = clean_line(typed).replace(" ", "").rstrip("/")
    return address if not address or "://" in address else f"https://{address}"


def _must_be(check: Callable[[str], bool], message: LazyString) -> Callable[[Any, Field], None]:
    def validate(_form: Any, field: Field) -> None:
        if not check(field.data or ""):
            raise ValidationError(message)

    return validate


_ZONE = _must_be(is_zone, _l("There is no such time zone. Write it like Europe/Zurich."))
_ADDRESS = _must_be(is_web_address, _l("Write it like https://lunch.example.org, without anything behind."))
_MAILBOX = _must_be(lambda text: not text or is_mailbox(text), _l("Write one address, like lunch@example.org."))
_HOST = _must_be(
    lambda text: not any(char.isspace() or char in "/:@" for char in text),
    _l("Only the name of the server is needed here, like mail.example.org."),
)


class NetworkForm(BareForm):
    network_name = line(_l("Name of the network"), 80, missing=_l("Say whose lunches these are."))
    language = RadioField(
        _l("Default language"),
        choices=lambda: [(code, name) for code, name in LANGUAGE_NAMES if code in WORKING_LANGUAGES],
    )
    timezone = line(_l("Time zone of new lunches"), 64, _ZONE)


class AddressForm(BareForm):
    public_url = StringField(_l("Public address"), filters=[_whole_address], validators=[at_most(200), _ADDRESS])


class MailForm(BareForm):
    mail_host = line(_l("Outgoing server (SMTP)"), 200, _HOST)
    mail_security = RadioField(
        _l("Encryption"),
        choices=lambda: [
            ("starttls", _l("STARTTLS (the usual one)")),
            ("tls", _l("TLS")),
            ("none", _l("none: only inside one machine")),
        ],
    )
    mail_port = NumberField(_l("Port"), validators=[Optional(), between(1, 65535)])
    mail_user = line(_l("User"), 200)
    mail_password = PasswordField(_l("Password"), validators=[at_most(200)])
    mail_from = line(_l("Sender"), 254, _MAILBOX)

    before: Settings

    def validate(self, extra_validators: Any = None) -> bool:
        if not super().validate(extra_validators):
            return False
        host = self._wanted("mail_host")
        port, sender = self._fields.get("mail_port"), self._fields.get("mail_from")
        if port is not None and port.data is None:
            port.data = PORTS.get(self._wanted("mail_security"), PORTS["starttls"])
        if sender is not None and not sender.data:
            user = self._wanted("mail_user")
            sender.data = user if is_mailbox(user) else "" if host else default_of("mail_from")
            if not sender.data:
                _complain(sender, _l("Say from which address e-mails leave."))
        self._keep_password()
        return not self.errors

    def _keep_password(self) -> None:
        """An empty password keeps the present one, but only for the same server and user."""
        field = self._fields.get("mail_password")
        if field is None:
            return
        if any(char != " " and not char.isprintable() for char in field.data or ""):
            _complain(field, _l("This password has a character that cannot be typed: check it."))
        elif not self._wanted("mail_user"):
            field.data = ""
        elif not field.data and self.before.mail_password:
            same = all(self._wanted(name) == getattr(self.before, name) for name in ("mail_host", "mail_user"))
            weaker = self._wanted("mail_security") == "none" != self.before.mail_security
            if same and not weaker:
                field.data = self.before.mail_password
            else:
                _complain(field, _l("Type the password again: the present one belongs to another server or user."))

    def _wanted(self, name: str) -> str:
        field = self._fields.get(name)
        return str((field.data if field is not None else getattr(self.before, name)) or "")


class LookForm(BareForm):
    colour = RadioField(_l("Colour of new lunches"), choices=lambda: COLOURS)
    picture = FileField(_l("Logo"))
    logo_alt = line(_l("What the logo shows"), 200)
    logo_ground = RadioField(
        _l("Ground of the logo"),
        choices=lambda: [("", _l("no ground")), ("white", _l("white")), ("black", _l("black"))],
    )
    without_logo = BooleanField(_l("Show no logo"))


class PrivacyForm(BareForm):
    notice = paragraphs(_l("In your own words"), 10_000)
    purge_days = NumberField(
        _l("Erase names and addresses after (days)"),
        validators=[InputRequired(_l("Write after how many days.")), between(FOOD_KEPT_FOR.days, 365)],
    )


class RecapsForm(BareForm):
    recap_licence = RadioField(
        _l("Licence of recaps"), choices=lambda: [(key, licence_label(LICENCES[key])) for key in BRIEFLY]
    )


FORMS: dict[str, type[Any]] = {
    NETWORK: NetworkForm, ADDRESS: AddressForm, LETTERS: MailForm, LOOK: LookForm, PRIVACY: PrivacyForm,
    RECAPS: RecapsForm,
}  # fmt: skip


def section_form(
    section: str, settings: Settings, site: Site, decided: frozenset[str], data: Data = None, proposed_url: str = ""
) -> Any:
    start: dict[str, Any] = {name: getattr(settings, name) for name in SETTINGS[section] if name != "mail_password"}
    start |= {name: getattr(site, name) for name in ("colour", "logo_alt", "logo_ground", "notice", "purge_days")}
    for name in ("network_name", "mail_from"):
        if start.get(name) == default_of(name):
            start[name] = ""
    if start.get("public_url") == DEFAULT_ADDRESS:
        start["public_url"] = proposed_url
    if not settings.mail_host:
        start["mail_port"] = None
    form = FORMS[section](formdata=data, data=start)
    form.before = settings
    for name in SETTINGS[section]:
        if name in decided:
            del form[name]
    return form


def changed_settings(form: Any, section: str, settings: Settings) -> dict[str, str]:
    typed = {name: str(form[name].data or "") for name in SETTINGS[section] if name in form}
    return {name: value for name, value in typed.items() if value != str(getattr(settings, name))}


def _complain(field: Field, message: Any) -> None:
    field.errors = [*field.errors, message]
