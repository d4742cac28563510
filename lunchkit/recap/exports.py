"""A recap as others take it away: data for programs, words for search engines, links and a picture to share."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from flask import render_template
from flask_babel import LazyString, force_locale, gettext as _, lazy_gettext as _l
from markupsafe import Markup

from lunchkit.events.models import Event
from lunchkit.platform.i18n import when
from lunchkit.platform.images.late import cards
from lunchkit.platform.licences import BY, BY_SA, RESERVED, ZERO, Licence
from lunchkit.platform.links import public
from lunchkit.platform.markdown import host_of
from lunchkit.recap.document import VERSION, draft_article
from lunchkit.recap.models import Recap, RecapSection
from lunchkit.recap.sections import SectionKind
from lunchkit.recap.view_models import Article, Photo, Section
from lunchkit.room.polls.pictures import headline
from lunchkit.speakers.models import Appearance, Quotation

Thing = dict[str, Any]
_TERMS: Mapping[str, LazyString] = {
    BY.key: _l(
        "Everybody may use the text, the figures and the results of this recap, also changed and in print, "
        "if they name %(network)s and give the address of the page. Pictures, and what is quoted, belong to those "
        "who are named beside them."
    ),
    BY_SA.key: _l(
        "Everybody may use the text, the figures and the results of this recap, also changed and in print, "
        "if they name %(network)s, give the address of the page, and pass on what they make of it under the same "
        "licence. Pictures, and what is quoted, belong to those who are named beside them."
    ),
    ZERO.key: _l(
        "Everybody may use the text, the figures and the results of this recap as they like, also changed and in "
        "print, without asking and without naming anybody. Pictures, and what is quoted, belong to those who are "
        "named beside them."
    ),
    RESERVED.key: _l(
        "The text, the figures and the results of this recap belong to %(network)s. Anyone who wants more of them than "
        "a quotation asks first. Pictures, and what is quoted, belong to those who are named beside them."
    ),
}


def licence_terms(event: Event, licence: Licence) -> str:
    return str(_TERMS[licence.key]) % {"network": event.series.network}


def article_html(event: Event, article: Article, *, is_part: bool = False) -> Markup:
    """The article as HTML, always in its own language: what is counted and what is written read as one text.

    A part has no head.
    """
    with force_locale(article.language):
        page = render_template("recap/_article.html", article=article, event=event, is_part=is_part)
    return Markup(page)  # noqa: S704 - its template has escaped what people wrote


def press_text(event: Event, article: Article) -> str:
    """The article as plain text for the press, in its own language: what it says, without pictures."""
    about = {"address": public("recap.show", slug=event.slug), "terms": licence_terms(event, article.licence)}
    with force_locale(article.language):
        page = render_template("recap/press.txt", article=article, event=event, **about)
    return re.sub(r"\s*\n\s*\n\s*", "\n\n", page).strip() + "\n"


def preview_page(recap: Recap, back: str = "", section: RecapSection | None = None) -> str:
    """The draft as its readers would see it, or one section of it; ``back`` leads an organiser to it."""
    article, event, is_part = draft_article(recap, section), recap.event, section is not None
    about = {"article": article, "body": article_html(event, article, is_part=is_part), "event": event}
    return render_template("recap/show.html", **about, preview=True, is_part=is_part, back=back)


def recap_json(recap: Recap, article: Article) -> Thing:
    """The whole recap for a program, always in the language of the recap: what the page shows, and no more.

    ``static/recap.schema.json`` says what each part means.
    """
    event, published_at = recap.event, recap.published_at or recap.created_at
    with force_locale(article.language):
        return {
            "$schema": public("web.static_file", build="latest", path="recap.schema.json"),
            "version": VERSION,
            "address": public("recap.show", slug=event.slug),
            "title": event.title,
            "language": article.language,
            "network": event.series.network,
            "series": event.series.name,
            "licence": {
                "name": str(article.licence.name),
                "address": article.licence.address,
                "terms": licence_terms(event, article.licence),
            },
            "published_at": published_at.isoformat(),
            "corrections": [
                {"corrected_at": each.corrected_at.isoformat(), "note": each.note} for each in article.corrections
            ],
            "lunch": _lunch(event),
            "sections": [_section(section) for section in article.sections],
        }


def _lunch(event: Event) -> Thing:
    return {
        "address": public("site.event", slug=event.slug),
        "title": event.title,
        "starts_at": event.starts_local.isoformat(),
        "ends_at": event.ends_local.isoformat(),
        "place": event.place,
        "is_demo": bool(event.demo),
        "demo_note": event.demo_note,
    }


def _section(section: Section) -> Thing:
    told: Thing = {
        "id": section.id,
        "kind": section.kind.value,
        "heading": section.heading,
        "fields": dict(section.fields),
        "items": [_ITEMS.get(section.kind, dict)(item) for item in section.items],
    }
    if section.poll:
        told |= {"result": section.poll.kept, "before": section.poll.kept_before, "movement": section.poll.movement}
    if section.kind is SectionKind.NEXT:
        told["lunch"] = _lunch(section.next_lunch) if section.next_lunch else None
    return told


def _photo(photo: Photo) -> Thing:
    picture = photo.picture
    named = {name: getattr(picture, name) for name in ("alt", "credit", "licence", "width", "height")}
    files = [
        {"width": width, "address": public("images.file", token=picture.token, width=width)} for width in picture.widths
    ]
    return {"caption": photo.caption, **named, "files": files}


def _speaker(appearance: Appearance) -> Thing:
    speaker = appearance.speaker
    return {
        "name": speaker.name,
        "role": speaker.role,
        "organisation": speaker.organisation.name if speaker.organisation else "",
        "address": public("speakers.show", slug=speaker.slug),
    }


def _quotation(quotation: Quotation) -> Thing:
    named = {name: getattr(quotation, name) for name in ("text", "medium", "url")}
    return named | {"by": quotation.speaker.name}


def _press(item: Mapping[str, Any]) -> Thing:
    return {**item, "is_paid": {"yes": True, "no": False}.get(item["is_paid"])}


_ITEMS: Mapping[SectionKind, Callable[[Any], Thing]] = {
    SectionKind.PHOTOS: _photo,
    SectionKind.SPEAKERS: _speaker,
    SectionKind.QUOTATIONS: _quotation,
    SectionKind.PRESS: _press,
}


def structured_article(event: Event, data: Thing, summary: str) -> Thing:
    """``data`` (of ``recap_json``) as https://schema.org/Article for search engines; its author is the network."""
    network = {"@type": "Organization", "name": data["network"], "url": public("site.home")}
    address, licence, lunch = data["address"], data["licence"], data["lunch"]
    article = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": address,
        "headline": data["title"],
        "description": summary,
        "inLanguage": data["language"],
        "datePublished": data["published_at"],
        "dateModified": max([data["published_at"], *(each["corrected_at"] for each in data["corrections"])]),
        "author": network,
        "license": licence["address"],
        "copyrightNotice": "" if licence["address"] else f"© {data['network']}. {licence['name']}",
        "image": public("recap.card", slug=event.slug),
        "about": {
            "@type": "Event",
            "@id": lunch["address"],
            "url": lunch["address"],
            "name": lunch["title"],
            "startDate": lunch["starts_at"],
            "endDate": lunch["ends_at"],
        },
    }
    return {name: value for name, value in article.items() if value}


def share_links(event: Event, address: str, said: str) -> list[tuple[str, str, str]]:
    """Plain links that pass a page on: label, address, host; the host is empty for one's own mail program.

    On Signal, and on other Mastodon servers, people copy the address.
    """
    said, title = (words.replace("\u00a0", " ") for words in (said, event.title))
    text = f"{said}\n{address}"
    links = {
        _("By e-mail"): "mailto:?" + urlencode({"subject": title, "body": text}, quote_via=quote),
        "LinkedIn": "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": address}),
        "WhatsApp": "https://wa.me/?" + urlencode({"text": f"{said} {address}"}),
        "Mastodon": "https://mastodon.social/share?" + urlencode({"text": text}, quote_via=quote),
    }
    return [(label, href, host_of(href)) for label, href in links.items()]


def take_down_address(event: Event, photo: Photo) -> str:
    """An e-mail to the organisers that asks to take a picture off the page."""
    page = public("recap.show", slug=event.slug)
    subject = _("Take down a picture: %(title)s", title=event.title)
    body = _(
        "Take down this picture: %(caption)s\n%(address)s\n\nReason (optional):\n",
        caption=photo.caption or photo.picture.alt,
        address=f"{page}#picture-{photo.number}",
    )
    words = urlencode({"subject": subject, "body": body}, quote_via=quote)
    return f"mailto:{quote(event.contact_email, safe='@')}?{words}"


def shared_title(event: Event, article: Article) -> str:
    """What a shared recap is called, with what the room answered; in the language of the article."""
    with force_locale(article.language):
        return " · ".join(filter(None, (_("Recap: %(what)s", what=event.title), _finding(event, article))))


def _finding(event: Event, article: Article) -> str:
    """What the room answered; empty where it is invented, or has a remark without which it must not be told."""
    lead = article.lead
    return "" if lead is None or lead.kept["note"] or event.demo else headline(lead.result)


def card_of(event: Event, article: Article) -> bytes:
    with force_locale(article.language):
        place = ", ".join(filter(None, (event.venue, event.town)))
        lines = (event.series.name, _finding(event, article), when(event), place, event.series.network)
        return cards.card_png(_("Recap: %(what)s", what=event.title), tuple(filter(None, lines)), event.colour)
