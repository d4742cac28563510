"""A recap between its draft and its readers: frozen at publication, and read back beside what is true today.

What was counted and written is frozen: results, figures, questions from the room, every text. Looked up again at each
reading is what may have to disappear, or is about today: pictures, people, what they agreed to be quoted with,
questions that were taken back into the room, and the next lunch.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import force_locale

from lunchkit.events.models import Event
from lunchkit.platform import clock
from lunchkit.platform.config import current_settings
from lunchkit.platform.licences import Licence, freer, licence_named
from lunchkit.platform.links import public
from lunchkit.platform.markdown import plain
from lunchkit.platform.text import normalise
from lunchkit.recap.models import Recap, RecapCorrection, RecapSection
from lunchkit.recap.queries import corrections_of, lunches_to_come, sections_of, shown_pictures
from lunchkit.recap.section_content import wording
from lunchkit.recap.sections import SHAPES, FieldKind, FieldShape, SectionKind
from lunchkit.recap.view_models import Article, FrozenPoll, Photo, Section
from lunchkit.registrations.queries import seats_left
from lunchkit.room.polls.exports import result_from_json, result_json
from lunchkit.room.polls.models import FEWEST_TOGETHER
from lunchkit.room.polls.queries import poll_at, public_view
from lunchkit.room.qa.queries import public_questions
from lunchkit.speakers.queries import appearances, approved_quotations

VERSION = 1
Content = dict[str, Any]
_LIVE = (SectionKind.SPEAKERS, SectionKind.QUOTATIONS, SectionKind.PHOTOS, SectionKind.NEXT)
"""Sections that are frozen empty too: what they show is looked up at each reading."""
_WORDS = (FieldKind.LINE, FieldKind.SENTENCE, FieldKind.MARKDOWN)


def freeze(
    event: Event, sections: Sequence[RecapSection], published: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What is published of a draft: {"version", "language", "sections": [{"id", "kind", "title", "data", "frozen"?}]}.

    Hidden and empty sections are left out; the action adds "licence". ``frozen`` is what was counted: of a ``poll``
    {"result", "before", "movement"}, the first two as ``room.polls.exports.result_json`` makes them, in the default
    language; of the ``room`` {"items": [{"text", "supports", "answered"}]}, where ``supports`` is null for fewer than
    three people. With ``published``, results and questions are as they were counted then.
    """
    language = current_settings().language
    with force_locale(language):
        kept = [_kept(event, section, language) for section in sections if section.hidden_at is None]
    told = [each for each in kept if SectionKind(each["kind"]) in _LIVE or _section(event, each)]
    counted = {(each["id"], each["data"].get("poll")): each for each in (published or {"sections": []})["sections"]}
    for each in told:
        earlier = counted.get((each["id"], each["data"].get("poll")), {})
        if "frozen" in each and "frozen" in earlier:
            each["frozen"] = earlier["frozen"]
    return {"version": VERSION, "language": language, "sections": told}


def licence_of(snapshot: Mapping[str, Any]) -> Licence:
    """Under which licence a frozen copy was given; a draft has the first one."""
    return licence_named(snapshot.get("licence"))


def licence_to_give(published: Mapping[str, Any] | None) -> Licence:
    """The licence of what would be published now: that of the settings, or of the copy that readers have if freer.

    Nobody can take back what readers were given; a correction may give more, and never less.
    """
    wanted = licence_named(current_settings().recap_licence)
    return wanted if published is None else freer(wanted, licence_of(published))


def _kept(event: Event, section: RecapSection, language: str) -> Content:
    data, frozen = dict(section.state.data), None
    if section.kind == SectionKind.ROOM:
        frozen = {"items": [_asked(question) for question in public_questions(event.id)]}
    elif section.kind == SectionKind.POLL and data["poll"] is not None:
        frozen = _frozen_poll(event, data["poll"], language)
    kept = {"id": section.id, "kind": section.kind, "title": section.title, "data": data}
    return kept | ({"frozen": frozen} if frozen is not None else {})


def _asked(question: Any) -> Content:
    supports = question.supports if question.supports >= FEWEST_TOGETHER else None
    return {"text": question.text, "supports": supports, "answered": question.is_answered}


def _frozen_poll(event: Event, number: int, language: str) -> Content | None:
    poll = poll_at(event.id, number)
    if poll is None or not poll.is_public:
        return None
    view = public_view(poll, language)
    before = public_view(poll.before, language) if view.before is not None and poll.before is not None else None
    return {
        "result": result_json(view, _poll_address(event, poll.position)),
        "before": before and result_json(before, _poll_address(event, before.position)),
        "movement": view.movement if view.result is not None and view.result.is_shown else None,
    }


def _poll_address(event: Event, number: int) -> str:
    return public("polls.result", slug=event.slug, number=number)


def _tells_result(frozen: Content, data: Content) -> bool:
    """Whether there is a result that may be shown, or a comment on it."""
    result = frozen["result"]
    return bool(data["text"]) or (result["shown"] and not result_from_json(result).is_bare)


def normalised_words(snapshot: Mapping[str, Any]) -> str:
    """What was written for good, without accents and capitals, for the search.

    Not questions from the room nor captions of pictures: they may be taken back, and the search must not remember them.
    """
    texts = " ".join(text for section in snapshot["sections"] for text in _texts(section))
    return " ".join(normalise(texts).split())


def _texts(section: Mapping[str, Any]) -> Iterator[str]:
    shape = SHAPES[SectionKind(section["kind"])]
    yield section["title"]
    yield from _written(shape.fields, section["data"])
    for item in section["data"].get("items", ()) if section["kind"] != SectionKind.PHOTOS else ():
        yield from _written(shape.items, item)
    frozen = section.get("frozen") or {}
    for result in (frozen.get("result"), frozen.get("before")):
        if result:
            yield result["question"]
            yield from (row["label"] for row in result["rows"])
            yield from (item["text"] for item in result["written"])


def _written(fields: Sequence[FieldShape], data: Mapping[str, Any]) -> Iterator[str]:
    for field in fields:
        if field.kind in _WORDS and data[field.name]:
            yield plain(data[field.name]) if field.kind is FieldKind.MARKDOWN else data[field.name]


def article_of(event: Event, snapshot: Mapping[str, Any], corrections: Sequence[RecapCorrection] = ()) -> Article:
    """The recap as it reads today. A section of which nothing is left does not show."""
    sections = (_section(event, kept) for kept in snapshot["sections"])
    return Article(
        language=snapshot["language"],
        sections=tuple(section for section in sections if section is not None),
        corrections=tuple(corrections),
        licence=licence_of(snapshot),
    )


def draft_article(recap: Recap, section: RecapSection | None = None) -> Article:
    """The draft as its readers would read it, or one section of it."""
    event = recap.event
    sections, corrections = ([section], ()) if section else (sections_of(event.id), corrections_of(event.id))
    return article_of(event, freeze(event, sections, recap.published), corrections)


def _section(event: Event, kept: Mapping[str, Any]) -> Section | None:
    kind, frozen = SectionKind(kept["kind"]), kept.get("frozen") or {}
    data = dict(wording(kind, "", kept["data"]).data)
    items = data.pop("items", frozen.get("items", []))
    read = _ITEMS.get(kind)
    offered = lunches_to_come(event) if data.get("event") else ()
    lunch = next((each for each in offered if each.slug == data["event"]), None)
    section = Section(
        id=kept["id"],
        kind=kind,
        title=kept["title"],
        fields=data,
        items=tuple(read(event, items) if read else items),
        poll=_poll(event, frozen) if kind is SectionKind.POLL and frozen and _tells_result(frozen, data) else None,
        next_lunch=lunch,
        next_state=lunch.state(clock.now(), seats_left(lunch)) if lunch else None,
    )
    return section if section.says_something else None


def _poll(event: Event, frozen: Content) -> FrozenPoll:
    result, before = frozen["result"], frozen["before"]
    poll = poll_at(event.id, result["position"])
    return FrozenPoll(
        kept=result | {"address": _poll_address(event, result["position"])},
        kept_before=before | {"address": _poll_address(event, before["position"])} if before else None,
        result=result_from_json(result),
        before=result_from_json(before) if before else None,
        movement=frozen["movement"],
        has_page=poll is not None and poll.is_public,
    )


def _questions(event: Event, items: Sequence[Content]) -> Sequence[Content]:
    """What was taken back into the room since then is gone from here too."""
    public_now = {each.text for each in public_questions(event.id)}
    return [item for item in items if item["text"] in public_now]


def _photos(_event: Event, items: Sequence[Content]) -> Sequence[Photo]:
    shown = shown_pictures([item["picture"] for item in items])
    return [
        Photo(number, shown[item["picture"]], item["caption"])
        for number, item in enumerate(items, 1)
        if item["picture"] in shown
    ]


_ITEMS: Mapping[SectionKind, Callable[[Event, Sequence[Content]], Sequence[Any]]] = {
    SectionKind.ROOM: _questions,
    SectionKind.PHOTOS: _photos,
    SectionKind.SPEAKERS: lambda event, _items: appearances(event.id),
    SectionKind.QUOTATIONS: lambda event, _items: approved_quotations(event.id),
}
