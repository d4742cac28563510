"""The organiser's doors to archives: take a lunch away, and take one in."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from lunchkit import clock, stamps
from lunchkit.accounts.queries import current_organiser, current_session
from lunchkit.archives.actions import Sender, give_people_away, take_in, undo_archive
from lunchkit.archives.container import MOST_BYTES
from lunchkit.archives.exports import archive_of
from lunchkit.archives.forms import SCOPE, ArchiveForm, GiveForm
from lunchkit.archives.queries import draft_or_gone
from lunchkit.archives.refusals import ArchiveForgotten, ArchiveTooHeavy
from lunchkit.carrying.actions import TROUBLE
from lunchkit.errors import Refusal
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.registrations.listing import attendees_kept
from lunchkit.web import show_error, takes_files

bp = Blueprint("archive", __name__)
ONE = "/archive/<int(max=2147483647):draft_id>"
LOOKS_AGAIN = 2
"""Seconds after which the page of an archive that is being taken in comes anew, by itself and without JavaScript."""


@bp.get("/e/<slug>/archive.zip")
def take(slug: str) -> ResponseReturnValue:
    """The lunch as one file, without people."""
    return _file(any_event_by_slug_or_404(slug))


@bp.get("/e/<slug>/archive")
def give(slug: str) -> ResponseReturnValue:
    """What is in the file, and the question whether the people come along."""
    return _give_page(any_event_by_slug_or_404(slug), GiveForm())


@bp.post("/e/<slug>/archive")
def take_with_people(slug: str) -> ResponseReturnValue:
    """The lunch as one file with its people, where that was ticked; the log says so before it leaves."""
    event = any_event_by_slug_or_404(slug)
    form = GiveForm(request.form)
    if not form.validate():
        return _give_page(event, form), 422
    give_people_away(event)
    return _file(event, with_people=True)


def _file(event: Event, *, with_people: bool = False) -> Response:
    ending = _("with-people")
    response = Response(archive_of(event, with_people=with_people), content_type="application/zip")
    name = f"{event.slug}-{clock.now():%Y-%m-%d}"
    name += f"-{ending}.zip" if with_people else ".zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _give_page(event: Event, form: GiveForm) -> str:
    return render_template("organiser/archives/give.html", event=event, form=form, people=attendees_kept(event.id))


@bp.get("/archive")
def new() -> ResponseReturnValue:
    """Which archive."""
    return _page(ArchiveForm(), stamps.issue(SCOPE))


@bp.post("/archive")
@takes_files(MOST_BYTES + 100_000, ArchiveTooHeavy)
def create() -> ResponseReturnValue:
    """A draft is made of it; of one with many people its progress is shown."""
    form = ArchiveForm(CombinedMultiDict([request.files, request.form]))
    try:
        made = take_in(form.chosen(), key=form.key(), sender=_sender(), with_people=bool(form.people.data))
    except NO as error:
        refusal = readable(error)
        form.file.errors = [str(refusal.message)]
        return _page(form, stamps.issue(SCOPE)), refusal.status, retry_header(refusal)
    if isinstance(made, Event):
        return redirect(url_for("organiser.pages.event", slug=made.slug, done="created"), code=303)
    return redirect(url_for(".show", draft_id=made.id), code=303)


def _sender() -> Sender:
    writer = current_organiser()
    return Sender(writer.name, writer.id, str(get_locale())) if writer else Sender()


@bp.get(ONE)
def show(draft_id: int) -> ResponseReturnValue:
    """How far an archive is; once its lunch is there, what was taken in."""
    draft = draft_or_gone(draft_id)
    if draft.is_running:
        page = render_template("organiser/archives/progress.html", draft=draft, looks_again=LOOKS_AGAIN)
        return page, {"Refresh": str(LOOKS_AGAIN)}
    return render_template("organiser/archives/show.html", draft=draft, trouble=draft.failure == TROUBLE)


@bp.get(f"{ONE}/reversal")
def reversal(draft_id: int) -> ResponseReturnValue:
    """Asks once more."""
    return render_template("organiser/archives/reversal.html", draft=draft_or_gone(draft_id))


@bp.post(f"{ONE}/reversal")
def reverse(draft_id: int) -> ResponseReturnValue:
    """The lunch is taken back, where nobody has worked on it."""
    draft = draft_or_gone(draft_id)
    try:
        undo_archive(draft)
    except NO as error:
        return _said_no(readable(error), url_for(".show", draft_id=draft_id))
    return redirect(url_for(".show", draft_id=draft_id), code=303)


@bp.errorhandler(ArchiveForgotten)
def show_forgotten(refusal: ArchiveForgotten) -> ResponseReturnValue:
    """An hour has gone by: the way back to the lunches."""
    return _said_no(refusal, url_for("organiser.pages.home"))


def _said_no(refusal: Refusal, back: str) -> ResponseReturnValue:
    page = render_template("organiser/archives/refused.html", message=refusal.message, back=back)
    return page, refusal.status, retry_header(refusal)


@bp.errorhandler(RequestEntityTooLarge)
def show_too_heavy(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """An archive too heavy to be taken in at all. It is refused before the door asks who is there: this asks."""
    if current_session() is None:
        return show_error(error)
    form = ArchiveForm()
    form.file.errors = [str(ArchiveTooHeavy.message)]
    return _page(form, stamps.issue(SCOPE)), ArchiveTooHeavy.status


def _page(form: ArchiveForm, stamp: str) -> str:
    return render_template(
        "organiser/archives/new.html",
        form=form,
        stamp=stamp,
        most_bytes=MOST_BYTES,
        too_heavy=ArchiveTooHeavy.message,
    )
