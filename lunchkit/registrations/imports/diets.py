"""What a cell about food says: a diet that we know, or words that the kitchen has to read itself."""

import re
from collections.abc import Sequence

from lunchkit.platform.text import clean_line, fold
from lunchkit.registrations.imports.columns import NO_WORDS, listed
from lunchkit.registrations.models import Diet

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


def diet_said(cell: str) -> tuple[str, str]:
    """The diet that a cell names, if any; and the cell itself for the kitchen, where it says more than that."""
    text = clean_line(cell)
    if fold(text) in NO_WORDS:
        return "", ""
    folded = re.sub(r"(?<=\w)\((\w{1,3})\)", r"\1", fold(text))  # «végétarien(ne)»
    pieces = [words for piece in re.split(r"[,;/|+&()]", folded) if (words := re.findall(r"[^\W_]+", piece))]
    found = [_diet_of(piece) for piece in pieces]
    if found and None not in found:
        return _strictest(found), ""
    starts = [_diet_of(piece[:end]) for piece in pieces for end in (1, 2)]  # «végétarien mais avec du poisson»
    begins = _strictest([*found, *starts])
    return ("" if begins == Diet.EVERYTHING else begins), text


def _strictest(diets: Sequence[Diet | None]) -> str:
    return next((diet.value for diet in (Diet.VEGAN, Diet.VEGETARIAN, Diet.EVERYTHING) if diet in diets), "")


def _diet_of(words: Sequence[str]) -> Diet | None:
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
