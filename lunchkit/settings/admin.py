"""The owner's pages of settings: what is set and what is missing, and a form for each section."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session as cookie, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import CombinedMultiDict

from lunchkit.platform.config import Settings, current_settings
from lunchkit.platform.errors import USER_ERRORS, show_on_form
from lunchkit.platform.images.errors import PictureTooHeavy
from lunchkit.platform.images.intake import MOST_BYTES, sent_picture
from lunchkit.platform.licences import licence_named
from lunchkit.platform.web import is_local_request, takes_pictures
from lunchkit.settings import actions
from lunchkit.settings.emails import trial_email
from lunchkit.settings.forms import ZONES, changed_settings, section_form
from lunchkit.settings.in_force import follow_settings, in_force
from lunchkit.settings.models import ADDRESS, LETTERS, LOOK, PRIVACY, SETTINGS
from lunchkit.settings.queries import current_site, is_mail_tested, to_do
from lunchkit.team.queries import anybody_has_passkey, required_session
from lunchkit.team.sign_in.actions import issue_console_link

bp = Blueprint("settings", __name__, url_prefix="/house")
bp.before_request(follow_settings)


@bp.get("")
def index() -> ResponseReturnValue:
    site = current_site()
    return render_template(
        "admin/settings/index.html",
        current_site=site,
        to_do=to_do(site),
        is_tested=is_mail_tested(site, current_settings()),
        licence=licence_named(current_settings().recap_licence),
    )


@bp.get(f"/sections/<any({', '.join(SETTINGS)}):section>")
def show(section: str) -> ResponseReturnValue:
    return _page(section, _form(section))


def _form(section: str, data: Any = None) -> Any:
    scheme = "https" if request.headers.get("X-Forwarded-Proto", request.scheme) == "https" else "http"
    address_here = f"{scheme}://{request.host}"  # a suggestion
    return section_form(section, current_settings(), current_site(), in_force().decided, data, address_here)


@bp.post(f"/sections/<any({', '.join(SETTINGS)}):section>")
@takes_pictures
def save(section: str) -> ResponseReturnValue:
    sent: list[Any] = [request.files, request.form]
    form, before = _form(section, CombinedMultiDict(sent)), current_settings()
    here, ahead = url_for(".show", section=section), [page for _words, page in to_do(current_site())]
    if not form.validate():
        return _page(section, form), 422
    moves = section == ADDRESS and "public_url" in form and _loses_session(before, form.public_url.data)
    if moves and request.form.get("act") != "move":
        return render_template(
            "admin/settings/move.html", address=form.public_url.data, has_passkeys=anybody_has_passkey()
        )
    try:
        _act(section, form, before)
        if request.form.get("act") == "trial":
            person = required_session().organiser
            reason = actions.send_trial(trial_email(current_settings(), person.language), person.email)
            return _page(LETTERS, _form(LETTERS), is_tried=True, reason=reason), 422 if reason else 200
    except USER_ERRORS as error:
        return show_on_form(error, lambda notice: _page(section, form, notice))
    if moves:
        link = issue_console_link(required_session().organiser)
        return render_template("admin/settings/moved.html", link=link)
    if section == ADDRESS:
        cookie.modified = True  # its name depends on the address: send it again
    # who sets what was missing is led on to what is missing next
    following = ahead[ahead.index(here) + 1 :] if here in ahead else []
    return redirect(f"{(following or [url_for('.index')])[0]}?done=saved", code=303)


def _act(section: str, form: Any, before: Settings) -> None:
    if section == LOOK:
        actions.set_look(
            colour=form.colour.data,
            logo_alt=form.logo_alt.data or "",
            logo_ground=form.logo_ground.data or "",
            picture=sent_picture(form.picture),
            without_logo=form.without_logo.data,
        )
    elif section == PRIVACY:
        actions.set_privacy(notice=form.notice.data or "", purge_days=form.purge_days.data)
    else:
        actions.change_settings(changed_settings(form, section, before))


def _loses_session(before: Settings, address: str) -> bool:
    parts = urlsplit(address)
    is_there = request.headers.get("Origin") == f"{parts.scheme}://{parts.netloc}"
    if address == before.public_url or is_there or is_local_request():
        return False
    host = request.host.partition(":")[0]
    return host != parts.hostname or address.startswith("https:") != before.is_https


def _page(section: str, form: Any, notice: str = "", **trial: Any) -> str:
    settings, site = current_settings(), current_site()
    return render_template(
        "admin/settings/section.html",
        section=section,
        form=form,
        notice=notice,
        recipient=required_session().organiser.email,
        current_site=site,
        is_tested=is_mail_tested(site, settings),
        zones=ZONES,
        most_bytes=MOST_BYTES,
        too_heavy=PictureTooHeavy.message,
        **trial,
    )
