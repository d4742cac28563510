"""The three events of the demo, and who speaks at them."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from lunchkit.demo import may_2025 as may
from lunchkit.events.models import Colour, Event, Series
from lunchkit.platform import clock
from lunchkit.platform.slugs import slug_of
from lunchkit.speakers.models import Appearance, Organisation, Speaker

ZONE = "Europe/Zurich"
CONTACT = "lunch@example.org"


def _event(series: Series, uid: str, starts: datetime, **fields: Any) -> Event:
    published = min(clock.now(), starts) - timedelta(days=30)
    return Event(
        series=series, uid=f"{uid}@demo.lunchkit", starts_at=starts, ends_at=starts + timedelta(hours=2), zone=ZONE,
        contact_email=CONTACT, created_at=published, updated_at=published, published_at=published, **fields,
    )  # fmt: skip


def past_event(series: Series) -> Event:
    """The event of 13 May 2025. Assumed: the year, noon to two, 60 seats. Not known: the street."""
    return _event(
        series, "past",
        datetime(2025, 5, 13, 12, tzinfo=ZoneInfo(ZONE)),
        slug="ia-responsable", title="IA responsable : l’ESS s’empare du débat", theme="Intelligence artificielle",
        summary=(
            "Faut-il renoncer à l’intelligence artificielle quand on défend une économie sociale et solidaire ? "
            "Deux personnes qui la pratiquent de près ont répondu à table, avec les membres du réseau et des "
            "expert·es du numérique responsable : à quelles conditions l’IA peut-elle servir nos valeurs, et que peut "
            "faire l’ESS pour qu’elle n’appartienne pas à quelques grandes entreprises ?"
        ),
        venue="L’ESPACE", town="Genève", capacity=60, colour=Colour.TOMATE,
        purged_at=datetime(2025, 6, 12, tzinfo=ZoneInfo(ZONE)),
        needs_erased_at=datetime(2025, 5, 15, 14, tzinfo=ZoneInfo(ZONE)),
    )  # fmt: skip


def running_event(series: Series, now: datetime) -> Event:
    """A fictional event that began about half an hour ago."""
    starts = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) - timedelta(minutes=30)
    return _event(
        series, "running", starts, slug="le-debat-continue", title="Le débat continue : l’ESS et l’IA à table",
        theme="Intelligence artificielle",
        summary="Exemple fictif d’un lunch qui a lieu en ce moment : la question du 13 mai, posée à une autre table.",
        venue="L’ESPACE (exemple fictif)", town="Genève",
        capacity=300,  # anyone who tries the demo with many phones meets no limit of new ones
        colour=Colour.MYRTILLE, is_demo=True,
    )  # fmt: skip


def coming_event(series: Series, now: datetime) -> Event:
    """A fictional event on a Tuesday in three weeks."""
    day = now.astimezone(ZoneInfo(ZONE)).date() + timedelta(days=21)
    day += timedelta(days=(1 - day.weekday()) % 7)
    return _event(
        series, "coming",
        datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(ZONE)),
        slug="qui-tient-le-tournevis", title="Réparer plutôt que jeter : qui tient le tournevis ?",
        theme="Économie de la réparation",
        summary=(
            "Exemple fictif. Un grille-pain tombe en panne, et c’est toute une économie qui apparaît : qui a le droit "
            "de l’ouvrir, qui sait le faire, et qui paie l’heure passée à le comprendre ?\n\n"
            "Apportez un objet cassé. Deux personnes qui réparent pour de vrai en ouvriront un à table, entre la soupe "
            "et le dessert, et diront ce qu’il faudrait pour que réparer redevienne plus simple que racheter."
        ),
        venue="Le Réfectoire (lieu fictif)", town="Genève",
        access_notes="Entrée de plain-pied. Boucle magnétique dans la salle.", capacity=60, companions_allowed=2,
        colour=Colour.PETIT_POIS, is_demo=True, remind_seven_days=True, remind_same_morning=True,
    )  # fmt: skip


def add_speakers(session: Session, past: Event, running: Event, coming: Event) -> None:
    """The speakers of each event; those of the coming and the running one are fictional."""
    _add_speaker(session, past, "Samuel Chenal", organisation="Itopie", about=may.ITOPIE, said=may.SAID)
    _add_speaker(session, past, "Laura Tocmacov", organisation="ImpactIA", said=may.SAID, position=1)
    _add_speaker(session, running, "Sidonie Exemple", "Personne fictive", organisation="La Table imaginaire")
    atelier, cooperative = "Atelier du Ressort (fictif)", "Coopérative Boulon (fictive)"
    _add_speaker(session, coming, "Ada Ressort", "Ouvre ce qui ne s’ouvre pas", organisation=atelier)
    _add_speaker(session, coming, "Léo Boulon", "Compte ce que coûte une vis", organisation=cooperative, position=1)


def _add_speaker(
    session: Session, event: Event, name: str, role: str = "",
    *, organisation: str, about: str = "", said: str = "", position: int = 0,
) -> None:  # fmt: skip
    works_for = Organisation(slug=slug_of(organisation), name=organisation, about=about)
    speaker = Speaker(slug=slug_of(name), name=name, role=role, organisation=works_for)
    session.add(speaker)
    session.flush()
    session.add(Appearance(event_id=event.id, speaker_id=speaker.id, position=position, said=said))
