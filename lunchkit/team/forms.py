"""Forms of the team: to sign in, the first organiser, invitations, roles, one's own account, the second factor."""

from flask import current_app, url_for
from flask_babel import LazyString, lazy_gettext as _l
from werkzeug.exceptions import HTTPException
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired

from lunchkit.platform.config import WORKING_LANGUAGES
from lunchkit.platform.fields import BareForm, at_most, line
from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.platform.mail.addresses import valid_email
from lunchkit.platform.text import clean_line
from lunchkit.team.models import Role

ROLE_NAMES: dict[str, LazyString] = {
    Role.HELPER: _l("Helper"),
    Role.ORGANISER: _l("Organiser"),
    Role.OWNER: _l("Owner"),
}
ROLES = {
    Role.HELPER: _l("Helper: checks people in, and sees nothing else"),
    Role.ORGANISER: _l("Organiser: everything about lunches"),
}
"""The roles that can be given; the owner's is handed over."""


def return_path(requested: str | None) -> str | None:
    """The path of a GET page of the organisers' area; None for everything else.

    It is looked up in our own map and built again, so that it cannot lead to another site.
    """
    if not requested or not requested.startswith("/organiser/") or not requested.isprintable() or len(requested) > 300:
        return None
    try:
        endpoint, values = current_app.url_map.bind("").match(requested, method="GET")
    except (HTTPException, ValueError):
        return None
    return url_for(endpoint, **values) if endpoint.startswith("organiser.") else None


def _name(missing: LazyString, label: LazyString = _l("First and last name"), most: int = 100) -> StringField:
    return line(label, most, missing=missing)


def _email(missing: LazyString) -> StringField:
    return StringField(_l("E-mail"), filters=[clean_line], validators=[DataRequired(missing), valid_email])


class SignInForm(BareForm):
    email = _email(_l("Write your address."))
    next = HiddenField()


class SignInCodeForm(BareForm):
    """The code of the e-mail; spaces and hyphens are ignored."""

    code = StringField(
        _l("Code from the e-mail"),
        filters=[lambda typed: "".join(filter(str.isalnum, typed or ""))],
        validators=[DataRequired(_l("Write a code.")), at_most(60)],
    )


class OrganiserForm(BareForm):
    name = _name(_l("Write your name."))
    email = _email(_l("Write your address."))


class AccountForm(BareForm):
    name = _name(_l("Write your name."))
    language = RadioField(
        _l("Language of the e-mails to you"),
        choices=lambda: [(code, name) for code, name in LANGUAGE_NAMES if code in WORKING_LANGUAGES],
        validators=[DataRequired(_l("Choose one."))],
    )


class RoleForm(BareForm):
    role = RadioField(
        _l("Role in the team"), choices=lambda: list(ROLES.items()), validators=[DataRequired(_l("Choose one."))]
    )


class InvitationForm(RoleForm):
    name = _name(_l("Write a name."))
    email = _email(_l("Write an address."))


class PasskeyForm(BareForm):
    name = _name(_l("Write a name."), _l("Name of this device"), 60)
    answer = HiddenField()


class RecoveryCodeForm(BareForm):
    code = StringField(
        _l("Recovery code"), filters=[clean_line], validators=[DataRequired(_l("Write a code.")), at_most(60)]
    )
