"""What the columns of a file are: headings of our own export, and of those of pretix, Eventbrite and HelloAsso.

A heading is read as words: of whom (the attendee, or the buyer), and what. So «Attendee email», «E-mail du participant»
and «Email payeur» are all addresses, and the last only where the others are empty. An unknown heading is never guessed:
an organiser assigns it, or leaves it. A column belongs to a custom field where its heading has the same words, in any
language of the event.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from lunchkit.events.models import CustomField
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.text import normalise

OWN = "own:"
"""What a column is called that answers a custom field: «own:7»."""


@dataclass(frozen=True)
class Column:
    """What a column may hold."""

    label: LazyString
    headings: str
    """By which it is known: normalised, without fillers and without whom it speaks of."""
    most: int = 0
    """Characters that the registration form takes of it; 0 where it is none of its texts."""
    kind: str = ""
    """How a field of ``AttendeeDetails`` is read: "line", "text" or "yes"; empty where it has a reading of its own."""


COLUMNS = {
    "name": Column(
        _l("Whole name"),
        """name, nom, nome, full name, address name, nom complet, nom prenom, prenom nom, nom et prenom, prenom et nom,
        vollstandiger name, vor und nachname, vorname nachname, nome completo, nome e cognome, cognome e nome, first
        and last name, identite""",
        most=100,
    ),
    "first_name": Column(_l("First name"), "first name, firstname, given name, prenom, prenoms, vorname"),
    "last_name": Column(
        _l("Last name"), """last name, lastname, surname, family name, nom famille, nachname, familienname, cognome"""
    ),
    "email": Column(
        _l("E-mail"),
        """email, mail, courriel, adresse email, adresse mail, adresse courriel, adresse electronique, email address,
        email adresse, mailadresse, emailadresse, indirizzo email, posta elettronica""",
    ),
    "organisation": Column(
        _l("Organisation"),
        """organisation, organization, company, structure, entreprise, societe, association, raison sociale, firma,
        organisme, institution, employer, employeur, unternehmen, verein, ditta, azienda, organizzazione, societa,
        company name, company organization, nom entreprise, nom structure, nom association, nom organisation, nom
        societe""",
        most=120,
        kind="line",
    ),
    "is_member": Column(
        _l("Member of the network"), "member, membre, mitglied, socio, membro, membre reseau", kind="yes"
    ),
    "seats": Column(
        _l("Seats"),
        """seats, places, nb places, nbre places, sitze, platze, posti, quantity, quantite, qty, anzahl, positions,
        nombre places, number seats, number people, number persons, number guests, nombre personnes, nb personnes,
        nbre personnes, nombre convives, nb convives, nombre, nb, nbre, personnes, convives, anzahl platze, anzahl
        personen, personen, anzahl sitze, numero persone, numero posti, persone, party size, headcount""",
    ),
    "comes": Column(
        _l("Comes (yes or no)"),
        """status, standing, etat, statut, zustand, stato, vient, viendra, viens, vient ou pas, vient oui non, presence,
        presence oui non, present, presents, sera present, participe, participera, participation, coming, comes, is
        coming, will come, attending, is attending, attends, attendance, attendance status, rsvp, presence confirmee,
        kommt, kommt mit, teilnahme, nimmt teil, anwesend, anwesenheit, zusage, presenza, viene, verra, partecipa,
        partecipazione, partecipera""",
    ),
    "language": Column(
        _l("Language of the e-mails"),
        """language, language emails, language letters, langue courriels, langue lettres, langue, sprache, lingua,
        locale""",
    ),
    "diet": Column(
        _l("What they eat"),
        """diet, food, regime, regime alimentaire, alimentation, preference alimentaire, preferences alimentaires,
        choix alimentaire, choix repas, choix menu, type repas, type menu, dietary requirements, dietary
        restrictions, dietary needs, food preferences, ernahrung, essen, verpflegung, ernahrungsweise, dieta,
        alimentazione, repas, menu""",
    ),
    "allergies": Column(
        _l("Allergies or intolerances"),
        """allergies, allergy, intolerances, allergies intolerances, allergies ou intolerances, allergies et
        intolerances, allergies alimentaires, intolerances alimentaires, food allergies, allergies or intolerances,
        allergies and intolerances, allergien, allergie, unvertraglichkeiten""",
        most=300,
        kind="text",
    ),
    "access": Column(
        _l("Access needs"),
        """access needs, access, acces, besoin acces, besoin accessibilite, mobilite reduite, handicap, pmr,
        zuganglichkeit, accessibilita, accessibility, accessibility needs, accessibilite, besoins acces, besoins
        accessibilite, barrierefreiheit""",
        most=500,
        kind="text",
    ),
    "shows_name": Column(
        _l("On the list of those present"), "on list, nom visible, list those present, liste presents", kind="yes"
    ),
    "wants_recap": Column(_l("Wants the recap"), "wants recap, veut compte rendu", kind="yes"),
}
"""By what a file's columns are called once they are known."""


def listed(text: str) -> frozenset[str]:
    """The entries of a list with commas and line breaks."""
    return frozenset(" ".join(entry.split()) for entry in text.split(","))


YES_WORDS = frozenset(("1", "ja", "oui", "si", "true", "vero", "vrai", "wahr", "x", "yes"))
NO_WORDS = frozenset(("", "-", "0", "falsch", "false", "falso", "faux", "nein", "no", "non"))
"""Values of cells that say yes or no, without capitals and accents."""
_BY_HEADING = {heading: name for name, column in COLUMNS.items() for heading in listed(column.headings)}
_FILLERS = listed(
    "a, d, de, del, della, der, des, di, du, ihr, ihre, il, l, la, le, les, of, sur, the, votre, your, vos"
)
_ATTENDEE = listed("""adherent, adherente, attendee, attendees, guest, invite, invitee, participant, participante,
    participants, partecipante, teilnehmende, teilnehmer, teilnehmerin, teilnehmers""")
_BUYER = listed("""acheteur, acheteuse, acquirente, besteller, bestellung, billing, buyer, client, commande,
    customer, facturation, invoice, order, ordine, pagatore, payer, payeur, purchaser, rechnung, rechnungsadresse""")
_FOOD_ANYWHERE = ("allerg", "intoler", "unvertrag", "gluten", "vegetari")
_FOOD = re.compile(
    r"\b(?:lactose|laktos|lattosio|coeliaque|c[eo]liac|celiach|zoliakie|diabet|noix\b|noisette|nuts?\b|nuss|noci\b"
    r"|arachide|peanut|erdnuss|crustace|fruits de mer|shellfish|vegetalien|vege\b|vegg?ie\b|vegan|hal+al\b"
    r"|[kc]asher\b|kos?cher\b|kosher\b)"
)
"""Apart, for speed: parts of long words, as German makes them, and how words begin."""
_ENDINGS = re.compile(r"(?<=\w)(?:[·•.\-/(](?:e|es|s|ne|nes|rice|rices|trice|trices|euse|euses|in|innen)\)?)+(?!\w)")
"""What inclusive writing adds to a word: «participant·e·s», «invité-e», «acheteur(euse)»."""


@lru_cache(maxsize=2_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a heading or a cell as they are compared: without signs, accents, capitals, endings and fillers."""
    joined = normalise(text[:1_000]).replace("e-mail", "email").replace("e mail", "email")
    return tuple(word for word in re.findall(r"[^\W_]+", _ENDINGS.sub("", joined)) if word not in _FILLERS)


def speaks_of_food(text: str) -> bool:
    """Whether a cell is about food that a person does not eat."""
    plain = normalise(text[:1_000])
    return any(part in plain for part in _FOOD_ANYWHERE) or bool(_FOOD.search(plain))


def remoteness(heading: str) -> int:
    """0 for a column about the attendee, 1 for one that does not say, 2 for one about the buyer."""
    words = words_of(heading)
    if not _ATTENDEE.isdisjoint(words):
        return 0
    return 1 if _BUYER.isdisjoint(words) else 2


def _topic(heading: str) -> str:
    """What a heading speaks of, without of whom. «Attendee name: Given name» is read from its end."""
    words = words_of(heading.rpartition(":")[2]) or words_of(heading)
    return " ".join(word for word in words if word not in _ATTENDEE | _BUYER)


def _field_of(heading: str) -> str | None:
    if "#" in heading:
        return None  # «Attendee #» is a number
    topic = _topic(heading)
    if not topic:
        return "name" if remoteness(heading) == 0 else None
    return _BY_HEADING.get(topic)


def recognised(headings: Sequence[str]) -> list[str | None]:
    """What each column is, by its heading. «Nom» alone is the whole name, beside first names the last name."""
    fields = [_field_of(heading) for heading in headings]
    whose = [remoteness(heading) for heading in headings]
    known = {(who, field) for who, field in zip(whose, fields, strict=True)}
    for column, who in enumerate(whose):
        topic = _topic(headings[column]) if fields[column] == "name" else ""
        if topic in ("nom", "name") and (who, "first_name") in known and (who, "last_name") not in known:
            fields[column] = "last_name"
        elif topic == "nome" and (who, "last_name") in known:
            fields[column] = "first_name"
    return fields


def assign_custom_fields(
    headings: Sequence[str], fields: Sequence[str | None], questions: Iterable[CustomField]
) -> list[str | None]:
    """Assign custom fields to unknown columns, or to the last of two that are known as the same."""
    columns = list(fields)
    for question in questions:
        labels = {words_of(question.label_in(language)) for language in ("", *LANGUAGES)} - {()}
        named = [
            place
            for place, heading in enumerate(headings)
            if not labels.isdisjoint((words_of(heading), words_of(heading.partition(":")[2])))
            and not (columns[place] or "").startswith(OWN)
        ]
        free = [place for place in named if columns[place] is None]
        double = [place for place in reversed(named) if columns.count(columns[place]) > 1]
        for place in (*free, *double)[:1]:
            columns[place] = f"{OWN}{question.id}"
    return columns
