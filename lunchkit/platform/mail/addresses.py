"""E-mail addresses: which are accepted, in which form they are kept, when two are the same, and which may be a slip."""

import unicodedata
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import LazyString, lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from lunchkit.platform.errors import UserError

FREQUENT = (
    "gmail.com", "bluewin.ch", "hotmail.com", "hotmail.ch", "hotmail.fr", "outlook.com", "outlook.fr", "icloud.com",
    "yahoo.com", "yahoo.fr", "proton.me", "protonmail.com", "protonmail.ch", "infomaniak.ch", "ik.me", "sunrise.ch",
    "gmx.ch", "gmx.net", "gmx.com", "gmx.de", "gmx.fr", "live.com", "live.fr", "laposte.net", "orange.fr", "free.fr",
    "sfr.fr", "wanadoo.fr", "me.com", "mac.com", "mail.com", "ymail.com", "email.com", "etik.com", "unige.ch",
    "etat.ge.ch", "ville-geneve.ch", "hesge.ch", "netplus.ch", "vtxnet.ch", "romandie.com", "posteo.net", "posteo.de",
)  # fmt: skip
"""Domains that people write often: what is nearly one of them is questioned, never refused."""


class BadAddress(UserError):
    """No e-mail can be sent to this address; the message says what to mend."""

    status = 422

    def __init__(self, message: LazyString) -> None:
        super().__init__(message)
        self.message = message


def normal_email(typed: str) -> str:
    """An address as it is stored: domain in lower case and ASCII. No request to the DNS. Raises BadAddress."""
    try:
        checked = validate_email(typed, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise BadAddress(_what_is_wrong(typed)) from error
    if "." not in checked.domain:
        raise BadAddress(_what_is_wrong(typed))
    return f"{checked.local_part}@{checked.ascii_domain}"


def _what_is_wrong(typed: str) -> LazyString:
    local, at, domain = typed.rpartition("@")
    if not at:
        return _l("The @ is missing: an address looks like name@example.ch.")
    if not local:
        return _l("The part before the @ is missing.")
    if "." not in domain:
        return _l("The end of the address is missing, for example «.ch».")
    return _l("Check this address: it should look like name@example.ch.")


def valid_email(_form: Any, field: Field) -> None:
    """For a form's field: bring an address to its normal form, or say what is wrong with it."""
    if not field.data:
        return
    try:
        field.data = normal_email(field.data)
    except BadAddress as error:
        raise ValidationError(error.message) from error


def normalise_email(address: str) -> str:
    """The form of an address in which two spellings of the same mailbox compare equal."""
    return unicodedata.normalize("NFKC", address.strip()).casefold()


def likely_meant(address: str) -> str | None:
    """The address that was probably meant (one letter of the domain differs), or None where there is no doubt."""
    local, _, domain = address.rpartition("@")
    meant = _frequent_like(domain.lower())
    return f"{local}@{meant}" if meant else None


@lru_cache(maxsize=1000)
def _frequent_like(domain: str) -> str | None:
    if domain in FREQUENT or len(domain) <= 5:
        return None
    return next(iter(get_close_matches(domain, FREQUENT, n=1, cutoff=0.86)), None)
