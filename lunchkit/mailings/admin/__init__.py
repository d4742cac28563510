"""The organisers' pages for the e-mails of one lunch: automatic ones, mailings sent so far, and writing to many."""

from dataclasses import replace
from functools import partial
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext as _, ngettext as _n
from wtforms.validators import DataRequired

from lunchkit.events.models import Event
from lunchkit.events.paragraphs import own_texts, paragraph_row
from lunchkit.events.queries import any_event_by_slug_or_404
from lunchkit.mailings import actions
from lunchkit.mailings.admin.outbox import AUTOMATIC_KINDS, emails_shown
from lunchkit.mailings.audiences import AUTOMATIC, PEOPLE, why_not
from lunchkit.mailings.emails import preview, thanks
from lunchkit.mailings.forms import UNREAD, MailingForm, ParagraphForm
from lunchkit.mailings.models import Audience
from lunchkit.mailings.queries import Reach, free_again_at, mailings, reaches
from lunchkit.platform import clock, form_tokens
from lunchkit.platform.errors import NotFound, carry_out
from lunchkit.platform.i18n import LANGUAGE_NAMES, language
from lunchkit.platform.mail.outbox import A_MINUTE
from lunchkit.platform.mail.queries import EmailState, last_leaves_at
from lunchkit.platform.mail.rendering import RenderedEmail
from lunchkit.platform.previews import preview as preview_of
from lunchkit.platform.versions import save as save_form, sent
from lunchkit.registrations.emails import sample_email
from lunchkit.settings.actions import send_trial
from lunchkit.team.queries import required_session

AREA = "/e/<slug>/emails"
ONE = f"{AREA}/automatic/<kind>"
bp = Blueprint("mailings", __name__)


@bp.get(AREA)
def index(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    now, shown = clock.now(), emails_shown(event)
    return render_template(
        "admin/mailings/index.html",
        event=event,
        mailings=mailings(event.id),
        people=PEOPLE,
        follows=request.args.get("done") == "sent" and shown["counts"][EmailState.WAITING] > 0,
        last_at=last_leaves_at(event.id),
        automatic=AUTOMATIC,
        others=[key for key in shown["groups"] if not key.isdecimal() and key not in AUTOMATIC_KINDS],
        own=own_texts(event.id),
        not_writable=why_not(event, Audience.ALL, now),
        may_invite=why_not(event, Audience.SUBSCRIBERS, now) is None,
        **shown,
    )


@bp.route(f"{AREA}/new", methods=["GET", "POST"])
def new(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = _form(event)
    if request.method != "POST":
        return _form_page(event, form)
    if not form.validate(extra_validators={"is_read": [DataRequired(UNREAD)]}):
        return _form_page(event, form), 422 if form.reached else 409
    token, by = form_tokens.read(form.stamp.data, f"mailing {event.slug}"), required_session().organiser.name
    key = token.key if token else None
    send = partial(actions.send_mailing, event, form.words(), by=by, form_key=key)
    return carry_out(send, partial(_form_page, event, form), url_for(".index", slug=slug, done="sent"))


@bp.post(f"{AREA}/preview")
def live_preview(slug: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = _form(event)

    def render() -> str:
        words = form.words()
        codes = sorted(form.reached[words.audience].languages, key=lambda one: one != language())
        return _read(event, [(code, preview(event, words, code)) for code in codes])

    return preview_of(form, partial(_form_page, event), render)


@bp.post(f"{AREA}/trial")
def try_out(slug: str) -> ResponseReturnValue:
    """Send the organiser the mailing with what was typed; stores nothing."""
    event = any_event_by_slug_or_404(slug)
    form = _form(event)
    if not form.validate():
        return _form_page(event, form), 422 if form.reached else 409
    email = preview(event, form.words(), language())
    trial = replace(email, subject=_("Test: %(subject)s", subject=email.subject))
    recipient = required_session().organiser.email
    return _form_page(event, form, is_tried=True, reason=send_trial(trial, recipient), recipient=recipient)


@bp.post(f"{AREA}/<int(max=2147483647):mailing_id>/recall")
def recall(slug: str, mailing_id: int) -> ResponseReturnValue:
    actions.recall_mailing(any_event_by_slug_or_404(slug), mailing_id)
    return redirect(url_for(".index", slug=slug, done="recalled"), code=303)


@bp.post(f"{ONE}/preview")
def automatic_live_preview(slug: str, kind: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form = _own_form(event, kind, is_sent=True)

    def render() -> str:
        emails = []
        for code, text in form.texts().items():
            with force_locale(code):
                emails.append((code, sample_email(event, kind, text)))
        return _read(event, emails)

    return preview_of(form, partial(_edit_page, event, kind), render)


@bp.route(ONE, methods=["GET", "POST"])
def save(slug: str, kind: str) -> ResponseReturnValue:
    event = any_event_by_slug_or_404(slug)
    form, page = _own_form(event, kind, is_sent=request.method == "POST"), partial(_edit_page, event, kind)
    if request.method != "POST":
        return page(form)
    return save_form(
        form,
        lambda: actions.save_paragraph(event, kind, form.texts(), form.base_version),
        page,
        lambda: _own_form(event, kind),
        url_for(".save", slug=slug, kind=kind, done="saved"),
    )


def _form(event: Event) -> MailingForm:
    reached, wanted = reaches(event, clock.now()), request.args.get("to")
    chosen = wanted if wanted in reached else next(iter(reached), None)
    form = MailingForm(formdata=sent(), data={"audience": chosen})
    form.audience.choices = [(str(audience), _label(reach)) for audience, reach in reached.items()]
    form.reached, form.is_over = reached, event.is_over(clock.now())
    return form


def _label(reach: Reach) -> str:
    number = _n("one e-mail", "%(num)s e-mails", reach.recipients) if reach.recipients else _("no e-mail")
    without = _n("one without an address", "%(num)s without an address", reach.without)
    label = f"{PEOPLE[reach.audience].label} – {number}"
    return f"{label}, {without}" if reach.without else label


def _form_page(event: Event, form: MailingForm, notice: str = "", **outcome: Any) -> str:
    now = clock.now()
    form.stamp.data = form.stamp.data or form_tokens.issue(f"mailing {event.slug}")
    until = free_again_at(event.id, now)
    return render_template(
        "admin/mailings/new.html",
        event=event,
        form=form,
        notice=notice,
        reasons=dict.fromkeys(filter(None, (why_not(event, one, now) for one in (Audience.ALL, Audience.SUBSCRIBERS)))),
        enough=actions.EnoughForToday(event, until).message if until else None,
        thanks=thanks(),
        a_minute=A_MINUTE,
        **outcome,
    )


def _read(event: Event, emails: list[tuple[str, RenderedEmail]]) -> str:
    names = dict(LANGUAGE_NAMES)
    named = [(code, names.get(code, code), email) for code, email in emails]
    return render_template("admin/mailings/read.html", event=event, emails=named)


def _own_form(event: Event, kind: str, *, is_sent: bool = False) -> ParagraphForm:
    if kind not in AUTOMATIC:
        raise NotFound
    row = paragraph_row(event.id, kind)
    said = {**row.texts, "version": row.version} if row else {"version": 0}
    return ParagraphForm(formdata=request.form if is_sent else None, data=said)


def _edit_page(event: Event, kind: str, form: ParagraphForm) -> str:
    name, leaves = AUTOMATIC[kind]
    return render_template("admin/mailings/automatic.html", event=event, kind=kind, name=name, leaves=leaves, form=form)
