"""The organiser's doors to feedback: what came out of it, how it is asked, and when."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.feedback import actions
from lunchkit.feedback.exports import feedback_csv
from lunchkit.feedback.models import Part
from lunchkit.feedback.organiser_forms import WordsForm, words_form
from lunchkit.feedback.queries import (
    all_remarks,
    count_late,
    feedback_of,
    feedback_view,
    last_day,
    outcome,
    remark_or_404,
    remarks_page,
    usual_words,
    wording,
)
from lunchkit.feedback.refusals import TooFewSince
from lunchkit.i18n import language
from lunchkit.links import public
from lunchkit.refusals import NO, readable, retry_header
from lunchkit.rooms.queries import room_of_event
from lunchkit.rooms.replies import after, refused, wants_json
from lunchkit.text import clean_line

bp = Blueprint("feedback", __name__)


@bp.get("/e/<slug>/feedback")
def index(slug: str) -> ResponseReturnValue:
    """How many answered, two pictures with their tables, and what people wrote; a script hears of how many it shows."""
    event = any_event_by_slug_or_404(slug)
    feedback = feedback_of(event.id)
    if wants_json():
        return jsonify(waiting=feedback.shown if feedback else 0)
    words, room = clean_line(request.args.get("q")), room_of_event(event.id)
    return render_template(
        "organiser/feedback/index.html",
        event=event,
        outcome=outcome(event, language()),
        late=count_late(event),
        asked=feedback_view(event, feedback, language()),
        was_opened=feedback is not None and feedback.opened_at is not None,
        remarks=remarks_page(event.id, words, request.args.get("page", 1, type=int)),
        q=words,
        phone_url=public("presenter.phone", code=room.code) if room else None,
    )


@bp.get("/e/<slug>/feedback.csv")
def table(slug: str) -> ResponseReturnValue:
    """The same for a spreadsheet."""
    event = any_event_by_slug_or_404(slug)
    better = wording(feedback_of(event.id), Part.BETTER, language()).text
    text = feedback_csv(outcome(event, language()), better, all_remarks(event.id))
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"{event.slug}-feedback.csv")
    return response


@bp.get("/e/<slug>/feedback/words")
def words(slug: str) -> ResponseReturnValue:
    """The form for the three questions."""
    event = any_event_by_slug_or_404(slug)
    return _words_page(event, words_form(feedback_of(event.id)))


@bp.post("/e/<slug>/feedback/words")
def reword(slug: str) -> ResponseReturnValue:
    """Other questions; whatever is wrong, the form comes back with all that was typed."""
    event = any_event_by_slug_or_404(slug)
    form = words_form(feedback_of(event.id), request.form)
    if not form.validate():
        return _words_page(event, form), 422
    try:
        actions.word_feedback(event, form.details())
    except NO as error:
        refusal = readable(error)
        return _words_page(event, form, str(refusal.message)), refusal.status, retry_header(refusal)
    return _to(event, "words")


@bp.post("/e/<slug>/feedback/opening")
def opening(slug: str) -> ResponseReturnValue:
    """The end of the lunch: phones ask for feedback."""
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: actions.open_feedback(event), url_for(".index", slug=slug, done="opened"))


@bp.post("/e/<slug>/feedback/return")
def take_back(slug: str) -> ResponseReturnValue:
    """Not yet."""
    event = any_event_by_slug_or_404(slug)
    return after(event, lambda: actions.take_back_feedback(event), url_for(".index", slug=slug, done="taken-back"))


@bp.post("/e/<slug>/feedback/activation")
def switch_on(slug: str) -> ResponseReturnValue:
    """Feedback for this lunch."""
    event = any_event_by_slug_or_404(slug)
    return _do(event, "on", lambda: actions.switch_feedback(event, is_on=True))


@bp.post("/e/<slug>/feedback/deactivation")
def switch_off(slug: str) -> ResponseReturnValue:
    """None."""
    event = any_event_by_slug_or_404(slug)
    return _do(event, "off", lambda: actions.switch_feedback(event, is_on=False))


@bp.get("/e/<slug>/feedback/closing")
def closing(slug: str) -> ResponseReturnValue:
    """Asks once more: nobody can answer afterwards."""
    event = any_event_by_slug_or_404(slug)
    if count_late(event):
        return refused(event, TooFewSince(last_day(event)), url_for(".index", slug=slug))
    return render_template("organiser/feedback/closing.html", event=event, outcome=outcome(event, language()))


@bp.post("/e/<slug>/feedback/closing")
def close(slug: str) -> ResponseReturnValue:
    """No more answers."""
    event = any_event_by_slug_or_404(slug)
    return _do(event, "closed", lambda: actions.close_feedback(event))


@bp.get("/e/<slug>/feedback/remarks/<remark_id>/erasure")
def erasure(slug: str, remark_id: str) -> ResponseReturnValue:
    """Asks once more."""
    event = any_event_by_slug_or_404(slug)
    remark = remark_or_404(event.id, remark_id)
    return render_template("organiser/feedback/erasure.html", event=event, remark=remark)


@bp.post("/e/<slug>/feedback/remarks/<remark_id>/erasure")
def erase(slug: str, remark_id: str) -> ResponseReturnValue:
    """What somebody wrote is erased."""
    event = any_event_by_slug_or_404(slug)
    remark = remark_or_404(event.id, remark_id)
    return _do(event, "erased", lambda: actions.erase_remark(remark))


def _do(event: Event, done: str, action: Callable[[], object]) -> ResponseReturnValue:
    """Do it, and show the page; or say why not, and lead back to it."""
    try:
        action()
    except NO as error:
        return refused(event, error, url_for(".index", slug=event.slug))
    return _to(event, done)


def _to(event: Event, done: str) -> ResponseReturnValue:
    return redirect(url_for(".index", slug=event.slug, done=done), code=303)


def _words_page(event: Event, form: WordsForm, notice: str | None = None) -> str:
    return render_template("organiser/feedback/words.html", event=event, form=form, usual=usual_words(), notice=notice)
