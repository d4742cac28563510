"""The organiser's doors to archives: take a lunch away, and take one in."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from lunchkit import clock, stamps
from lunchkit.accounts.queries import current_organiser, current_session
from lunchkit.archives.actions import bring_lunch
from lunchkit.archives.container import MOST_BYTES, unpack
from lunchkit.archives.contents import lunch_of
from lunchkit.archives.exports import archive_of
from lunchkit.archives.forms import SCOPE, ArchiveForm
from lunchkit.archives.refusals import ArchiveTooHeavy
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.web import show_error, takes_files

bp = Blueprint("archive", __name__)


@bp.get("/e/<slug>/archive.zip")
def take(slug: str) -> ResponseReturnValue:
    """The lunch as one file, without people."""
    event = any_event_by_slug_or_404(slug)
    response = Response(archive_of(event), content_type="application/zip")
    name = f"{event.slug}-{clock.now():%Y-%m-%d}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


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
        event = bring_lunch(contents, lunch_of(contents), key=form.key(), by=writer.name if writer else "")
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
