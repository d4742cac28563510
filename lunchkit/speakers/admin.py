"""The organisers' pages for the speakers of a lunch: who they are, their private link, drafts and quotations."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.validators import InputRequired

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import qr
from lunchkit.platform.errors import NotFound, or_404
from lunchkit.platform.images.actions import put_back, take_down
from lunchkit.platform.images.intake import sent_picture
from lunchkit.platform.images.queries import pictures_by_token
from lunchkit.platform.versions import ChangedMeanwhile, save, sent, version_of
from lunchkit.platform.web import takes_pictures
from lunchkit.speakers import actions, admin_forms, queries
from lunchkit.speakers.admin_queries import state_of
from lunchkit.speakers.forms import LICENCES, SpeakerDetails, portrait_values
from lunchkit.speakers.models import Appearance, Speaker
from lunchkit.speakers.names_left import places_of
from lunchkit.speakers.page import differences, draft_page, page_facts, public_page
from lunchkit.speakers.quotations import actions as quotations

bp = Blueprint("speakers", __name__)
ONE = "/e/<slug>/speakers/<int(max=2147483647):speaker_id>"


@bp.get("/e/<slug>/speakers")
def index(slug: str) -> ResponseReturnValue:
    return _index_page(any_event_by_slug_or_404(slug), admin_forms.InvitedForm(formdata=None))


@bp.post("/e/<slug>/speakers")
def create(slug: str) -> ResponseReturnValue:
    event, form = any_event_by_slug_or_404(slug), admin_forms.InvitedForm(formdata=request.form)
    who = SpeakerDetails(form.name.data or "", form.role.data or "", form.organisation.data or "")
    if invites := "invite" in request.form:
        needed = InputRequired(_("Write the address to which the invitation goes."))
        form.email.validators = [needed, *form.email.validators]

    def add() -> None:
        appearance = actions.add_speaker(event, who, form.email.data or "")
        if invites:
            actions.invite(appearance)

    done = url_for(".index", slug=slug, done="invited" if invites else "added")
    return save(form, add, partial(_index_page, event), partial(admin_forms.InvitedForm, formdata=None), done)


@bp.route(ONE, methods=["GET", "POST"])
def update(slug: str, speaker_id: int) -> ResponseReturnValue:
    appearance = _appearance(slug, speaker_id)
    form = admin_forms.appearance_form(appearance, sent())

    def change() -> None:
        actions.change_appearance(appearance, form.details(), form.base_version)
        if form.quotation.data:
            words = (form.quotation, form.medium, form.url, form.basis)
            quotations.quote_speaker(appearance, *(one.data or "" for one in words))

    page = partial(_page, appearance)
    return save(form, change, page, lambda: admin_forms.appearance_form(appearance), _address(appearance, "saved"))


@bp.route(f"{ONE}/organisation", methods=["GET", "POST"])
def update_organisation(slug: str, speaker_id: int) -> ResponseReturnValue:
    appearance = _appearance(slug, speaker_id)
    organisation = or_404(appearance.speaker.organisation)
    form = admin_forms.OrganisationForm(formdata=sent(), obj=organisation)

    def page(form: admin_forms.OrganisationForm) -> str:
        return _show("organisation.html", appearance, organisation=organisation, form=form)

    def change() -> None:
        actions.change_organisation(organisation, form.values(), form.base_version)

    saved = partial(admin_forms.OrganisationForm, formdata=None, obj=organisation)
    return save(form, change, page, saved, _address(appearance, "saved"))


@bp.post(f"{ONE}/invitation")
def invite(slug: str, speaker_id: int) -> ResponseReturnValue:
    appearance = _appearance(slug, speaker_id)
    actions.invite(appearance)
    return _to(appearance, "invited")


@bp.get(f"{ONE}/slip")
def slip(slug: str, speaker_id: int) -> ResponseReturnValue:
    """The private link as a QR code on paper, for who has no e-mail."""
    appearance = _appearance(slug, speaker_id)
    link = or_404(queries.private_link(appearance.speaker))
    return _show("slip.html", appearance, link=link, qr=qr.svg(link, _("QR code of the private link")))


@bp.route(f"{ONE}/quotations/<int(max=2147483647):quotation_id>/approval", methods=["GET", "POST"])
def approve_quotation(slug: str, speaker_id: int, quotation_id: int) -> ResponseReturnValue:
    appearance, quotation = _appearance(slug, speaker_id), queries.quotation_or_404(speaker_id, quotation_id)
    form = admin_forms.BasisForm(formdata=request.form or None)
    if request.method != "POST" or not form.validate():
        return _show("quotation_approval.html", appearance, quotation=quotation, form=form), 422 if form.errors else 200
    quotations.approve_quotation(quotation, form.basis.data or "")
    return _to(appearance, "saved")


@bp.route(f"{ONE}/quotations/<int(max=2147483647):quotation_id>/removal", methods=["GET", "POST"])
def remove_quotation(slug: str, speaker_id: int, quotation_id: int) -> ResponseReturnValue:
    appearance, quotation = _appearance(slug, speaker_id), queries.quotation_or_404(speaker_id, quotation_id)
    if request.method != "POST":
        return _show("quotation_removal.html", appearance, quotation=quotation)
    quotations.remove_quotation(quotation)
    return _to(appearance, "unquoted")


@bp.post(f"{ONE}/link")
def renew_link(slug: str, speaker_id: int) -> ResponseReturnValue:
    appearance = _appearance(slug, speaker_id)
    actions.issue_link(appearance.speaker)
    return _to(appearance, "link")


@bp.post(f"{ONE}/portrait")
def portrait(slug: str, speaker_id: int) -> ResponseReturnValue:
    appearance = _appearance(slug, speaker_id)
    picture = or_404(appearance.speaker.portrait)
    (put_back if request.form.get("shown") == "1" else take_down)(picture)
    return _to(appearance, "saved")


@bp.route(f"{ONE}/portrait/picture", methods=["GET", "POST"])
@takes_pictures
def place_portrait(slug: str, speaker_id: int) -> ResponseReturnValue:
    appearance = _appearance(slug, speaker_id)
    speaker = appearance.speaker
    values = portrait_values(public_page(speaker, ())) | {"on_behalf": speaker.on_behalf}
    form = admin_forms.PlacedPortraitForm(data=values)

    def page(form: admin_forms.PlacedPortraitForm) -> str:
        return _show("portrait.html", appearance, form=form, page=public_page(speaker, ()), portrait=speaker.portrait)

    def change() -> None:
        data = sent_picture(form.picture, is_needed=speaker.portrait is None)
        alt, credit, basis = (one.data or "" for one in (form.portrait_alt, form.portrait_credit, form.on_behalf))
        actions.save_portrait(speaker, data, alt, credit, basis, form.focus.data, on_behalf=True)

    return save(form, change, page, lambda: form, _address(appearance, "saved"))


@bp.get(f"{ONE}/draft")
def draft(slug: str, speaker_id: int) -> ResponseReturnValue:
    return _draft_page(_appearance(slug, speaker_id))


@bp.post(f"{ONE}/draft/approval")
def approve(slug: str, speaker_id: int) -> ResponseReturnValue:
    return _decide(slug, speaker_id, actions.approve_page, "approved")


@bp.post(f"{ONE}/draft/setting-aside")
def set_aside(slug: str, speaker_id: int) -> ResponseReturnValue:
    return _decide(slug, speaker_id, actions.set_aside_page, "aside")


@bp.route(f"{ONE}/removal", methods=["GET", "POST"])
def remove(slug: str, speaker_id: int) -> ResponseReturnValue:
    """Remove the speaker, and list the texts that still contain the name: no later page can."""
    appearance = _appearance(slug, speaker_id)
    places = places_of(appearance.event, appearance.speaker)
    if request.method != "POST":
        return _show("removal.html", appearance, is_last=len(queries.talks_of(speaker_id)) == 1, places=places)
    actions.remove_speaker(appearance)
    if places:
        return _show("removed.html", appearance, places=places)
    return redirect(url_for(".index", slug=slug, done="removed"), code=303)


def _appearance(slug: str, speaker_id: int) -> Appearance:
    return queries.appearance_or_404(any_event_by_slug_or_404(slug).id, speaker_id)


def _decide(slug: str, speaker_id: int, action: Callable[[Speaker, int], None], done: str) -> ResponseReturnValue:
    appearance = _appearance(slug, speaker_id)
    try:
        action(appearance.speaker, version_of(request.form.get("version")))
    except ChangedMeanwhile as error:
        page = _page if appearance.speaker.draft is None else _draft_page
        return page(appearance, notice=str(error.message)), error.status
    waiting = (one for one in queries.appearances(appearance.event_id) if one.speaker.submitted_at)
    if following := next(waiting, None):
        address = url_for(".draft", slug=slug, speaker_id=following.speaker_id, done="next")
        return redirect(address, code=303)
    return _to(appearance, done)


def _address(appearance: Appearance, done: str) -> str:
    return url_for(".update", slug=appearance.event.slug, speaker_id=appearance.speaker_id, done=done)


def _to(appearance: Appearance, done: str) -> ResponseReturnValue:
    return redirect(_address(appearance, done), code=303)


def _index_page(event: Event, form: admin_forms.InvitedForm) -> str:
    people = queries.appearances(event.id)
    states = {one.speaker_id: state_of(one.speaker) for one in people}
    return render_template("admin/speakers/index.html", event=event, appearances=people, states=states, form=form)


def _show(template: str, appearance: Appearance, **variables: object) -> str:
    who = {"event": appearance.event, "speaker": appearance.speaker}
    return render_template(f"admin/speakers/{template}", **who | variables)


def _page(appearance: Appearance, form: admin_forms.AppearanceForm | None = None, notice: str = "") -> str:
    speaker = appearance.speaker
    return _show(
        "show.html",
        appearance,
        form=form or admin_forms.appearance_form(appearance),
        is_sent=bool(form and form.is_submitted()),
        notice=notice,
        state=state_of(speaker),
        link=queries.private_link(speaker),
        is_public=queries.has_public_page(speaker),
        quotations=queries.quotations_of(speaker.id, appearance.event_id),
        licences=LICENCES,
    )


def _draft_page(appearance: Appearance, notice: str = "") -> str:
    speaker = appearance.speaker
    draft, public = draft_page(speaker), public_page(speaker, queries.talks_of(speaker.id))
    if draft is None:
        raise NotFound
    if not speaker.is_written:
        return _show("first_draft.html", appearance, notice=notice, **page_facts(speaker, draft))
    portraits = pictures_by_token([public.portrait, draft.portrait])
    pair = portraits.get(public.portrait), portraits.get(draft.portrait)
    return _show("draft.html", appearance, compared=differences(public, draft), portraits=pair, notice=notice)
