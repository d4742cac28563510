"""Views for phones: ask the room a question, and support the questions of others.

Exempt from form tokens: phones have no session. A post of another site is refused by its origin (``platform.web``), and
the phone's cookie is not sent along with it.
"""

import secrets

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.platform.errors import USER_ERRORS, as_user_error, retry_header
from lunchkit.room.answers_to_phones import done, not_done, wants_json
from lunchkit.room.devices import new_device, remember, sending_device
from lunchkit.room.errors import NoCookie
from lunchkit.room.qa.actions import ask_question, support_question
from lunchkit.room.qa.errors import QuestionUnreadable
from lunchkit.room.qa.forms import QuestionForm, is_set
from lunchkit.room.queries import room_by_code_or_404

PHONE = "presenter.phone"
PAGES = (PHONE, "presenter.phone_in_capitals")
bp = Blueprint("qa", __name__)


@bp.app_template_global("question_key")
def form_key() -> str:
    return secrets.token_urlsafe(16) if request.endpoint in PAGES else ""


@bp.post("/v/<code>/questions")
def ask(code: str) -> ResponseReturnValue:
    room = room_by_code_or_404(code)
    event, form = room.event, QuestionForm(formdata=request.form)
    try:
        if not form.validate():
            raise QuestionUnreadable
        off_record, key = bool(form.off_record.data), form.key.data or ""
        ask_question(room, sending_device(request), form.text.data or "", off_record=off_record, key=key)
    except USER_ERRORS as error:
        return _refused(event, room.code, error, form)
    return done(event.id, url_for(PHONE, code=room.code, asked=1, _anchor="questions"))


@bp.post("/v/<code>/questions/<int(max=2147483647):question_id>/support")
def support(code: str, question_id: int) -> ResponseReturnValue:
    room = room_by_code_or_404(code)
    event = room.event
    try:
        support_question(room, sending_device(request), question_id, is_on=is_set(request.form, "on"))
    except USER_ERRORS as error:
        return _refused(event, room.code, error)
    return done(event.id, url_for(PHONE, code=room.code, _anchor=f"question-{question_id}"))


def _refused(event: Event, code: str, error: Exception, form: QuestionForm | None = None) -> ResponseReturnValue:
    refusal = as_user_error(error)
    is_wrong = form is not None and isinstance(refusal, QuestionUnreadable)
    message = str(next(iter(form.errors.values()))[0] if form and is_wrong else refusal.message)
    if wants_json():
        return not_done(message, error)
    page = render_template("qa/refused.html", event=event, code=code, message=message, form=form)
    response = make_response(page, refusal.status, retry_header(refusal))
    if isinstance(refusal, NoCookie):
        remember(response, new_device())  # if the browser keeps this one, sending once more is enough
    return response
