"""Words that people type: how one is cleaned, and when two are the same.

The words of a French-speaking room: «La confiance», «confiances» and «Confiance» are one word, «marché» and «marche»
are two. Where a rule is not sure it keeps words apart: two spellings side by side harm nobody, while a word that is
counted for another says what nobody said.
"""

import re
import unicodedata

from lunchkit.platform.text import clean_line
from lunchkit.room.polls.models import NO_OPINION

LONGEST_WORD = 30
_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""What counts as a letter or a mark and shows nothing."""
_ELISION = re.compile(r"(?:de )?[ld]'(?=\w)")
_ARTICLE = re.compile(r"(?:de la|le|la|les|un|une|des|du) (?=\w)")
_SET_PHRASES = frozenset({"d'accord", "d'abord", "d'ailleurs", "du coup", "la la", "un peu"})
_FINAL_E_FOLDS = re.compile(
    r"(?:ité|eté|iété|auté|itié|bonté|santé|volonté|liberté|clarté|fierté|faculté|difficulté|majesté|café|clé|thé)s?"
)
_FINAL_E_TELLS = {"limité", "mérité", "invité", "visité", "imité", "profité", "habité", "exploité", "débité", "cité"}
_NO_PLURALS = {"cours", "fils", "fois", "fonds", "mets", "paris", "travers", "tris", "vers"}
"""Words that end in an s without being plurals, and would be another word without it."""
_IRREGULAR = {
    "travaux": "travail", "vitraux": "vitrail", "coraux": "corail",
    "materiaux": "materiau", "fabliaux": "fabliau", "fleaux": "fleau", "preaux": "preau", "etaux": "etau",
    "aux": "aux", "taux": "taux", "faux": "faux", "chaux": "chaux", "maux": "maux", "baux": "baux", "vaux": "vaux",
}  # fmt: skip


def clean_word(typed: str) -> str:
    """A word as it may be kept: one line of at most 30 characters that all show; "" if no letter or digit is left.

    A lone «0» is no word either: that is how an answer says «sans avis».
    """
    shown = "".join(char for char in typed if not _is_invisible(char))
    word = unicodedata.normalize("NFC", clean_line(shown)).replace("'", "’")[:LONGEST_WORD].strip()
    says_something = any(unicodedata.category(char)[0] in "LN" for char in word)
    return word if says_something and word != str(NO_OPINION) else ""


def _is_invisible(char: str) -> bool:
    is_selector = 0xFE00 <= ord(char) <= 0xFE0F or 0xE0100 <= ord(char) <= 0xE01EF
    return is_selector or char in _BLANK_LETTERS or unicodedata.category(char) == "Cf"


def normalise(word: str) -> str:
    """What two spellings of one word share: without case, accents, article, plural, hyphens and outer punctuation."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", word).casefold())
    plain = re.sub(r"[’‘\u02bc`\u00b4]", "'", plain).replace("œ", "oe").replace("æ", "ae")
    plain = " ".join(re.sub(r"[^\w'&+#%€$]+|_", " ", plain).split()).strip("'") or plain.strip()
    parts = _without_article(plain).replace("'", " ").split()
    return " ".join(_singular(part) for part in parts) or plain


def _without_article(phrase: str) -> str:
    found = None if phrase in _SET_PHRASES else _ARTICLE.match(phrase) or _ELISION.match(phrase)
    return phrase[found.end() :] if found else phrase


def _singular(word: str) -> str:
    """One word without accents, in the singular. «éaux» is read before the accent goes: «idéaux» are no «eaux»."""
    bare = _without_accents(word)
    if len(bare) < 4 or not bare.isalpha() or bare in _NO_PLURALS:
        return _with_final_accent(word, bare)
    if bare in _IRREGULAR:
        return _IRREGULAR[bare]
    if bare.endswith("aux") and (word.endswith("éaux") or not bare.endswith(("yaux", "eaux"))):
        return bare[:-2] + "l"
    if bare.endswith(("s", "x")) and not bare.endswith("ss"):
        return _with_final_accent(word[:-1], bare[:-1])
    return _with_final_accent(word, bare)


def _with_final_accent(word: str, bare: str) -> str:
    if not word.endswith("é") or bare.endswith("s"):
        return bare
    folds = _FINAL_E_FOLDS.search(word) is not None and word not in _FINAL_E_TELLS
    return bare if folds else bare[:-1] + "é"


def _without_accents(word: str) -> str:
    marks = (char for char in unicodedata.normalize("NFKD", word) if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", "".join(marks))
