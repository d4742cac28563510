"""The view for phones: what people say of the lunch.

Exempt from form tokens: phones have no session. A post of another site is refused by its origin (``platform.web``), and
the phone's cookie is not sent along with it. Nothing is counted by address: a whole room shares one.
"""

from flask import Blueprint, make_response, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform import clock
from lunchkit.platform.errors import USER_ERRORS
from lunchkit.room.answers_to_phones import done, refused_phone
from lunchkit.room.devices import remember, sending_device
from lunchkit.room.polls.answers import ballot_of
from lunchkit.room.queries import room_by_code_or_404
from lunchkit.room.survey.actions import answer_feedback
from lunchkit.room.survey.models import closes_at

PHONE = "presenter.phone"
bp = Blueprint("survey", __name__)


@bp.post("/v/<code>/feedback")
def answer(code: str) -> ResponseReturnValue:
    room = room_by_code_or_404(code)
    event = room.event
    try:
        device = sending_device(request)
        answer_feedback(event, device, ballot_of(request.form))
    except USER_ERRORS as error:
        return refused_phone(error, room.code)
    response = make_response(done(event.id, url_for(PHONE, code=room.code)))
    remember(response, device, int((closes_at(event) - clock.now()).total_seconds()))
    return response
