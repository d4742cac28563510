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

from flask_babel import LazyString, lazy_gettext as _l

from lunchkit.events.models import CustomField
from lunchkit.platform.config import LANGUAGES
from lunchkit.platform.text import normalise

OWN = "own:"
"""What a column is called that answers a custom field: «own:7»."""


@dataclass(frozen=True)
class Column:
    label: LazyString
    headings: str
    """By which it is known: normalised, in any order, without fillers and without whom it speaks of."""
    most: int = 0
    """Characters that the registration form takes of it; 0 where it is none of its texts."""
    kind: str = ""
    """How a field of ``AttendeeDetails`` is read: "line", "text" or "yes"; empty where it has a reading of its own."""


COLUMNS = {
    "name": Column(
        _l("Whole name"),
        """name, nom, nome, full name, address name, nom complet, nom prenom, vollstandiger name, vor nachname, vorname
        nachname, nome completo, nome cognome, first last name, identite""",
        most=100,
    ),
    "first_name": Column(_l("First name"), "first name, firstname, given name, prenom, prenoms, vorname"),
    "last_name": Column(
        _l("Last name"), """last name, lastname, surname, family name, nom famille, nachname, familienname, cognome"""
    ),
    "email": Column(
        _l("E-mail"),
        """email, mail, courriel, adresse email, adresse mail, adresse courriel, adresse electronique, email address,
        mailadresse, emailadresse, indirizzo email, posta elettronica""",
    ),
    "organisation": Column(
        _l("Organisation"),
        """organisation, organization, company, structure, entreprise, societe, association, raison sociale, firma,
        organisme, institution, employer, employeur, unternehmen, verein, ditta, azienda, organizzazione, societa,
        company name, company organization, nom entreprise, nom structure, nom association, nom organisation""",
        most=120,
        kind="line",
    ),
    "is_member": Column(
        _l("Member of the network"), "member, membre, mitglied, socio, membro, membre reseau", kind="yes"
    ),
    "seats": Column(
        _l("Seats"),
        """seats, places, nb places, nbre places, nombre places, sitze, platze, posti, quantity, quantite, qty, anzahl,
        number seats, number people, number guests, nombre personnes, nb personnes, nbre personnes, nombre, nb, nbre,
        personnes, convives, anzahl platze, anzahl personen, personen, numero persone, numero posti, persone""",
    ),
    "comes": Column(
        _l("Comes (yes or no)"),
        """status, standing, etat, statut, zustand, stato, vient, viendra, vient pas, vient oui non, presence, present,
        presents, sera present, participe, participera, participation, coming, comes, attending, attendance, attendance
        status, rsvp, kommt, teilnahme, anwesend, zusage, presenza, viene, partecipa, partecipazione""",
    ),
    "language": Column(
        _l("Language of the e-mails"), "language, language emails, langue courriels, langue, sprache, lingua, locale"
    ),
    "diet": Column(
        _l("What they eat"),
        """diet, food, regime, regime alimentaire, alimentation, preferences alimentaires, choix repas, choix menu,
        type repas, dietary requirements, dietary restrictions, food preferences, ernahrung, essen, verpflegung, dieta,
        alimentazione, repas, menu""",
    ),
    "allergies": Column(
        _l("Allergies or intolerances"),
        """allergies, allergy, intolerances, allergies intolerances, allergies alimentaires, intolerances alimentaires,
        food allergies, allergien, allergie, unvertraglichkeiten""",
        most=300,
        kind="text",
    ),
    "access": Column(
        _l("Access needs"),
        """access needs, access, acces, besoin acces, besoins acces, mobilite reduite, handicap, pmr, zuganglichkeit,
        accessibilita, accessibility, accessibility needs, accessibilite, barrierefreiheit""",
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
    return frozenset(" ".join(entry.split()) for entry in text.split(","))


_BY_HEADING = {
    frozenset(heading.split()): name for name, column in COLUMNS.items() for heading in listed(column.headings)
}
_FILLERS = listed(
    """a, and, d, de, del, della, der, des, di, du, e, et, ihr, ihre, il, is, l, la, le, les, of, ou, or, sur, the, und,
    votre, your, vos"""
)
_ATTENDEE = listed("""adherent, adherente, attendee, attendees, guest, invite, invitee, participant, participante,
    participants, partecipante, teilnehmende, teilnehmer, teilnehmerin, teilnehmers""")
_BUYER = listed("""acheteur, acheteuse, acquirente, besteller, bestellung, billing, buyer, client, commande,
    customer, facturation, invoice, order, ordine, pagatore, payer, payeur, purchaser, rechnung, rechnungsadresse""")
_FOOD = re.compile(
    r"allerg|intoler|unvertrag|gluten|vegetari|\b(?:lacto|lakto|latto|c[eo]+lia[cq]|zoliak|diabet|noix\b|noisette|nuts?\b"
    r"|nuss|noci\b|arachid|peanut|erdnuss|crustac|fruits de mer|vege\b|vegetalien|vegg?ie?\b|vegan|hal+al\b"
    r"|[kc][ao]sc?her\b)"
)
"""First parts of long words, as German makes them; then how words begin."""
_ENDINGS = re.compile(r"(?<=\w)(?:[·•.\-/(](?:e|es|s|ne|nes|rice|rices|trice|trices|euse|euses|in|innen)\)?)+(?!\w)")
"""What inclusive writing adds to a word: «participant·e·s», «invité-e», «acheteur(euse)»."""


@lru_cache(maxsize=2_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a heading or a cell as they are compared: without signs, accents, capitals, endings and fillers."""
    joined = normalise(text[:1_000]).replace("e-mail", "email").replace("e mail", "email")
    return tuple(word for word in re.findall(r"[^\W_]+", _ENDINGS.sub("", joined)) if word not in _FILLERS)


def speaks_of_food(text: str) -> bool:
    return bool(_FOOD.search(normalise(text[:1_000])))


def remoteness(heading: str) -> int:
    """0 for a column about the attendee, 1 for one that does not say, 2 for one about the buyer."""
    words = words_of(heading)
    if not _ATTENDEE.isdisjoint(words):
        return 0
    return 1 if _BUYER.isdisjoint(words) else 2


def _topic(heading: str) -> frozenset[str]:
    """What a heading speaks of, without of whom. «Attendee name: Given name» is read from its end."""
    words = words_of(heading.rpartition(":")[2]) or words_of(heading)
    return frozenset(words) - _ATTENDEE - _BUYER


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
    known = {(remoteness(heading), field) for heading, field in zip(headings, fields, strict=True)}
    for place, heading in enumerate(headings):
        who, topic = remoteness(heading), _topic(heading)
        if topic in ({"nom"}, {"name"}) and (who, "first_name") in known and (who, "last_name") not in known:
            fields[place] = "last_name"
        elif topic == {"nome"} and (who, "last_name") in known:
            fields[place] = "first_name"
    return fields


def assign_custom_fields(
    headings: Sequence[str], fields: Sequence[str | None], questions: Iterable[CustomField]
) -> list[str | None]:
    """Assign custom fields to unknown columns whose headings have their words, one to each."""
    columns = list(fields)
    for question in questions:
        labels = {words_of(question.label_in(language)) for language in ("", *LANGUAGES)} - {()}
        named = (
            place
            for place, heading in enumerate(headings)
            if columns[place] is None
            and not labels.isdisjoint((words_of(heading), words_of(heading.partition(":")[2])))
        )
        if (place := next(named, None)) is not None:
            columns[place] = f"{OWN}{question.id}"
    return columns
