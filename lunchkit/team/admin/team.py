"""The organisers' pages of the team: members, roles, the owner."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform.errors import carry_out
from lunchkit.team import actions
from lunchkit.team.forms import ROLE_NAMES, InvitationForm, RoleForm
from lunchkit.team.models import Organiser, Role
from lunchkit.team.queries import member_or_404, open_sessions, passkeys_of, present_organisers, required_session
from lunchkit.team.sign_in.actions import sign_out_everywhere

bp = Blueprint("team", __name__, url_prefix="/team")
ONE = "/<int(max=2147483647):organiser_id>"


@bp.get("")
def index() -> ResponseReturnValue:
    return _page()


@bp.post("/invitations")
def invite() -> ResponseReturnValue:
    form = InvitationForm()
    if not form.validate():
        return _page(form), 422
    who = form.name.data or "", form.email.data or "", Role(form.role.data)
    return carry_out(lambda: actions.invite(*who, by=_me()), partial(_page, form), url_for(".index", done="invited"))


@bp.get(ONE)
def show(organiser_id: int) -> ResponseReturnValue:
    return _person_page(member_or_404(organiser_id))


@bp.post(f"{ONE}/role")
def give_role(organiser_id: int) -> ResponseReturnValue:
    person = member_or_404(organiser_id)
    form = RoleForm()
    if not form.validate():
        return _person_page(person, form), 422
    return _change(person, lambda: actions.give_role(person, Role(form.role.data)), "role")


@bp.post(f"{ONE}/sessions/end")
def end_sessions(organiser_id: int) -> ResponseReturnValue:
    person = member_or_404(organiser_id)
    return _change(person, lambda: sign_out_everywhere(person), "signed-out")


@bp.route(f"{ONE}/removal", methods=["GET", "POST"])
def remove(organiser_id: int) -> ResponseReturnValue:
    person = member_or_404(organiser_id)
    if request.method != "POST":
        return render_template("admin/team/removal.html", person=person)
    return _change(person, lambda: actions.remove_organiser(person, spare_last=True), "removed")


@bp.route(f"{ONE}/house", methods=["GET", "POST"])
def hand_over(organiser_id: int) -> ResponseReturnValue:
    person = member_or_404(organiser_id)
    if request.method != "POST":
        return render_template("admin/team/handing_over.html", person=person)
    return _change(person, lambda: actions.hand_over(person, by=_me()), "handed")


def _me() -> Organiser:
    return required_session().organiser


def _page(form: InvitationForm | None = None, notice: str = "") -> str:
    return render_template(
        "admin/team/index.html",
        people=present_organisers(),
        me=_me(),
        form=form or InvitationForm(formdata=None, role=Role.HELPER.value),
        role_names=ROLE_NAMES,
        notice=notice,
    )


def _person_page(person: Organiser, form: RoleForm | None = None, notice: str = "") -> str:
    return render_template(
        "admin/team/show.html",
        person=person,
        form=form or RoleForm(formdata=None, obj=person),
        role_names=ROLE_NAMES,
        sessions=open_sessions(person),
        has_passkeys=bool(passkeys_of(person)),
        notice=notice,
    )


def _change(person: Organiser, action: Callable[[], object], done: str) -> ResponseReturnValue:
    return carry_out(action, lambda notice: _person_page(person, notice=notice), url_for(".index", done=done))
