"""The organiser's doors to an import: choose a file, look at what it would do, press once, look at what it did."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from lunchkit import clock
from lunchkit.accounts.queries import current_session
from lunchkit.db import db
from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404, form_questions
from lunchkit.imports import actions
from lunchkit.imports.exports import left_out_file
from lunchkit.imports.forms import COLUMNS_A_PAGE, FileForm, WishForm, assigned, columns_form, page_of
from lunchkit.imports.models import ImportDraft
from lunchkit.imports.planning import Fate
from lunchkit.imports.queries import Preview, columns_about, draft_or_gone, plan_of, preview_of
from lunchkit.imports.reading import MOST_BYTES, read_table
from lunchkit.imports.refusals import FileTooHeavy, ImportForgotten, NoFile
from lunchkit.imports.words import FIELDS, column_word, failure_of, food_of, said_of
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.registrations.exports import CSV_TYPE
from lunchkit.web import show_error, takes_files

bp = Blueprint("imports", __name__)
ALL = "/e/<slug>/import"
ONE = f"{ALL}/<int(max=2147483647):draft_id>"
FORM_BODY = MOST_BYTES + 100_000
LOOKS_AGAIN = 2
"""Seconds after which the page of an import that is going on comes anew, by itself and without JavaScript."""


@bp.get(ALL)
def new(slug: str) -> ResponseReturnValue:
    """Which file."""
    return _file_page(any_event_by_slug_or_404(slug), FileForm())


@bp.post(ALL)
@takes_files(FORM_BODY, FileTooHeavy)
def create(slug: str) -> ResponseReturnValue:
    """The file is read and kept for an hour; nobody is registered yet."""
    event = any_event_by_slug_or_404(slug)
    form = FileForm(CombinedMultiDict([request.files, request.form]))
    try:
        name, data = form.chosen()
        draft = actions.keep_draft(event, read_table(data), session_id=_session_id(), filename=name)
    except NO as error:
        refusal = readable(error)
        form.file.errors = [str(refusal.message)]
        return _file_page(event, form), refusal.status, retry_header(refusal)
    knows_names = not {"name", "first_name", "last_name"}.isdisjoint(filter(None, draft.columns))
    return _to(draft, ".show" if knows_names else ".columns")


@bp.errorhandler(RequestEntityTooLarge)
def show_too_heavy(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """A file that was too heavy to be taken in at all. It is refused before the door asks who is there: this asks."""
    if current_session() is None or not request.view_args or not (request.endpoint or "").endswith(".imports.create"):
        return show_error(error)
    form = FileForm()
    form.file.errors = [str(FileTooHeavy.message)]
    return _file_page(any_event_by_slug_or_404(request.view_args["slug"]), form), FileTooHeavy.status


@bp.errorhandler(ImportForgotten)
def show_forgotten(refusal: ImportForgotten) -> ResponseReturnValue:
    """An hour has gone by, or another browser asks: the way back to the beginning."""
    event = any_event_by_slug_or_404((request.view_args or {})["slug"])
    page = render_template(
        "organiser/refused.html", event=event, message=refusal.message, back=url_for(".new", slug=event.slug)
    )
    return page, refusal.status


@bp.get(ONE)
def show(slug: str, draft_id: int) -> ResponseReturnValue:
    """What the import would do; once it was done, what it did."""
    event, draft = _both(slug, draft_id, people=False)
    if draft.is_running:
        return _progress_page(event, draft), {"Refresh": str(LOOKS_AGAIN)}
    event, draft = _both(slug, draft_id)
    return _page(event, draft, WishForm(), failure_of(draft.failure) if draft.failed_at else None)


@bp.post(ONE)
def register(slug: str, draft_id: int) -> ResponseReturnValue:
    """All who can be are registered, at once; of a long list its progress is shown."""
    event, draft = _both(slug, draft_id, people=False)
    form = WishForm(request.form)
    if not form.validate():
        return _page(event, _both(slug, draft_id)[1], form), 422
    do = actions.begin_import if draft.total > actions.AT_ONCE else actions.import_people
    try:
        do(draft, form.wishes())
    except NO as error:
        refusal = readable(error)
        if isinstance(refusal, ImportForgotten):
            raise refusal from error
        page = _page(event, _both(slug, draft_id)[1], form, str(refusal.message))
        return page, refusal.status, retry_header(refusal)
    return _to(draft, ".show")


@bp.get(f"{ONE}/columns")
def columns(slug: str, draft_id: int) -> ResponseReturnValue:
    """What each column is, so many a page that the page stays small."""
    event, draft = _both(slug, draft_id, whole=True)
    return _columns_page(event, draft)


@bp.post(f"{ONE}/columns")
def assign(slug: str, draft_id: int) -> ResponseReturnValue:
    """The columns are what the organiser says. The preview shows what that means, or ``go`` leads to another page."""
    event, draft = _both(slug, draft_id, whole=True)
    shown = _shown_columns(draft)
    form = columns_form(draft.columns, shown, form_questions(event.id), request.form)
    if not form.validate():
        return _columns_page(event, draft), 422
    actions.assign_columns(draft, assigned(form, draft.columns, shown))
    go = request.form.get("go", type=int)
    return _to(draft, ".columns", page=go) if go else _to(draft, ".show", done="assigned")


@bp.get(f"{ONE}/left-out.csv")
def left_out(slug: str, draft_id: int) -> ResponseReturnValue:
    """The rows that are left out, as they came, and why."""
    event, draft = _both(slug, draft_id, whole=True)
    response = Response(left_out_file(draft, plan_of(db.session(), draft, event, clock.now())), content_type=CSV_TYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}-left-out.csv")
    return response


@bp.get(f"{ONE}/reversal")
def reversal(slug: str, draft_id: int) -> ResponseReturnValue:
    """Asks once more."""
    event, draft = _both(slug, draft_id)
    return render_template(
        "organiser/imports/reversal.html", event=event, draft=draft, preview=_preview(event, draft), Fate=Fate
    )


@bp.post(f"{ONE}/reversal")
def reverse(slug: str, draft_id: int) -> ResponseReturnValue:
    """What the import did is taken back."""
    _event, draft = _both(slug, draft_id)
    actions.undo_import(draft)
    return _to(draft, ".show")


def _session_id() -> int:
    session = current_session()
    if session is None:
        raise ImportForgotten
    return session.id


def _both(slug: str, draft_id: int, *, people: bool = True, whole: bool = False) -> tuple[Event, ImportDraft]:
    event = any_event_by_slug_or_404(slug)
    return event, draft_or_gone(event.id, draft_id, _session_id(), people=people, whole=whole)


def _to(draft: ImportDraft, endpoint: str, **more: Any) -> ResponseReturnValue:
    return redirect(url_for(endpoint, slug=draft.event.slug, draft_id=draft.id, **more), code=303)


def _file_page(event: Event, form: FileForm) -> str:
    return render_template(
        "organiser/imports/new.html",
        event=event,
        form=form,
        open=event.published_at is not None and event.cancelled_at is None and not event.is_over(clock.now()),
        most_bytes=MOST_BYTES,
        too_heavy=FileTooHeavy.message,
        missing=NoFile.message,
    )


def _preview(event: Event, draft: ImportDraft) -> Preview:
    plan = plan_of(db.session(), draft, event, clock.now())
    return preview_of(draft, plan, event, request.args.get("page", 1, type=int))


def _page(event: Event, draft: ImportDraft, form: WishForm, notice: str | None = None) -> str:
    return render_template(
        "organiser/imports/show.html",
        event=event,
        draft=draft,
        form=form,
        preview=_preview(event, draft),
        said_of=said_of,
        column_word=column_word,
        food_of=food_of,
        page_of=page_of,
        notice=notice,
        Fate=Fate,
    )


def _progress_page(event: Event, draft: ImportDraft) -> str:
    return render_template(
        "organiser/imports/progress.html", event=event, draft=draft, rows=draft.total, looks_again=LOOKS_AGAIN
    )


def _column_page(draft: ImportDraft) -> int:
    return min(max(1, request.args.get("page", 1, type=int)), page_of(len(draft.columns) - 1))


def _shown_columns(draft: ImportDraft) -> list[int]:
    first = (_column_page(draft) - 1) * COLUMNS_A_PAGE
    return list(range(len(draft.columns)))[first : first + COLUMNS_A_PAGE]


def _columns_page(event: Event, draft: ImportDraft) -> str:
    shown = _shown_columns(draft)
    examples = {
        column: [cells[column] for _number, cells in draft.cells[:200] if cells[column]][:2] for column in shown
    }
    return render_template(
        "organiser/imports/columns.html",
        event=event,
        draft=draft,
        form=columns_form(draft.columns, shown, form_questions(event.id)),
        shown=shown,
        examples=examples,
        FIELDS=FIELDS,
        about=columns_about(draft, event),
        page=_column_page(draft),
        pages=page_of(len(draft.columns) - 1),
    )
