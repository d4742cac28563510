"""The register in docs/privacy.md, made of the columns; ``python -m tests.privacy_register`` writes it again.

Which columns are personal and how they go is read from the models; a column or a way without French words is an error.
"""

from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Table

import lunchkit.app  # noqa: F401  # all models
from lunchkit.events.models import FOOD_KEPT_FOR
from lunchkit.platform.audit.actions import KEPT_FOR
from lunchkit.platform.db import Erased, db
from lunchkit.platform.personal import personal_columns
from lunchkit.registrations.imports.models import KEPT_FOR as IMPORT_KEPT_FOR
from lunchkit.settings.models import PURGE_DAYS
from lunchkit.subscribers.models import ANSWER_WITHIN, KEPT_AFTER_NO
from lunchkit.team.actions import FORGET_PEOPLE_AFTER
from lunchkit.team.models import ABSOLUTE_LIFE

PAGE = Path(__file__).parent.parent / "docs" / "privacy.md"
HEAD = "| qui, et dans quelle table | données | pour quoi | qui le voit | effacé |\n|---|---|---|---|---|\n"
TEAM, ALL, OWN = "l’équipe", "tout le monde", "la personne seule"
WRITTEN = "personne n’y est nommé par lunchkit, et l’équipe l’a lu avant de le montrer"
REPORT = "gardé : c’est le compte rendu public ; une correction en retire un nom"
AUTHOR = f"le nom de qui a écrit : {FORGET_PEOPLE_AFTER.days} jours après son départ de l’équipe"


class Entry(NamedTuple):
    """The French words of a table: whose data, what for, who sees it, and each column."""

    people: str
    purpose: str
    readers: str
    columns: str
    """``column=words``, separated by ``;``."""


ENTRIES = {
    "registration": Entry("Personnes inscrites", "donner une place, écrire au sujet de ce lunch",
        f"{TEAM} ; à l’accueil, les aides : prénom et initiale ; "
        "le nom sur la liste publique : si la case est cochée",
        "name=nom;email=adresse électronique;organisation=organisation;shows_name=accord pour la liste des présences;"
        "wants_recap=souhait du compte rendu;note=note de l’équipe;arrived_at=heure d’arrivée"),
    "needs": Entry("Personnes inscrites", "repas et accès ; la cuisine reçoit des nombres, sans nom", TEAM,
        "diets=régime;allergies=allergies;access=besoins d’accès"),
    "check_in": Entry("Personnes inscrites", "accueil", f"{TEAM}, les aides",
        "door=entrée;people=nombre;is_walk_in=venue sans inscription;added_seats=places ajoutées;scanned_at=lu à;"
        "received_at=reçu à;admitted_at=admis à;flagged_at=signalé à;settled_at=réglé à;undone_at=annulé à"),
    "answer": Entry("Personnes inscrites", "questions que l’équipe ajoute au formulaire", TEAM, "value=réponses"),
    "subscriber": Entry("Personnes à inviter", "inviter aux prochains lunchs ; preuve de l’accord", TEAM,
        "email=adresse électronique;language=langue;wording=version du texte lu;basis=origine de l’accord;"
        "asked_at=demandé le;confirmed_at=confirmé le;left_at=refusé le"),
    "import_draft": Entry("Personnes d’un fichier importé", "contrôler le fichier avant de l’ajouter", TEAM,
        "filename=nom du fichier;cells=contenu;outcome=résultat"),
    "outbox_email": Entry("Destinataires des courriels", "envoyer, et envoyer à nouveau", TEAM,
        "recipient=adresse électronique;facts=données du courriel;last_error=dernière erreur"),
    "speaker": Entry("Intervenant·es", "page publique, compte rendu", f"{ALL} ; l’adresse : {TEAM}",
        "slug=adresse de la page;name=nom;role=fonction;email=adresse électronique;short_bio=présentation courte;"
        "biography=biographie;languages=langues;links=liens;"
        "on_behalf=accord donné par l’équipe;draft=page en attente"),
    "appearance": Entry("Intervenant·es", "compte rendu", ALL,
        "said=propos;slides_url=adresse des diapositives;slides_title=titre des diapositives"),
    "quotation": Entry("Personnes citées", "compte rendu", ALL,
        "text=citation;medium=média;url=source;basis=origine de l’accord"),
    "picture": Entry("Personnes sur une image", "pages publiques", f"{ALL} ; l’accord : {TEAM}",
        "alt=description;credit=auteur;consent=accord"),
    "picture_file": Entry("Personnes sur une image", "pages publiques", ALL, "data=image redessinée, sans lieu"),
    "question": Entry("Questions du public", "débat, compte rendu", f"{ALL}, après l’équipe", "text=texte"),
    "written_answer": Entry("Réponses écrites d’un vote", "résultat", f"{ALL}, après l’équipe",
        "normalised=texte comparé;text=texte"),
    "remark": Entry("Remarques du questionnaire", "améliorer les lunchs", TEAM, "text=texte"),
    "recap": Entry("Personnes nommées au compte rendu", "compte rendu", ALL,
        "published=texte publié;words=mots de la recherche"),
    "recap_section": Entry("Personnes nommées au compte rendu", "rédaction", TEAM,
        "data=texte;updated_by=qui l’a modifié"),
    "recap_version": Entry("Personnes nommées au compte rendu", "versions précédentes", TEAM,
        "data=texte;saved_by=qui l’a enregistré"),
    "recap_correction": Entry("Personnes nommées au compte rendu", "dire ce qui a été corrigé", ALL, "note=texte"),
    "run_item": Entry("Qui fait quoi", "déroulé", f"{TEAM} ; la page du lunch si l’équipe le montre", "who=nom"),
    "event": Entry("Adresse de contact", "répondre aux inscrits", ALL, "contact_email=adresse électronique"),
    "mailing": Entry("Équipe", "savoir qui a envoyé un message", TEAM, "sent_by=nom"),
    "organiser": Entry("Équipe", "se connecter", TEAM,
        "name=nom;email=adresse électronique;email_key=adresse comparée;"
        "user_handle=numéro pour les clés d’accès"),
    "organiser_session": Entry("Équipe", "rester connecté, voir où on l’est", OWN, "browser=navigateur"),
    "passkey": Entry("Équipe", "second facteur", OWN,
        "name=nom de la clé;credential_id=identifiant;public_key=clé publique"),
    "audit_entry": Entry("Équipe", "savoir qui a changé quoi ; rien des personnes inscrites", TEAM,
        "name=nom;facts=faits;words=mots de la recherche"),
}  # fmt: skip

ERASED = {
    Erased.BLANKED: f"au jour annoncé sur le formulaire, d’habitude {PURGE_DAYS} jours après le lunch, ou à "
    "la demande ; il reste une ligne sans nom, pour compter",
    Erased.WITH_PERSON: "avec la personne",
    Erased.AT_PURGE: "avec les noms de ce lunch",
    "deleted a month after a no, or on request: subscribers.operations.delete_subscribers":
        f"{KEPT_AFTER_NO.days} jours après un non, {ANSWER_WITHIN.days} jours sans confirmation, ou à la demande",
    "deleted after an hour: registrations.imports.actions.delete_expired_imports":
        f"après {IMPORT_KEPT_FOR.total_seconds() / 3600:.0f} heure",
    "with the person; at the purge: registrations.operations.erase_attendee, admin.retention.actions.purge_people":
        "avec la personne ou les noms du lunch ; courriels à l’équipe : après un jour (connexion) ou un mois",
    "deleted with their last appearance: speakers.operations.erase_unless_elsewhere":
        "quand l’équipe retire la personne de son dernier lunch",
    "deleted when the speaker is removed from the event: speakers.actions.remove_speaker":
        "quand l’équipe retire la personne du lunch",
    "deleted when no page holds it, or when it is taken down: platform.images.actions.erase_picture":
        "quand aucune page ne la montre plus, ou à la demande",
    "deleted with the picture, or when it is taken down: platform.images.actions.erase_picture": "avec la description",
    "kept: nobody's name is beside it, and an organiser read it before it was shown": f"gardé : {WRITTEN}",
    "kept: the public report; a correction takes a name out of it": REPORT,
    "kept: the text of the report; updated_by goes with a forgotten organiser: recap.operations":
        f"gardé : le texte du compte rendu ; {AUTHOR}",
    "kept: the history of the report; saved_by goes with a forgotten organiser: recap.operations":
        f"gardé : l’historique du compte rendu, même après une correction ; {AUTHOR}",
    "kept: what readers were told of a change in the report": "gardé : ce que les lecteurs ont appris",
    "kept: organisers name who does what, and can change it; the removal of a speaker leads there":
        "gardé : l’équipe le change",
    "kept: the mailbox of the team, which is printed on the page": "gardé : la boîte de l’équipe",
    "kept: the text of the team; sent_by goes with a forgotten organiser: mailings.actions.forget_sender":
        f"gardé : le texte de l’équipe ; {AUTHOR}",
    "blanked a year after they left the team: team.actions.forget_former_members":
        f"{FORGET_PEOPLE_AFTER.days} jours après le départ de l’équipe",
    "deleted once it is over: team.sign_in.actions.forget_old_sign_ins":
        f"un jour après la fin ; une connexion dure {ABSOLUTE_LIFE.total_seconds() / 3600:.0f} heures au plus",
    "deleted when the person leaves the team: team.operations.drop_second_factor": "au départ de l’équipe",
    "deleted a year later: platform.audit.actions.delete_old_audit_entries": f"après {KEPT_FOR.days} jours",
}  # fmt: skip
EARLIER = {"needs": f"{FOOD_KEPT_FOR.days} jours après le lunch, ou avec la personne"}


def row_of(table: Table) -> str:
    """The row of a table with personal columns. Raises KeyError where one has no words."""
    entry = ENTRIES[table.name]
    words = dict(part.split("=") for part in entry.columns.split(";"))
    data = ", ".join(words[column.key] for column in personal_columns(table) if column.info.get("told", True))
    gone = EARLIER.get(table.name) or ERASED[table.info["erased"]]
    return f"| {entry.people} (`{table.name}`) | {data} | {entry.purpose} | {entry.readers} | {gone} |\n"


def written_again(page: str) -> str:
    """The page with the present register in the place of the one that it has."""
    before, _, rest = page.partition(HEAD)
    after = "".join(line for line in rest.splitlines(keepends=True) if not line.startswith("| "))
    found = {table.name: table for table in db.metadata.sorted_tables if personal_columns(table)}
    ordered = sorted(found.values(), key=lambda table: [*ENTRIES, table.name].index(table.name))
    return before + HEAD + "".join(map(row_of, ordered)) + after


if __name__ == "__main__":
    PAGE.write_text(written_again(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
