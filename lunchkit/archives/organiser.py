"""The organiser's doors to archives: take a lunch away, and take one in."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from lunchkit import clock, stamps
from lunchkit.accounts.queries import current_organiser, current_session
from lunchkit.archives.actions import bring_lunch, give_people_away
from lunchkit.archives.container import MOST_BYTES, unpack
from lunchkit.archives.contents import lunch_of
from lunchkit.archives.exports import archive_of
from lunchkit.archives.forms import SCOPE, ArchiveForm, GiveForm
from lunchkit.archives.people import people_of
from lunchkit.archives.refusals import ArchiveTooHeavy
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.registrations.listing import attendees_kept
from lunchkit.web import show_error, takes_files

bp = Blueprint("archive", __name__)


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
    """A draft is made of it."""
    form = ArchiveForm(CombinedMultiDict([request.files, request.form]))
    writer = current_organiser()
    try:
        contents = unpack(form.chosen())
        lunch = lunch_of(contents)
        people = people_of(contents.people) if form.people.data else []
        event = bring_lunch(contents, lunch, key=form.key(), by=writer.name if writer else "", people=people)
    except NO as error:
        refusal = readable(error)
        form.file.errors = [str(refusal.message)]
        return _page(form, stamps.issue(SCOPE)), refusal.status, retry_header(refusal)
    return redirect(url_for("organiser.pages.event", slug=event.slug, done="created"), code=303)


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
