"""The organisers' views of a recap: its draft, the order of its sections, and writing them."""

from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.errors import USER_ERRORS, NotFound, UserError, as_user_error, retry_header
from lunchkit.platform.ordered import requested_direction
from lunchkit.platform.previews import preview
from lunchkit.platform.versions import ChangedMeanwhile, version_of
from lunchkit.recap import actions
from lunchkit.recap.admin import pictures, publication
from lunchkit.recap.admin.desk import desk_address, desk_page, following
from lunchkit.recap.exports import preview_page
from lunchkit.recap.forms import SectionForm, Unreadable, typed_form
from lunchkit.recap.models import RecapSection
from lunchkit.recap.operations import describe_pictures
from lunchkit.recap.queries import recap_of, recap_or_404, section_or_404, sections_of, version_or_404, writer
from lunchkit.recap.section_content import differing
from lunchkit.recap.sections import SectionKind
from lunchkit.room.answers_to_phones import wants_json

HOME = "/e/<slug>/recap"
SECTION = f"{HOME}/sections/<int(max=2147483647):section_id>"
bp = Blueprint("recap", __name__)
bp.register_blueprint(pictures.bp)
bp.register_blueprint(publication.bp)


@bp.get(HOME)
def index(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if recap_of(event.id) is None:
        return render_template("admin/recap/start.html", event=event, is_over=event.is_over(clock.now()))
    if section_id := request.args.get("section", type=int):
        return desk_page(*section_or_404(slug, section_id))
    return desk_page(event, next(iter(sections_of(event.id)), None))


@bp.post(HOME)
def draft(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    actions.draft_recap(event, writer(), empty=request.form.get("start") == "empty")
    return redirect(desk_address(event, next(iter(sections_of(event.id)), None), "drafted"), code=303)


@bp.post(f"{HOME}/sections")
def add(slug: str) -> ResponseReturnValue:
    event, kind = any_event_by_slug_or_404(slug), request.form.get("kind")
    if kind not in list(SectionKind):
        abort(400)
    section = actions.add_section(event, SectionKind(kind), writer(), _place_after(event))
    return redirect(desk_address(event, section), code=303)


@bp.post(f"{SECTION}/order")
def order(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    _event, opened = section_or_404(slug, request.args.get("section", section_id, type=int))
    direction = _place_after(event, section) if "after" in request.form else requested_direction()
    actions.move_section(section, direction)
    return redirect(desk_address(event, opened, "moved", direction), code=303)


def _place_after(event: Event, moved: RecapSection | None = None) -> str:
    """The place, counted from 1, behind the section that the form names; before all others where it names none."""
    others = [str(each.id) for each in sections_of(event.id) if each != moved]
    after = request.form.get("after")
    return str(others.index(after) + 2) if after in others else "1"


@bp.post(f"{SECTION}/visibility")
def visibility(slug: str, section_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    shows = request.form.get("shown") == "1"
    actions.set_section_visibility(section, shown=shows)
    return redirect(desk_address(event, section, "shown" if shows else "hidden", "shown"), code=303)


@bp.post(f"{SECTION}/removal")
def remove(slug: str, section_id: int) -> ResponseReturnValue:
    _event, section = section_or_404(slug, section_id)
    actions.remove_section(section)
    return redirect(url_for(".index", slug=slug, done="removed"), code=303)


@bp.get(SECTION)
def edit(slug: str, section_id: int) -> ResponseReturnValue:
    return redirect(desk_address(*section_or_404(slug, section_id)))


@bp.post(SECTION)
def save(slug: str, section_id: int) -> ResponseReturnValue:
    event, section, form = _written(slug, section_id)
    do = request.form.get("do", "save")
    if not form.validate():
        return _not_saved(event, section, form, Unreadable())
    version, state = version_of(request.form.get("version")), form.wording(do)
    try:
        actions.save_section(section, version, state, writer(), form.picture_words())
    except NotFound:
        raise
    except USER_ERRORS as error:
        return _not_saved(event, section, form, as_user_error(error))
    if wants_json():
        return jsonify(version=section.version)
    return redirect(_next_address(event, section, form, do), code=303)


@bp.post(f"{SECTION}/preview")
def live_preview(slug: str, section_id: int) -> ResponseReturnValue:
    event, section, form = _written(slug, section_id)
    recap = recap_or_404(event.id)

    def render() -> str:
        state = form.wording()
        section.title, section.data, section.hidden_at = state.title, dict(state.data), None
        describe_pictures(event.id, form.picture_words())
        return preview_page(recap, section=section)

    return preview(form, lambda form: desk_page(event, section, form), render)


def _written(slug: str, section_id: int) -> tuple[Event, RecapSection, SectionForm]:
    """A section and the form as it was sent. Raises NotFound also where the form was one of a section since removed."""
    event, section = section_or_404(slug, section_id)
    if request.form.get("kind", section.kind) != section.kind:  # SQLite gives the number of a removed row again
        raise NotFound
    return event, section, typed_form(event, SectionKind(section.kind), request.form)


def _not_saved(event: Event, section: RecapSection, form: SectionForm, refusal: UserError) -> ResponseReturnValue:
    """Why not; where another person was faster, with what they wrote, and the version to save on next."""
    message, now = str(refusal.message), {"version": version_of(request.form.get("version")), "theirs": list[Any]()}
    if isinstance(refusal, ChangedMeanwhile):
        now = {"version": section.version, "theirs": differing(form.wording(), section.state)}
    if wants_json():
        answer: Any = jsonify(error=message, wrong=[field.label.text for field in form.wrong], **now)
    else:
        answer = desk_page(event, section, form, notice=message, **now)
    return answer, refusal.status, retry_header(refusal)


def _next_address(event: Event, section: RecapSection, form: SectionForm, do: str) -> str:
    if do != "next":
        return desk_address(event, section, "saved", form.arranged(do)[1])
    after = following(sections_of(event.id), section)
    return desk_address(event, after) if after else desk_address(event, section, "written")


@bp.post(f"{SECTION}/history/<int(max=2147483647):version_id>/restoration")
def restore(slug: str, section_id: int, version_id: int) -> ResponseReturnValue:
    event, section = section_or_404(slug, section_id)
    actions.restore_version(section, version_or_404(section_id, version_id), writer())
    return redirect(desk_address(event, section, "restored"), code=303)
