"""Whether a text can be an address of the web, of a mailbox, or the name of a time zone."""

from email.errors import MessageError
from email.headerregistry import Address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        fits_a_socket = address.port is None or address.port > 0
        (address.hostname or "").encode("idna")  # so is every request's host compared with it: a name it must be
    except ValueError:
        return False
    known = address.scheme in ("http", "https") and bool(address.hostname) and ":" not in (address.hostname or "")
    return known and fits_a_socket and not (address.query or address.fragment or address.username) and " " not in text


def is_local_address(address: str) -> bool:
    """Whether an address leads nowhere but to the machine on which it is opened."""
    host = urlsplit(address).hostname or ""
    return host == "localhost" or host.endswith(".localhost") or host.startswith("127.") or host.strip(".0") == ""


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def is_mailbox(text: str) -> bool:
    """Whether this is one address to which mail can be sent."""
    try:
        return "@" in Address(addr_spec=text).addr_spec and text.isascii()
    except (ValueError, IndexError, MessageError):  # the parser stumbles over what ends too early
        return False
