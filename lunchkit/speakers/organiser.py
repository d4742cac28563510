"""The organiser's doors to the speakers of a lunch: who they are, their private link, their drafts and quotations."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit import qr
from lunchkit.db import db
from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.images.actions import put_back, take_down
from lunchkit.images.queries import pictures_by_token
from lunchkit.links import public
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.speakers import actions
from lunchkit.speakers.exports import page_facts
from lunchkit.speakers.forms import LICENCES, Difference, SeenForm, SpeakerPage, differences, draft_page, public_page
from lunchkit.speakers.listing import places_of
from lunchkit.speakers.models import Appearance, Quotation, Speaker
from lunchkit.speakers.organiser_forms import (
    QuotationForm,
    SpeakerForm,
    appearance_form,
    organisation_form,
    quotation_form,
    speaker_form,
)
from lunchkit.speakers.queries import (
    appearance_or_404,
    appearances,
    has_public_page,
    private_link,
    quotation_or_404,
    quotations_of,
    talks_of,
)
from lunchkit.speakers.refusals import ChangedMeanwhile, NothingWaits, QuotationApproved, SpeaksAlready
from lunchkit.speakers.views import side_by_side

bp = Blueprint("speakers", __name__)
ONE = "/e/<slug>/speakers/<int(max=2147483647):speaker_id>"


@bp.get("/e/<slug>/speakers")
def index(slug: str) -> ResponseReturnValue:
    """Who speaks, and the form for one more."""
    return _index_page(any_event_by_slug_or_404(slug), speaker_form())


@bp.post("/e/<slug>/speakers")
def create(slug: str) -> ResponseReturnValue:
    """One more speaker."""
    event = any_event_by_slug_or_404(slug)
    form = speaker_form(data=request.form)
    if not form.validate():
        return _index_page(event, form), 422
    try:
        actions.add_speaker(event, form.details())
    except SpeaksAlready as refusal:
        form.name.errors = [str(refusal.message)]
        return _index_page(event, form), 409
    return redirect(url_for(".index", slug=slug, done="added"), code=303)


@bp.get(ONE)
def show(slug: str, speaker_id: int) -> ResponseReturnValue:
    """One speaker at one lunch, and all that can be done."""
    return _page(*_both(slug, speaker_id))


@bp.post(ONE)
def update(slug: str, speaker_id: int) -> ResponseReturnValue:
    """Who somebody is, corrected."""
    event, appearance = _both(slug, speaker_id)
    speaker = appearance.speaker
    form = speaker_form(speaker, request.form)
    return _save(
        (event, appearance),
        form,
        lambda: actions.change_speaker(speaker, form.details(), form.seen.data or ""),
        lambda: speaker_form(speaker),
    )


@bp.post(f"{ONE}/organisation")
def update_organisation(slug: str, speaker_id: int) -> ResponseReturnValue:
    """What is told of the organisation, for all who speak for it."""
    event, appearance = _both(slug, speaker_id)
    organisation = appearance.speaker.organisation
    if organisation is None:
        raise NotFound
    form = organisation_form(organisation, request.form)
    return _save(
        (event, appearance),
        form,
        lambda: actions.change_organisation(organisation, form.details(), form.seen.data or ""),
        lambda: organisation_form(organisation),
    )


@bp.post(f"{ONE}/appearance")
def update_appearance(slug: str, speaker_id: int) -> ResponseReturnValue:
    """What was said and shown at this lunch."""
    event, appearance = _both(slug, speaker_id)
    form = appearance_form(appearance, request.form)
    return _save(
        (event, appearance),
        form,
        lambda: actions.change_appearance(appearance, form.details(), form.seen.data or ""),
        lambda: appearance_form(appearance),
    )


@bp.post(f"{ONE}/quotations")
def quote(slug: str, speaker_id: int) -> ResponseReturnValue:
    """One more sentence, for the speaker to approve."""
    event, appearance = _both(slug, speaker_id)
    form = quotation_form(request.form)
    return _save((event, appearance), form, lambda: actions.quote_speaker(appearance, form.details()), quotation_form)


@bp.get(f"{ONE}/quotations/<int(max=2147483647):quotation_id>")
def quotation(slug: str, speaker_id: int, quotation_id: int) -> ResponseReturnValue:
    """A sentence, to be written otherwise while the speaker has not said yes to it."""
    event, appearance = _both(slug, speaker_id)
    quotation = quotation_or_404(speaker_id, quotation_id)
    if quotation.approved_at is not None:
        return _page(event, appearance, notice=str(QuotationApproved.message)), QuotationApproved.status
    return _quotation_page(event, appearance.speaker, quotation, quotation_form(None, quotation))


@bp.post(f"{ONE}/quotations/<int(max=2147483647):quotation_id>")
def update_quotation(slug: str, speaker_id: int, quotation_id: int) -> ResponseReturnValue:
    """Other words, which the speaker is asked about anew."""
    event, appearance = _both(slug, speaker_id)
    quotation = quotation_or_404(speaker_id, quotation_id)
    form = quotation_form(request.form, quotation)
    return _save(
        (event, appearance),
        form,
        lambda: actions.change_quotation(quotation, form.details(), form.seen.data or ""),
        lambda: quotation_form(None, quotation),
        partial(_quotation_page, event, appearance.speaker, quotation),
        "asked",
    )


def _quotation_page(
    event: Event,
    speaker: Speaker,
    quotation: Quotation,
    form: QuotationForm,
    notice: str = "",
    compared: list[Difference] | None = None,
) -> str:
    return render_template(
        "organiser/speakers/quotation.html",
        event=event,
        speaker=speaker,
        quotation=quotation,
        form=form,
        notice=notice,
        compared=compared,
    )


@bp.get(f"{ONE}/quotations/<int(max=2147483647):quotation_id>/removal")
def quotation_removal(slug: str, speaker_id: int, quotation_id: int) -> ResponseReturnValue:
    """Asks once more."""
    event, appearance = _both(slug, speaker_id)
    return render_template(
        "organiser/speakers/quotation_removal.html",
        event=event,
        speaker=appearance.speaker,
        quotation=quotation_or_404(speaker_id, quotation_id),
    )


@bp.post(f"{ONE}/quotations/<int(max=2147483647):quotation_id>/removal")
def remove_quotation(slug: str, speaker_id: int, quotation_id: int) -> ResponseReturnValue:
    """One sentence fewer."""
    event, _appearance = _both(slug, speaker_id)
    actions.remove_quotation(quotation_or_404(speaker_id, quotation_id))
    return _to(event, speaker_id, "unquoted")


@bp.post(f"{ONE}/link")
def renew_link(slug: str, speaker_id: int) -> ResponseReturnValue:
    """A private link; an earlier one opens nothing any more."""
    event, appearance = _both(slug, speaker_id)
    actions.issue_link(appearance.speaker)
    return _to(event, speaker_id, "link")


@bp.get(f"{ONE}/link/revocation")
def link_revocation(slug: str, speaker_id: int) -> ResponseReturnValue:
    """Asks once more."""
    event, appearance = _both(slug, speaker_id)
    return render_template("organiser/speakers/link_revocation.html", event=event, speaker=appearance.speaker)


@bp.post(f"{ONE}/link/revocation")
def revoke_link(slug: str, speaker_id: int) -> ResponseReturnValue:
    """No private link."""
    event, appearance = _both(slug, speaker_id)
    actions.revoke_link(appearance.speaker)
    return _to(event, speaker_id, "revoked")


@bp.post(f"{ONE}/trust")
def trust(slug: str, speaker_id: int) -> ResponseReturnValue:
    """Whether what the speaker submits is public at once."""
    event, appearance = _both(slug, speaker_id)
    goes_live = request.form.get("goes_live") == "1"
    actions.trust_speaker(appearance.speaker, goes_live)
    return _to(event, speaker_id, "trusted" if goes_live else "reads")


@bp.post(f"{ONE}/portrait")
def portrait(slug: str, speaker_id: int) -> ResponseReturnValue:
    """Take the public portrait down from every page, or put it back."""
    event, appearance = _both(slug, speaker_id)
    picture = appearance.speaker.portrait
    if picture is None:
        raise NotFound
    (put_back if request.form.get("shown") == "1" else take_down)(picture)
    return _to(event, speaker_id, "saved")


@bp.get(f"{ONE}/draft")
def draft(slug: str, speaker_id: int) -> ResponseReturnValue:
    """What the speaker wrote, beside what is public."""
    event, appearance = _both(slug, speaker_id)
    return _draft_page(event, appearance.speaker)


@bp.get(f"{ONE}/draft/preview")
def draft_preview(slug: str, speaker_id: int) -> ResponseReturnValue:
    """The draft as everybody would see it."""
    event, appearance = _both(slug, speaker_id)
    speaker = appearance.speaker
    page = _draft_or_404(speaker)
    code = qr.svg(public("speakers.vcard", slug=speaker.slug), _("QR code of the contact card"))
    back = url_for(".draft", slug=event.slug, speaker_id=speaker_id)
    return render_template("speakers/preview.html", **page_facts(speaker, page), draft=page, back=back, qr=code)


@bp.post(f"{ONE}/draft/approval")
def approve(slug: str, speaker_id: int) -> ResponseReturnValue:
    """What the speaker wrote is public."""
    return _judge(slug, speaker_id, actions.approve_page, "approved")


@bp.post(f"{ONE}/draft/setting-aside")
def set_aside(slug: str, speaker_id: int) -> ResponseReturnValue:
    """What the speaker wrote does not become public; they keep it."""
    return _judge(slug, speaker_id, actions.set_aside_page, "aside")


@bp.get(f"{ONE}/removal")
def removal(slug: str, speaker_id: int) -> ResponseReturnValue:
    """Asks once more."""
    event, appearance = _both(slug, speaker_id)
    return render_template(
        "organiser/speakers/removal.html",
        event=event,
        speaker=appearance.speaker,
        is_last=len(talks_of(speaker_id)) == 1,
        places=places_of(event, appearance.speaker),
    )


@bp.post(f"{ONE}/removal")
def remove(slug: str, speaker_id: int) -> ResponseReturnValue:
    """One speaker fewer; where their name still stands, this is the last page that can tell."""
    event, appearance = _both(slug, speaker_id)
    speaker, places = appearance.speaker, places_of(event, appearance.speaker)
    actions.remove_speaker(appearance)
    if places:
        return render_template("organiser/speakers/removed.html", event=event, speaker=speaker, places=places)
    return redirect(url_for(".index", slug=event.slug, done="removed"), code=303)


def _both(slug: str, speaker_id: int) -> tuple[Event, Appearance]:
    event = any_event_by_slug_or_404(slug)
    return event, appearance_or_404(event.id, speaker_id)


def _draft_or_404(speaker: Speaker) -> SpeakerPage:
    page = draft_page(speaker, talks_of(speaker.id))
    if page is None:
        raise NotFound
    return page


def _save(
    whom: tuple[Event, Appearance],
    form: SeenForm,
    verb: Callable[[], object],
    fresh: Callable[[], SeenForm],
    page: Callable[..., str] | None = None,
    done: str = "saved",
) -> ResponseReturnValue:
    """Do what a form asks for; whatever is wrong, its page comes back with all that was typed.

    ``page`` takes the form, a notice, and what differs from ``fresh`` where somebody has changed it meanwhile.
    """
    event, appearance = whom
    show = page or partial(_page, event, appearance)
    if not form.validate():
        return show(form), 422
    try:
        verb()
    except NotFound:
        raise
    except NO as error:
        refusal = readable(error)
        compared = form.look_again(fresh()) if isinstance(refusal, ChangedMeanwhile) else []
        return show(form, str(refusal.message), compared), refusal.status, retry_header(refusal)
    return _to(event, appearance.speaker_id, done)


def _judge(slug: str, speaker_id: int, verb: Callable[[Speaker, str], None], done: str) -> ResponseReturnValue:
    event, appearance = _both(slug, speaker_id)
    try:
        verb(appearance.speaker, request.form.get("seen", ""))
    except ChangedMeanwhile as refusal:
        db.session.rollback()
        return _draft_page(event, appearance.speaker, str(refusal.message)), refusal.status
    except NothingWaits as refusal:
        db.session.rollback()
        return _page(event, appearance, notice=str(refusal.message)), refusal.status
    return _to(event, speaker_id, done)


def _to(event: Event, speaker_id: int, done: str) -> ResponseReturnValue:
    return redirect(url_for(".show", slug=event.slug, speaker_id=speaker_id, done=done), code=303)


def _index_page(event: Event, form: SpeakerForm) -> str:
    return render_template("organiser/speakers/index.html", event=event, appearances=appearances(event.id), form=form)


def _page(
    event: Event,
    appearance: Appearance,
    bound: SeenForm | None = None,
    notice: str = "",
    compared: list[Difference] | None = None,
) -> str:
    """The page of a speaker; ``bound`` is the one of its forms that came back."""
    speaker = appearance.speaker
    forms = {
        "speaker": speaker_form(speaker),
        "appearance": appearance_form(appearance),
        "quotation": quotation_form(),
        "organisation": organisation_form(speaker.organisation) if speaker.organisation else None,
    }
    forms = {name: bound if type(bound) is type(form) else form for name, form in forms.items()}
    try:
        link, is_lost = private_link(speaker), False
    except LookupError:
        link, is_lost = None, True
    return render_template(
        "organiser/speakers/show.html",
        event=event,
        speaker=speaker,
        forms=forms,
        bound=bound,
        notice=notice,
        compared=compared,
        link=link,
        is_lost=is_lost,
        is_public=has_public_page(speaker),
        quotations=quotations_of(speaker.id, event.id),
        licences=LICENCES,
    )


def _draft_page(event: Event, speaker: Speaker, notice: str = "") -> str:
    page, shown = _draft_or_404(speaker), public_page(speaker, talks_of(speaker.id))
    compared = [(one, *side_by_side(one.before, one.after)) for one in differences(shown, page)]
    portraits = pictures_by_token([shown.portrait, page.portrait])
    return render_template(
        "organiser/speakers/draft.html",
        event=event,
        speaker=speaker,
        draft=page,
        compared=compared,
        portraits=(portraits.get(shown.portrait), portraits.get(page.portrait)),
        notice=notice,
    )
