"""The organiser's door to the health of the house."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.doctor import actions
from lunchkit.doctor.queries import kept_findings
from lunchkit.house.queries import the_house
from lunchkit.web import comes_from_this_machine

bp = Blueprint("health", __name__, url_prefix="/house/health")


@bp.get("")
def show() -> ResponseReturnValue:
    """What was found when somebody last looked. Opening the page asks nobody."""
    house = the_house()
    return render_template("organiser/house/health.html", the_house=house, findings=kept_findings(house))


@bp.post("")
def look_again() -> ResponseReturnValue:
    """Look now; that takes some seconds where a server does not answer."""
    actions.look_after_house(_proxies_in_front())
    return redirect(url_for(".show"), code=303)


def _proxies_in_front() -> int | None:
    """Through how many proxies this request came, by what they say of it; None from the machine itself.

    Who has a way of their own to the server says nothing of the way that the others take.
    """
    if comes_from_this_machine():
        return None
    hops = [hop for value in request.headers.getlist("X-Forwarded-For") for hop in value.split(",") if hop.strip()]
    return len(hops)
