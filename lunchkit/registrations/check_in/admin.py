"""The check-in: a page that works without network, a list that works without scripts, and what phones send."""

import hashlib
import json
import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.audit.recording import AuditEvent, begin
from lunchkit.platform.i18n import clock_patterns
from lunchkit.platform.static_files import STATIC, build_hash, static_address
from lunchkit.platform.text import clean_line
from lunchkit.platform.versions import sent
from lunchkit.platform.web import HEADERS
from lunchkit.registrations.admin import publish_first
from lunchkit.registrations.admin_queries import FILTERS, Order, order_by_name
from lunchkit.registrations.check_in import actions, queries
from lunchkit.registrations.check_in.forms import WalkInForm, form_nonce, read_scans
from lunchkit.registrations.check_in.view_models import Answer, Scan, Word
from lunchkit.registrations.errors import NoFreeSeat, NotPublished
from lunchkit.registrations.models import MOST_SEATS, Registration
from lunchkit.registrations.queries import namesakes, registration_of, registration_or_404
from lunchkit.team.models import ABSOLUTE_LIFE
from lunchkit.team.queries import required_session

bp = Blueprint("check_in", __name__)
ONE = "/e/<slug>/door/<int(max=2147483647):registration_id>"
WITH_CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
bp.register_error_handler(NotPublished, publish_first)


@bp.get("/e/<slug>/door")
def index(slug: str) -> ResponseReturnValue:
    """Scan, search, walk in. No name is in this page: phones keep a copy of it, for when there is no network."""
    event = _event(slug)
    page = render_template(
        "admin/check_in/index.html",
        event=event,
        counts=queries.counts(event),
        door=_door(),
        clock_patterns=clock_patterns(),
        kept_until=queries.millis(event.over_at + timedelta(hours=12)),
    )
    return page, {"Permissions-Policy": WITH_CAMERA}


@bp.get("/e/<slug>/door/worker.js")
def worker(slug: str) -> ResponseReturnValue:
    """The script that opens the page again where there is no network, with the addresses of what it is made of."""
    event = _event(slug)
    shell = url_for(".index", slug=event.slug)
    files = [static_address(path) for path in ("built/check-in.css", "built/check-in.js", "mark.svg")]
    told = {"name": f"check-in-{event.slug}", "build": build_hash(), "shell": shell, "files": files}
    script = f"const CHECK_IN = {json.dumps(told)};\n{(STATIC / 'js/check-in-worker.js').read_text()}"
    return script, {"Content-Type": "text/javascript; charset=utf-8", "Service-Worker-Allowed": shell}


@bp.get("/e/<slug>/door/now.json")
def now(slug: str) -> ResponseReturnValue:
    event = _event(slug)
    news = queries.people_known(event.id, request.args.get("seen", "")) | {
        "arrivals": queries.arrivals(event.id),
        "counts": queries.counts(event).data(),
        "conflicts": [queries.conflict_data(scan, first) for scan, first in queries.conflicts(event.id)],
        "signed_in_until": queries.millis(required_session().started_at + ABSOLUTE_LIFE),
    }
    response = jsonify(news | {"token": generate_csrf()})
    response.set_etag(hashlib.sha256(json.dumps(news, sort_keys=True).encode()).hexdigest()[:24])
    return response.make_conditional(request)


@bp.post("/e/<slug>/door/scans")
def scan(slug: str) -> ResponseReturnValue:
    event, organiser, answers = _event(slug), required_session().organiser, []
    for nonce, said in read_scans(request.get_json(silent=True), clock.now()):
        if said and said.makes_room:  # its own line in the history
            begin(AuditEvent("check_in.scan", organiser.id, organiser.name), event.slug)
        answers.append(queries.answer_data(nonce, _take(event, said) if said else Answer(Word.UNKNOWN)))
    return jsonify(answers=answers)


@bp.get("/e/<slug>/door/list")
def people(slug: str) -> ResponseReturnValue:
    event = _event(slug)
    text = clean_line(request.args.get("q"))[:100]
    whom = request.args.get("whom")
    whom = whom if whom in FILTERS else None
    order = order_by_name(request.args.get("order"))
    came = registration_of(event.id, request.args.get("came", 0, type=int))
    is_over = event.is_over(clock.now())
    came_words = (_("Did not come"), _("Came")) if is_over else (_("Not here yet"), _("Here"))
    return render_template(
        "admin/check_in/list.html",
        event=event,
        list=queries.people_at_door(event.id, text, whom, request.args.get("page", 1, type=int), order),
        counts=queries.counts(event),
        conflicts=queries.conflicts(event.id),
        q=text,
        whom=whom,
        order=order,
        ordered=None if order is Order.NAME else order.value,
        over=is_over,
        words={None: _("All"), "absent": came_words[0], "arrived": came_words[1], "waiting": _("Waiting list")},
        nonce=secrets.token_urlsafe(16),
        came=came if came and came.arrived else None,
    )


@bp.get(ONE)
def show(slug: str, registration_id: int) -> ResponseReturnValue:
    event, person = _both(slug, registration_id)
    is_over, done, counts = event.is_over(clock.now()), request.args.get("done", ""), queries.counts(event)
    about = queries.answer_about(person, is_first=done == "in")
    word = "expected" if about.word is Word.UNDONE and done != "undone" else about.word.value
    return render_template(
        "admin/check_in/show.html",
        event=event,
        person=person,
        about=about,
        word="full" if word == "waiting" and done == "full" else word,
        is_known=done == "known",
        over=is_over,
        lacks_seat=about.word is Word.WAITING and not is_over and counts.free < person.seats,
        counts=counts,
        nonce=secrets.token_urlsafe(16),
    )


@bp.post(f"{ONE}/arrival")
def admit(slug: str, registration_id: int) -> ResponseReturnValue:
    event, person = _both(slug, registration_id)
    makes_room = "room" in request.form
    gives_seat = makes_room or "seat" in request.form
    scan = _scan_of_form(registration_id=person.id, gives_seat=gives_seat, makes_room=makes_room)
    # the list has one nonce for all its rows
    answer = _take(event, replace(scan, nonce=f"{scan.nonce}-{person.id}"[:64]))
    if "from_list" in request.form and answer.word in (Word.IN, Word.DOUBLE):
        return _to_list(event, person.id)
    return _to(event, person.id, answer)


@bp.post(f"{ONE}/party")
def count_party(slug: str, registration_id: int) -> ResponseReturnValue:
    return _mend(slug, registration_id, "corrects")


@bp.post(f"{ONE}/undo")
def undo(slug: str, registration_id: int) -> ResponseReturnValue:
    return _mend(slug, registration_id, "undoes")


@bp.route("/e/<slug>/door/walk-in", methods=["GET", "POST"])
def walk_in(slug: str) -> ResponseReturnValue:
    event = _event(slug)
    form = WalkInForm(sent(), nonce=secrets.token_urlsafe(16))
    if request.method != "POST":
        return _walk_in_page(event, form)
    if not form.validate():
        return _walk_in_page(event, form), 422
    same = namesakes(event.id, form.name.data or "", form.nonce.data or "")
    if same and "other" not in request.form:
        return _walk_in_page(event, form, same=same), 409
    answer = _take(event, _scan_of_form(walk_in=form.attendee(), makes_room="room" in request.form))
    if answer.id is None:
        return _walk_in_page(event, form, is_full=True), 409
    return _to(event, answer.id, answer)


@bp.post("/e/<slug>/door/conflicts/<int(max=2147483647):scan_id>/settlement")
def settle(slug: str, scan_id: int) -> ResponseReturnValue:
    event = _event(slug)
    actions.settle_conflict(event, scan_id)
    return redirect(url_for(".people", slug=event.slug), code=303)


def _event(slug: str) -> Event:
    event = any_event_by_slug_or_404(slug)
    if event.published_at is None:
        raise NotPublished
    return event


def _both(slug: str, registration_id: int) -> tuple[Event, Registration]:
    event = _event(slug)
    return event, registration_or_404(event.id, registration_id)


def _mend(slug: str, registration_id: int, how: str) -> ResponseReturnValue:
    event, person = _both(slug, registration_id)
    of = form_nonce(request.form.get("of"))
    return _to(event, person.id, _take(event, _scan_of_form(**{how: of})) if of else Answer(Word.UNDONE))


def _scan_of_form(**said: Any) -> Scan:
    people = request.form.get("people", type=int)
    return Scan(
        nonce=form_nonce(request.form.get("nonce")) or secrets.token_urlsafe(16),
        scanned_at=clock.now(),
        door=_door(),
        people=people if people and 1 <= people <= MOST_SEATS else None,
        **said,
    )


def _door() -> str:
    return required_session().organiser.name.split()[0]


def _take(event: Event, scan: Scan) -> Answer:
    try:
        return actions.take_scan(event, replace(scan, organiser_id=required_session().organiser_id))
    except NoFreeSeat:
        return Answer(Word.FULL)


def _to(event: Event, registration_id: int, answer: Answer) -> ResponseReturnValue:
    address = url_for(".show", slug=event.slug, registration_id=registration_id, done=answer.word.value)
    return redirect(address, code=303)


def _to_list(event: Event, registration_id: int) -> ResponseReturnValue:
    kept: dict[str, Any] = {name: request.form.get(name) or None for name in ("q", "whom", "order")}
    kept |= {"page": request.form.get("from_list", type=int), "came": registration_id, "_anchor": f"p{registration_id}"}
    return redirect(url_for(".people", slug=event.slug, **kept), code=303)


def _walk_in_page(event: Event, form: WalkInForm, **more: Any) -> str:
    return render_template("admin/check_in/walk_in.html", event=event, form=form, counts=queries.counts(event), **more)
