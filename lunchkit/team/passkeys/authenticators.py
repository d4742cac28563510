"""What devices are asked, and whether their answer is good: the only module that uses the library ``webauthn``.

The library is an extra, imported when it is first used. Without it no passkey can be added or checked; recovery codes
need no library. Host name and origin come from the configured public address, never from a request. The device must
verify the person (finger, face or PIN): an unlocked phone has its mailbox too, and would be both factors.
"""

import hmac
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from lunchkit.platform.config import current_settings
from lunchkit.team.errors import Unproven
from lunchkit.team.models import Organiser, Passkey

IS_INSTALLED = find_spec("webauthn") is not None
_PORTS = {"http": 80, "https": 443}


@cache
def _webauthn() -> Any:
    """The library: importing it takes a third of a second."""
    return import_module("webauthn")


def passkey_host() -> str:
    """The host name of the public address, in ASCII: a passkey works for no other."""
    host = (urlsplit(current_settings().address).hostname or "").rstrip(".")
    return host.encode("idna").decode()


def passkey_origin() -> str:
    """The public address as browsers write it: without path and default port."""
    address = urlsplit(current_settings().address)
    port = f":{address.port}" if address.port and address.port != _PORTS.get(address.scheme) else ""
    return f"{address.scheme}://{passkey_host()}{port}"


def passkey_obstacle() -> str:
    """Why no passkey can be made or asked for: «library», «name» (the address has a number) or «tls»; empty if none."""
    host = passkey_host()
    if not IS_INSTALLED:
        return "library"
    if host.replace(".", "").isdecimal():
        return "name"
    is_here = host == "localhost" or host.endswith(".localhost")
    return "" if current_settings().is_https or is_here else "tls"


def creation_options(organiser: Organiser, challenge: bytes, known: Iterable[Passkey]) -> dict[str, Any]:
    """The options with which a browser makes a passkey, as JSON values."""
    webauthn = _webauthn()
    structs = webauthn.helpers.structs
    options = webauthn.generate_registration_options(
        rp_id=passkey_host(),
        rp_name=current_settings().network_name,
        user_id=organiser.user_handle,
        user_name=organiser.email,
        user_display_name=organiser.name,
        challenge=challenge,
        exclude_credentials=_descriptors(known),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return dict(webauthn.helpers.options_to_json_dict(options))


def request_options(challenge: bytes, known: Iterable[Passkey]) -> dict[str, Any]:
    """The options with which a browser shows one of these passkeys, as JSON values."""
    webauthn = _webauthn()
    options = webauthn.generate_authentication_options(
        rp_id=passkey_host(),
        challenge=challenge,
        allow_credentials=_descriptors(known),
        user_verification=webauthn.helpers.structs.UserVerificationRequirement.REQUIRED,
    )
    return dict(webauthn.helpers.options_to_json_dict(options))


def _descriptors(known: Iterable[Passkey]) -> list[Any]:
    structs = _webauthn().helpers.structs
    return [
        structs.PublicKeyCredentialDescriptor(
            id=passkey.credential_id,
            transports=[structs.AuthenticatorTransport(way) for way in passkey.transports] or None,
        )
        for passkey in known
        if passkey.rp_id == passkey_host()
    ]


def check_creation(challenge: bytes, answer: str) -> Passkey:
    """The passkey in an answer, without person and name. Raises Unproven."""
    webauthn = _webauthn()
    try:
        credential = webauthn.helpers.parse_registration_credential_json(answer)
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=passkey_host(),
            expected_origin=passkey_origin(),
            require_user_verification=True,
        )
    except Exception as error:  # answers are untrusted, and decoders fail in many ways
        raise Unproven from error
    return Passkey(
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=list(dict.fromkeys(way.value for way in credential.response.transports or ())),
        rp_id=passkey_host(),
    )


def check_answer(challenge: bytes, answer: str, organiser: Organiser, known: Iterable[Passkey]) -> Passkey:
    """The person's passkey that a good answer comes from, with its new signature counter.

    Raises Unproven, also where the counter went back as that of a copy would.
    """
    webauthn = _webauthn()
    try:
        credential = webauthn.helpers.parse_authentication_credential_json(answer)
        passkey = next(one for one in known if one.credential_id == credential.raw_id)
        proven = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=passkey_host(),
            expected_origin=passkey_origin(),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception as error:
        raise Unproven from error
    whose = credential.response.user_handle
    if whose is not None and not hmac.compare_digest(whose, organiser.user_handle or b""):
        raise Unproven
    passkey.sign_count = proven.new_sign_count
    return passkey
