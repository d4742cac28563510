"""The organisers' pages for what the registration form asks: their own questions, and how many have answered them."""

from functools import partial

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events import actions
from lunchkit.events.admin_forms import KINDS, QuestionForm, question_form
from lunchkit.events.details import write_question
from lunchkit.events.models import CustomField, Event
from lunchkit.events.queries import any_event_by_slug_or_404, custom_field_or_404, custom_fields
from lunchkit.platform.ordered import back_to_list, requested_direction
from lunchkit.platform.previews import preview
from lunchkit.platform.versions import save, sent
from lunchkit.registrations.admin_queries import answers_by_question
from lunchkit.registrations.views import empty_form_page

ONE = "/e/<slug>/form/<int(max=2147483647):asked_id>"
bp = Blueprint("custom_fields", __name__)


@bp.get("/e/<slug>/form")
def index(slug: str) -> ResponseReturnValue:
    return _index_page(any_event_by_slug_or_404(slug), question_form())


@bp.post("/e/<slug>/form")
def create(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = question_form(data=request.form)
    done = url_for(".index", slug=slug, done="added")
    return save(
        form, lambda: actions.add_question(event, form.details()), partial(_index_page, event), question_form, done
    )


@bp.route(ONE, methods=["GET", "POST"])
def update(slug: str, asked_id: int) -> ResponseReturnValue:
    event, question = _both(slug, asked_id)
    page = partial(_edit_page, event, question)
    form = question_form(question, sent())
    return save(
        form,
        lambda: actions.change_question(question, form.details(), form.base_version),
        page,
        lambda: question_form(question),
        url_for(".index", slug=slug, done="changed"),
    )


@bp.post("/e/<slug>/form/preview")
@bp.post(f"{ONE}/preview")
def live_preview(slug: str, asked_id: int | None = None) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    asked = custom_field_or_404(event.id, asked_id) if asked_id is not None else None
    form = question_form(asked, request.form)

    def render() -> str:
        question = asked or CustomField(id=0)
        write_question(question, form.details())
        questions = custom_fields(event.id)
        return empty_form_page(event, questions=questions if asked else [*questions, question])

    return preview(form, partial(_edit_page, event, asked) if asked else partial(_index_page, event), render)


@bp.route(f"{ONE}/removal", methods=["GET", "POST"])
def remove(slug: str, asked_id: int) -> ResponseReturnValue:
    event, question = _both(slug, asked_id)
    if request.method != "POST":
        about = {"event": event, "question": question, "answered": _answered(question)}
        return render_template("admin/custom_fields/removal.html", **about)
    actions.remove_question(question)
    return redirect(url_for(".index", slug=slug, done="removed"), code=303)


@bp.post(f"{ONE}/order")
def order(slug: str, asked_id: int) -> ResponseReturnValue:
    _event, question = _both(slug, asked_id)
    actions.move_question(question, requested_direction())
    return back_to_list(slug, question)


def _both(slug: str, asked_id: int) -> tuple[Event, CustomField]:
    event = any_event_by_slug_or_404(slug)
    return event, custom_field_or_404(event.id, asked_id)


def _answered(question: CustomField) -> int:
    return answers_by_question([question.id]).get(question.id, 0)


def _index_page(event: Event, form: QuestionForm) -> str:
    questions = custom_fields(event.id)
    return render_template(
        "admin/custom_fields/index.html",
        event=event,
        asked=questions,
        answered=answers_by_question([question.id for question in questions]),
        kinds=KINDS,
        may_add=len(questions) < actions.MOST_QUESTIONS or bool(form.errors),
        form=form,
    )


def _edit_page(event: Event, question: CustomField, form: QuestionForm) -> str:
    about = {"event": event, "question": question, "answered": _answered(question)}
    return render_template("admin/custom_fields/edit.html", form=form, **about)
