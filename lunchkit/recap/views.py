"""Public pages of a recap: the article, its data, its picture, and the secret preview of a draft."""

from flask import Blueprint, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import event_by_slug_or_404
from lunchkit.platform.links import public
from lunchkit.platform.page_cache import seldom_changes
from lunchkit.recap.document import article_of
from lunchkit.recap.exports import (
    article_html,
    card_of,
    licence_terms,
    press_text,
    preview_page,
    recap_json,
    share_links,
    shared_title,
    structured_article,
    take_down_address,
)
from lunchkit.recap.models import Recap
from lunchkit.recap.queries import RecapWithdrawn, corrections_of, published_recap_or_404, recap_by_preview_or_404
from lunchkit.recap.view_models import Article, key_figure, local_day, slice_of, written_day

bp = Blueprint("recap", __name__)
bp.add_app_template_filter(key_figure)
bp.add_app_template_filter(local_day, "local_day")
bp.add_app_template_filter(written_day, "written_day")
bp.add_app_template_global(slice_of, "slice_of")
bp.add_app_template_global(take_down_address, "take_down_address")


@bp.get("/e/<slug>/recap")
@seldom_changes()
def show(slug: str) -> ResponseReturnValue:
    try:
        event, recap, article = _published(slug)
    except RecapWithdrawn:
        return render_template("recap/withdrawn.html", event=event_by_slug_or_404(slug)), 410
    address, title = public("recap.show", slug=slug), shared_title(event, article)
    return render_template(
        "recap/show.html",
        article=article,
        body=article_html(event, article),
        event=event,
        address=address,
        preview=False,
        published_at=recap.published_at,
        structured=structured_article(event, recap_json(recap, article), article.summary),
        share=share_links(event, address, title),
        shared_title=title,
        terms=licence_terms(event, article.licence),
    )


@bp.get("/e/<slug>/recap.json")
@seldom_changes()
def data(slug: str) -> ResponseReturnValue:
    _event, recap, article = _published(slug)
    return jsonify(recap_json(recap, article))


@bp.get("/e/<slug>/recap.txt")
@seldom_changes()
def text(slug: str) -> ResponseReturnValue:
    event, _recap, article = _published(slug)
    return Response(press_text(event, article), content_type="text/plain; charset=utf-8")


@bp.get("/e/<slug>/recap.png")
@seldom_changes()
def card(slug: str) -> ResponseReturnValue:
    event, _recap, article = _published(slug)
    response = Response(card_of(event, article), content_type="image/png")
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@bp.get("/recap/<token>")
def preview(token: str) -> ResponseReturnValue:
    recap = recap_by_preview_or_404(token)
    response = Response(preview_page(recap))
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _published(slug: str) -> tuple[Event, Recap, Article]:
    event = event_by_slug_or_404(slug)
    recap = published_recap_or_404(event.id)
    return event, recap, article_of(event, recap.published or {}, corrections_of(event.id))
