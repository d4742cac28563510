"""Slugs: the words of a title as an address has them."""

import re
import unicodedata
from collections.abc import Collection

SLUG_LENGTH = 60


def slug_of(title: str, otherwise: str = "lunch") -> str:
    """«L’été à Genève» as ``l-ete-a-geneve``, cut at a word; ``otherwise`` where no letter is left."""
    plain = unicodedata.normalize("NFKD", title.casefold().replace("œ", "oe").replace("æ", "ae"))
    words = re.findall(r"[a-z0-9]+", "".join(char for char in plain if not unicodedata.combining(char)))
    slug = "-".join(words)
    if len(slug) > SLUG_LENGTH:
        slug = slug[: SLUG_LENGTH + 1].rpartition("-")[0] or slug[:SLUG_LENGTH]
    return slug or otherwise


def free_slug(base: str, taken: Collection[str]) -> str:
    """The slug, with the first free number from 2 on where it is taken."""
    candidates = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(slug for slug in candidates if slug not in taken)
