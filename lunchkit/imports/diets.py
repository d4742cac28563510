"""What a cell about food says: a diet that we know, something for the kitchen, or nothing that we understand.

A word that nobody here knows is never made an allergy in silence: the kitchen would cook for «viande» as for nuts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lunchkit.imports.columns import NO_WORDS, listed, speaks_of_food
from lunchkit.registrations.models import Diet
from lunchkit.text import clean_line, fold

_EVERYTHING = listed(
    """everything, eats everything, eat everything, anything, tout, de tout, mange de tout, mange tout, omnivore,
        omnivores, omni, omnivor, onnivoro, onnivora, flexitarien, flexitarienne, flexitarian, standard, normal,
        normale, normaux, classique, ordinaire, alles, isst alles, allesesser, allesesserin, tutto, mangia di tutto,
        mangia tutto, viande, viandes, viande poisson, viande et poisson, viande ou poisson, carne, carnee, carnes,
        carnees, carnivore, carnivores, carnivoro, carnivora, meat, meat eater, fleisch, mit fleisch, con carne,
        avec viande, with meat, poisson, poissons, fish, fisch, pesce, aucun, aucune, sans, none, keine, keiner, kein,
        nessuna, nessuno, ras, aucune restriction, aucune restriction alimentaire, aucune contrainte, sans restriction,
        sans restrictions, sans contrainte, sans particularite, pas de restriction, pas de restrictions,
        pas de particulier, sans particulier, aucun particulier, rien de particulier, rien, no restriction,
        no restrictions, no dietary restrictions, no preference, keine einschrankung, keine einschrankungen,
        nessuna restrizione, senza restrizioni, pas de preference, aucune preference, sans preference, pas de,
        non vegetarien, non vegetarienne, non vegetarian, not vegetarian, pas vegetarien, pas vegetarienne,
        nicht vegetarisch, non vegetariano, non vegetariana"""
)
"""What is left of a cell, folded and without ``_AROUND``, that speaks of no diet."""
_VEGAN = re.compile(r"(?:vegan|vegetalien|vegetalian|vegetal)[a-z]{0,5}|plant based|pflanzlich|rein pflanzlich")
_VEGETARIAN = re.compile(r"veg[ei]|vegg?ies?|veg|vegis?|veget|vegetar[a-z]{0,6}|ovo lacto vegetar[a-z]{0,6}")
_AROUND = listed(
    """mange, esse, isst, eat, eats, mangio, menu, menus, plat, option, repas, regime, regimes, alimentaire, diet, meal,
        food, je, suis, i, am, ich, bin, sono, e, ne, s, n, in, es"""
)
"""Words, and the endings of «végétalien·ne», that change nothing of what a cell says."""
_NOT = re.compile(
    r"\b(?:sans|pas|sauf|hors|excepte|ni|without|no|not|except|free|ohne|kein\w*|nicht|ausser|frei|senza|non|eccetto"
    r"|tranne|pes[ck]\w*tari\w*|enceinte|pregnant|schwanger|incinta)\b"
)
"""Signs, beside the words of food, that somebody must not, or does not, eat something."""


@dataclass(frozen=True)
class Said:
    """What a cell says of food: a diet, words for the kitchen, and what we do not understand, each maybe empty."""

    diet: str = ""
    kitchen: str = ""
    odd: str = ""


def diet_said(cell: str) -> Said:
    """Read a cell of a column that asks for a diet."""
    text = clean_line(cell)
    if fold(text) in NO_WORDS:
        return Said()
    folded = re.sub(r"(?<=\w)\((\w{1,3})\)", r"\1", fold(text))  # «végétarien(ne)»
    pieces = [words for piece in re.split(r"[,;/|+&()]", folded) if (words := re.findall(r"[^\W_]+", piece))]
    found = [_diet_of(piece) for piece in pieces]
    if found and None not in found:
        return Said(_strictest(found))
    starts = [_diet_of(piece[:end]) for piece in pieces for end in (1, 2)]  # «végétarien mais avec du poisson»
    begins = _strictest([*found, *(diet for diet in starts if diet != Diet.EVERYTHING)])
    if begins or _NOT.search(fold(text)) or speaks_of_food(text):
        return Said("" if begins == Diet.EVERYTHING else begins, kitchen=text)
    return Said(odd=text)


def _strictest(diets: Sequence[Diet | None]) -> str:
    return next((diet.value for diet in (Diet.VEGAN, Diet.VEGETARIAN, Diet.EVERYTHING) if diet in diets), "")


def _diet_of(words: Sequence[str]) -> Diet | None:
    """The diet that these words name, all of them; a no before it is none."""
    whole = " ".join(words)
    bare = " ".join(word for word in words if word not in _AROUND)
    for said in (whole, bare):
        if _VEGAN.fullmatch(said):
            return Diet.VEGAN
        if _VEGETARIAN.fullmatch(said):
            return Diet.VEGETARIAN
        if said in _EVERYTHING:
            return Diet.EVERYTHING
    return None
