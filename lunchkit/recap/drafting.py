"""The first draft of a recap, made from what happened, and what is published of a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from flask_babel import force_locale

from lunchkit.config import current_settings
from lunchkit.events.models import Event
from lunchkit.polls.models import Poll
from lunchkit.polls.queries import lacks_words, polls_of
from lunchkit.recap.changes import Piece, blank, differences, in_brief, wording, words_changed
from lunchkit.recap.document import freeze
from lunchkit.recap.listing import numbers
from lunchkit.recap.models import RecapSection
from lunchkit.recap.queries import lunches_to_come
from lunchkit.recap.sections import SHAPES, SectionKind


def empty_draft() -> list[tuple[SectionKind, dict[str, Any]]]:
    """A section of each kind that most recaps have, with nothing in it."""
    return [(kind, _data(kind)) for kind in SHAPES if kind is not SectionKind.TEXT]


def draft_from_what_happened(event: Event) -> list[tuple[SectionKind, dict[str, Any]]]:
    """The same, filled in with what the software saw; in the language of the house."""
    with force_locale(current_settings().language):
        polls = _polls_to_tell(polls_of(event.id))
        counted = [{"value": value, "label": label} for value, label in numbers(event) if value]
    coming = lunches_to_come(event)
    filled: dict[SectionKind, dict[str, Any]] = {
        SectionKind.NUMBERS: {"items": counted},
        SectionKind.NEXT: {"event": coming[0].slug if coming else ""},
    }
    draft: list[tuple[SectionKind, dict[str, Any]]] = []
    for kind, data in empty_draft():
        if kind is SectionKind.POLL and polls:
            draft += [(kind, data | {"poll": poll.position}) for poll in polls]
        else:
            draft.append((kind, data | filled.get(kind, {})))
    return draft


def starts_hidden(event: Event, kind: SectionKind, data: Mapping[str, Any]) -> bool:
    """Whether a drafted section has nothing that readers may see: few answered its question, or no word was kept."""
    number = data.get("poll") if kind is SectionKind.POLL else None
    polls = [poll for poll in polls_of(event.id) if poll.position == number]
    return any(poll.has_few or lacks_words(poll) for poll in polls)


def _data(kind: SectionKind) -> dict[str, Any]:
    shape = SHAPES[kind]
    return blank(shape.fields) | ({"items": []} if shape.items else {})


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


@dataclass(frozen=True)
class Ahead:
    """One section in which the draft is ahead of what readers see."""

    name: str
    what: Literal["new", "gone", "moved", "changed"]
    words: Sequence[tuple[str, Sequence[Piece]]] = ()
    """Of one that changed: the label of each field or item, and its words."""


def ahead_of(published: Mapping[str, Any], draft: Mapping[str, Any]) -> list[Ahead]:
    """What readers of ``published`` would see change if they got ``draft``, in the draft's order, what goes last."""
    before = {kept["id"]: kept for kept in published["sections"]}
    after = {kept["id"]: kept for kept in draft["sections"]}
    moved = _moved([key for key in before if key in after], [key for key in after if key in before])
    found: list[Ahead] = []
    for key, kept in after.items():
        if key not in before:
            found.append(Ahead(_name(kept), "new"))
        elif before[key] != kept:
            found.append(Ahead(_name(kept), "changed", _words_ahead(before[key], kept)))
        elif key in moved:
            found.append(Ahead(_name(kept), "moved"))
    return found + [Ahead(_name(kept), "gone") for key, kept in before.items() if key not in after]


def _moved(before: Sequence[int], after: Sequence[int]) -> set[int]:
    stayed = SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    return set(after) - {key for block in stayed for key in after[block.b : block.b + block.size]}


def _words_ahead(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, Sequence[Piece]]]:
    kind = SectionKind(after["kind"])
    earlier, now = (wording(kind, kept["title"], kept["data"]) for kept in (before, after))
    return [(each.label, in_brief(words_changed(each.mine, each.theirs))) for each in differences(kind, earlier, now)]


def _name(kept: Mapping[str, Any]) -> str:
    return str(kept["title"] or SHAPES[SectionKind(kept["kind"])].heading)
