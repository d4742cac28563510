"""Plain links that pass a recap on: no script, and no third party until one is tapped."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from flask_babel import force_locale
from flask_babel import gettext as _

from lunchkit.events.models import Event
from lunchkit.platform.i18n import when
from lunchkit.platform.images.cards import card_png
from lunchkit.platform.links import public
from lunchkit.platform.markdown import host_of
from lunchkit.recap.view_models import Article, Photo


class ShareLink(NamedTuple):
    """Where one may pass the recap on."""

    label: str
    address: str
    host: str
    """Whose it is; empty for one's own mail program."""


def share_links(event: Event, address: str) -> list[ShareLink]:
    """The ways that are a plain link. On Signal, and on other Mastodon servers, people copy the address."""
    text = f"{event.title}\n{address}"
    mail = urlencode({"subject": event.title, "body": text}, quote_via=quote)
    named = [
        ("LinkedIn", "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": address})),
        ("WhatsApp", "https://wa.me/?" + urlencode({"text": f"{event.title} {address}"})),
        (
            "Mastodon",
            "https://mastodon.social/share?" + urlencode({"text": text}, quote_via=quote),
        ),
    ]
    links = [ShareLink(label, href, host_of(href)) for label, href in named]
    return [ShareLink(str(_("By e-mail")), f"mailto:?{mail}", ""), *links]


def take_down_address(event: Event, photo: Photo) -> str:
    """An e-mail to the organisers that asks to take a picture off the page."""
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
