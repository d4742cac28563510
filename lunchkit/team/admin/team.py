"""The doors to the team: who is in, who is asked in, who may do what, and whose the house is."""

from collections.abc import Callable
from contextlib import suppress

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform.config import current_settings
from lunchkit.platform.errors import USER_ERRORS, NotFound, as_user_error, retry_header
from lunchkit.platform.mail.addresses import BadAddress
from lunchkit.platform.text import clean_line
from lunchkit.team import actions
from lunchkit.team.errors import AddressTaken, InvitedAlready
from lunchkit.team.forms import ROLE_NAMES, InvitationForm, RoleForm, invitation_form, role_form
from lunchkit.team.models import Organiser, Role
from lunchkit.team.queries import (
    colleague_or_404,
    current_organiser,
    invitation_link,
    invitation_or_404,
    open_invitations,
    open_sessions,
    passkeys_of,
    team_counts,
    team_page,
)

bp = Blueprint("team", __name__, url_prefix="/team")
ONE = "/<int(max=2147483647):organiser_id>"
INVITATION = "/invitations/<int(max=2147483647):invitation_id>"


@bp.get("")
def index() -> ResponseReturnValue:
    """Who is in; for the owner also whom they have asked, and the form to ask somebody."""
    return _page(invitation_form())


@bp.post("/invitations")
def invite() -> ResponseReturnValue:
    """Somebody is asked in; whatever is wrong, the form comes back with all that was typed."""
    form = invitation_form(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        actions.invite(form.details(), _me())
    except (AddressTaken, InvitedAlready, BadAddress) as refusal:
        form.email.errors = [str(refusal.message)]
        return _page(form), refusal.status
    except USER_ERRORS as error:
        no = as_user_error(error)
        return _page(form, str(no.message)), no.status, retry_header(no)
    return _to_index("invited")


@bp.post(f"{INVITATION}/letter")
def repeat(invitation_id: int) -> ResponseReturnValue:
    """The letter leaves once more."""
    invitation = invitation_or_404(invitation_id)
    return _after(lambda: actions.repeat_invitation(invitation, _me()), "repeated")


@bp.post(f"{INVITATION}/withdrawal")
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """The link of the invitation is good for nothing."""
    invitation = invitation_or_404(invitation_id)
    return _after(lambda: actions.withdraw_invitation(invitation), "withdrawn")


@bp.get(ONE)
def show(organiser_id: int) -> ResponseReturnValue:
    """One of the team, and what can be done."""
    return _person_page(colleague_or_404(organiser_id))


@bp.post(f"{ONE}/role")
def give_role(organiser_id: int) -> ResponseReturnValue:
    """Somebody may do more, or less."""
    organiser = colleague_or_404(organiser_id)
    form = role_form(organiser, request.form)
    if not form.validate():
        return _person_page(organiser, form), 422
    return _about(organiser, lambda: actions.give_role(organiser, form.chosen()), "role")


@bp.post(f"{ONE}/sessions/end")
def end_sessions(organiser_id: int) -> ResponseReturnValue:
    """Somebody is signed out in all their browsers, a lost phone among them."""
    organiser = colleague_or_404(organiser_id)
    return _about(organiser, lambda: actions.sign_out_everywhere(organiser), "signed-out")


@bp.get(f"{ONE}/removal")
def removal(organiser_id: int) -> ResponseReturnValue:
    """Asks once more."""
    return render_template("admin/team/removal.html", person=colleague_or_404(organiser_id))


@bp.post(f"{ONE}/removal")
def remove(organiser_id: int) -> ResponseReturnValue:
    """Somebody is out, at once."""
    organiser = colleague_or_404(organiser_id)
    return _about(organiser, lambda: actions.remove_organiser(organiser, spare_last=True), "removed")


@bp.get(f"{ONE}/house")
def handing_over(organiser_id: int) -> ResponseReturnValue:
    """Asks once more."""
    return render_template("admin/team/handing_over.html", person=colleague_or_404(organiser_id))


@bp.post(f"{ONE}/house")
def hand_over(organiser_id: int) -> ResponseReturnValue:
    """The house is theirs."""
    organiser, me = colleague_or_404(organiser_id), _me()
    return _about(organiser, lambda: actions.hand_over(organiser, by=me), "handed")


def _me() -> Organiser:
    organiser = current_organiser()
    if organiser is None:  # the lock of the area lets nobody come so far
        raise NotFound
    return organiser


def _page(form: InvitationForm, notice: str = "") -> str:
    me = _me()
    text = clean_line(request.args.get("q"))[:100]
    role = next((role for role in Role if role == request.args.get("role")), None)
    invitations = open_invitations() if me.role == Role.OWNER else []
    links = {}
    if not current_settings().mail_host:
        for invitation in invitations:
            with suppress(LookupError):
                links[invitation.id] = invitation_link(invitation)
    return render_template(
        "admin/team/index.html",
        people=team_page(text, role, min(max(1, request.args.get("page", 1, type=int)), 100_000)),
        counts=team_counts(),
        q=text,
        role=role,
        me=me,
        invitations=invitations,
        links=links,
        form=form,
        role_names=ROLE_NAMES,
        notice=notice,
    )


def _person_page(person: Organiser, form: RoleForm | None = None, notice: str = "") -> str:
    return render_template(
        "admin/team/show.html",
        person=person,
        form=form or role_form(person),
        role_names=ROLE_NAMES,
        sessions=open_sessions(person),
        has_passkeys=bool(passkeys_of(person)),
        notice=notice,
    )


def _about(person: Organiser, verb: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do it, and go back to the list; or say why not on the person's page."""
    try:
        verb()
    except NotFound:
        raise
    except USER_ERRORS as error:
        no = as_user_error(error)
        return _person_page(person, notice=str(no.message)), no.status, retry_header(no)
    return _to_index(done)


def _after(verb: Callable[[], object], done: str) -> ResponseReturnValue:
    """Do it, and go back to the list; or say why not there."""
    try:
        verb()
    except NotFound:
        raise
    except USER_ERRORS as error:
        no = as_user_error(error)
        return _page(invitation_form(), str(no.message)), no.status, retry_header(no)
    return _to_index(done)


def _to_index(done: str) -> ResponseReturnValue:
    return redirect(url_for(".index", done=done), code=303)
