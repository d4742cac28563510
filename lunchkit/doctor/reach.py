"""How the house is reached, and how its letters leave: address, proxy, mail server."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.config import Settings, default_of, is_of_this_machine
from lunchkit.doctor.findings import Finding, fine, note, wrong
from lunchkit.house.models import House
from lunchkit.house.queries import is_mail_tested
from lunchkit.house.sections import ADDRESS, LETTERS
from lunchkit.i18n import language
from lunchkit.mail.reasons import explain
from lunchkit.mail.trial import Trial
from lunchkit.mail.turns import pause


def look_at_address(settings: Settings) -> Finding:
    """Whether people reach the house over TLS."""
    if settings.is_https:
        return fine(_l("Address: %(url)s.", url=settings.address))
    if is_of_this_machine(settings.address):
        return wrong(
            _l(
                "The address %(url)s works only on this machine: the links in letters lead nowhere, and not over "
                "HTTPS.",
                url=settings.address,
            ),
            _l("Give the public address: “House”, “The address”."),
            section=ADDRESS,
            setting="LUNCHKIT_PUBLIC_URL",
        )
    return wrong(
        _l(
            "The public address %(url)s is not HTTPS: everybody on the way can read what people type.",
            url=settings.address,
        ),
        _l("Put a proxy with TLS in front: docs/deploy.md has the few lines for Caddy and nginx."),
    )


def look_at_proxies(settings: Settings, forwarded: int | None) -> Finding | None:
    """Whether as many proxies stand in front as were said. ``forwarded``: how many the last browser came through."""
    if forwarded is None or forwarded == settings.proxies:
        return None
    if forwarded > settings.proxies:
        return wrong(
            _l(
                "Requests come through more proxies (%(seen)s) than was said (%(said)s).",
                seen=forwarded,
                said=settings.proxies,
            ),
            _l("Set LUNCHKIT_PROXIES=%(seen)s, and start again.", seen=forwarded),
        )
    return wrong(
        _l(
            "Requests come through fewer proxies (%(seen)s) than was said (%(said)s): anybody may pretend to be "
            "somebody else.",
            seen=forwarded,
            said=settings.proxies,
        ),
        _l("Let the proxy set X-Forwarded-For, or set LUNCHKIT_PROXIES=%(seen)s, and start again.", seen=forwarded),
    )


def look_at_mail(settings: Settings, outcome: Trial | None) -> Finding:
    """Whether the mail server answers and takes the sender; ``outcome`` is None where none is set."""
    if outcome is None:
        return wrong(
            _l("No mail server is set: letters wait in the outbox."),
            _l("Give a mail account: “House”, “Letters”."),
            section=LETTERS,
            setting="LUNCHKIT_MAIL_HOST",
        )
    if outcome.error is not None:
        reason = explain(outcome.error, settings)
        return wrong(_l("The mail server refuses: %(why)s", why=reason.what), reason.advice, section=LETTERS)
    if settings.mail_from == default_of("mail_from"):
        return wrong(
            _l("Letters leave from %(sender)s, which is nobody’s address.", sender=settings.mail_from),
            _l("Give the sender: “House”, “Letters”."),
            section=LETTERS,
        )
    return fine(
        _l(
            "Mail: %(host)s answers, and takes %(sender)s as a sender.",
            host=settings.mail_host,
            sender=settings.mail_from,
        )
    )


def look_at_test_letter(settings: Settings, house: House) -> Finding | None:
    """Whether a letter ever left with these settings."""
    if not settings.mail_host or is_mail_tested(house, settings):
        return None
    return note(
        _l("No test letter has left with the present mail settings."),
        _l("Send one: “House”, “Letters”."),
        section=LETTERS,
    )


def look_at_pause() -> Finding | None:
    """Why no letter leaves for now; nothing to say where the queue is not paused."""
    trouble = pause()
    if trouble is None:
        return None
    what, advice = (LazyString(lambda part: trouble.reason[language()][part], part) for part in (0, 1))
    return wrong(_l("No e-mail leaves for now; all of them wait. %(why)s", why=what), advice, section=LETTERS)
