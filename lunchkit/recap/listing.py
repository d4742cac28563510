"""A draft as its organisers see it: what is in each section, in a line, and what is still missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from lunchkit.events.models import Event
from lunchkit.images.queries import pictures_by_token
from lunchkit.markdown import plain
from lunchkit.polls.models import Poll
from lunchkit.polls.queries import lacks_words, polls_of
from lunchkit.questions.queries import public_questions
from lunchkit.recap.changes import UNREAD, Item, Wording, has_unread, is_empty, wording_of
from lunchkit.recap.document import article_of, freeze
from lunchkit.recap.models import RecapSection
from lunchkit.recap.queries import late_texts, lunches_to_come, quotations_waiting, seats_by_standing
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.registrations.models import Standing
from lunchkit.registrations.queries import people_present
from lunchkit.speakers.queries import appearances, approved_quotations

_LINE = 90
"""Letters of the line that says what is in a section."""


@dataclass(frozen=True)
class Row:
    """One section for the outline."""

    section: RecapSection
    name: str
    """Its title, or that of its kind."""
    line: str
    """What is in it; empty where nothing is."""
    is_hidden: bool
    has_unread: bool
    left_out: str
    """Why readers would not see it although it is not hidden; empty where they would."""
    why_hidden: str = ""
    """Why it was hidden from the beginning, where that still holds."""
    is_empty: bool = False
    """Whether nothing was written in it, nor would anything show: the outline offers it, and lists it no more."""


def outline(event: Event, sections: Sequence[RecapSection]) -> list[Row]:
    """All sections, each with what is in it, and whether it would show."""
    shown = {section.id for section in article_of(event, freeze(event, sections)).sections}
    return [
        Row(
            section=section,
            name=name_of(section),
            line=_line(event, section),
            is_hidden=section.hidden_at is not None,
            has_unread=has_unread(wording_of(SectionKind(section.kind), section)),
            left_out="" if section.hidden_at or section.id in shown else _why_left_out(event, section),
            why_hidden=_why_hidden(event, section) if section.hidden_at else "",
            is_empty=section.id not in shown and _is_empty(event, section),
        )
        for section in sections
    ]


def untouched(event: Event, sections: Sequence[RecapSection]) -> set[int]:
    """The ids of the sections that the outline only offers: the empty ones, but for the first of all."""
    return {row.section.id for row in outline(event, sections)[1:] if row.is_empty}


def _is_empty(event: Event, section: RecapSection) -> bool:
    kind = SectionKind(section.kind)
    state = wording_of(kind, section)
    if section.hidden_at or section.title or has_unread(state):
        return False
    if kind is SectionKind.QUOTATIONS and quotations_waiting(event.id):
        return False
    values = [value for name, value in state.data.items() if name != "items"]
    values += [value for item in state.items for value in item.values()]
    return all(is_empty(value) for value in values)


def _why_left_out(event: Event, section: RecapSection) -> str:
    kind = SectionKind(section.kind)
    state = wording_of(kind, section)
    if kind is SectionKind.POLL:
        poll = _poll_of(event, state)
        if poll is not None and poll.has_few:
            return str(_("Not shown: fewer than 5 answers"))
        if poll is not None and poll.is_public and lacks_words(poll):
            return str(_("Not shown: no word was kept"))
        is_chosen = poll is not None
        return str(_("Not shown: its result is not public") if is_chosen else _("Not shown: no question is chosen"))
    if kind is SectionKind.PHOTOS and state.items:
        return str(_("Not shown: its pictures are taken down"))
    if kind is SectionKind.QUOTATIONS and quotations_waiting(event.id):
        return str(_("Not shown: no quotation is approved yet"))
    if kind is SectionKind.NEXT and state.data["event"]:
        return str(_("Not shown: the next lunch is over or called off"))
    return str(_("Empty: not shown"))


def _why_hidden(event: Event, section: RecapSection) -> str:
    kind = SectionKind(section.kind)
    poll = _poll_of(event, wording_of(kind, section)) if kind is SectionKind.POLL else None
    if poll is not None and poll.is_public and lacks_words(poll):
        return str(_("Not shown: no word was kept"))
    return str(_("Hidden: fewer than 5 answers")) if poll is not None and poll.has_few else ""


def _poll_of(event: Event, state: Wording) -> Poll | None:
    return next((poll for poll in polls_of(event.id) if poll.position == state.data["poll"]), None)


def name_of(section: RecapSection) -> str:
    """The title of a section, or that of its kind."""
    return section.title or str(SHAPES[SectionKind(section.kind)].heading)


def _line(event: Event, section: RecapSection) -> str:
    kind = SectionKind(section.kind)
    state = wording_of(kind, section)
    line = _TOLD[kind](event, state) if kind in _TOLD else _told_items(kind, state) or _told_text(state)
    return line if len(line) <= _LINE else line[:_LINE].rpartition(" ")[0].rstrip(" ,;:") + "…"


def _told_text(state: Wording) -> str:
    return plain(state.data.get("text", ""))


def _told_items(kind: SectionKind, state: Wording) -> str:
    first = SHAPES[kind].items[0].name if SHAPES[kind].items else ""
    words = [_item_words(kind, item, first) for item in state.items]
    return ", ".join(word for word in words if word)


def _item_words(kind: SectionKind, item: Item, first: str) -> str:
    if kind is SectionKind.NUMBERS:
        return f"{item['value'] or 0} {item['label']}"
    if kind is SectionKind.FIGURES:
        return f"{item['value']} {item['unit']}".strip()
    return str(item[first] or next((value for value in item.values() if isinstance(value, str) and value), ""))


def _told_poll(event: Event, state: Wording) -> str:
    poll = _poll_of(event, state)
    return f"{poll.position}. {poll.question}" if poll else ""


def _told_room(event: Event, state: Wording) -> str:
    asked = len(public_questions(event.id))
    return ngettext("one question", "%(num)s questions", asked) if asked else _told_text(state)


def _told_quotations(event: Event, _state: Wording) -> str:
    said = len(approved_quotations(event.id))
    return ngettext("one quotation", "%(num)s quotations", said) if said else ""


def _told_speakers(event: Event, _state: Wording) -> str:
    return ", ".join(appearance.speaker.name for appearance in appearances(event.id))


def _told_photos(_event: Event, state: Wording) -> str:
    shown = len(pictures_by_token([item["picture"] for item in state.items]))
    return ngettext("one picture", "%(num)s pictures", shown) if shown else ""


def _told_next(event: Event, state: Wording) -> str:
    lunch = next((lunch for lunch in lunches_to_come(event) if lunch.slug == state.data["event"]), None)
    return _told_text(state) or (lunch.title if lunch else "")


_TOLD: Mapping[SectionKind, Callable[[Event, Wording], str]] = {
    SectionKind.POLL: _told_poll,
    SectionKind.ROOM: _told_room,
    SectionKind.QUOTATIONS: _told_quotations,
    SectionKind.SPEAKERS: _told_speakers,
    SectionKind.PHOTOS: _told_photos,
    SectionKind.NEXT: _told_next,
}


def numbers(event: Event) -> list[tuple[int, str]]:
    """What the software counted of a lunch, and of what."""
    seats = seats_by_standing(event.id)
    answers = sum((poll.ballots or 0) + poll.hand_ballots for poll in polls_of(event.id) if poll.is_public)
    registered, waiting, given_back = (seats.get(standing, 0) for standing in Standing)
    came, asked = people_present(event.id), len(public_questions(event.id))
    return [
        (registered, ngettext("person registered", "people registered", registered)),
        (came, ngettext("person who came", "people who came", came)),
        (waiting, ngettext("person on the waiting list", "people on the waiting list", waiting)),
        (given_back, ngettext("seat given back", "seats given back", given_back)),
        (asked, ngettext("question asked in the room", "questions asked in the room", asked)),
        (answers, ngettext("answer in the polls", "answers in the polls", answers)),
    ]


def counted_now(event: Event) -> str:
    """The same in a line, as it stands at this moment."""
    return ", ".join(f"{value} {label}" for value, label in numbers(event) if value)


# What a draft still lacks.


@dataclass(frozen=True)
class Lack:
    """Something that an organiser may want to see to before readers come."""

    text: str
    section: RecapSection | None
    """Where it is mended."""
    must: bool = False
    """Whether the recap cannot be published before."""


def lacks(event: Event, sections: Sequence[RecapSection]) -> list[Lack]:
    """What is missing in the sections that readers would see, what must be mended first."""
    shown = [section for section in sections if section.hidden_at is None]
    found = [lack for section in shown for lack in _lacks_of(event, section)]
    if not any(section.kind == SectionKind.INTRODUCTION and section.data.get("text") for section in shown):
        introduction = next((section for section in shown if section.kind == SectionKind.INTRODUCTION), None)
        found.insert(0, Lack(_("There is no introduction."), introduction))
    waiting = {version.section_id for version in late_texts(event.id)}
    what = _("a text that came late waits.")
    found += [
        Lack(_("%(section)s: %(what)s", section=name_of(section), what=what), section)
        for section in sections
        if section.id in waiting
    ]
    return sorted(found, key=lambda lack: not lack.must)


def must_mend(sections: Sequence[RecapSection]) -> bool:
    """Whether something that readers would see cannot be read as it was typed."""
    return any(
        section.hidden_at is None and has_unread(wording_of(SectionKind(section.kind), section)) for section in sections
    )


def _lacks_of(event: Event, section: RecapSection) -> list[Lack]:
    kind = SectionKind(section.kind)
    state, name = wording_of(kind, section), name_of(section)
    texts = _LACKS[kind](event, state) if kind in _LACKS else []
    texts += _required(kind, state)
    told = [Lack(_("%(section)s: %(what)s", section=name, what=text), section) for text in texts]
    if has_unread(state):
        what = _("something could not be taken as it was typed.")
        told.append(Lack(_("%(section)s: %(what)s", section=name, what=what), section, must=True))
    return told


def _required(kind: SectionKind, state: Wording) -> list[str]:
    """Fields that an item cannot do without."""
    return [
        _("«%(field)s» is missing in %(item)s.", field=field.label, item=f"{SHAPES[kind].item_name} {number}")
        for number, item in enumerate(state.items, 1)
        for field in SHAPES[kind].items
        if field.is_required and item[field.name] in ("", None)
    ]


def _lacks_of_figures(_event: Event, state: Wording) -> list[str]:
    bare = [item["value"] for item in state.items if not item["source"]]
    return [_("the figure %(value)s has no source.", value=value) for value in bare]


def _lacks_of_press(_event: Event, state: Wording) -> list[str]:
    bare = [item["medium"] for item in state.items if not item["url"]]
    return [_("the article of %(medium)s has no link.", medium=medium) for medium in bare]


def _lacks_of_photos(_event: Event, state: Wording) -> list[str]:
    shown = pictures_by_token([item["picture"] for item in state.items])
    down = sum(item["picture"] not in shown for item in state.items)
    silent = sum(not picture.alt for picture in shown.values())
    unnamed = sum(not picture.credit for picture in shown.values())
    counted = [
        (down, ngettext("one picture is taken down.", "%(num)s pictures are taken down.", down)),
        (
            silent,
            ngettext("one picture is not described.", "%(num)s pictures are not described.", silent),
        ),
        (unnamed, ngettext("one picture has no credit.", "%(num)s pictures have no credit.", unnamed)),
    ]
    return [text for number, text in counted if number]


def _lacks_of_quotations(event: Event, _state: Wording) -> list[str]:
    waiting = quotations_waiting(event.id)
    text = ngettext("one quotation waits for its speaker.", "%(num)s quotations wait for their speakers.", waiting)
    return [text] if waiting else []


def _lacks_of_poll(event: Event, state: Wording) -> list[str]:
    poll = _poll_of(event, state)
    if poll is None:
        return [_("a text without a result does not show.")] if state.data["text"] else []
    if poll.has_few:
        return [_("fewer than five people answered, so that there is no result to show.")]
    if poll.is_public and lacks_words(poll):
        return [_("nothing of what people wrote was kept, so that there is no result to show.")]
    return [] if poll.is_public else [_("this result is not shown to anybody yet.")]


def _lacks_of_next(event: Event, state: Wording) -> list[str]:
    slugs = {lunch.slug for lunch in lunches_to_come(event)}
    gone = state.data["event"] and state.data["event"] not in slugs
    return [_("the lunch that it leads to is over or called off.")] if gone else []


def _lacks_of_text(_event: Event, state: Wording) -> list[str]:
    return (
        [] if state.title or UNREAD in state.data or not state.data["text"] else [_("readers see it without a title.")]
    )


_LACKS: Mapping[SectionKind, Callable[[Event, Wording], list[str]]] = {
    SectionKind.FIGURES: _lacks_of_figures,
    SectionKind.PRESS: _lacks_of_press,
    SectionKind.PHOTOS: _lacks_of_photos,
    SectionKind.QUOTATIONS: _lacks_of_quotations,
    SectionKind.POLL: _lacks_of_poll,
    SectionKind.NEXT: _lacks_of_next,
    SectionKind.TEXT: _lacks_of_text,
}
