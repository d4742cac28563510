"""The organiser's doors to an import: choose a file, look at what it would do, press once, look at what it did."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import CombinedMultiDict

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.db import page_of as pages_of
from lunchkit.platform.errors import USER_ERRORS, UserError, as_user_error, retry_header
from lunchkit.platform.web import takes_files
from lunchkit.registrations.exports import CSV_TYPE, csv_of
from lunchkit.registrations.forms import DIETS
from lunchkit.registrations.imports import actions, queries
from lunchkit.registrations.imports.errors import FileTooHeavy, ImportExpired
from lunchkit.registrations.imports.forms import COLUMNS_A_PAGE, FileForm, OptionsForm, assigned, columns_form, page_of
from lunchkit.registrations.imports.models import ImportDraft
from lunchkit.registrations.imports.reading import MOST_BYTES, MOST_ROWS, read_table
from lunchkit.team.queries import current_session

bp = Blueprint("imports", __name__)
ALL = "/e/<slug>/import"
ONE = f"{ALL}/<int(max=2147483647):draft_id>"
FORM_BODY = MOST_BYTES + 100_000


@bp.get(ALL)
def new(slug: str) -> ResponseReturnValue:
    return _file_page(any_event_by_slug_or_404(slug), FileForm())


@bp.post(ALL)
@takes_files(FORM_BODY, FileTooHeavy)
def create(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = FileForm(CombinedMultiDict([request.files, request.form]))
    try:
        name, data = form.chosen()
        draft = actions.keep_draft(event, read_table(data), session_id=_session_id(), filename=name)
    except USER_ERRORS as error:
        refusal = as_user_error(error)
        form.file.errors = [str(refusal.message)]
        return _file_page(event, form), refusal.status, retry_header(refusal)
    knows_names = not {"name", "first_name", "last_name"}.isdisjoint(filter(None, draft.columns))
    return _to(draft, ".show" if knows_names else ".columns")


@bp.errorhandler(ImportExpired)
def show_forgotten(refusal: UserError) -> ResponseReturnValue:
    event = any_event_by_slug_or_404((request.view_args or {})["slug"])
    page = render_template(
        "admin/refused.html", event=event, message=refusal.message, back=url_for(".new", slug=event.slug)
    )
    return page, refusal.status


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
        actions.import_attendees(draft, form.options())
    except USER_ERRORS as error:
        refusal = as_user_error(error)
        if isinstance(refusal, ImportExpired):
            raise refusal from error
        return _page(event, draft, form, str(refusal.message)), refusal.status, retry_header(refusal)
    return _to(draft, ".show")


@bp.get(f"{ONE}/columns")
def columns(slug: str, draft_id: int) -> ResponseReturnValue:
    return _columns_page(*_both(slug, draft_id))


@bp.post(f"{ONE}/columns")
def assign(slug: str, draft_id: int) -> ResponseReturnValue:
    event, draft = _both(slug, draft_id)
    _page, shown = _shown_columns(draft)
    form = columns_form(draft.columns, shown, queries.column_labels(event, draft), request.form)
    if not form.validate():
        return _columns_page(event, draft), 422
    actions.assign_columns(draft, assigned(form, draft.columns, shown))
    go = request.form.get("go", type=int)
    return _to(draft, ".columns", page=go) if go else _to(draft, ".show", done="assigned")


@bp.get(f"{ONE}/left-out.csv")
def left_out(slug: str, draft_id: int) -> ResponseReturnValue:
    event, draft = _both(slug, draft_id)
    rows = queries.left_out_rows(draft, queries.entries_of(draft, event))
    response = Response(csv_of(rows), content_type=CSV_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}-left-out.csv")
    return response


@bp.get(f"{ONE}/reversal")
def reversal(slug: str, draft_id: int) -> ResponseReturnValue:
    event, draft = _both(slug, draft_id)
    preview = queries.preview_of(queries.entries_of(draft, event), 1)
    return render_template("admin/imports/reversal.html", event=event, draft=draft, people=len(preview.coming))


@bp.post(f"{ONE}/reversal")
def reverse(slug: str, draft_id: int) -> ResponseReturnValue:
    _event, draft = _both(slug, draft_id)
    actions.undo_import(draft)
    return _to(draft, ".show")


def _session_id() -> int:
    session = current_session()
    if session is None:
        raise ImportExpired
    return session.id


def _both(slug: str, draft_id: int) -> tuple[Event, ImportDraft]:
    event = any_event_by_slug_or_404(slug)
    return event, queries.draft_or_expired(event.id, draft_id, _session_id())


def _to(draft: ImportDraft, endpoint: str, **more: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, slug=draft.event.slug, draft_id=draft.id, **more), code=303)


def _file_page(event: Event, form: FileForm) -> str:
    return render_template(
        "admin/imports/new.html",
        event=event,
        form=form,
        open=event.published_at is not None and event.cancelled_at is None and not event.is_over(clock.now()),
        most_bytes=MOST_BYTES,
        most_rows=MOST_ROWS,
        too_heavy=FileTooHeavy.message,
    )


def _page(event: Event, draft: ImportDraft, form: OptionsForm, notice: str | None = None) -> str:
    labels, columns = queries.column_labels(event, draft), list(zip(draft.columns, draft.headings, strict=True))
    return render_template(
        "admin/imports/show.html",
        event=event,
        draft=draft,
        form=form,
        preview=queries.preview_of(queries.entries_of(draft, event), request.args.get("page", 1, type=int)),
        labels=labels,
        taken=[(labels[field], heading) for field, heading in columns if field in labels],
        left=[heading for field, heading in columns if field not in labels and heading],
        about=queries.columns_about(draft, event),
        diets=dict(DIETS),
        page_of=page_of,
        notice=notice,
    )


def _shown_columns(draft: ImportDraft) -> tuple[int, range]:
    page, _pages = pages_of(len(draft.columns), request.args.get("page", 1, type=int), COLUMNS_A_PAGE)
    return page, range((page - 1) * COLUMNS_A_PAGE, min(page * COLUMNS_A_PAGE, len(draft.columns)))


def _columns_page(event: Event, draft: ImportDraft) -> str:
    labels, (page, shown) = queries.column_labels(event, draft), _shown_columns(draft)
    return render_template(
        "admin/imports/columns.html",
        event=event,
        draft=draft,
        form=columns_form(draft.columns, shown, labels),
        shown=shown,
        examples={column: _examples(draft, column) for column in shown},
        labels=labels,
        about=queries.columns_about(draft, event),
        page=page,
        pages=page_of(len(draft.columns) - 1),
    )


def _examples(draft: ImportDraft, column: int) -> list[str]:
    return [cells[column] for _number, cells in draft.cells[:200] if cells[column]][:2]
