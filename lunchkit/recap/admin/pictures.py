"""The organisers' pages of a recap's pictures: one more, what is said of one, taken down, put back, erased."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import CombinedMultiDict, FileStorage

from lunchkit.events.models import Event
from lunchkit.platform.errors import USER_ERRORS, NotFound, as_user_error, retry_header
from lunchkit.platform.images.actions import describe_picture, erase_picture, keep_picture, take_down
from lunchkit.platform.images.errors import PictureTooHeavy
from lunchkit.platform.images.intake import MOST_BYTES, read_upload
from lunchkit.platform.images.models import Picture
from lunchkit.platform.images.queries import any_picture_by_token_or_404
from lunchkit.platform.web import takes_pictures
from lunchkit.recap import actions
from lunchkit.recap.admin.writing import SECTION
from lunchkit.recap.admin_forms import NewPictureForm, PictureForm
from lunchkit.recap.models import RecapSection
from lunchkit.recap.queries import current_pictures, pictures_known, section_or_404, writer
from lunchkit.recap.sections import SectionKind

PLACE = f"{SECTION}/pictures"
bp = Blueprint("pictures", __name__)


@bp.get(PLACE)
def new(slug: str, section_id: int) -> ResponseReturnValue:
    return _new_page(*_photos(slug, section_id), NewPictureForm(formdata=None))


@bp.post(PLACE)
@takes_pictures
def add(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = _photos(slug, section_id)
    form = NewPictureForm(formdata=CombinedMultiDict([request.files, request.form]))
    if not form.validate():
        if isinstance(form.file.data, FileStorage) and form.file.data.filename:
            form.file.errors = [_("Choose the file again: browsers do not keep it.")]
        return _new_page(event, section, form), 422
    try:
        _add_picture(section, form)
    except USER_ERRORS as error:
        refusal = as_user_error(error)
        form.file.errors = [str(refusal.message)]
        return _new_page(event, section, form), refusal.status, retry_header(refusal)
    return redirect(_section(event, section, done="pictured"), code=303)


def _add_picture(section: RecapSection, form: NewPictureForm) -> None:
    """Keep the file, then give it its place; where there is none left, nothing of it stays."""
    file = form.file.data if isinstance(form.file.data, FileStorage) else None
    picture = keep_picture(read_upload(file), **form.words())
    try:
        actions.add_picture(section, picture.token, form.caption.data or "", writer())
    except USER_ERRORS:
        erase_picture(picture)
        raise


def _new_page(event: Event, section: RecapSection, form: NewPictureForm) -> str:
    limits = {"most_bytes": MOST_BYTES, "too_heavy": PictureTooHeavy.message}
    return render_template("admin/recap/new_picture.html", event=event, section=section, form=form, **limits)


@bp.get(f"{PLACE}/<token>")
def show(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    event, section, picture = _three(slug, section_id, token)
    return _picture_page(event, section, picture, PictureForm(formdata=None, obj=picture))


@bp.post(f"{PLACE}/<token>")
def describe(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    event, section, picture = _three(slug, section_id, token)
    form = PictureForm(formdata=request.form)
    if not form.validate():
        return _picture_page(event, section, picture, form), 422
    describe_picture(picture, **form.words())
    return redirect(_section(event, section, done="described"), code=303)


@bp.post(f"{PLACE}/<token>/visibility")
def visibility(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    event, section, picture = _three(slug, section_id, token)
    shows = request.form.get("shown") == "1"
    if shows:
        actions.put_back_picture(event, picture)
    else:
        take_down(picture)
    done = "put-back" if shows else "taken-down"
    return redirect(url_for(".show", slug=slug, section_id=section.id, token=token, done=done), code=303)


@bp.get(f"{PLACE}/<token>/erasure")
def erasure(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    event, section, picture = _three(slug, section_id, token)
    return render_template("admin/recap/erasure.html", event=event, section=section, picture=picture)


@bp.post(f"{PLACE}/<token>/erasure")
def erase(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    event, section, picture = _three(slug, section_id, token)
    erase_picture(picture)
    actions.take_out_picture(event, token, writer())
    return redirect(_section(event, section, done="erased"), code=303)


def _picture_page(event: Event, section: RecapSection, picture: Picture, form: PictureForm) -> str:
    about = {"event": event, "section": section, "picture": picture, "form": form}
    return render_template("admin/recap/picture.html", **about, has_place=picture.token in current_pictures(event.id))


def _section(event: Event, section: RecapSection, done: str) -> str:
    return url_for("organiser.recap.writing.edit", slug=event.slug, section_id=section.id, done=done)


def _photos(slug: str, section_id: int) -> tuple[Event, RecapSection]:
    event, section = section_or_404(slug, section_id)
    if section.kind != SectionKind.PHOTOS:
        raise NotFound
    return event, section


def _three(slug: str, section_id: int, token: str) -> tuple[Event, RecapSection, Picture]:
    """With a picture that this recap has or once had, taken down or not. Raises NotFound for any other."""
    event, section = section_or_404(slug, section_id)
    if token not in pictures_known(event.id):
        raise NotFound
    return event, section, any_picture_by_token_or_404(token)
