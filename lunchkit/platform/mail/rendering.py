"""From a row of the outbox to an e-mail: each feature registers how its kinds of e-mail are written."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from flask import render_template
from flask_babel import force_locale

from lunchkit.platform.mail.models import OutboxEmail


@dataclass(frozen=True)
class RenderedEmail:
    """What an e-mail says, before it becomes a message."""

    subject: str
    text: str
    html: str
    sender_name: str = ""
    reply_to: str | None = None
    invitation: bytes | None = None
    """A calendar object; its METHOD is ``invitation_method``."""
    invitation_method: str = "REQUEST"
    images: Mapping[str, bytes] = field(default_factory=dict)
    """PNGs that the HTML part shows, by their ``cid:``."""
    unsubscribe_url: str = ""
    """Where one POST ends e-mails of this kind (RFC 8058); empty for answers to what a person did."""


_BOUND = "\u202f\u00a0"
_SPACES = re.compile(f"[ {_BOUND}]+")
Renderer = Callable[[dict[str, Any]], RenderedEmail | None]
_renderers: dict[str, Renderer] = {}


class Urgency(IntEnum):
    """Which e-mails leave before which, where several are due."""

    SIGN_IN = 0
    """Signing in, and the security of an account: a person waits in front of the screen."""
    PERSONAL = 1
    """An answer to what one person did, or news of their seat."""
    REMINDER = 2
    MAILING = 3
    """The same for many people."""


urgencies: dict[str, Urgency] = {}
"""The urgency of each kind of e-mail."""


def email_kind(kind: str, urgency: Urgency = Urgency.PERSONAL) -> Callable[[Renderer], Renderer]:
    """Register the decorated function as the writer of one kind of e-mail."""

    def register(renderer: Renderer) -> Renderer:
        _renderers[kind], urgencies[kind] = renderer, urgency
        return renderer

    return register


def render_email(row: OutboxEmail) -> RenderedEmail | None:
    """Write an e-mail in the language of its reader; None where nothing is left to say. KeyError: unknown kind."""
    with force_locale(row.language):
        return _renderers[row.kind](row.facts)


def fill(folder: str, sender_name: str, reply_to: str | None = None, **context: object) -> RenderedEmail:
    """An e-mail from ``templates/<folder>/``. Its text is not escaped: never show it as HTML."""
    subject = render_template(f"{folder}/subject.txt", **context)
    text = render_template(f"{folder}/body.txt", **context)
    html = render_template(f"{folder}/body.html", **context)
    return RenderedEmail(one_line(subject), text.strip() + "\n", html, sender_name, reply_to)


def one_line(text: str) -> str:
    """Line breaks and control characters as spaces, so that a header stays one; French no-break spaces stay."""
    one = "".join(char if char.isprintable() or char in _BOUND else " " for char in text)
    return _SPACES.sub(lambda run: next((char for char in run[0] if char in _BOUND), " "), one).strip()
