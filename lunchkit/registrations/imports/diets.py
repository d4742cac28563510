"""What a cell about food says: a diet that the form offers, or words that the kitchen has to read itself."""

import re

from lunchkit.platform.text import clean_line, normalise
from lunchkit.registrations.imports.columns import NO_WORDS, listed, words_of
from lunchkit.registrations.models import Diet

_EVERYTHING = listed(
    """everything, anything, tout, tutto, alles, allesesser, allesesserin, omnivore, omnivores, omni, omnivor,
    onnivoro, onnivora, flexitarien, flexitarienne, flexitarian, standard, normal, normale, normaux, classique,
    ordinaire, viande, viandes, carne, carnee, carnes, carnees, carnivore, carnivores, carnivoro, carnivora,
    meat, fleisch, poisson, poissons, fish, fisch, pesce"""
)
_NEGATIONS = listed(
    """aucun, aucune, sans, pas, non, none, no, not, keine, keiner, kein, nessuna, nessuno, senza, nicht"""
)
_NO_DIET = _NEGATIONS | listed(
    """rien, ras, restriction, restrictions, restrizione, restrizioni, contrainte, particularite, particulier,
    preference, dietary, einschrankung, einschrankungen"""
)
"""A cell of these words alone names no diet: its person eats everything."""
_VEGAN = re.compile(r"vegan[a-z]{0,5}|vegetal[a-z]{0,5}|plant|based|pflanzlich")
_VEGETARIAN = re.compile(r"veg[ei]s?|vegg?ies?|veg|veget|vegetar[a-z]{0,6}")
_FILLERS = listed(
    """mange, mangia, esse, isst, eat, eats, eater, mangio, menu, menus, plat, option, repas, regime, regimes,
    alimentaire, diet, meal, food, je, suis, i, am, ich, bin, sono, e, ne, s, n, in, es, de, di, et, avec"""
)
"""Words, and the endings of «végétalien·ne», that change nothing of what a cell says."""


def diet_said(cell: str) -> tuple[str, str]:
    """The diet that a cell names, if any; and the cell itself for the kitchen, where it says more than that."""
    text = clean_line(cell)
    words = [word for word in words_of(text).split() if word not in _FILLERS]
    if normalise(text) in NO_WORDS or not words:
        return "", "" if normalise(text) in NO_WORDS else text
    if _NO_DIET.issuperset(words):
        return Diet.EVERYTHING, ""
    found = [_diet_of(word) for word in words]
    strictest = next((diet for diet in (Diet.VEGAN, Diet.VEGETARIAN, Diet.EVERYTHING) if diet in found), "")
    if None not in found:
        return strictest, ""
    is_known = strictest != Diet.EVERYTHING and words[0] not in _NEGATIONS
    return strictest if is_known else "", text


def _diet_of(word: str) -> Diet | None:
    if _VEGAN.fullmatch(word):
        return Diet.VEGAN
    if _VEGETARIAN.fullmatch(word):
        return Diet.VEGETARIAN
    return Diet.EVERYTHING if word in _EVERYTHING else None
