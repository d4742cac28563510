"""Likely slips in the domain of an e-mail address: questioned, never refused."""

from difflib import get_close_matches

FREQUENT = (
    "gmail.com", "bluewin.ch", "hotmail.com", "hotmail.ch", "hotmail.fr", "outlook.com", "outlook.fr", "icloud.com",
    "yahoo.com", "yahoo.fr", "proton.me", "protonmail.com", "protonmail.ch", "infomaniak.ch", "ik.me", "sunrise.ch",
    "gmx.ch", "gmx.net", "gmx.com", "gmx.de", "gmx.fr", "live.com", "live.fr", "laposte.net", "orange.fr", "free.fr",
    "sfr.fr", "wanadoo.fr", "me.com", "mac.com", "mail.com", "ymail.com", "email.com", "etik.com", "unige.ch",
    "etat.ge.ch", "ville-geneve.ch", "hesge.ch", "netplus.ch", "vtxnet.ch", "romandie.com", "posteo.net", "posteo.de",
)  # fmt: skip


def likely_meant(address: str) -> str | None:
    """The address that was probably meant, or None where the domain raises no doubt.

    Close means a similarity of at least 0.86 (difflib's ratio): one letter wrong, missing, doubled or swapped.
    """
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    if domain in FREQUENT:
        return None
    close = get_close_matches(domain, FREQUENT, n=1, cutoff=0.86)
    return f"{local}@{close[0]}" if close and len(domain) > 5 else None
