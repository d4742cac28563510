"""What an attendee is told about their data, and all of it when they ask."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from lunchkit.events.models import Event
from lunchkit.events.queries import all_custom_fields
from lunchkit.platform.db import db
from lunchkit.platform.i18n import language, long_date
from lunchkit.platform.mail.models import OutboxEmail
from lunchkit.platform.personal import own_columns
from lunchkit.registrations.models import CheckIn, Registration
from lunchkit.subscribers.queries import own_subscription


def privacy_notice(event: Event) -> list[str]:
    needs = _("Food and access needs: seen as numbers without names by the caterer, erased two days after the lunch.")
    if event.needs_kept_longer is not None:
        needs = _(
            "Food and access needs: seen as numbers without names by the caterer, erased on %(date)s.",
            date=long_date(event.needs_kept_longer),
        )
    return [
        _("Who: %(network)s, which gives this lunch; nobody else gets your data.", network=event.series.network),
        _(
            "What for: to keep your seat, write to you about this lunch, and let you in; the recap and invitations "
            "only if you tick them."
        ),
        needs,
        _(
            "How long: names and addresses are erased on %(date)s, only counts stay; "
            "if you want to be invited, your address stays until you say no.",
            date=long_date(event.purge_on),
        ),
        _("Your rights: see, correct, export or erase it yourself, at any time, by the link in your e-mail."),
    ]


def own_answers(registration: Registration) -> list[tuple[str, str]]:
    kept = {answer.question_id: answer.value for answer in registration.answers}
    return [
        (question.label_in(language()), question.answer_in(language(), kept[question.id]))
        for question in (all_custom_fields(registration.event_id) if kept else ())
        if question.id in kept
    ]


def own_data(registration: Registration) -> dict[str, Any]:
    needs = registration.needs
    about = select(OutboxEmail).where(OutboxEmail.subject_id == registration.id)
    emails = [(one.kind, one.created_at, one.sent_at) for one in db.session.scalars(about.order_by(OutboxEmail.id))]
    scans = db.session.scalars(select(CheckIn).where(CheckIn.registration_id == registration.id).order_by(CheckIn.id))
    return {
        "event": {"title": registration.event.title, "starts_at": registration.event.starts_at.isoformat()},
        "registration": own_columns(registration),
        "needs": needs and own_columns(needs) | {"diets": [diet.value for diet in needs.diet_list]},
        "scans": [own_columns(scan) for scan in scans],
        "answers": [{"question": question, "answer": answer} for question, answer in own_answers(registration)],
        "letters": [
            {"kind": kind, "promised_at": made.isoformat(), "sent_at": sent and sent.isoformat()}
            for kind, made, sent in emails
        ],
        "invitations": own_subscription(registration.email),
        "erased_on": registration.event.purge_on.isoformat(),
    }
