"""Plain links that pass a recap on: no script, and no third party until one is tapped."""

import re
from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask_babel import force_locale
from flask_babel import gettext as _

from lunchkit.events.models import Event
from lunchkit.i18n import when
from lunchkit.images.cards import card_png
from lunchkit.links import public
from lunchkit.markdown import host_of
from lunchkit.recap.views import Article, Photo

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{4,253}}$)(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
"""A host name of at least two labels, in ASCII, that is no address of numbers."""


class ShareLink(NamedTuple):
    """Where one may pass the recap on."""

    label: str
    address: str
    host: str
    """Whose it is; empty for one's own mail program."""


def share_links(event: Event, address: str) -> list[ShareLink]:
    """The ways that are a plain link. Signal has none that names no recipient: its users copy the address."""
    mail = urlencode({"subject": event.title, "body": f"{event.title}\n{address}"}, quote_via=quote)
    named = [
        ("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": address})),
        ("WhatsApp", "https://wa.me/?" + urlencode({"text": f"{event.title} {address}"})),
    ]
    links = [ShareLink(label, href, host_of(href)) for label, href in named]
    return [ShareLink(str(_("By e-mail")), f"mailto:?{mail}", ""), *links]


def instance_host(typed: str) -> str:
    """The host of a Mastodon server, from what people type: its name, its address, or their own «@name@server».

    Empty where that is no host name: nobody is sent to a bare number, a port, or a place that looks like another one.
    """
    name = typed.strip().lower().removeprefix("https://").removeprefix("http://").partition("/")[0]
    name = name.rpartition("@")[2].rstrip(".")
    try:
        host = name.encode("idna").decode()
    except UnicodeError:
        return ""
    return host if _HOST.fullmatch(host) else ""


def mastodon_address(host: str, event: Event, address: str) -> str:
    """Where a server of Mastodon takes a text to post."""
    return f"https://{host}/share?" + urlencode({"text": f"{event.title}\n{address}"}, quote_via=quote)


def take_down_address(event: Event, photo: Photo) -> str:
    """A letter to the organisers that asks to take a picture off the page."""
    page = public("recap.show", slug=event.slug)
    subject = _("Please take down a picture: %(title)s", title=event.title)
    body = _(
        "Please take down this picture: %(caption)s\n%(address)s\n\nReason (optional):\n",
        caption=photo.caption or photo.picture.alt,
        address=f"{page}#picture-{photo.number}",
    )
    return f"mailto:{quote(event.contact_email, safe='@')}?" + urlencode(
        {"subject": subject, "body": body}, quote_via=quote
    )


def card_of(event: Event, article: Article) -> bytes:
    """The picture that stands for the recap where its address is shared; it speaks the article's language."""
    with force_locale(article.language):
        place = ", ".join(filter(None, (event.venue, event.town)))
        lines = (event.series.name, when(event), place, event.series.network)
        return card_png(event.title, [line for line in lines if line], event.colour)
