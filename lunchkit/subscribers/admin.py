"""The organisers' list of subscribers, and the erasure of one."""

import csv
import re
from io import StringIO

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from wtforms import Field, StringField, TextAreaField
from wtforms.validators import DataRequired, ValidationError

from lunchkit.platform.audit.actions import record_download
from lunchkit.platform.fields import BareForm, at_most
from lunchkit.platform.i18n import language
from lunchkit.platform.mail.addresses import BadAddress, normal_email
from lunchkit.platform.text import clean_line, guard
from lunchkit.subscribers.actions import erase_subscriber, import_consents
from lunchkit.subscribers.models import Consent
from lunchkit.subscribers.queries import consented_table, subscriber_or_404, subscribers_page

CONSENTS = {Consent.YES: _l("Said yes"), Consent.ASKED: _l("To be confirmed"), Consent.NO: _l("Said no")}
LAST_PAGE = 100_000
bp = Blueprint("subscribers", __name__, url_prefix="/subscribers")


class ImportForm(BareForm):
    """Addresses of people who consented elsewhere; ``found`` holds those that were typed, once it is valid."""

    emails = TextAreaField(
        _l("Addresses"),
        description=_l("One a line, or a list from another program: what is no address is passed over."),
        validators=[at_most(100_000)],
    )
    basis = StringField(
        _l("How they consented"),
        description=_l("Where, when and with which words: “newsletter form of our site, since 2022, box «Invite me»”."),
        filters=[clean_line],
        validators=[DataRequired(_l("Write how they consented: it is the proof.")), at_most(300)],
    )

    def validate_emails(self, field: Field) -> None:
        words = re.findall(r"[^\s,;<>\"']+@[^\s,;<>\"']+", field.data or "")
        self.found: list[str] = []
        for word in words or [""]:
            try:
                self.found.append(normal_email(word))
            except BadAddress as error:
                raise ValidationError(f"{word} · {error.message}".lstrip(" ·")) from error


@bp.get("")
def index() -> ResponseReturnValue:
    text = clean_line(request.args.get("q"))[:100]
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    return render_template(
        "admin/subscribers/index.html", subscribers=subscribers_page(text, page), consents=CONSENTS, q=text
    )


@bp.post("/consented.csv")
def download() -> ResponseReturnValue:
    record_download()
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(map(guard, row) for row in consented_table())
    headers = {"Content-Disposition": "attachment; filename=newsletter.csv"}
    return Response(text.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


@bp.route("/import", methods=["GET", "POST"])
def take() -> ResponseReturnValue:
    form = ImportForm()
    if not form.validate_on_submit():
        return render_template("admin/subscribers/import.html", form=form), 422 if form.errors else 200
    imported = import_consents(form.found, form.basis.data or "", language())
    return redirect(url_for(".index", done="imported", imported=imported), code=303)


@bp.route("/<int(max=2147483647):subscriber_id>/erasure", methods=["GET", "POST"])
def erase(subscriber_id: int) -> ResponseReturnValue:
    subscriber = subscriber_or_404(subscriber_id)
    if request.method != "POST":
        return render_template("admin/subscribers/erasure.html", subscriber=subscriber)
    erase_subscriber(subscriber)
    return redirect(url_for(".index", done="erased"), code=303)
