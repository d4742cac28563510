"""What an organiser is asked: an address to sign in; a name and an address at the first start."""

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.exceptions import HTTPException
from wtforms import HiddenField, StringField
from wtforms.validators import DataRequired

from lunchkit.fields import at_most, has_a_word
from lunchkit.mail.addresses import valid_email
from lunchkit.text import clean_line


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


class OrganiserForm(FlaskForm):
    """The first organiser of a fresh server."""

    name = StringField(
        _l("First and last name"),
        filters=[clean_line],
        validators=[
            DataRequired(_l("Please write your name.")),
            at_most(100),
            has_a_word(_l("Please write your name.")),
        ],
    )
    email = StringField(
        _l("E-mail"), filters=[clean_line], validators=[DataRequired(_l("Please write your address.")), valid_email]
    )

    def details(self) -> OrganiserDetails:
        """The frozen value of a valid form."""
        return OrganiserDetails(self.name.data or "", self.email.data or "")
