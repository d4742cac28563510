"""A draft for its organisers: how it begins, which sections would show, and what is still missing."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import force_locale, gettext as _, ngettext

from lunchkit.events.models import Event
from lunchkit.platform.config import current_settings
from lunchkit.platform.markdown import has_path
from lunchkit.recap.document import article_of
from lunchkit.recap.models import RecapSection
from lunchkit.recap.queries import any_pictures, lunches_to_come, quotations_waiting, seats_by_status, shown_pictures
from lunchkit.recap.section_content import Wording, is_empty, wording
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.registrations.models import Status
from lunchkit.registrations.queries import fullness
from lunchkit.room.polls.models import Poll
from lunchkit.room.polls.queries import lacks_words, polls_of
from lunchkit.room.qa.queries import public_questions

Polls = Mapping[int, Poll]  # by number
Lack = tuple[str, RecapSection | None]  # something to complete before readers come, and in which section


class Row(NamedTuple):
    """A section in the outline, and whether readers see it, with the shape of that badge."""

    section: RecapSection
    mark: int
    badge: str


def outline(event: Event, sections: Sequence[RecapSection], snapshot: Mapping[str, Any]) -> list[Row]:
    """All sections, each with whether it would show; ``snapshot`` is what ``freeze`` makes of them."""
    shown = {section.id for section in article_of(event, snapshot).sections}
    polls = _polls(event)
    return [Row(each, *_badge(event, each, polls, is_shown=each.id in shown)) for each in sections]


def _polls(event: Event) -> Polls:
    return {poll.position: poll for poll in polls_of(event.id)}


def _badge(event: Event, section: RecapSection, polls: Polls, *, is_shown: bool) -> tuple[int, str]:
    if section.hidden_at:
        return 5, _("Hidden")
    if is_shown:
        return 1, _("Shown")
    trouble = _trouble_of(event, section.state, polls)
    return 3, _("Not shown: %(why)s", why=trouble) if trouble else _("Empty: not shown")


def _trouble_of(event: Event, state: Wording, polls: Polls) -> str:
    """What keeps something from readers that was chosen for a section; empty where nothing does."""
    if state.kind is SectionKind.POLL and (state.data["poll"] or state.data["text"]):
        return _trouble_of_poll(polls.get(state.data["poll"]))
    if state.kind is SectionKind.PHOTOS:
        return _trouble_of_pictures(state)
    if state.kind is SectionKind.QUOTATIONS and (waiting := quotations_waiting(event.id)):
        return str(
            ngettext("one quotation waits for its speaker", "%(num)s quotations wait for their speakers", waiting)
        )
    if state.kind is SectionKind.NEXT and state.data["event"]:
        is_coming = state.data["event"] in {lunch.slug for lunch in lunches_to_come(event)}
        return "" if is_coming else str(_("the next lunch is over or called off"))
    return ""


def _trouble_of_pictures(state: Wording) -> str:
    tokens = [item["picture"] for item in state.items]
    up = [picture for picture in any_pictures(tokens).values() if picture.is_shown]
    down, bare = len(tokens) - len(up), len(up) - len(shown_pictures(tokens))
    texts = (
        ngettext("one picture is taken down", "%(num)s pictures are taken down", down) if down else "",
        ngettext("one picture is not described yet", "%(num)s pictures are not described yet", bare) if bare else "",
    )
    return ", ".join(filter(None, texts))


def _trouble_of_poll(poll: Poll | None) -> str:
    if poll is None:
        return str(_("no question is chosen"))
    if poll.has_few:
        return str(_("fewer than 5 answers"))
    if not poll.is_public:
        return str(_("its result is not public"))
    return str(_("no word was kept")) if lacks_words(poll) else ""


def numbers(event: Event) -> list[tuple[int, str]]:
    seats = seats_by_status(event.id)
    answers = sum((poll.ballots or 0) + poll.hand_ballots for poll in polls_of(event.id) if poll.is_public)
    registered, waiting, given_back = (seats.get(status, 0) for status in Status)
    came, asked = fullness(event.id).present, len(public_questions(event.id))
    return [
        (registered, ngettext("person registered", "people registered", registered)),
        (came, ngettext("person who came", "people who came", came)),
        (waiting, ngettext("person on the waiting list", "people on the waiting list", waiting)),
        (given_back, ngettext("seat given back", "seats given back", given_back)),
        (asked, ngettext("question asked in the room", "questions asked in the room", asked)),
        (answers, ngettext("answer in the polls", "answers in the polls", answers)),
    ]


def counted_now(event: Event) -> str:
    return ", ".join(f"{value} {label}" for value, label in numbers(event) if value)


def first_draft(event: Event, *, empty: bool) -> list[Wording]:
    """A section of each kind that most recaps have, filled in with what the software saw unless ``empty``.

    In the default language.
    """
    known, kinds = {} if empty else _what_happened(event), [kind for kind in SHAPES if kind is not SectionKind.TEXT]
    return [wording(kind, "", data) for kind in kinds for data in known.get(kind, [{}])]


def _what_happened(event: Event) -> dict[SectionKind, list[dict[str, Any]]]:
    with force_locale(current_settings().language):
        counted = [{"value": value, "label": label} for value, label in numbers(event) if value]
    polls, coming = _polls_to_tell(polls_of(event.id)), lunches_to_come(event)
    return {
        SectionKind.NUMBERS: [{"items": counted}],
        SectionKind.POLL: [{"poll": poll.position} for poll in polls] or [{}],
        SectionKind.NEXT: [{"event": coming[0].slug if coming else ""}],
    }


def _polls_to_tell(polls: Sequence[Poll]) -> list[Poll]:
    """Every public question once: where it was asked again after the debate, that second time."""
    public = [poll for poll in polls if poll.is_public]
    asked_again = {poll.before_id for poll in public}
    return [poll for poll in public if poll.id not in asked_again]


def lacks(event: Event, sections: Sequence[RecapSection]) -> list[Lack]:
    """What is missing in the sections that readers would see."""
    shown = [section for section in sections if section.hidden_at is None]
    introductions = [section for section in shown if section.kind == SectionKind.INTRODUCTION]
    polls = _polls(event)
    found = [lack for section in shown for lack in _lacks_of(event, section, polls)]
    if not any(section.data.get("text") for section in introductions):
        found.insert(0, (_("There is no introduction."), next(iter(introductions), None)))
    return found


def _lacks_of(event: Event, section: RecapSection, polls: Polls) -> list[Lack]:
    state = section.state
    texts = [_trouble_of(event, state, polls), *_missing(state), *_front_pages(state)]
    if state.kind is SectionKind.TEXT and state.data["text"] and not state.title:
        texts.append(_("readers see it without a title."))
    tokens = [item["picture"] for item in state.items] if state.kind is SectionKind.PHOTOS else []
    unnamed = sum(not picture.credit for picture in shown_pictures(tokens).values())
    if unnamed:
        texts.append(ngettext("one picture has no credit.", "%(num)s pictures have no credit.", unnamed))
    return [(_("%(section)s: %(what)s", section=section.name, what=text), section) for text in texts if text]


def _missing(state: Wording) -> list[str]:
    return [
        _("«%(field)s» is missing in %(item)s.", field=field.label, item=f"{state.shape.item_name} {number}")
        for number, item in enumerate(state.items, 1)
        for field in state.shape.items
        if field.is_needed and is_empty(item[field.name])
    ]


def _front_pages(state: Wording) -> list[str]:
    """Articles of which only the address of the medium is known."""
    items = state.items if state.kind is SectionKind.PRESS else ()
    names = [item["medium"] for item in items if item["url"] and not has_path(item["url"])]
    return [_("the address of «%(medium)s» leads to a front page, not to the article.", medium=name) for name in names]
