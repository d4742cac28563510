"""The page of a subscriber, behind a link; opening the link changes nothing."""

from contextlib import suppress

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lunchkit.platform.i18n import language
from lunchkit.platform.web import keep_address_secret
from lunchkit.subscribers import actions
from lunchkit.subscribers.consent import PROMISE
from lunchkit.subscribers.queries import NoSubscriber, own_subscription, subscriber_by_link

bp = Blueprint("subscribers", __name__)
bp.after_request(keep_address_secret)


@bp.route("/invitations/<token>", methods=["GET", "POST"])
def show(token: str) -> ResponseReturnValue:
    """The page names nobody: e-mails are passed on.

    A POST withdraws the consent: from its button, or from a mail provider on behalf of its reader. RFC 8058 forbids a
    redirect.
    """
    subscriber = subscriber_by_link(token)
    if request.method == "POST":
        subscriber = actions.withdraw_consent(subscriber)
    return render_template("subscribers/show.html", consent=subscriber.consent, token=token, promise=PROMISE)


@bp.post("/invitations/<token>/confirmation")
def confirm(token: str) -> ResponseReturnValue:
    actions.confirm_consent(subscriber_by_link(token), language())
    return redirect(url_for(".show", token=token, done="yes"), code=303)


@bp.get("/invitations/<token>/data.json")
def export(token: str) -> ResponseReturnValue:
    """All that is stored about a subscriber: it outlives the lunch, and so does this link."""
    response: Response = jsonify(own_subscription(subscriber_by_link(token).email))
    response.headers["Content-Disposition"] = 'attachment; filename="invitations.json"'
    return response


@bp.route("/invitations/<token>/erasure", methods=["GET", "POST"])
def erase(token: str) -> ResponseReturnValue:
    if request.method != "POST":
        subscriber_by_link(token)
        return render_template("subscribers/erasure.html", token=token)
    with suppress(NoSubscriber):
        actions.erase_subscriber(subscriber_by_link(token))
    return redirect(url_for(".erased"), code=303)


@bp.get("/invitations/erased")
def erased() -> ResponseReturnValue:
    return render_template("subscribers/erased.html")
