"""What an organiser is asked: an address to sign in; name and address at the first start; whom to invite; oneself."""

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import DataRequired

from lunchkit.platform.config import WORKING_LANGUAGES
from lunchkit.platform.fields import BareForm, at_most, has_a_word
from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.platform.mail.addresses import valid_email
from lunchkit.platform.text import clean_line
from lunchkit.team.models import Organiser, Role


@dataclass(frozen=True)
class SignInWish:
    """Who wants to sign in, and which page they wanted to see."""

    email: str
    return_to: str | None
    """A path of the organisers' area."""


@dataclass(frozen=True)
class OrganiserDetails:
    """Who an organiser is."""

    name: str
    email: str


@dataclass(frozen=True)
class InvitationDetails:
    """Whom to ask into the team, and for what."""

    name: str
    email: str
    role: Role


ROLE_NAMES: dict[str, LazyString] = {
    Role.HELPER: _l("Helper"),
    Role.ORGANISER: _l("Organiser"),
    Role.OWNER: _l("Owner"),
}
ROLES = {
    Role.HELPER: _l("Helper: checks people in at the door, and sees nothing else"),
    Role.ORGANISER: _l("Organiser: everything about lunches"),
}
"""The roles that can be given; the third is handed over."""


def return_path(wish: str | None) -> str | None:
    """The path of a page of the organisers' area that GET opens, written anew from our own map; None for all else.

    What was asked for is looked up, never repeated: it cannot lead to another site.
    """
    if not wish or not wish.startswith("/organiser/") or not wish.isprintable() or len(wish) > 300:
        return None
    try:
        endpoint, values = current_app.url_map.bind("").match(wish, method="GET")
    except (HTTPException, ValueError):
        return None
    return url_for(endpoint, **values) if endpoint.startswith("organiser.") else None


class SignInForm(FlaskForm):
    """An address, and where to go then."""

    email = StringField(
        _l("E-mail"), filters=[clean_line], validators=[DataRequired(_l("Please write your address.")), valid_email]
    )
    next = HiddenField()

    def wish(self) -> SignInWish:
        """The frozen value of a valid form."""
        return SignInWish(self.email.data or "", return_path(self.next.data))


class SignInCodeForm(BareForm):
    """The code of the e-mail; spaces and strokes do not matter."""

    code = StringField(
        _l("Code from the e-mail"),
        filters=[lambda typed: "".join(filter(str.isalnum, typed or ""))],
        validators=[DataRequired(_l("Please write a code.")), at_most(60)],
    )


def _own_name() -> StringField:
    return StringField(
        _l("First and last name"),
        filters=[clean_line],
        validators=[
            DataRequired(_l("Please write your name.")),
            at_most(100),
            has_a_word(_l("Please write your name.")),
        ],
    )


def _role() -> RadioField:
    asks = DataRequired(_l("Please choose one."))
    return RadioField(_l("Role in the team"), choices=lambda: list(ROLES.items()), validators=[asks])


class OrganiserForm(FlaskForm):
    """The first organiser of a fresh server."""

    name = _own_name()
    email = StringField(
        _l("E-mail"), filters=[clean_line], validators=[DataRequired(_l("Please write your address.")), valid_email]
    )

    def details(self) -> OrganiserDetails:
        """The frozen value of a valid form."""
        return OrganiserDetails(self.name.data or "", self.email.data or "")


class NameForm(BareForm):
    """How somebody who was invited wants to be called."""

    name = _own_name()


class AccountForm(BareForm):
    """One's own name, and the language of one's letters."""

    name = _own_name()
    language = RadioField(
        _l("Language of the letters to you"),
        choices=lambda: [(code, name) for code, name in LANGUAGE_NAMES if code in WORKING_LANGUAGES],
        validators=[DataRequired(_l("Please choose one."))],
    )


class InvitationForm(BareForm):
    """Somebody to ask into the team."""

    name = StringField(
        _l("First and last name"),
        filters=[clean_line],
        validators=[
            DataRequired(_l("Please write a name.")),
            at_most(100),
            has_a_word(_l("Please write a name.")),
        ],
    )
    email = StringField(
        _l("E-mail"), filters=[clean_line], validators=[DataRequired(_l("Please write an address.")), valid_email]
    )
    role = _role()

    def details(self) -> InvitationDetails:
        """The frozen value of a valid form."""
        return InvitationDetails(self.name.data or "", self.email.data or "", Role(self.role.data))


class RoleForm(BareForm):
    """What somebody may do from now on."""

    role = _role()

    def chosen(self) -> Role:
        """The role of a valid form."""
        return Role(self.role.data)


def sign_in_code_form(data: MultiDict[str, str] | None = None) -> SignInCodeForm:
    """The form of the code."""
    return SignInCodeForm(formdata=data)


def account_form(organiser: Organiser, data: MultiDict[str, str] | None = None) -> AccountForm:
    """The form about oneself, as it is or as it was sent."""
    return AccountForm(formdata=data, obj=organiser)


def invitation_form(data: MultiDict[str, str] | None = None) -> InvitationForm:
    """The form of an invitation; most who are asked come to help at the door."""
    return InvitationForm(formdata=data, role=Role.HELPER.value)


def role_form(organiser: Organiser, data: MultiDict[str, str] | None = None) -> RoleForm:
    """The form of somebody's role."""
    return RoleForm(formdata=data, obj=organiser)


def name_form(name: str, data: MultiDict[str, str] | None = None) -> NameForm:
    """The form of one's name, as whoever invited wrote it."""
    return NameForm(formdata=data, name=name)
