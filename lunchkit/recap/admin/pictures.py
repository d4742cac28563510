"""The organisers' views of a recap's pictures: several more at once, and one taken down, put back, or erased."""

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform.db import db
from lunchkit.platform.errors import USER_ERRORS, NotFound, as_user_error, retry_header
from lunchkit.platform.images.actions import erase_picture, keep_picture, take_down
from lunchkit.platform.images.intake import read_upload
from lunchkit.platform.images.models import Picture
from lunchkit.platform.images.queries import any_picture_by_token_or_404
from lunchkit.platform.web import takes_pictures
from lunchkit.recap import actions
from lunchkit.recap.admin.desk import desk_address, desk_page
from lunchkit.recap.models import RecapSection
from lunchkit.recap.queries import pictures_known, section_or_404, sections_of, writer
from lunchkit.recap.sections import SectionKind

PICTURE = "/e/<slug>/recap/pictures/<token>"
bp = Blueprint("pictures", __name__)


@bp.post("/e/<slug>/recap/sections/<int(max=2147483647):section_id>/pictures")
@takes_pictures
def add(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    if section.kind != SectionKind.PHOTOS:
        raise NotFound
    refused = []
    for file in request.files.getlist("files") or [FileStorage()]:
        try:
            _add_picture(section, file)
        except USER_ERRORS as error:
            db.session.rollback()
            refused.append((file.filename or "–", as_user_error(error)))
    if not refused:
        return redirect(desk_address(event, section, "pictured"), code=303)
    last = refused[-1][1]
    lines = [_("%(field)s: %(value)s", field=name, value=refusal.message) for name, refusal in refused]
    return desk_page(event, section, refused_files=lines), last.status, retry_header(last)


def _add_picture(section: RecapSection, file: FileStorage) -> None:
    """Keep a file, then give it its place; where there is none left, nothing of it stays."""
    picture = keep_picture(read_upload(file))
    try:
        actions.add_picture(section, picture.token, writer())
    except USER_ERRORS:
        erase_picture(picture)
        raise


@bp.post(f"{PICTURE}/visibility")
def visibility(slug: str, token: str) -> ResponseReturnValue:
    event, picture = _known(slug, token)
    shows = request.form.get("shown") == "1"
    if shows:
        actions.put_back_picture(event, picture)
    else:
        take_down(picture)
    return _back(event, "put-back" if shows else "taken-down")


@bp.post(f"{PICTURE}/erasure")
def erase(slug: str, token: str) -> ResponseReturnValue:
    event, picture = _known(slug, token)
    erase_picture(picture)
    actions.take_out_picture(event, token, writer())
    return _back(event, "erased")


def _back(event: Event, done: str) -> ResponseReturnValue:
    photos = next((each for each in sections_of(event.id) if each.kind == SectionKind.PHOTOS), None)
    return redirect(desk_address(event, photos, done), code=303)


def _known(slug: str, token: str) -> tuple[Event, Picture]:
    """A picture that this recap has or once had, taken down or not. Raises NotFound for any other."""
    event = any_event_by_slug_or_404(slug)
    if token not in pictures_known(event.id):
        raise NotFound
    return event, any_picture_by_token_or_404(token)
