"""The first draft of a recap, made from what happened, and what is published of a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import force_locale

from lunchkit.events.models import Event
from lunchkit.platform.config import current_settings
from lunchkit.recap.admin_queries import numbers
from lunchkit.recap.document import article_of, freeze
from lunchkit.recap.models import Recap, RecapSection
from lunchkit.recap.queries import corrections_of, lunches_to_come, sections_of
from lunchkit.recap.section_content import Wording, wording
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.recap.view_models import Article
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.queries import polls_of


def empty_draft() -> list[Wording]:
    """A section of each kind that most recaps have, with nothing in it."""
    return [wording(kind, "", {}) for kind in SHAPES if kind is not SectionKind.TEXT]


def draft_from_what_happened(event: Event) -> list[Wording]:
    """The same, filled in with what the software saw; in the default language."""
    with force_locale(current_settings().language):
        counted = [{"value": value, "label": label} for value, label in numbers(event) if value]
    polls, coming = _polls_to_tell(polls_of(event.id)), lunches_to_come(event)
    known: dict[SectionKind, list[dict[str, Any]]] = {
        SectionKind.NUMBERS: [{"items": counted}],
        SectionKind.POLL: [{"poll": poll.position} for poll in polls] or [{}],
        SectionKind.NEXT: [{"event": coming[0].slug if coming else ""}],
    }
    return [wording(empty.kind, "", data) for empty in empty_draft() for data in known.get(empty.kind, [{}])]


def _polls_to_tell(polls: Sequence[Poll]) -> list[Poll]:
    """Every public question once: where it was asked again after the debate, that second time."""
    public = [poll for poll in polls if poll.is_public]
    asked_again = {poll.before_id for poll in public}
    return [poll for poll in public if poll.id not in asked_again]


def snapshot_of(
    event: Event, sections: Sequence[RecapSection], published: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What readers would get; with ``published``, results and questions as they were counted then."""
    snapshot = freeze(event, sections)
    counted = {(kept["id"], kept["data"].get("poll")): kept for kept in (published or {"sections": []})["sections"]}
    for kept in snapshot["sections"]:
        earlier = counted.get((kept["id"], kept["data"].get("poll")))
        if "frozen" in kept and earlier is not None and "frozen" in earlier:
            kept["frozen"] = earlier["frozen"]
    return snapshot


def draft_article(recap: Recap) -> Article:
    """The draft as its readers would read it."""
    event = recap.event
    snapshot = snapshot_of(event, sections_of(event.id), recap.published)
    return article_of(event, snapshot, corrections_of(event.id))
