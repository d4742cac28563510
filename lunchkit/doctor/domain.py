"""What the DNS says of the sender's domain: who may send in its name (SPF), who signs (DKIM), what to do else (DMARC).

Receivers look there before they believe a letter. Which key signs cannot be known from here: its name stands in no
entry. But a server of the DNS tells whether there is anything at all below ``_domainkey`` (RFC 8020).
"""

from ipaddress import ip_address
from typing import Any

import dns.exception
import dns.resolver
from flask_babel import lazy_gettext as _l

from lunchkit.doctor.findings import Finding, fine, note, wrong

PATIENCE = 4.0
"""Seconds for one question."""
NOBODYS = ("localhost", "localdomain", "test", "example", "invalid", "local", "internal", "lan", "home.arpa")
"""Ends of names that stand in no DNS (RFC 6761 and habit)."""
NOBODYS_DOMAINS = ("example.org", "example.com", "example.net")


class DnsSilent(Exception):
    """Nobody answers questions about names."""


def look_at_domain(domain: str, resolver: dns.resolver.Resolver | None = None) -> list[Finding]:
    """All that receivers look up, in at most eight questions of four seconds."""
    domain = domain.lower().strip(".")
    if is_nobodys(domain):
        return [note(_l("DNS: %(domain)s is a name of which no DNS knows anything; nothing was asked.", domain=domain))]
    try:
        asked = resolver or dns.resolver.Resolver()
        asked.lifetime = PATIENCE
        return [_spf(asked, domain), _dkim(asked, domain), _dmarc(asked, domain), *_mailbox(asked, domain)]
    except (DnsSilent, dns.exception.DNSException, OSError):
        return [
            note(
                _l("DNS: nobody answers, so SPF, DKIM and DMARC of %(domain)s could not be looked up.", domain=domain),
                _l("This machine has no DNS server, or does not reach it: look at /etc/resolv.conf."),
            )
        ]


def is_nobodys(domain: str) -> bool:
    """Whether a name can stand in no public DNS: a reserved one, one without a dot, a number."""
    try:
        ip_address(domain)
    except ValueError:
        ends = any(domain == end or domain.endswith(f".{end}") for end in (*NOBODYS, *NOBODYS_DOMAINS))
        return ends or "." not in domain
    return True


def _spf(resolver: dns.resolver.Resolver, domain: str) -> Finding:
    entries = [text for text in _texts(resolver, domain) or [] if text.lower().split(" ")[0] == "v=spf1"]
    if not entries:
        return wrong(
            _l("SPF: the domain %(domain)s does not say who may send in its name.", domain=domain),
            _l(
                "Add one TXT entry to %(domain)s, in the words of your mail provider: “v=spf1 include:… -all”.",
                domain=domain,
            ),
        )
    if len(entries) > 1:
        return wrong(
            _l(
                "SPF: the domain %(domain)s has %(n)s entries; receivers then believe none.",
                domain=domain,
                n=len(entries),
            ),
            _l("Keep one TXT entry that begins with v=spf1, and put the others’ words into it."),
        )
    if any(word in ("+all", "all") for word in entries[0].lower().split()):
        return wrong(
            _l("SPF: the entry of %(domain)s lets anybody send in its name (+all).", domain=domain),
            _l("Let it end with -all or ~all."),
        )
    return fine(_l("SPF: %(domain)s says who may send in its name.", domain=domain))


def _dkim(resolver: dns.resolver.Resolver, domain: str) -> Finding:
    if _texts(resolver, f"_domainkey.{domain}") is None:
        return wrong(
            _l("DKIM: %(domain)s publishes no key, so nobody can tell its letters from forged ones.", domain=domain),
            _l(
                "Switch DKIM on at your mail provider, and add the entry that it shows: …._domainkey.%(domain)s.",
                domain=domain,
            ),
        )
    return fine(
        _l(
            "DKIM: %(domain)s publishes a key. Whether letters are signed with it stands only in a letter: look "
            "for “dkim=pass” in the source of the test letter.",
            domain=domain,
        )
    )


def _dmarc(resolver: dns.resolver.Resolver, domain: str) -> Finding:
    """The entry of the domain, or of one above it (RFC 9091 walks up likewise)."""
    parts = domain.split(".")
    for start in range(max(1, len(parts) - 1)):
        place = ".".join(parts[start:])
        entries = [text for text in _texts(resolver, f"_dmarc.{place}") or [] if text.lower().startswith("v=dmarc1")]
        if len(entries) == 1:
            return fine(_l("DMARC: %(domain)s has an entry.", domain=place))
        if entries:
            return wrong(
                _l("DMARC: %(domain)s has several entries; receivers then follow none.", domain=place),
                _l("Keep one TXT entry at _dmarc.%(domain)s.", domain=place),
            )
    return wrong(
        _l(
            "DMARC: %(domain)s does not say what to do with forged letters; large providers then distrust all of them.",
            domain=domain,
        ),
        _l("Add the TXT entry _dmarc.%(domain)s: “v=DMARC1; p=none” will do to begin with.", domain=domain),
    )


def _mailbox(resolver: dns.resolver.Resolver, domain: str) -> list[Finding]:
    """Nothing to say where answers find a mailbox."""
    if _ask(resolver, domain, "MX"):
        return []
    return [
        note(
            _l("MX: %(domain)s takes no mail, so answers to the sender come back.", domain=domain),
            _l("Take a sender whose mail somebody reads."),
        )
    ]


def _texts(resolver: dns.resolver.Resolver, name: str) -> list[str] | None:
    """The TXT entries of a name; None where there is no such name, nor any below it."""
    answers = _ask(resolver, name, "TXT")
    return (
        None if answers is None else [b"".join(answer.strings).decode("utf-8", "replace").strip() for answer in answers]
    )


def _ask(resolver: dns.resolver.Resolver, name: str, kind: str) -> list[Any] | None:
    try:
        return list(resolver.resolve(f"{name}.", kind))
    except dns.resolver.NXDOMAIN:
        return None
    except dns.resolver.NoAnswer:
        return []
    except dns.exception.DNSException as error:
        raise DnsSilent from error
