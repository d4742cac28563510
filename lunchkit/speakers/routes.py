"""Public doors of speakers: their pages, and the private link by which they write them.

Whoever holds a private link is the speaker; there is no cookie, and nothing to sign in to. Its pages are kept in no
cache, shown by no search engine, and told to no other site. Opening one changes nothing.
"""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from lunchkit import links, qr
from lunchkit.db import db
from lunchkit.images.cards import card_png
from lunchkit.images.intake import MOST_BYTES, read_upload
from lunchkit.images.queries import picture_by_token
from lunchkit.images.refusals import PictureTooHeavy
from lunchkit.markdown import plain
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.speakers import actions
from lunchkit.speakers.exports import (
    VCARD_TYPE,
    contact_card,
    page_facts,
    structured_organisation,
    structured_speaker,
)
from lunchkit.speakers.forms import (
    LICENCES,
    Difference,
    PageForm,
    PortraitForm,
    differences,
    digest_of,
    draft_page,
    page_form,
    portrait_form,
    public_page,
    written_page,
)
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.organiser_forms import quotation_details
from lunchkit.speakers.queries import (
    has_public_page,
    public_lunches_of,
    public_organisation_or_404,
    public_speaker_or_404,
    public_speakers_of,
    public_talks_of,
    quotation_or_404,
    quotations_of,
    speaker_by_link_or_404,
    talks_of,
)
from lunchkit.speakers.refusals import ChangedMeanwhile, LinkGone
from lunchkit.web import compress, show_error, takes_pictures

CARD_KEPT_FOR = 300
"""Seconds. Whoever is forgotten is gone from every cache within minutes."""
bp = Blueprint("speakers", __name__)


@bp.after_request
def keep_address_secret(response: Response) -> Response:
    """A private link is as good as a key: no cache keeps it, no page that one goes to next hears of it."""
    if request.view_args and "token" in request.view_args:
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.errorhandler(LinkGone)
def show_link_gone(refusal: LinkGone) -> ResponseReturnValue:
    """What to do with a link that opens nothing."""
    db.session.rollback()
    return render_template("speakers/gone.html"), refusal.status


@bp.get("/speakers/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """A speaker."""
    speaker = public_speaker_or_404(slug)
    page = public_page(speaker, public_talks_of(speaker.id))
    facts = page_facts(speaker, page)
    html = render_template(
        "speakers/show.html",
        **facts,
        address=links.public("speakers.show", slug=slug),
        picture_address=links.public("speakers.card", slug=slug),
        structured=structured_speaker(speaker, page, facts["talks"], facts["organisation"], facts["portrait"]),
        qr=_vcard_code(speaker),
    )
    return compress(Response(html))


def _vcard_code(speaker: Speaker) -> str:
    """The address of the contact card as a code: small enough for any camera, and never out of date."""
    return qr.svg(links.public("speakers.vcard", slug=speaker.slug), _("QR code of the contact card"))


@bp.get("/speakers/<slug>.vcf")
def vcard(slug: str) -> ResponseReturnValue:
    """The contact card of a speaker."""
    speaker = public_speaker_or_404(slug)
    card = contact_card(public_page(speaker, ()), links.public("speakers.show", slug=slug))
    response = Response(card, content_type=VCARD_TYPE)
    response.headers.set("Content-Disposition", "inline", filename=f"{speaker.slug}.vcf")
    return response


@bp.get("/speakers/<slug>.png")
def card(slug: str) -> ResponseReturnValue:
    """The picture that other sites show beside a link to a speaker."""
    speaker = public_speaker_or_404(slug)
    page = public_page(speaker, ())
    talks = public_talks_of(speaker.id)
    lines = [line for line in (page.role, page.organisation, talks[0].event.series.network) if line]
    return _card(page.name, lines, talks[0].event.colour)


@bp.get("/organisations/<slug>")
def organisation(slug: str) -> ResponseReturnValue:
    """An organisation, who speaks for it, and at which lunches."""
    organisation = public_organisation_or_404(slug)
    lunches = public_lunches_of(organisation)
    network = lunches[0].series.network
    description = plain(organisation.about)[:300]
    html = render_template(
        "speakers/organisation.html",
        organisation=organisation,
        people=public_speakers_of(organisation),
        lunches=lunches,
        network=network,
        colour=lunches[0].colour,
        description=description,
        address=links.public("speakers.organisation", slug=slug),
        picture_address=links.public("speakers.organisation_card", slug=slug),
        structured=structured_organisation(organisation, description, network if organisation.is_member else ""),
    )
    return compress(Response(html))


@bp.get("/organisations/<slug>.png")
def organisation_card(slug: str) -> ResponseReturnValue:
    """The picture that other sites show beside a link to an organisation."""
    organisation = public_organisation_or_404(slug)
    latest = public_lunches_of(organisation)[0]
    lines = [line for line in (organisation.town, latest.series.name, latest.series.network) if line]
    return _card(organisation.name, lines, latest.colour)


def _card(title: str, lines: list[str], colour: str) -> Response:
    response = Response(card_png(title, lines, colour), content_type="image/png")
    response.headers["Cache-Control"] = f"public, max-age={CARD_KEPT_FOR}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _private(template: str, speaker: Speaker, token: str, **facts: object) -> str:
    """A page behind a private link, in the colour of the speaker's latest lunch."""
    talks = talks_of(speaker.id)
    colour = talks[0].event.colour if talks else "tomate"
    return render_template(f"speakers/{template}", speaker=speaker, token=token, talks=talks, colour=colour, **facts)


@bp.get("/s/<token>")
def write(token: str) -> ResponseReturnValue:
    """Where a speaker begins: how their page stands, their portrait, and what they are quoted with."""
    return _desk(speaker_by_link_or_404(token), token)


def _desk(speaker: Speaker, token: str, notice: str = "") -> str:
    talks = talks_of(speaker.id)
    page = written_page(speaker, talks)
    quotations = quotations_of(speaker.id)
    return _private(
        "desk.html",
        speaker,
        token,
        page=page,
        portrait=picture_by_token(page.portrait),
        is_public=has_public_page(speaker),
        lunches={talk.event_id: talk.event for talk in talks},
        quotations=quotations,
        seen={quotation.id: digest_of(quotation_details(quotation)) for quotation in quotations},
        notice=notice,
    )


@bp.get("/s/<token>/page")
def edit(token: str) -> ResponseReturnValue:
    """The form, filled with the draft, or else with what is public."""
    speaker = speaker_by_link_or_404(token)
    talks = talks_of(speaker.id)
    return _edit_page(speaker, token, page_form(written_page(speaker, talks), talks))


@bp.post("/s/<token>/page")
def save(token: str) -> ResponseReturnValue:
    """Keep what was written as a draft; whatever is wrong, the form comes back with all that was typed."""
    speaker = speaker_by_link_or_404(token)
    talks = talks_of(speaker.id)
    before = written_page(speaker, talks)
    form = page_form(before, talks, request.form)
    if not form.validate():
        return _edit_page(speaker, token, form), 422
    try:
        actions.save_page(speaker, form.page(before), form.seen.data or "")
    except LinkGone:
        raise
    except NO as error:
        refusal = readable(error)
        compared = _compare(speaker, form) if isinstance(refusal, ChangedMeanwhile) else []
        page = _edit_page(speaker, token, form, str(refusal.message), compared)
        return page, refusal.status, retry_header(refusal)
    if "preview" in request.form:
        return redirect(url_for(".preview", token=token, done="saved"), code=303)
    return redirect(url_for(".write", token=token, done="saved"), code=303)


def _compare(speaker: Speaker, form: PageForm) -> list[Difference]:
    """What was saved meanwhile beside what was typed; the form may be sent again over it."""
    talks = talks_of(speaker.id)
    saved = written_page(speaker, talks)
    form.seen.data = saved.text_digest()
    return differences(saved, form.page(saved))


def _edit_page(
    speaker: Speaker, token: str, form: PageForm, notice: str = "", compared: list[Difference] | None = None
) -> str:
    return _private("edit.html", speaker, token, form=form, licences=LICENCES, notice=notice, compared=compared)


@bp.get("/s/<token>/preview")
def preview(token: str) -> ResponseReturnValue:
    """The page as everybody will see it."""
    return _preview(speaker_by_link_or_404(token), token)


def _preview(speaker: Speaker, token: str, notice: str = "") -> str:
    draft = draft_page(speaker, talks_of(speaker.id))
    facts = page_facts(speaker, draft or public_page(speaker, talks_of(speaker.id)))
    return render_template(
        "speakers/preview.html", **facts, token=token, draft=draft, notice=notice, qr=_vcard_code(speaker)
    )


@bp.post("/s/<token>/submission")
def submit(token: str) -> ResponseReturnValue:
    """Hand the draft over, or let it go live."""
    speaker = speaker_by_link_or_404(token)
    try:
        actions.submit_page(speaker, request.form.get("seen", ""))
    except ChangedMeanwhile as refusal:
        db.session.rollback()
        return _preview(speaker, token, str(refusal.message)), refusal.status
    return _to_desk(token, "submitted" if speaker.submitted_at else "live")


@bp.post("/s/<token>/submission/withdrawal")
def take_back(token: str) -> ResponseReturnValue:
    """Go on writing."""
    actions.take_back_page(speaker_by_link_or_404(token))
    return _to_desk(token, "back")


@bp.get("/s/<token>/draft/removal")
def draft_removal(token: str) -> ResponseReturnValue:
    """Asks once more."""
    return _private("draft_removal.html", speaker_by_link_or_404(token), token)


@bp.post("/s/<token>/draft/removal")
def remove_draft(token: str) -> ResponseReturnValue:
    """Back to what is public."""
    actions.discard_draft(speaker_by_link_or_404(token))
    return _to_desk(token, "discarded")


@bp.get("/s/<token>/portrait")
def portrait(token: str) -> ResponseReturnValue:
    """The form of the portrait."""
    speaker = speaker_by_link_or_404(token)
    return _portrait_page(speaker, token, portrait_form(written_page(speaker, ())))


@bp.post("/s/<token>/portrait")
@takes_pictures
def keep_portrait(token: str) -> ResponseReturnValue:
    """A portrait, or other words beside the one that is there."""
    speaker = speaker_by_link_or_404(token)
    page = written_page(speaker, ())
    form = portrait_form(page, CombinedMultiDict((request.files, request.form)))
    upload, is_worded = form.file(), form.validate()
    try:
        data = None if upload is None and page.portrait else read_upload(upload)
        if not is_worded:
            if data is not None:
                form.picture.errors = [_("Please choose the picture again: browsers do not keep it.")]
            return _portrait_page(speaker, token, form), 422
        if data is None:
            actions.describe_portrait(speaker, form.words())
        else:
            consent = _("Uploaded by the person it shows, by their private link.")
            actions.keep_portrait(speaker, data, form.words(), consent)
    except LinkGone:
        raise
    except NO as error:
        refusal = readable(error)
        form.picture.errors = [str(refusal.message)]
        return _portrait_page(speaker, token, form), refusal.status, retry_header(refusal)
    return _to_desk(token, "portrait")


@bp.errorhandler(RequestEntityTooLarge)
def show_too_heavy(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A picture that was too heavy to be taken in at all: the form again, with the sentence beside it."""
    if request.endpoint != "speakers.keep_portrait" or not request.view_args:
        return show_error(error)
    token = request.view_args["token"]
    try:
        speaker = speaker_by_link_or_404(token)
    except LinkGone as gone:
        return show_link_gone(gone)
    form = portrait_form(written_page(speaker, ()))
    form.picture.errors = [str(PictureTooHeavy.message)]
    return _portrait_page(speaker, token, form), 413


def _portrait_page(speaker: Speaker, token: str, form: PortraitForm) -> str:
    page = written_page(speaker, ())
    return _private(
        "portrait.html",
        speaker,
        token,
        page=page,
        portrait=picture_by_token(page.portrait),
        form=form,
        most_bytes=MOST_BYTES,
        too_heavy=PictureTooHeavy.message,
    )


@bp.get("/s/<token>/portrait/removal")
def portrait_removal(token: str) -> ResponseReturnValue:
    """Asks once more."""
    return _private("portrait_removal.html", speaker_by_link_or_404(token), token)


@bp.post("/s/<token>/portrait/removal")
def remove_portrait(token: str) -> ResponseReturnValue:
    """No portrait any more, at once."""
    actions.remove_portrait(speaker_by_link_or_404(token))
    return _to_desk(token, "bare")


@bp.post("/s/<token>/quotations/<int(max=2147483647):quotation_id>/approval")
def approve_quotation(token: str, quotation_id: int) -> ResponseReturnValue:
    """Yes, quote me so."""
    return _judge(token, quotation_id, is_approved=True)


@bp.post("/s/<token>/quotations/<int(max=2147483647):quotation_id>/refusal")
def refuse_quotation(token: str, quotation_id: int) -> ResponseReturnValue:
    """No, or no longer."""
    return _judge(token, quotation_id, is_approved=False)


def _judge(token: str, quotation_id: int, *, is_approved: bool) -> ResponseReturnValue:
    speaker = speaker_by_link_or_404(token)
    quotation = quotation_or_404(speaker.id, quotation_id)
    try:
        actions.judge_quotation(speaker, quotation, is_approved, request.form.get("seen", ""))
    except ChangedMeanwhile:
        db.session.rollback()
        return _desk(speaker, token, _("These words have changed meanwhile. Please read them again.")), 409
    return _to_desk(token, "approved" if is_approved else "refused")


def _to_desk(token: str, done: str) -> ResponseReturnValue:
    return redirect(url_for(".write", token=token, done=done), code=303)
