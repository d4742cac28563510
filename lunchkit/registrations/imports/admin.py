"""The organiser's pages of an import: choose a file, see what it would do, register, see what it did."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l, ngettext as _n
from wtforms import BooleanField, FileField, SelectField

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.db import page_of
from lunchkit.platform.errors import USER_ERRORS, show_on_form
from lunchkit.platform.fields import BareForm
from lunchkit.platform.i18n import LANGUAGE_NAMES
from lunchkit.platform.web import takes_files
from lunchkit.registrations.forms import DIETS
from lunchkit.registrations.imports import actions, preview
from lunchkit.registrations.imports.entries import Entry
from lunchkit.registrations.imports.models import ImportDraft
from lunchkit.registrations.imports.reading import MOST_BYTES, MOST_ROWS, FileTooHeavy, read_table
from lunchkit.team.queries import required_session

bp = Blueprint("imports", __name__)
ALL = "/e/<slug>/import"
ONE = f"{ALL}/<int(max=2147483647):draft_id>"
FORM_BODY = MOST_BYTES + 100_000
COLUMNS_A_PAGE, ROWS_A_PAGE = 15, 30


class FileForm(BareForm):
    file = FileField(_l("File of people"))
    most_bytes, most_rows, too_heavy = MOST_BYTES, MOST_ROWS, FileTooHeavy.message


class OptionsForm(BareForm):
    sends_letters = BooleanField(_l("Send each their e-mail, with ticket and link"))
    language = SelectField(_l("Language of the e-mails, where the file tells none"), choices=lambda: LANGUAGE_NAMES)


@bp.route(ALL, methods=["GET", "POST"])
@takes_files(FORM_BODY, FileTooHeavy)
def create(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if request.method != "POST":
        return _file_page(event)
    file = request.files.get("file")
    try:
        table = read_table(file.read() if file else b"")
        draft = actions.keep_draft(
            event, table, session_id=required_session().id, filename=(file and file.filename) or ""
        )
    except USER_ERRORS as error:
        return show_on_form(error, lambda words: _file_page(event, words))
    knows_names = not {"name", "first_name", "last_name"}.isdisjoint(filter(None, draft.columns))
    return _to(draft, ".show" if knows_names else ".assign")


@bp.get(ONE)
def show(slug: str, draft_id: int) -> ResponseReturnValue:
    return _page(*_both(slug, draft_id), OptionsForm())


@bp.post(ONE)
def register(slug: str, draft_id: int) -> ResponseReturnValue:
    event, draft = _both(slug, draft_id)
    form = OptionsForm(request.form)
    if not form.validate():
        return _page(event, draft, form), 422
    try:
        actions.import_attendees(draft, form.data)
    except preview.ImportExpired:
        raise
    except USER_ERRORS as error:
        return show_on_form(error, lambda words: _page(event, draft, form, words))
    return _to(draft, ".show")


@bp.route(f"{ONE}/columns", methods=["GET", "POST"])
def assign(slug: str, draft_id: int) -> ResponseReturnValue:
    event, draft = _both(slug, draft_id)
    if request.method != "POST":
        return _columns_page(event, draft)
    said = [request.form.get(f"column-{place}", field or "") for place, field in enumerate(draft.columns)]
    if not {"", *preview.column_labels(event), *draft.columns}.issuperset(said):
        return _columns_page(event, draft), 422
    actions.assign_columns(draft, [field or None for field in said])
    page = request.form.get("go", type=int)
    return _to(draft, ".assign", page=page) if page else _to(draft, ".show", done="assigned")


@bp.post(f"{ONE}/reversal")
def reverse(slug: str, draft_id: int) -> ResponseReturnValue:
    _event, draft = _both(slug, draft_id)
    actions.undo_import(draft)
    return _to(draft, ".show")


def _both(slug: str, draft_id: int) -> tuple[Event, ImportDraft]:
    event = any_event_by_slug_or_404(slug)
    return event, preview.draft_or_expired(event.id, draft_id, required_session().id)


def _to(draft: ImportDraft, endpoint: str, **more: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, slug=draft.event.slug, draft_id=draft.id, **more), code=303)


def _file_page(event: Event, refusal: str | None = None) -> str:
    upload = FileForm()
    upload.file.errors = [refusal] if refusal else []
    return render_template(
        "admin/imports/new.html",
        event=event,
        upload=upload,
        open=event.published_at is not None and event.cancelled_at is None and not event.is_over(clock.now()),
    )


def _page(event: Event, draft: ImportDraft, form: OptionsForm, notice: str | None = None) -> str:
    labels, columns = preview.column_labels(event), list(zip(draft.columns, draft.headings, strict=True))
    entries = preview.entries_of(draft, event)
    coming = [entry for entry in entries if not entry.why]
    entries.sort(key=lambda entry: not (entry.why or entry.remarks))
    page, pages = page_of(len(entries), request.args.get("page", 1, type=int), ROWS_A_PAGE)
    food = preview.untaken_food(draft, event)
    return render_template(
        "admin/imports/show.html",
        event=event,
        draft=draft,
        form=form,
        coming=len(coming),
        seated=sum(entry.has_seat for entry in coming),
        left_out=len(entries) - len(coming),
        unreachable=[entry.details.name for entry in coming if not entry.details.email],
        list={"rows": entries[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE], "page": page, "pages": pages},
        said=_said,
        taken=[(labels[field], heading) for field, heading in columns if field in labels],
        untaken=[heading for field, heading in columns if field not in labels and heading],
        food=[draft.headings[place] or _("Column %(number)s", number=place + 1) for place in food],
        food_column=food[0] if food else None,
        food_page=food[0] // COLUMNS_A_PAGE + 1 if food else None,
        notice=notice,
        upload=FileForm(),
    )


def _said(entry: Entry) -> str:
    one = entry.details
    seats = _n("One seat", "%(num)s seats", one.seats) if one.seats > 1 else ""
    diets = [str(dict(DIETS)[diet]) for diet in one.diets]
    return " · ".join(filter(None, [one.organisation, one.email, seats, *diets, one.allergies]))


def _columns_page(event: Event, draft: ImportDraft) -> str:
    page, pages = page_of(len(draft.columns), request.args.get("page", 1, type=int), COLUMNS_A_PAGE)
    places = range(len(draft.columns))[(page - 1) * COLUMNS_A_PAGE : page * COLUMNS_A_PAGE]
    examples = {place: [cells[place] for _number, cells in draft.cells[:200] if cells[place]][:2] for place in places}
    return render_template(
        "admin/imports/columns.html",
        event=event,
        draft=draft,
        examples=examples,
        labels=preview.column_labels(event),
        page=page,
        pages=pages,
    )
