"""The private link by which a speaker writes their own page. Its holder is the speaker: no cookie, no account.

Its pages are kept in no cache, shown by no search engine, and told to no other site. Opening one changes nothing.
"""

from functools import partial

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from lunchkit.platform.db import db
from lunchkit.platform.images.errors import PictureTooHeavy
from lunchkit.platform.images.intake import MOST_BYTES, read_upload
from lunchkit.platform.images.queries import picture_by_token
from lunchkit.platform.versions import ChangedMeanwhile, save, version_of
from lunchkit.platform.web import show_error, takes_pictures
from lunchkit.speakers import actions
from lunchkit.speakers.errors import LinkGone
from lunchkit.speakers.exports import page_facts
from lunchkit.speakers.forms import LICENCES, PageForm, PortraitForm, page_form, portrait_form
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.page import draft_page, public_page, written_page
from lunchkit.speakers.queries import has_public_page, quotation_or_404, quotations_of, speaker_by_link_or_404, talks_of

bp = Blueprint("own_page", __name__, url_prefix="/s/<token>")


@bp.after_request
def keep_address_secret(response: Response) -> Response:
    """A private link is as good as a key: no cache keeps it, no page that one goes to next hears of it."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.errorhandler(LinkGone)
def show_link_gone(refusal: LinkGone) -> ResponseReturnValue:
    """What to do with a link that opens nothing."""
    db.session.rollback()
    return render_template("speakers/gone.html"), refusal.status


@bp.get("")
def write(token: str) -> ResponseReturnValue:
    """Where a speaker begins: how their page stands, their portrait, and what they are quoted with."""
    return _desk(speaker_by_link_or_404(token), token)


@bp.get("/page")
def edit(token: str) -> ResponseReturnValue:
    """The form, filled with the draft, or else with what is public."""
    speaker = speaker_by_link_or_404(token)
    return _edit_page(speaker, token, _form(speaker))


@bp.post("/page")
def keep(token: str) -> ResponseReturnValue:
    """Keep what was written as a draft."""
    speaker = speaker_by_link_or_404(token)
    form = _form(speaker, request.form)
    return save(
        form,
        lambda: actions.save_page(speaker, form.page(), form.base_version),
        partial(_edit_page, speaker, token),
        lambda: _form(speaker),
        url_for(".preview" if "preview" in request.form else ".write", token=token, done="saved"),
    )


@bp.get("/preview")
def preview(token: str) -> ResponseReturnValue:
    """The page as everybody will see it."""
    return _preview(speaker_by_link_or_404(token), token)


@bp.post("/submission")
def submit(token: str) -> ResponseReturnValue:
    """Hand the draft over."""
    speaker = speaker_by_link_or_404(token)
    try:
        actions.submit_page(speaker, version_of(request.form.get("version")))
    except ChangedMeanwhile as refusal:
        return _preview(speaker, token, str(refusal.message)), refusal.status
    return _to_desk(token, "submitted")


@bp.get("/draft/removal")
def draft_removal(token: str) -> ResponseReturnValue:
    """Asks once more."""
    return _private("draft_removal.html", speaker_by_link_or_404(token), token)


@bp.post("/draft/removal")
def remove_draft(token: str) -> ResponseReturnValue:
    """Back to what is public."""
    actions.discard_draft(speaker_by_link_or_404(token))
    return _to_desk(token, "discarded")


@bp.get("/portrait")
def portrait(token: str) -> ResponseReturnValue:
    """The form of the portrait."""
    speaker = speaker_by_link_or_404(token)
    return _portrait_page(speaker, token, _portrait_form(speaker))


@bp.post("/portrait")
@takes_pictures
def save_portrait(token: str) -> ResponseReturnValue:
    """A portrait, or other words beside the one that is there."""
    speaker = speaker_by_link_or_404(token)
    form = portrait_form(written_page(speaker, ()), CombinedMultiDict((request.files, request.form)))

    def hang() -> None:
        upload = form.file()
        data = None if upload is None and written_page(speaker, ()).portrait else read_upload(upload)
        consent = _("Uploaded by the person it shows, by their private link.")
        actions.save_portrait(speaker, data, form.portrait_alt.data or "", form.portrait_credit.data or "", consent)

    page = partial(_portrait_page, speaker, token)
    return save(form, hang, page, lambda: _portrait_form(speaker), url_for(".write", token=token, done="portrait"))


@bp.errorhandler(RequestEntityTooLarge)
def show_too_heavy(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A picture that was too heavy to be taken in at all: the form again, with the sentence beside it."""
    if request.endpoint != f"{bp.name}.save_portrait" or not request.view_args:
        return show_error(error)
    token = request.view_args["token"]
    try:
        speaker = speaker_by_link_or_404(token)
    except LinkGone as gone:
        return show_link_gone(gone)
    form = _portrait_form(speaker)
    form.notice = str(PictureTooHeavy.message)
    return _portrait_page(speaker, token, form), 413


@bp.get("/portrait/removal")
def portrait_removal(token: str) -> ResponseReturnValue:
    """Asks once more."""
    return _private("portrait_removal.html", speaker_by_link_or_404(token), token)


@bp.post("/portrait/removal")
def remove_portrait(token: str) -> ResponseReturnValue:
    """No portrait any more, at once."""
    actions.remove_portrait(speaker_by_link_or_404(token))
    return _to_desk(token, "bare")


@bp.post("/quotations/<int(max=2147483647):quotation_id>/<any(approval, refusal):verdict>")
def answer_quotation(token: str, quotation_id: int, verdict: str) -> ResponseReturnValue:
    """Yes, quote me so; or no, or no longer."""
    speaker = speaker_by_link_or_404(token)
    quotation = quotation_or_404(speaker.id, quotation_id)
    try:
        actions.answer_quotation(speaker, quotation, verdict == "approval", request.form.get("text", ""))
    except ChangedMeanwhile:
        return _desk(speaker, token, _("These words have changed meanwhile. Please read them again.")), 409
    return _to_desk(token, verdict)


def _to_desk(token: str, done: str) -> ResponseReturnValue:
    return redirect(url_for(".write", token=token, done=done), code=303)


def _form(speaker: Speaker, data: MultiDict[str, str] | None = None) -> PageForm:
    return page_form(speaker, talks_of(speaker.id), data)


def _portrait_form(speaker: Speaker) -> PortraitForm:
    return portrait_form(written_page(speaker, ()))


def _private(template: str, speaker: Speaker, token: str, **facts: object) -> str:
    """A page behind a private link, in the colour of the speaker's latest lunch."""
    talks = talks_of(speaker.id)
    colour = talks[0].event.colour if talks else "tomate"
    return render_template(f"speakers/{template}", speaker=speaker, token=token, talks=talks, colour=colour, **facts)


def _desk(speaker: Speaker, token: str, notice: str = "") -> str:
    talks = talks_of(speaker.id)
    page = written_page(speaker, talks)
    return _private(
        "desk.html",
        speaker,
        token,
        page=page,
        portrait=picture_by_token(page.portrait),
        is_public=has_public_page(speaker),
        lunches={talk.event_id: talk.event for talk in talks},
        quotations=quotations_of(speaker.id),
        notice=notice,
    )


def _edit_page(speaker: Speaker, token: str, form: PageForm) -> str:
    return _private("edit.html", speaker, token, form=form, licences=LICENCES)


def _preview(speaker: Speaker, token: str, notice: str = "") -> str:
    draft = draft_page(speaker)
    facts = page_facts(speaker, draft or public_page(speaker, talks_of(speaker.id)))
    return render_template("speakers/preview.html", **facts, token=token, draft=draft, notice=notice)


def _portrait_page(speaker: Speaker, token: str, form: PortraitForm) -> str:
    if form.notice:
        form.picture.errors, form.notice = [form.notice], ""
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
