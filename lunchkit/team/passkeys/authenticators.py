"""What devices are asked, and whether their answer is good: the only module that uses the library ``webauthn``.

The library is an extra, imported when it is first used. Without it no passkey can be added or checked; recovery codes
need no library. Host name and origin come from the configured public address, never from a request. The device must
verify the person (finger, face or PIN): an unlocked phone has its mailbox too, and would be both factors.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import idna

from lunchkit.platform.config import Settings
from lunchkit.team.models import Organiser, Passkey
from lunchkit.team.passkeys.errors import Unproven

IS_INSTALLED = find_spec("webauthn") is not None
TIMEOUT = 120_000
"""Milliseconds that a browser waits for the device."""
LONGEST_ANSWER = 20_000
LONGEST_ID = 1023
_PORTS = {"http": 80, "https": 443}


@cache
def _webauthn() -> Any:
    """The library: importing it takes a third of a second."""
    return import_module("webauthn")


class Obstacle(StrEnum):
    """Why no passkey can be made or asked for."""

    NO_LIBRARY = "library"
    NO_NAME = "name"
    """The public address has a number in the place of a host name."""
    NO_TLS = "tls"


@dataclass(frozen=True)
class RelyingParty:
    """This installation, under its public address."""

    id: str
    """The host name; a passkey works for no other."""
    origin: str
    name: str


def relying_party(settings: Settings) -> RelyingParty:
    """This installation, with its address as browsers write it: lower case, no default port, names in ASCII."""
    address = urlsplit(settings.address)
    host = (address.hostname or "").rstrip(".")
    if not host.isascii():
        host = _in_ascii(host)
    port = f":{address.port}" if address.port and address.port != _PORTS.get(address.scheme) else ""
    return RelyingParty(host, f"{address.scheme}://{host}{port}", settings.network_name)


def _in_ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:  # a name by IDNA 2003, which the settings allow
        return host.encode("idna").decode()


def obstacle(settings: Settings) -> Obstacle | None:
    """Why passkeys cannot be used here; None where they can."""
    host = relying_party(settings).id
    if not IS_INSTALLED:
        return Obstacle.NO_LIBRARY
    if _is_number(host):
        return Obstacle.NO_NAME
    is_here = host == "localhost" or host.endswith(".localhost")
    return None if settings.is_https or is_here else Obstacle.NO_TLS


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def creation_options(
    party: RelyingParty, organiser: Organiser, challenge: bytes, known: Iterable[Passkey]
) -> dict[str, Any]:
    """The options with which a browser makes a passkey, as JSON values."""
    webauthn = _webauthn()
    structs = webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=organiser.user_handle,
        user_name=organiser.email,
        user_display_name=organiser.name,
        challenge=challenge,
        timeout=TIMEOUT,
        exclude_credentials=_descriptors(party, known),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return dict(webauthn.helpers.options_to_json_dict(options))


def request_options(party: RelyingParty, challenge: bytes, known: Iterable[Passkey]) -> dict[str, Any]:
    """The options with which a browser shows one of these passkeys, as JSON values."""
    webauthn = _webauthn()
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=TIMEOUT,
        allow_credentials=_descriptors(party, known),
        user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return dict(webauthn.helpers.options_to_json_dict(options))


def _descriptors(party: RelyingParty, known: Iterable[Passkey]) -> list[Any]:
    structs = _webauthn().helpers.structs
    return [
        structs.PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[structs.AuthenticatorTransport(way) for way in passkey.transports] or None,
        )
        for passkey in known
        if passkey.rp_id == party.id
    ]


def check_creation(party: RelyingParty, challenge: bytes, answer: str) -> Passkey:
    """The passkey in an answer, without person and name. Raises Unproven."""
    _refuse_too_long(answer)
    webauthn = _webauthn()
    try:
        credential = webauthn.helpers.parse_registration_credential_json(answer)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # answers are untrusted, and decoders fail in many ways
        raise Unproven from error
    if len(made.credential_id) > LONGEST_ID:
        raise Unproven
    return Passkey(
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=list(dict.fromkeys(way.value for way in credential.response.transports or ())),
        rp_id=party.id,
    )


def shown_id(answer: str) -> bytes:
    """The id of the passkey that an answer claims to be from, not proven yet. Raises Unproven."""
    _refuse_too_long(answer)
    try:
        return bytes(_webauthn().helpers.base64url_to_bytes(json.loads(answer)["id"]))
    except Exception as error:
        raise Unproven from error


def check_answer(party: RelyingParty, challenge: bytes, answer: str, passkey: Passkey, handle: bytes | None) -> int:
    """The signature counter in a good answer. Raises Unproven.

    The caller compares the counter. The library would do it before it has checked the signature, and anybody could
    raise the alarm.
    """
    webauthn = _webauthn()
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except Exception as error:
        raise Unproven from error
    whose = credential.response.user_handle
    if whose is not None and not hmac.compare_digest(whose, handle or b""):
        raise Unproven
    return int(proven.new_sign_count)


def _refuse_too_long(answer: str) -> None:
    if len(answer) > LONGEST_ANSWER:
        raise Unproven
