"""Public pages of speakers and organisations, contact cards, and the pictures beside shared links."""

from typing import Any

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit.platform import links, qr
from lunchkit.platform.images.cards import card_png
from lunchkit.platform.images.queries import picture_by_token
from lunchkit.platform.markdown import plain
from lunchkit.platform.static_files import compress
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.page import SpeakerPage, contact_card, public_page
from lunchkit.speakers.queries import (
    public_lunches_of,
    public_organisation_named,
    public_organisation_or_404,
    public_quotations_of,
    public_speaker_or_404,
    public_speakers_of,
    talks_of,
)

CARD_KEPT_FOR = 300
"""Seconds in caches, so that an erased person is gone from them within minutes."""
bp = Blueprint("speakers", __name__)


@bp.get("/speakers/<slug>")
def show(slug: str) -> ResponseReturnValue:
    speaker = public_speaker_or_404(slug)
    html = render_template(
        "speakers/show.html",
        **page_facts(speaker, public_page(speaker, talks_of(speaker.id, only_public=True))),
        address=links.public("speakers.show", slug=slug),
        picture_address=links.public("speakers.card", slug=slug),
    )
    return compress(Response(html))


def page_facts(speaker: Speaker, page: SpeakerPage) -> dict[str, Any]:
    """The variables of the page template, for the public page and for a draft."""
    talks = talks_of(speaker.id, only_public=True)
    return {
        "speaker": speaker,
        "page": page,
        "talks": talks,
        "lunches": {talk.event_id: talk.event for talk in talks},
        "quotations": public_quotations_of(speaker.id),
        "portrait": picture_by_token(page.portrait),
        "organisation": public_organisation_named(page.organisation),
        "colour": talks[0].event.colour if talks else "tomate",
        "qr": qr.svg(links.public("speakers.vcard", slug=speaker.slug), _("QR code of the contact card")),
    }


@bp.get("/speakers/<slug>.vcf")
def vcard(slug: str) -> ResponseReturnValue:
    speaker = public_speaker_or_404(slug)
    card = contact_card(public_page(speaker, ()), links.public("speakers.show", slug=slug))
    response = Response(card, content_type="text/vcard; charset=utf-8")
    response.headers.set("Content-Disposition", "inline", filename=f"{speaker.slug}.vcf")
    return response


@bp.get("/speakers/<slug>.png")
def card(slug: str) -> ResponseReturnValue:
    speaker = public_speaker_or_404(slug)
    page, event = public_page(speaker, ()), talks_of(speaker.id, only_public=True)[0].event
    lines = [line for line in (page.role, page.organisation, event.series.network) if line]
    response = Response(card_png(page.name, lines, event.colour), content_type="image/png")
    response.headers["Cache-Control"] = f"public, max-age={CARD_KEPT_FOR}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/organisations/<slug>")
def organisation(slug: str) -> ResponseReturnValue:
    organisation = public_organisation_or_404(slug)
    lunches = public_lunches_of(organisation)
    html = render_template(
        "speakers/organisation.html",
        organisation=organisation,
        people=public_speakers_of(organisation),
        lunches=lunches,
        network=lunches[0].series.network,
        colour=lunches[0].colour,
        description=plain(organisation.about)[:300],
        address=links.public("speakers.organisation", slug=slug),
        picture_address=links.public("site.card", slug=lunches[0].slug),
    )
    return compress(Response(html))
