"""What organisers enter about speakers: who they are, what they said, and what they are quoted with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, Field, StringField, TextAreaField
from wtforms.validators import ValidationError

from lunchkit.platform.fields import BareForm, at_most, line, paragraphs
from lunchkit.platform.mail.addresses import valid_email
from lunchkit.platform.text import clean_line
from lunchkit.platform.versions import VersionedForm
from lunchkit.speakers.forms import (
    NAMELESS,
    PortraitForm,
    SlidesForm,
    SpeakerDetails,
    SpeakerForm,
    WrittenForm,
    links_in,
    web_link,
)
from lunchkit.speakers.models import SLIDES, Appearance
from lunchkit.speakers.page import public_page

WORDLESS = _l("Write what was said.")
BASELESS = _l("Say when and how they agreed, for example: by telephone on 3 December.")
Data = MultiDict[str, str]


WRITTEN = ("short_bio", "biography", "languages", "links")
"""What organisers may write on a speaker's behalf: columns of Speaker."""


def _unmarked(text: str) -> str:
    return text.strip('«»“”"\u00a0\u202f ')


class InvitedForm(SpeakerForm):
    email = EmailField(_l("E-mail"), filters=[clean_line], validators=[at_most(254), valid_email])


@dataclass(frozen=True)
class AppearanceDetails(SpeakerDetails):
    """A speaker at a lunch: who they are, what they said and showed (columns of Appearance), and their page."""

    said: str = ""
    slides_url: str = ""
    slides_title: str = ""
    slides_licence: str = ""
    email: str = ""
    on_behalf: str = ""
    written: Mapping[str, Any] = field(default_factory=dict)
    """What is written for them, by column of Speaker; what is left out stays."""


class AppearanceForm(InvitedForm, WrittenForm, SlidesForm):
    """A speaker at a lunch, and one more quotation; its version is the one of the speaker."""

    said = paragraphs(_l("What was said there"), 4000)
    on_behalf = line(_l("They agreed to this text: when and how"), 300)
    quotation = TextAreaField(_l("Quotation"), filters=[clean_line, _unmarked], validators=[at_most(500)])
    """Its quotation marks are left out: the page adds them."""
    medium: StringField = line(_l("Medium"), 120)
    url = web_link(_l("Quotation: address (https://…)"))
    basis = line(_l("They have said yes already: when and how"), 300)
    before: Mapping[str, Any]

    def validate_on_behalf(self, field: Field) -> None:
        if self.details().written != self.before and not field.data:
            raise ValidationError(str(BASELESS))

    def validate_quotation(self, field: Field) -> None:
        if (field.raw_data or [""])[0].strip() and not any(char.isalnum() for char in field.data):
            raise ValidationError(str(WORDLESS))

    def details(self) -> AppearanceDetails:
        values = {one.name: self[one.name].data for one in fields(AppearanceDetails) if one.name != "written"}
        written = {name: self[name].data for name in WRITTEN} | {"links": links_in(self.links.data)}
        return AppearanceDetails(**values, written=written)


def appearance_form(appearance: Appearance, data: Data | None = None) -> AppearanceForm:
    speaker = appearance.speaker
    page = public_page(speaker, ())
    values = {name: getattr(appearance, name) for name in ("said", *SLIDES)}
    values |= {name: getattr(speaker, name) for name in ("name", "role", "email", "on_behalf", "version", *WRITTEN)}
    values |= {"organisation": page.organisation, "links": page.as_text("links")}
    form = AppearanceForm(formdata=data, data=values)
    form.before = {name: getattr(speaker, name) for name in WRITTEN}
    return form


class PlacedPortraitForm(PortraitForm):
    on_behalf = line(_l("They agreed to this picture: when and how"), 300, missing=BASELESS)


class OrganisationForm(VersionedForm):
    name = line(_l("Name"), 120, missing=NAMELESS)
    website = web_link(_l("Website"))
    town = line(_l("Town"), 80)
    about = paragraphs(_l("What it does"), 3000)
    is_member = BooleanField(_l("Member of the network"))


class BasisForm(BareForm):
    basis = line(_l("When and how they said yes"), 300, missing=BASELESS)
