"""The organiser's doors to the pictures of a recap: one more, what is said of one, taken down, put back, erased."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import CombinedMultiDict, FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from lunchkit.accounts.policies import may
from lunchkit.errors import NotFound
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.images.actions import describe_picture, erase_picture, keep_picture, take_down
from lunchkit.images.intake import read_upload
from lunchkit.images.models import Picture
from lunchkit.images.queries import any_picture_by_token_or_404
from lunchkit.images.refusals import PictureTooHeavy
from lunchkit.recap import actions
from lunchkit.recap.changes import wording_of
from lunchkit.recap.forms import section_form, sent, typed_form
from lunchkit.recap.models import RecapSection
from lunchkit.recap.organiser.writing import edit_page, next_page, overtaken
from lunchkit.recap.organiser_forms import NewPictureForm, PictureForm, new_picture_form, picture_form
from lunchkit.recap.queries import pictures_known, pictures_standing, section_or_404, writer
from lunchkit.recap.refusals import NoMorePictures, Overtaken
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.web import show_error, takes_pictures

CHOOSE_AGAIN = _l("Please choose the file again: browsers do not keep it.")
bp = Blueprint("pictures", __name__)
PLACE = "/e/<slug>/recap/sections/<int(max=2147483647):section_id>/pictures"


@bp.post(PLACE)
@takes_pictures
def add(slug: str, section_id: int) -> ResponseReturnValue:
    """One more picture; what else stands in the form is saved first."""
    event, section = _both(slug, section_id)
    if section.kind != SectionKind.PHOTOS:
        raise NotFound
    typed = typed_form(event, SectionKind.PHOTOS, request.form)
    try:
        saved = actions.save_section(section, sent(request.form).version, typed.wording(), writer())
    except Overtaken as late:
        return overtaken(event, section, late)
    form = new_picture_form(CombinedMultiDict([request.files, request.form]))
    if not form.validate():
        if isinstance(form.file.data, FileStorage) and form.file.data.filename:
            form.file.errors = [CHOOSE_AGAIN]
        return _form_page(event, section, form), 422
    try:
        _keep(section, form)
    except NO as error:
        refusal = readable(error)
        form.file.errors = [str(refusal.message)]
        return _form_page(event, section, form), refusal.status, retry_header(refusal)
    if sent(request.form).do == "next":
        return redirect(next_page(event, section, typed, saved), code=303)
    return redirect(_section(event, section, done="pictured"), code=303)


@bp.errorhandler(RequestEntityTooLarge)
def show_too_heavy(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A picture that was too heavy to be taken in at all: the form again, with the sentence beside its field.

    It is refused before the door asks who is there, so this asks.
    """
    door = request.endpoint or ""
    if not door.endswith(".pictures.add") or not request.view_args or not may(door):
        return show_error(error)
    try:
        event, section = _both(**request.view_args)
    except NotFound as gone:
        return show_error(gone)
    if section.kind != SectionKind.PHOTOS:
        return show_error(error)
    form = new_picture_form()
    form.file.errors = [str(PictureTooHeavy.message)]
    return _form_page(event, section, form), PictureTooHeavy.status


def _keep(section: RecapSection, form: NewPictureForm) -> None:
    """Keep the file, then give it its place; where there is none left, nothing of it stays."""
    kind = SectionKind(section.kind)
    if len(wording_of(kind, section).items) >= SHAPES[kind].most_items:
        raise NoMorePictures
    file = form.file.data if isinstance(form.file.data, FileStorage) else None
    words = form.words()
    picture = keep_picture(
        read_upload(file), alt=words.alt, credit=words.credit, licence=words.licence, consent=words.consent
    )
    try:
        actions.add_picture(section, picture.token, form.caption.data or "", writer())
    except NO:
        erase_picture(picture)
        raise


def _form_page(event: Event, section: RecapSection, form: NewPictureForm) -> str:
    kind = SectionKind(section.kind)
    return edit_page(event, section, section_form(event, kind, wording_of(kind, section)), new_picture=form)


@bp.get(f"{PLACE}/<token>")
def show(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    """One picture, and what is said of it."""
    event, section = _both(slug, section_id)
    picture = _picture_of(event, token)
    return _picture_page(event, section, picture, picture_form(picture))


@bp.post(f"{PLACE}/<token>")
def describe(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    """What is said of a picture, said anew."""
    event, section = _both(slug, section_id)
    picture = _picture_of(event, token)
    form = picture_form(picture, request.form)
    if not form.validate():
        return _picture_page(event, section, picture, form), 422
    if differing := form.look_again(picture):
        return _picture_page(event, section, picture, form, differing), 409
    words = form.words()
    describe_picture(picture, alt=words.alt, credit=words.credit, licence=words.licence, consent=words.consent)
    return redirect(_section(event, section, done="described"), code=303)


@bp.post(f"{PLACE}/<token>/visibility")
def visibility(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    """Taken down at once, on every page; or put back, if it has a place still."""
    event, section = _both(slug, section_id)
    picture = _picture_of(event, token)
    shows = request.form.get("shown") == "1"
    if shows:
        actions.put_back_picture(event, picture)
    else:
        take_down(picture)
    done = "put-back" if shows else "taken-down"
    return redirect(url_for(".show", slug=slug, section_id=section.id, token=token, done=done), code=303)


@bp.get(f"{PLACE}/<token>/erasure")
def erasure(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    """Asks once more."""
    event, section = _both(slug, section_id)
    return render_template(
        "organiser/recap/erasure.html", event=event, section=section, picture=_picture_of(event, token)
    )


@bp.post(f"{PLACE}/<token>/erasure")
def erase(slug: str, section_id: int, token: str) -> ResponseReturnValue:
    """The files are gone for good, and the picture leaves the draft."""
    event, section = _both(slug, section_id)
    erase_picture(_picture_of(event, token))
    actions.take_out_picture(event, token, writer())
    return redirect(_section(event, section, done="erased"), code=303)


def _picture_page(
    event: Event, section: RecapSection, picture: Picture, form: PictureForm, differing: Sequence[str] = ()
) -> str:
    return render_template(
        "organiser/recap/picture.html",
        event=event,
        section=section,
        picture=picture,
        form=form,
        differing=differing,
        has_place=picture.token in pictures_standing(event.id),
    )


def _picture_of(event: Event, token: str) -> Picture:
    """A picture that this recap has or once had, taken down or not. Raises NotFound for any other."""
    if token not in pictures_known(event.id):
        raise NotFound
    return any_picture_by_token_or_404(token)


def _section(event: Event, section: RecapSection, done: str) -> str:
    return url_for("organiser.recap.writing.edit", slug=event.slug, section_id=section.id, done=done)


def _both(slug: str, section_id: int) -> tuple[Event, RecapSection]:
    event = any_event_by_slug_or_404(slug)
    return event, section_or_404(event.id, section_id)
