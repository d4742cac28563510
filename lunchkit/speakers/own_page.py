"""The private link by which a speaker writes their page, without an account or a cookie.

Its pages are not cached, not indexed, and send no referrer. GET changes nothing.
"""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit.platform.db import db
from lunchkit.platform.images.intake import sent_picture
from lunchkit.platform.images.queries import picture_by_token
from lunchkit.platform.versions import ChangedMeanwhile, save, sent, version_of
from lunchkit.platform.web import keep_address_secret, takes_pictures
from lunchkit.speakers import actions
from lunchkit.speakers.forms import LICENCES, PageForm, PortraitForm, page_form, portrait_values
from lunchkit.speakers.models import Speaker
from lunchkit.speakers.names_left import said_of
from lunchkit.speakers.page import draft_page, page_facts, public_page, written_page
from lunchkit.speakers.queries import (
    LinkGone,
    has_public_page,
    quotation_or_404,
    quotations_of,
    speaker_by_link_or_404,
    talks_of,
)
from lunchkit.speakers.quotations import actions as quotations

bp = Blueprint("own_page", __name__, url_prefix="/s/<token>")
bp.after_request(keep_address_secret)


@bp.errorhandler(LinkGone)
def show_link_gone(error: LinkGone) -> ResponseReturnValue:
    db.session.rollback()
    return render_template("speakers/gone.html"), error.status


@bp.get("")
def write(token: str) -> ResponseReturnValue:
    return _start_page(speaker_by_link_or_404(token), token)


@bp.route("/page", methods=["GET", "POST"])
def edit(token: str) -> ResponseReturnValue:
    speaker = speaker_by_link_or_404(token)
    form = page_form(speaker, sent())
    return save(
        form,
        lambda: actions.save_page(speaker, form.page(), form.base_version),
        partial(_edit_page, speaker, token),
        lambda: page_form(speaker),
        url_for(".preview" if "preview" in request.form else ".write", token=token, done="saved"),
    )


@bp.get("/preview")
def preview(token: str) -> ResponseReturnValue:
    return _preview(speaker_by_link_or_404(token), token)


@bp.post("/submission")
def submit(token: str) -> ResponseReturnValue:
    speaker = speaker_by_link_or_404(token)
    try:
        actions.submit_page(speaker, version_of(request.form.get("version")))
    except ChangedMeanwhile as error:
        return _preview(speaker, token, str(error.message)), error.status
    return _to_start(token, "submitted")


@bp.route("/<any(draft, portrait):what>/removal", methods=["GET", "POST"])
def remove(token: str, what: str) -> ResponseReturnValue:
    speaker = speaker_by_link_or_404(token)
    if request.method == "POST":
        (actions.discard_draft if what == "draft" else actions.remove_portrait)(speaker)
        return _to_start(token, "discarded" if what == "draft" else "bare")
    return _private("removal.html", speaker, token, what=what)


@bp.route("/portrait", methods=["GET", "POST"])
@takes_pictures
def portrait(token: str) -> ResponseReturnValue:
    speaker = speaker_by_link_or_404(token)
    form = _portrait_form(speaker)

    def change() -> None:
        data = sent_picture(form.picture, is_needed=not written_page(speaker, ()).portrait)
        consent = _("Uploaded by the person it shows, by their private link.")
        words = (form.portrait_alt.data or "", form.portrait_credit.data or "")
        actions.save_portrait(speaker, data, *words, consent, form.focus.data)

    page = partial(_portrait_page, speaker, token)
    return save(form, change, page, lambda: _portrait_form(speaker), url_for(".write", token=token, done="portrait"))


@bp.post("/quotations/<int(max=2147483647):quotation_id>/<any(approval, refusal):verdict>")
def answer_quotation(token: str, quotation_id: int, verdict: str) -> ResponseReturnValue:
    speaker = speaker_by_link_or_404(token)
    quotation = quotation_or_404(speaker.id, quotation_id)
    try:
        quotations.answer_quotation(speaker, quotation, verdict == "approval", request.form.get("text", ""))
    except ChangedMeanwhile as error:
        notice = _("These words have changed meanwhile. Read them again.")
        return _start_page(speaker, token, notice), error.status
    return _to_start(token, verdict)


def _to_start(token: str, done: str) -> ResponseReturnValue:
    return redirect(url_for(".write", token=token, done=done), code=303)


def _portrait_form(speaker: Speaker) -> PortraitForm:
    return PortraitForm(data=portrait_values(written_page(speaker, ())))


def _private(template: str, speaker: Speaker, token: str, **variables: object) -> str:
    talks = talks_of(speaker.id)
    colour = talks[0].event.colour if talks else "tomate"
    common = {"speaker": speaker, "token": token, "talks": talks, "colour": colour}
    return render_template(f"speakers/{template}", **common, **variables)


def _start_page(speaker: Speaker, token: str, notice: str = "") -> str:
    talks = talks_of(speaker.id)
    page = written_page(speaker, talks)
    return _private(
        "start.html",
        speaker,
        token,
        page=page,
        portrait=picture_by_token(page.portrait),
        is_public=has_public_page(speaker),
        lunches={talk.event_id: talk.event for talk in talks},
        quotations=quotations_of(speaker.id),
        said_of=said_of(speaker, talks),
        notice=notice,
    )


def _edit_page(speaker: Speaker, token: str, form: PageForm) -> str:
    return _private("edit.html", speaker, token, form=form, licences=LICENCES)


def _preview(speaker: Speaker, token: str, notice: str = "") -> str:
    draft = draft_page(speaker)
    variables = page_facts(speaker, draft or public_page(speaker, talks_of(speaker.id)))
    return render_template("speakers/preview.html", **variables, token=token, draft=draft, notice=notice)


def _portrait_page(speaker: Speaker, token: str, form: PortraitForm) -> str:
    if form.notice:
        form.picture.errors, form.notice = [form.notice], ""
    page = written_page(speaker, ())
    return _private("portrait.html", speaker, token, page=page, portrait=picture_by_token(page.portrait), form=form)
