"""What the columns of a file are: headings of our own export, and of those of pretix, Eventbrite and HelloAsso.

A heading is read as words: who it speaks of (whoever comes, or whoever ordered), and what. So «Attendee email», «E-mail
du participant» and «Email payeur» are all addresses, and the last only where the others are empty. What is not known
is never guessed: a person assigns it, or leaves it.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache

from lunchkit.text import fold


class Field(StrEnum):
    """What a column may hold."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    ORGANISATION = "organisation"
    MEMBER = "member"
    SEATS = "seats"
    STATUS = "status"
    COMES = "comes"
    LANGUAGE = "language"
    DIET = "diet"
    ALLERGIES = "allergies"
    ACCESS = "access"
    SHOWS_NAME = "shows_name"
    WANTS_RECAP = "wants_recap"


def listed(text: str) -> frozenset[str]:
    """The entries of a list with commas and line breaks."""
    return frozenset(" ".join(entry.split()) for entry in text.split(","))


_HEADINGS = {
    Field.NAME: """name, full name, address name, nom complet, nom prenom, prenom nom, nom et prenom, prenom et nom,
        vollstandiger name, vor und nachname, vorname nachname, nome completo, nome e cognome, cognome e nome,
        first and last name, identite""",
    Field.FIRST_NAME: "first name, firstname, given name, prenom, prenoms, vorname",
    Field.LAST_NAME: "last name, lastname, surname, family name, nom famille, nachname, familienname, cognome",
    Field.EMAIL: """email, mail, courriel, adresse email, adresse mail, adresse courriel, adresse electronique,
        email address, email adresse, mailadresse, emailadresse, indirizzo email, posta elettronica""",
    Field.ORGANISATION: """organisation, organization, company, structure, entreprise, societe, association,
        raison sociale, firma, organisme, institution, employer, employeur, unternehmen, verein, ditta, azienda,
        organizzazione, societa, company name, company organization, nom entreprise, nom structure, nom association,
        nom organisation, nom societe""",
    Field.MEMBER: "member, membre, mitglied, socio, membro, membre reseau, is member",
    Field.SEATS: """seats, places, nb places, nbre places, sitze, platze, posti, quantity, quantite, qty, anzahl,
        positions, nombre places,
        number seats, number people, number persons, number guests, nombre personnes, nb personnes, nbre personnes,
        nombre convives, nb convives, nombre, nb, nbre, personnes, convives, anzahl platze, anzahl personen, personen,
        anzahl sitze, numero persone, numero posti, persone, party size, headcount""",
    Field.STATUS: "status, standing, etat, statut, zustand, stato",
    Field.COMES: """vient, viendra, viens, vient ou pas, vient oui non, presence, presence oui non, present, presente,
        present e, presents, sera present, sera presente, sera present e, participe, participera, participation,
        coming, comes,
        is coming, will come, attending, is attending, attends, attendance, attendance status, rsvp, presence confirmee,
        kommt, kommt mit, teilnahme, nimmt teil, anwesend, anwesenheit, zusage, presenza, viene, verra, partecipa,
        partecipazione, partecipera""",
    Field.LANGUAGE: "language, language letters, langue courriels, langue lettres, langue, sprache, lingua, locale",
    Field.DIET: """diet, food, regime, regime alimentaire, alimentation, preference alimentaire,
        preferences alimentaires, choix alimentaire, choix repas, choix menu, type repas, type menu,
        dietary requirements, dietary restrictions, dietary needs, food preferences,
        ernahrung, essen, verpflegung, ernahrungsweise, dieta, alimentazione, repas, menu""",
    Field.ALLERGIES: """allergies, allergy, intolerances, allergies intolerances, allergies ou intolerances,
        allergies et intolerances, allergies alimentaires, intolerances alimentaires, food allergies,
        allergies or intolerances, allergies and intolerances, allergien, allergie,
        unvertraglichkeiten""",
    Field.ACCESS: """access needs, access, acces, besoin acces, besoin accessibilite, mobilite reduite, handicap, pmr,
        zuganglichkeit, accessibilita, accessibility, accessibility needs, accessibilite, besoins acces,
        besoins accessibilite, barrierefreiheit""",
    Field.SHOWS_NAME: "on list, nom visible, list those present, liste presents",
    Field.WANTS_RECAP: "wants recap, veut compte rendu",
}
_FIELDS = {heading: field for field, headings in _HEADINGS.items() for heading in listed(headings)}
YES_WORDS = frozenset(("1", "ja", "oui", "si", "true", "vero", "vrai", "wahr", "x", "yes"))
NO_WORDS = frozenset(("", "-", "0", "falsch", "false", "falso", "faux", "nein", "no", "non"))
"""What stands, folded, in a cell that is yes or no."""
_FILLERS = listed(
    "a, d, de, del, della, der, des, di, du, ihr, ihre, il, l, la, le, les, of, sur, the, votre, your, vos"
)
_COMES = listed("""adherent, adherente, attendee, attendees, guest, invite, invitee, participant, participante,
    participants, partecipante, teilnehmende, teilnehmer, teilnehmerin, teilnehmers, ticket""")
_ORDERED = listed("""acheteur, acheteuse, acquirente, besteller, bestellung, billing, buyer, client, commande,
    customer, facturation, invoice, order, ordine, pagatore, payer, payeur, purchaser, rechnung, rechnungsadresse""")
_SOURCES = (
    ("lunchkit", "standing, registered on"),
    ("lunchkit", "etat, recue"),
    ("HelloAsso", "reference commande, prenom participant"),
    ("HelloAsso", "reference commande, email payeur"),
    ("HelloAsso", "reference commande, prenom adherent"),
    ("pretix", "order code, position id"),
    ("pretix", "order code, attendee name"),
    ("pretix", "event slug, order code"),
    ("pretix", "code commande, nom participant"),
    ("pretix", "bestellnummer, produkt"),
    ("Eventbrite", "attendee status"),
    ("Eventbrite", "order, ticket type"),
    ("Eventbrite", "order no, ticket type"),
    ("Eventbrite", "statut participant"),
    ("Eventbrite", "n commande, type billet"),
)
"""Headings, as ``_plain`` writes them, that together tell whose export a file is."""


_ACCESS = re.compile(
    r"fauteuil|\brampes?\b|mobilite reduite|\bpmr\b|handicap|malentend|malvoyan|\bsourde?s?\b|aveugle|bequille"
    r"|deambulateur"
    r"|ascenseur|escalier|langue des signes|\blsf\b|boucle magnetique|chien guide|wheelchair|step.?free|\bramp\b"
    r"|hearing"
    r"|\bdeaf\b|\bblind\b|sign language|disab|accessib|rollstuhl|gehbehindert|horbehindert|schwerhorig|gehorlos"
    r"|sehbehindert"
    r"|gebarden|barrierefrei|sedia a rotelle|carrozzina|non udent|sordit|\bsord[aio]\b|ipovedent|non vedent"
    r"|lingua dei segni"
)


_FOOD_ANYWHERE = ("allerg", "intoler", "unvertrag", "gluten", "vegetari")
_FOOD = re.compile(
    r"\b(?:lactose|laktos|lattosio|coeliaque|c[eo]liac|celiach|zoliakie|diabet|noix\b|noisette|nuts?\b|nuss|noci\b"
    r"|arachide|peanut|erdnuss|crustace|fruits de mer|shellfish|vegetalien|vege\b|vegg?ie\b|vegan|hal+al\b"
    r"|[kc]asher\b|kos?cher\b|kosher\b)"
)
"""Apart, for speed: parts of long words, as German makes them, and how words begin."""


def speaks_of_access(text: str) -> bool:
    """Whether a cell says what somebody needs to come in, to sit, to hear or to see."""
    return bool(_ACCESS.search(fold(text[:1_000])))


def speaks_of_food(text: str) -> bool:
    """Whether a cell says what somebody must not eat, or does not: signs that hardly stand in a text about else."""
    plain = fold(text[:1_000])
    return any(part in plain for part in _FOOD_ANYWHERE) or bool(_FOOD.search(plain))


_ENDINGS = re.compile(r"(?<=\w)(?:[·•.\-/(](?:e|es|s|ne|nes|rice|rices|trice|trices|euse|euses|in|innen)\)?)+(?!\w)")
"""What inclusive writing adds to a word: «participant·e·s», «invité-e», «acheteur(euse)»."""


@lru_cache(maxsize=2_000)
def _words(heading: str) -> tuple[str, ...]:
    joined = fold(heading[:200]).replace("e-mail", "email").replace("e mail", "email")
    joined = _ENDINGS.sub("", joined)
    return tuple(word for word in re.findall(r"[^\W_]+", joined) if word not in _FILLERS)


def _plain(heading: str) -> str:
    return " ".join(_words(heading))


def remoteness(heading: str) -> int:
    """0 for a column that speaks of whoever comes, 1 for one that does not say, 2 for one about whoever ordered."""
    words = _words(heading)
    if not _COMES.isdisjoint(words):
        return 0
    return 1 if _ORDERED.isdisjoint(words) else 2


def _field_of(heading: str) -> Field | None:
    """What a heading says by itself. «Attendee name: Given name» is read from its end."""
    words = _words(heading)
    if not {"#", "°", "№"}.isdisjoint(heading):
        return None  # «Attendee #» is a number
    if ":" in heading:
        words = _words(heading.rpartition(":")[2]) or words
    rest = [word for word in words if word not in _COMES | _ORDERED]
    if not rest:
        return Field.NAME if words and not _COMES.isdisjoint(words) and "ticket" not in words else None
    if "ticket" in words and len(words) > 1:
        return None
    return _FIELDS.get(" ".join(rest))


def recognised(headings: Sequence[str]) -> list[Field | None]:
    """What each column is, as far as its heading says.

    «Nom», «Name» and «Nome» alone are the whole name; beside a column of first (or last) names they are the rest of it.
    """
    fields = [_field_of(heading) for heading in headings]
    for who in range(3):
        mine = [column for column, heading in enumerate(headings) if remoteness(heading) == who]
        present = {fields[column] for column in mine}
        for column in mine:
            said = set(_words(headings[column])) - _COMES - _ORDERED
            if Field.FIRST_NAME in present and Field.LAST_NAME not in present and said in ({"nom"}, {"name"}):
                fields[column] = Field.LAST_NAME
            elif said == {"nom"}:
                fields[column] = Field.NAME
            elif said == {"nome"}:
                fields[column] = Field.FIRST_NAME if Field.LAST_NAME in present else Field.NAME
    return fields


def source_of(headings: Sequence[str]) -> str:
    """Whose export a file is, by its headings; empty where they do not tell."""
    plain = {_plain(heading) for heading in headings}
    return next((name for name, signs in _SOURCES if listed(signs) <= plain), "")
