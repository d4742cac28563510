"""What is known of the event of 13 May. Each claim has its source; how the room voted is fictional, and says so."""

from typing import Any

from lunchkit.recap.sections import SectionKind
from lunchkit.room.polls.operations import Pairs

COURRIER = "https://lecourrier.ch/"
"""The newspaper's front page: neither the address nor the date of the article is known."""
INTERVIEW = "Le Courrier, entretien avec Samuel Chenal et Laura Tocmacov"
INVENTED = "Données de démonstration : ces réponses sont inventées. Comment la salle a voté le 13 mai n’est pas connu."
FLOWS: Pairs = {
    ("1", "1"): 6, ("1", "2"): 3,
    ("2", "2"): 14, ("2", "3"): 3,
    ("3", "3"): 4, ("3", "2"): 4,
    ("0", "1"): 3, ("0", "2"): 3,
    (None, "2"): 3,
}  # fmt: skip
"""How many people gave an answer before the debate and another after it: fictional."""
SAID = (
    "Il n’est pas nécessaire de renoncer à l’intelligence artificielle : elle peut s’accorder aux valeurs de l’ESS, "
    "à certaines conditions. À l’ESS de s’emparer du sujet.\n\n*D’après l’entretien paru dans Le Courrier.*"
)
PRINCIPLES = ("écologie", "vie privée", "gouvernance", "transparence", "lien social")
ITOPIE = (
    "Itopie a publié un manifeste en cinq principes : écologie, vie privée, gouvernance, transparence et lien social."
)


def sections(poll: int, next_lunch: str) -> list[tuple[SectionKind, str, dict[str, Any]]]:
    """The sections of the recap: kind, title, content. ``poll`` is the number of the question asked again."""
    principles = {"author": "Itopie", "items": [{"name": name} for name in PRINCIPLES]}
    return [
        (SectionKind.INTRODUCTION, "", {"text": _INTRODUCTION}),
        (SectionKind.POLL, "", {"poll": poll}),
        (SectionKind.ANSWERS, "Deux questions, et la suite", {"items": _answers()}),
        (SectionKind.FIGURES, "Deux ordres de grandeur", {"items": _figures()}),
        (SectionKind.PRINCIPLES, "Cinq principes, le manifeste d’Itopie", principles),
        (SectionKind.ALTERNATIVES, "Des alternatives", {"text": _OPEN_MODELS, "items": _alternatives()}),
        (SectionKind.SPEAKERS, "", {}),
        (SectionKind.PRESS, "", {"items": [_PRESS]}),
        (SectionKind.NEXT, "", {"event": next_lunch}),
    ]


_INTRODUCTION = (
    "Le 13 mai, des membres d’APRÈS-GE et des expert·es du numérique responsable se sont retrouvé·es à L’ESPACE autour "
    "d’une question : **l’économie sociale et solidaire et l’intelligence artificielle sont-elles compatibles ?**\n\n"
    "Deux personnes étaient invitées à y répondre, Samuel Chenal d’Itopie et Laura Tocmacov d’ImpactIA. Leur avis "
    "commun : inutile de renoncer à l’IA, à condition de s’en emparer."
)
_OPEN_MODELS = (
    "Selon Le Courrier, il existe d’autres outils que ceux des grandes plateformes : une IA souveraine hébergée ici, "
    "et des modèles ouverts, réputés plus sobres et plus transparents que ChatGPT."
)


def _answers() -> list[dict[str, Any]]:
    told = (
        (
            "L’ESS et l’IA sont-elles compatibles ?",
            "Elles peuvent l’être, à certaines conditions. L’IA est partout, rarement transparente, et gourmande en "
            "énergie ; elle peut pourtant s’accorder aux valeurs de l’ESS.",
        ),
        (
            "Faut-il renoncer à l’IA ?",
            "Non : ni Samuel Chenal ni Laura Tocmacov ne le demandent. Leur réponse est de s’en emparer.",
        ),
        (
            "Quel rôle pour l’ESS dans cette technologie ?",
            "- s’emparer du sujet ;\n- poser des règles éthiques claires ;\n- veiller à ce que l’IA ne dépende pas de "
            "quelques grandes entreprises seulement ;\n- faire connaître au public ce qui est en jeu.",
        ),
        (
            "Et dans le monde ?",
            "Le RIPESS, réseau intercontinental de promotion de l’économie sociale et solidaire, n’a pour l’instant "
            "publié aucun cadre commun sur l’intelligence artificielle, selon Le Courrier.",
        ),
    )
    return [{"question": question, "answer": answer, "by": INTERVIEW} for question, answer in told]


def _figures() -> list[dict[str, Any]]:
    flights = "Le carbone qu’aurait émis l’entraînement de GPT-3."
    homes = "Ce que peut chauffer le centre de données d’Infomaniak, qui rend toute son énergie."
    source = {"according": "Le Courrier", "source": COURRIER}
    return [
        source | {"value": "205", "unit": "allers-retours Paris–New York", "sentence": flights, "disc": 1},
        source | {"value": "6000", "unit": "foyers", "sentence": homes, "disc": 100},
    ]


def _alternatives() -> list[dict[str, Any]]:
    sovereign = {"name": "Infomaniak", "note": "IA souveraine", "hosted": "localement", "is_member": True}
    open_model = {"instead_of": "ChatGPT", "note": "Modèle ouvert", "is_member": False}
    return [sovereign, *({"name": name} | open_model for name in ("Mistral", "DeepSeek", "Granite"))]


_PRESS = {
    "medium": "Le Courrier",
    "language": "français",
    "url": COURRIER,
    "summary": (
        "Le quotidien genevois a interrogé Samuel Chenal et Laura Tocmacov : l’ESS et l’intelligence artificielle "
        "sont-elles compatibles, et à quelles conditions ?\n\n"
        "L’adresse et la date de l’article ne nous sont pas connues : le lien mène à la une du journal."
    ),
}
