"""What devices are asked, and whether their answer is good: the one module that knows the library ``webauthn``.

The library is an extra: without it nobody can add a passkey, those that are there cannot be checked, and nobody gets in
without what they promised (recovery codes need no library). Host name and origin come from the configured public
address, never from a request. The person must be verified by the device (finger, face or PIN): whoever finds an
unlocked phone has its mailbox too, and would have both factors.
"""

import hmac
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import LazyLoader, find_spec, module_from_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import idna

from lunchkit.platform.config import Settings
from lunchkit.team.models import Passkey
from lunchkit.team.passkeys.errors import Unproven

if TYPE_CHECKING:
    import webauthn
    from webauthn.helpers import structs


def _at_first_use(name: str) -> Any:
    """A module that is read in when somebody needs it; None where it is not installed.

    Most houses have nobody with a passkey: they would pay for the library with a third of a second at each start.
    """
    spec = find_spec(name)
    if spec is None or spec.loader is None:
        return None
    spec.loader = LazyLoader(spec.loader)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    webauthn = sys.modules.get("webauthn") or _at_first_use("webauthn")
IS_INSTALLED = webauthn is not None
PATIENCE = 120_000
"""Milliseconds that a browser waits for the device."""
LONGEST_ANSWER = 20_000
LONGEST_ID = 1023
_PORTS = {"http": 80, "https": 443}


class Obstacle(StrEnum):
    """Why no passkey can be made or asked for."""

    NO_LIBRARY = "library"
    NO_NAME = "name"
    """The public address has a number in the place of a host name."""
    NO_TLS = "tls"


@dataclass(frozen=True)
class RelyingParty:
    """Who asks: the house, under its public address."""

    id: str
    """The host name; a passkey answers to no other."""
    origin: str
    name: str


@dataclass(frozen=True)
class NewPasskey:
    """What is kept of a passkey that was just made."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]


def relying_party(settings: Settings) -> RelyingParty:
    """Who asks; read from the public address as browsers write it: small letters, no usual port, names in ASCII."""
    address = urlsplit(settings.address)
    host = (address.hostname or "").rstrip(".")
    if not host.isascii():
        host = _in_ascii(host)
    port = f":{address.port}" if address.port and address.port != _PORTS.get(address.scheme) else ""
    return RelyingParty(host, f"{address.scheme}://{host}{port}", settings.network_name)


def _in_ascii(host: str) -> str:
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:  # a name of the first rules, by which settings are checked
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
    party: RelyingParty, *, handle: bytes, email: str, name: str, challenge: bytes, known: Iterable[Passkey]
) -> dict[str, Any]:
    """What a browser is given to make a passkey, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=handle,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=PATIENCE,
        exclude_credentials=_descriptors(party, known),
        authenticator_selection=webauthn.helpers.structs.AuthenticatorSelectionCriteria(
            resident_key=webauthn.helpers.structs.ResidentKeyRequirement.PREFERRED,
            user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.helpers.options_to_json_dict(options)


def request_options(party: RelyingParty, *, challenge: bytes, known: Iterable[Passkey]) -> dict[str, Any]:
    """What a browser is given to show one of these passkeys, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=PATIENCE,
        allow_credentials=_descriptors(party, known),
        user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return webauthn.helpers.options_to_json_dict(options)


def _descriptors(party: RelyingParty, known: Iterable[Passkey]) -> "list[structs.PublicKeyCredentialDescriptor]":
    return [
        webauthn.helpers.structs.PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[webauthn.helpers.structs.AuthenticatorTransport(way) for way in passkey.transports] or None,
        )
        for passkey in known
        if passkey.rp_id == party.id
    ]


def check_creation(party: RelyingParty, challenge: bytes, answer: str) -> NewPasskey:
    """The passkey that an answer brings. Raises Unproven."""
    _refuse_too_long(answer)
    try:
        credential = webauthn.helpers.parse_registration_credential_json(answer)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except Exception as error:  # strangers send what they like, and decoders stumble over it in many ways
        raise Unproven from error
    if len(made.credential_id) > LONGEST_ID:
        raise Unproven
    ways = [way.value for way in credential.response.transports or ()]
    return NewPasskey(made.credential_id, made.credential_public_key, made.sign_count, list(dict.fromkeys(ways)))


def shown_id(answer: str) -> bytes:
    """By which passkey an answer says that it is; nothing of it is proven yet. Raises Unproven."""
    _refuse_too_long(answer)
    try:
        return webauthn.helpers.base64url_to_bytes(json.loads(answer)["id"])
    except Exception as error:
        raise Unproven from error


def check_answer(party: RelyingParty, challenge: bytes, answer: str, passkey: Passkey, handle: bytes | None) -> int:
    """The count that a good answer tells. Raises Unproven.

    The count is compared by whoever knows what to do where it went back. The library would do it before it has looked
    at the signature, and anybody could raise the alarm.
    """
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
    return proven.new_sign_count


def _refuse_too_long(answer: str) -> None:
    if len(answer) > LONGEST_ANSWER:
        raise Unproven
