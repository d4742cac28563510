"""Public pages of speakers and organisations, contact cards, and the pictures beside shared links."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from lunchkit.platform import links
from lunchkit.platform.images.late import cards
from lunchkit.platform.markdown import plain
from lunchkit.platform.page_cache import seldom_changes
from lunchkit.speakers.page import contact_card, page_facts, public_page
from lunchkit.speakers.queries import (
    public_lunches_of,
    public_organisation_or_404,
    public_speaker_or_404,
    public_speakers_of,
    talks_of,
)

CARD_KEPT_FOR = 300
"""Seconds in caches, so that an erased person is gone from them within minutes."""
bp = Blueprint("speakers", __name__)


@bp.get("/speakers/<slug>")
@seldom_changes()
def show(slug: str) -> ResponseReturnValue:
    speaker = public_speaker_or_404(slug)
    return render_template(
        "speakers/show.html",
        **page_facts(speaker, public_page(speaker, talks_of(speaker.id, only_public=True))),
        address=links.public("speakers.show", slug=slug),
        picture_address=links.public("speakers.card", slug=slug),
    )


@bp.get("/speakers/<slug>.vcf")
@seldom_changes()
def vcard(slug: str) -> ResponseReturnValue:
    speaker = public_speaker_or_404(slug)
    card = contact_card(public_page(speaker, ()), links.public("speakers.show", slug=slug))
    response = Response(card, content_type="text/vcard; charset=utf-8")
    response.headers.set("Content-Disposition", "inline", filename=f"{speaker.slug}.vcf")
    return response


@bp.get("/speakers/<slug>.png")
@seldom_changes()
def card(slug: str) -> ResponseReturnValue:
    speaker = public_speaker_or_404(slug)
    page, event = public_page(speaker, ()), talks_of(speaker.id, only_public=True)[0].event
    lines = tuple(line for line in (page.role, page.organisation, event.series.network) if line)
    response = Response(cards.card_png(page.name, lines, event.colour), content_type="image/png")
    response.headers["Cache-Control"] = f"public, max-age={CARD_KEPT_FOR}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/organisations/<slug>")
@seldom_changes()
def organisation(slug: str) -> ResponseReturnValue:
    organisation = public_organisation_or_404(slug)
    lunches = public_lunches_of(organisation)
    return render_template(
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
