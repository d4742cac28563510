"""The organiser's pages about the registrations of a lunch."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lunchkit.events.models import Event
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.platform import clock
from lunchkit.platform.errors import USER_ERRORS, UserError, carry_out, show_on_form
from lunchkit.platform.text import clean_line
from lunchkit.platform.versions import sent
from lunchkit.registrations import actions, admin_queries, queries
from lunchkit.registrations.admin_forms import NoteForm, OrganiserAttendeeForm, organiser_form
from lunchkit.registrations.catering import caterer_counts
from lunchkit.registrations.charts import charts_of, part_of_list
from lunchkit.registrations.details import ATTENDEE_FIELDS, details_of_registration
from lunchkit.registrations.emails import Why
from lunchkit.registrations.errors import NotPublished
from lunchkit.registrations.exports import CSV_TYPE, XLSX_TYPE, csv_of, registrations_table, xlsx_of
from lunchkit.registrations.models import Registration, Status
from lunchkit.registrations.privacy import own_answers
from lunchkit.team.queries import required_session

bp = Blueprint("registrations", __name__)
ONE = "/e/<slug>/registrations/<int(max=2147483647):registration_id>"


@bp.errorhandler(NotPublished)
def publish_first(_refusal: UserError) -> ResponseReturnValue:
    slug = (request.view_args or {})["slug"]
    return redirect(url_for("organiser.home.event", slug=slug, done="unpublished"), code=303)


@bp.get("/e/<slug>/registrations")
def index(slug: str) -> ResponseReturnValue:
    event, view = any_event_by_slug_or_404(slug), request.args.get("view")
    views = {None: _("List"), "kitchen": _("Kitchen"), "answers": _("Answers"), "print": _("Printouts")}
    if view == "kitchen":
        shown: dict[str, Any] = {"counts": caterer_counts(event.id)}
    elif view == "answers":
        shown = {"charts": charts_of(event)}
    else:
        view, shown = (view, {}) if view == "print" else (None, _list(event))
    page = f"admin/registrations/{view or 'index'}.html"
    return render_template(page, event=event, view=view, views=views, **shown)


def _list(event: Event) -> dict[str, Any]:
    text, status = clean_line(request.args.get("q"))[:100], request.args.get("status")
    status = status if status in admin_queries.FILTERS else None
    order, page = admin_queries.Order(request.args.get("order", "")), request.args.get("page", 1, type=int)
    key = request.args.get("part")
    part, conditions = part_of_list(event, key)
    counts = admin_queries.counts_of(event.id, *conditions)
    takes_place, is_over = event.published_at and not event.cancelled_at, event.is_over(clock.now())
    words = {None: _("All"), "seated": _("Seat reserved"), "waiting": _("Waiting list"), "cancelled": _("Cancelled")}
    if counts["arrived"]:
        words |= {"arrived": _("Came"), "absent": _("Did not come")} if is_over else {"arrived": _("In")}
    return {
        "open": takes_place and not is_over,
        "over": takes_place and is_over,
        "fields": [field for field in ATTENDEE_FIELDS if field.in_list],
        "list": admin_queries.registrations_page(event.id, text, status, page, *conditions, order=order),
        "counts": counts,
        "words": words,
        "part": part,
        "kept": {"q": text or None, "part": key, "status": status},
        "order": order,
        "ordered": None if order is admin_queries.Order.NAME else order.value,
        "held": queries.count_held(event.id),
        "cancelled": request.args.get("cancelled", type=int),
    }


@bp.route("/e/<slug>/registrations/unconfirmed", methods=["GET", "POST"])
def cancel_unconfirmed(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if request.method != "POST":
        return render_template("admin/registrations/unconfirmed.html", event=event, held=queries.count_held(event.id))
    return redirect(url_for(".index", slug=slug, cancelled=actions.cancel_unconfirmed(event)), code=303)


@bp.route("/e/<slug>/registrations/new", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    if event.published_at is None:
        raise NotPublished
    form = organiser_form(event, data=sent())
    if request.method != "POST":
        return _new_page(event, form)
    if not form.validate():
        return _new_page(event, form), 422
    if "other" not in request.form and (same := queries.namesakes(event.id, form.name.data or "")):
        return _new_page(event, form, same=same), 409
    try:
        registration = actions.register_by_hand(event, form.attendee(), language=form.language.data)
    except USER_ERRORS as error:
        return show_on_form(error, partial(_new_page, event, form))
    return _to(registration, done="registered")


@bp.get(ONE)
def show(slug: str, registration_id: int) -> ResponseReturnValue:
    registration = _registration_or_404(slug, registration_id)
    return _page(registration, organiser_form(registration.event, registration))


@bp.post(ONE)
def update(slug: str, registration_id: int) -> ResponseReturnValue:
    registration = _registration_or_404(slug, registration_id)
    form = organiser_form(registration.event, registration, request.form)
    if not form.validate():
        return _page(registration, form), 422
    done = url_for(".show", slug=slug, registration_id=registration_id, done="saved")
    change = partial(actions.update_registration, registration, form.attendee())
    return carry_out(change, partial(_page, registration, form), done)


@bp.post(f"{ONE}/cancellation")
def cancel(slug: str, registration_id: int) -> ResponseReturnValue:
    registration = _registration_or_404(slug, registration_id)
    seated = actions.cancel_registration(registration, Why.ORGANISER)
    return _to(registration, done="cancelled", seated=".".join(map(str, seated)) or None)


@bp.post(f"{ONE}/restoration")
def restore(slug: str, registration_id: int) -> ResponseReturnValue:
    registration = _registration_or_404(slug, registration_id)
    if not registration.is_active:
        details, language = details_of_registration(registration), registration.language
        actions.register_by_hand(registration.event, details, language=language, cancelled=registration)
    return _to(registration, done="registered")


@bp.post(f"{ONE}/note")
def annotate(slug: str, registration_id: int) -> ResponseReturnValue:
    registration = _registration_or_404(slug, registration_id)
    form = NoteForm(request.form)
    if not form.validate():
        return _page(registration, organiser_form(registration.event, registration), note=form), 422
    actions.write_note(registration, form.note.data or "")
    return _to(registration, done="saved")


@bp.post(f"{ONE}/letter")
def resend(slug: str, registration_id: int) -> ResponseReturnValue:
    registration = _registration_or_404(slug, registration_id)
    actions.repeat_email(registration)
    return _to(registration, done="sent")


@bp.get("/e/<slug>/registrations.<any(csv, xlsx):ending>")
def download(slug: str, ending: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    write, content_type = {"csv": (csv_of, CSV_TYPE), "xlsx": (xlsx_of, XLSX_TYPE)}[ending]
    _label, conditions = part_of_list(event, request.args.get("part"))
    body = write(registrations_table(event, *conditions))
    actions.note_export(event, required_session().organiser)
    name = f"{event.slug}-{clock.now():%Y-%m-%d}.{ending}"
    return Response(body, headers={"Content-Disposition": f"attachment; filename={name}"}, content_type=content_type)


def _registration_or_404(slug: str, registration_id: int) -> Registration:
    return queries.registration_or_404(any_event_by_slug_or_404(slug).id, registration_id)


def _new_page(event: Event, form: OrganiserAttendeeForm, notice: str | None = None, **more: Any) -> str:
    more |= {"event": event, "form": form, "notice": notice, "seats_left": queries.seats_left(event)}
    return render_template("admin/registrations/new.html", **more)


def _page(
    registration: Registration, form: OrganiserAttendeeForm, notice: str | None = None, note: NoteForm | None = None
) -> str:
    event, now, is_active = registration.event, clock.now(), registration.is_active
    return render_template(
        "admin/registrations/show.html",
        event=event,
        registration=registration,
        fields=ATTENDEE_FIELDS,
        form=form,
        note=note or NoteForm(obj=registration),
        place=queries.place_in_queue(registration),
        may_change=registration.may_change(now),
        may_restore=not is_active and event.gives_seats(now) and queries.seats_left(event) >= registration.seats,
        may_cancel=is_active and not event.is_over(now),
        took_place=is_active and event.is_over(now) and event.cancelled_at is None,
        email=admin_queries.last_email(registration.id),
        answers=own_answers(registration),
        notice=notice,
        done=_done(registration, request.args.get("done", "")),
    )


def _done(registration: Registration, done: str) -> str | None:
    has_seat = registration.status == Status.SEATED
    if done == "cancelled":
        return _cancelled(registration)
    return {
        "registered": _("Registered: a seat is reserved.") if has_seat else _("Registered: on the waiting list."),
        "saved": _("Your changes are saved."),
        "sent": _("The e-mail leaves in a moment."),
    }.get(done)


def _cancelled(registration: Registration) -> str:
    seated = queries.names_of(registration.event_id, request.args.get("seated", "").split("."))
    if seated:
        names = ", ".join(seated)
        return str(_("The registration is cancelled. From the waiting list, a seat for: %(names)s.", names=names))
    if queries.fullness(registration.event_id).waiting > 0 and queries.seats_left(registration.event) > 0:
        return str(_("The registration is cancelled. Nobody on the waiting list fits into the free seats."))
    return str(_("The registration is cancelled."))


def _to(registration: Registration, done: str, seated: str | None = None) -> ResponseReturnValue:
    address = url_for(".show", slug=registration.event.slug, registration_id=registration.id, done=done, seated=seated)
    return redirect(address, code=303)
