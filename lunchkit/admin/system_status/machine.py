"""Checks of the machine and of the way to people: a problem, or None."""

import shutil
from datetime import UTC, datetime

from flask import has_request_context, request
from flask_babel import lazy_gettext as _l

from lunchkit.admin.system_status import Problem
from lunchkit.platform import clock
from lunchkit.platform.addresses import is_local_address
from lunchkit.platform.config import Settings, default_of
from lunchkit.platform.heartbeat import last_beat, last_delivery, last_sign
from lunchkit.platform.instance import exposed
from lunchkit.platform.mail.reasons import explain
from lunchkit.platform.readiness import ALIVE_WITHIN
from lunchkit.platform.web import is_local_request
from lunchkit.settings.models import ADDRESS, LETTERS

FREE_SPACE = 200_000_000


def check_background(settings: Settings) -> Problem | None:
    beat, now = last_beat(settings.instance), clock.now()
    if beat is None or now - beat <= ALIVE_WITHIN:
        return None
    return Problem(
        _l("Background work: no sign of life for %(n)s minutes.", n=int((now - beat).total_seconds() // 60)),
        _l("Start “lunchkit serve”, or look into its log. Reminders and erasure wait until then."),
    )


def check_delivery(settings: Settings) -> Problem | None:
    beat, delivered, now = last_beat(settings.instance), last_delivery(settings.instance), clock.now()
    if beat is None or delivered is None or now - beat > ALIVE_WITHIN or now - delivered <= ALIVE_WITHIN:
        return None
    return Problem(
        _l("E-mails: their delivery has hung for %(n)s minutes.", n=int((now - delivered).total_seconds() // 60)),
        _l("Start “lunchkit serve” again: no e-mail is lost. If it hangs again, ask the provider of the mail server."),
    )


def check_clock(settings: Settings) -> Problem | None:
    sign = last_sign(settings.instance)
    if sign is None or not sign.since:
        return None
    return Problem(
        _l(
            "The clock has leapt from %(before)s to %(now)s: nothing is erased, and no poll closes by itself.",
            before=_utc(sign.believed),
            now=_utc(sign.last),
        ),
        _l(
            "If it is right now, wait a day, or run “lunchkit purge --clock-is-right”. If not: timedatectl set-ntp "
            "true."
        ),
    )


def _utc(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


def check_folder(settings: Settings) -> Problem | None:
    folder = settings.instance.resolve()
    if not (names := [path.name for path in exposed(folder)]):
        return None
    return Problem(
        _l("Others on this machine may read %(names)s: names and e-mail addresses.", names=", ".join(names)),
        _l("chmod -R go= %(folder)s, as the user to whom these files belong.", folder=folder),
    )


def check_disk(settings: Settings) -> Problem | None:
    free = shutil.disk_usage(settings.instance).free
    if free > FREE_SPACE:
        return None
    return Problem(
        _l("Disk: only %(n)s MB free.", n=free // 1_000_000),
        _l("Delete old backups, or move the instance to a larger disk."),
    )


def check_address(settings: Settings) -> Problem | None:
    address = settings.address
    if settings.is_https:
        return None
    if is_local_address(address):
        text = _l(
            "The address %(url)s works only on this machine and without HTTPS: the links in e-mails do not work.",
            url=address,
        )
        return Problem(text, _l("Set the public address: “Settings”, “The address”."), ADDRESS, "LUNCHKIT_PUBLIC_URL")
    return Problem(
        _l("The public address %(url)s is not HTTPS: everybody on the way can read what people type.", url=address),
        _l("Put a proxy with TLS in front: docs/deploy.md has the few lines for Caddy and nginx."),
    )


def check_proxies(settings: Settings) -> Problem | None:
    """Whether as many proxies are in front as were declared, by the headers of this request.

    A person at the machine itself has a way of their own, which says nothing of the way that others take.
    """
    if not has_request_context() or is_local_request():
        return None
    seen = sum(bool(hop.strip()) for value in request.headers.getlist("X-Forwarded-For") for hop in value.split(","))
    if seen == settings.proxies:
        return None
    return Problem(
        _l("Requests come through %(seen)s proxies, but %(said)s are declared.", seen=seen, said=settings.proxies),
        _l("Set LUNCHKIT_PROXIES=%(seen)s, or let each proxy set X-Forwarded-For; then start again.", seen=seen),
    )


def check_mail(settings: Settings, trial: Exception | None) -> Problem | None:
    if not settings.mail_host:
        return Problem(
            _l("No mail server is set: e-mails wait in the outbox."),
            _l("Set a mail account: “Settings”, “E-mails”."),
            LETTERS,
            "LUNCHKIT_MAIL_HOST",
        )
    if trial is not None:
        reason = explain(trial, settings)
        return Problem(_l("The mail server refuses: %(why)s", why=reason.what), reason.advice, LETTERS)
    if settings.mail_from != default_of("mail_from"):
        return None
    return Problem(
        _l("E-mails are sent from %(sender)s, which is nobody’s address.", sender=settings.mail_from),
        _l("Set the sender: “Settings”, “E-mails”."),
        LETTERS,
    )
