"""A lunch made of an archive: its pictures drawn beforehand, and all else in the caller's transaction."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit.archives.container import Contents
from lunchkit.archives.contents import Guest, Lunch, PictureWords, Question, picture_words, section_of
from lunchkit.archives.document import Document, Kept
from lunchkit.archives.reading import Values, part
from lunchkit.archives.refusals import ArchiveRefused
from lunchkit.archives.steps import Prepared, ask_on_the_form, register_people, run_the_show, speak_their_words
from lunchkit.events.models import Event
from lunchkit.events.steps import draft_event
from lunchkit.images.actions import keep_picture
from lunchkit.images.refusals import PictureMustWait
from lunchkit.links import public
from lunchkit.polls.models import Poll
from lunchkit.polls.programme import place_poll
from lunchkit.polls.steps import adopt
from lunchkit.questions.models import Question as RoomQuestion
from lunchkit.recap.models import Recap, RecapCorrection, RecapSection
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.recap.steps import put_last
from lunchkit.speakers.forms import Slides, SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Quotation, Speaker
from lunchkit.speakers.queries import organisation_named
from lunchkit.speakers.steps import organisation_for, publish, speaker_named

MOST_PICTURES = 40
PATIENCE = 3
"""So often it is tried, a second apart, to draw a picture while others are being drawn."""
NO_NUMBER = 100_000
"""Added to the number of a question that is not there any more, so that no other one is taken for it."""


@dataclass(frozen=True)
class Drawn:
    """Tokens of the pictures of an archive: portraits by the number of their guest; photos by what is said of them."""

    portraits: Mapping[int, str]
    photos: Mapping[PictureWords, str]

    @property
    def tokens(self) -> set[str]:
        """All of them."""
        return {*self.portraits.values(), *self.photos.values()}


def draw_pictures(contents: Contents, lunch: Lunch, report: Callable[[int], None]) -> Drawn:
    """Draw each picture of an archive anew, once, also where both the draft and the readers have it.

    Raises what ``photos_in`` raises, and what a picture is refused for.
    """
    photos = photos_in(contents, lunch)
    return Drawn(
        {n: _draw(guest.portrait, contents, report) for n, guest in enumerate(lunch.guests) if guest.portrait},
        {words: _draw(words, contents, report) for words in photos},
    )


def photos_in(contents: Contents, lunch: Lunch) -> list[PictureWords]:
    """What is said of the pictures of a recap, in its draft and to its readers; each once.

    Raises ArchiveRefused for one that is not in the archive, and for more than a recap can have.
    """
    with part("recap"):
        photos = [words for section in lunch.sections or () for words in photos_of(section, contents)]
    with part("published"):
        document = lunch.published.document if lunch.published else None
        read = [kept.said for kept in document.sections] if document else []
        photos += [words for section in read for words in photos_of(section, contents)]
        if len(set(photos)) > MOST_PICTURES:
            raise ArchiveRefused
    return list(dict.fromkeys(photos))


def photos_of(section: Values, contents: Contents) -> list[PictureWords]:
    """What is said of the pictures of a section. Raises ArchiveRefused for one that is not in the archive."""
    if section.get("kind") != SectionKind.PHOTOS:
        return []
    said = [picture_words(item.get("picture"), contents) for item in section["data"].get("items") or ()]
    if len(said) > SHAPES[SectionKind.PHOTOS].most_items:
        raise ArchiveRefused
    return said


def _draw(words: PictureWords, contents: Contents, report: Callable[[int], None]) -> str:
    for patience in reversed(range(PATIENCE)):
        report(0)
        try:
            picture = keep_picture(
                contents.pictures[words.file],
                alt=words.alt,
                credit=words.credit,
                licence=words.licence,
                consent=words.consent,
            )
        except PictureMustWait:
            if not patience:
                raise
            time.sleep(1)
        else:
            return picture.token
    raise PictureMustWait


@dataclass(frozen=True)
class Arrival:
    """What is to be made: the lunch, its pictures, its people, and where it comes from."""

    contents: Contents
    lunch: Lunch
    drawn: Drawn
    people: Prepared
    key: str
    by: str


def make_lunch(session: Session, arrival: Arrival, now: datetime) -> tuple[Event, dict[str, Any]]:
    """The lunch as a draft, and what was made beside it: speakers and organisations, roles that changed, pictures.

    A speaker whom this house knows already keeps the page that they wrote here. Quotations wait for their yes.
    """
    lunch = arrival.lunch
    event = draft_event(session, lunch.details, key=arrival.key, words=lunch.slug)
    event.origin = lunch.address
    session.flush()
    polls = _ask(session, event, lunch.questions, now)
    asked = ask_on_the_form(session, event, lunch.form, now)
    run_the_show(session, event, lunch.run, polls)
    _hear_the_room(session, event, lunch, now)
    speak_their_words(session, event, lunch, arrival.by, now)
    before = _Known(session, lunch)
    _describe(session, lunch)
    for number, guest in enumerate(lunch.guests):
        _seat(session, event, guest, number, arrival.drawn.portraits.get(number, ""), now)
    if lunch.sections is not None:
        _tell(session, event, arrival, polls, now)
    register_people(session, event, arrival.people, asked, now)
    return event, {**before.since(session, event), "pictures": sorted(arrival.drawn.tokens)}


class _Known:
    """The speakers and organisations of an archive whom this house knew before."""

    def __init__(self, session: Session, lunch: Lunch) -> None:
        names = [guest.page.name for guest in lunch.guests]
        speakers = session.execute(select(Speaker.id, Speaker.role).where(Speaker.name.in_(names)))
        self._roles = dict(speakers.all())
        houses = {details.name for details in lunch.organisations} | {guest.page.organisation for guest in lunch.guests}
        self._new = [name for name in houses if organisation_named(name) is None]

    def since(self, session: Session, event: Event) -> dict[str, Any]:
        """Which are new, and which known speaker has another role now: [number, before, now]."""
        here = select(Speaker.id, Speaker.role).join(Appearance).where(Appearance.event_id == event.id)
        roles = dict(session.execute(here).all())
        known, made = self._roles, [organisation_named(name) for name in self._new]
        return {
            "speakers": sorted(set(roles) - set(known)),
            "organisations": sorted({each.id for each in made if each is not None}),
            "roles": [[each, known[each], role] for each, role in roles.items() if known.get(each, role) != role],
        }


def _ask(session: Session, event: Event, questions: Sequence[Question], now: datetime) -> dict[int, Poll]:
    """Put the questions on the programme; returns them by their numbers in the archive."""
    polls: dict[int, Poll] = {}
    for question in questions:
        first = polls.get(question.asks_again or 0)
        poll = place_poll(session, event, replace(question.details, before_id=first.id if first else None))
        poll.note = question.note
        polls[question.number] = poll
    for question in questions if event.is_over(now) else ():
        if question.result is not None:
            adopt(
                session,
                polls[question.number],
                ballots=(question.result.ballots, question.result.hand_ballots),
                tallies=question.result.tallies,
                by_hand=question.result.by_hand,
                written=question.result.written,
                asked=(event.starts_at, event.ends_at),
            )
    session.flush()
    return polls


def _hear_the_room(session: Session, event: Event, lunch: Lunch, now: datetime) -> None:
    """What was asked in the room and may leave it; where the lunch is over it is counted for good."""
    is_over = event.is_over(now)
    session.add_all(
        RoomQuestion(
            event_id=event.id,
            key=None if is_over else secrets.token_urlsafe(16),
            text=asked.text,
            approved_at=now,
            answered_at=now if asked.is_answered else None,
            supports=asked.supports if is_over else 0,
        )
        for asked in lunch.room
    )


def _describe(session: Session, lunch: Lunch) -> None:
    """What is told of organisations that this house does not know yet."""
    for details in lunch.organisations:
        if organisation_named(details.name) is None:
            organisation = organisation_for(session, details.name)
            if isinstance(organisation, Organisation):
                for name, value in asdict(details).items():
                    setattr(organisation, name, value)


def _seat(session: Session, event: Event, guest: Guest, number: int, portrait: str, now: datetime) -> None:
    page = guest.page
    organisation = organisation_for(session, page.organisation)
    speaker = speaker_named(session, SpeakerDetails(page.name, page.role, page.organisation), organisation)
    if session.get(Appearance, (event.id, speaker.id)) is not None:
        return
    spoke = session.scalar(select(Appearance.event_id).where(Appearance.speaker_id == speaker.id).limit(1))
    is_new = spoke is None and not speaker.is_written
    talk = Appearance(event_id=event.id, speaker=speaker, position=number + 1, **asdict(guest.talk))
    session.add(talk)
    session.flush()
    if is_new:
        slides = Slides(event.id, talk.slides_url, talk.slides_title, talk.slides_licence)
        alt, credit = (guest.portrait.alt, guest.portrait.credit) if guest.portrait else ("", "")
        whole = replace(page, slides=(slides,), portrait=portrait, portrait_alt=alt, portrait_credit=credit)
        publish(session, speaker, whole, [talk])
    session.add_all(
        Quotation(event_id=event.id, speaker_id=speaker.id, created_at=now, **asdict(quotation))
        for quotation in guest.quotations
    )


def _tell(session: Session, event: Event, arrival: Arrival, polls: Mapping[int, Poll], now: datetime) -> None:
    """The draft of the recap; and what readers had of it, until it is published here."""
    lunch, places = arrival.lunch, {number: poll.position for number, poll in polls.items()}
    recap = Recap(event=event, created_at=now)
    session.add(recap)
    session.flush()
    with part("recap"):
        sections = [_write(session, event, arrival, said, places, now) for said in lunch.sections or ()]
    if lunch.published is not None:
        recap.published_at = min(lunch.published.published_at, now)
        session.add_all(
            RecapCorrection(event_id=event.id, corrected_at=at, note=note) for at, note in lunch.published.corrections
        )
        if lunch.published.document is not None:
            with part("published"):
                recap.brought = _brought(event, arrival, lunch.published.document, sections, places, now)


def _write(
    session: Session, event: Event, arrival: Arrival, said: Values, places: Mapping[int, int], now: datetime
) -> RecapSection:
    kind, photos = SectionKind(said["kind"]), photos_of(said, arrival.contents)
    state = section_of(said, now.date(), places, [arrival.drawn.photos[words] for words in photos])
    section = put_last(session, event.id, kind, state, arrival.by)
    section.hidden_at = now if said.get("hidden") is True else None
    return section


def _brought(
    event: Event,
    arrival: Arrival,
    document: Document,
    sections: Sequence[RecapSection],
    places: Mapping[int, int],
    now: datetime,
) -> dict[str, Any]:
    """What readers had, as ``recap.document`` freezes it: with the sections, questions and pictures of this house."""
    kept = [_kept(event, arrival, each, number, places, now) for number, each in enumerate(document.sections, 1)]
    for one, each in zip(kept, document.sections, strict=True):
        if each.place is not None:
            one["id"] = sections[each.place - 1].id
    return {"version": 1, "language": document.language, "licence": document.licence, "sections": kept}


def _kept(
    event: Event, arrival: Arrival, kept: Kept, number: int, places: Mapping[int, int], now: datetime
) -> dict[str, Any]:
    photos = photos_of(kept.said, arrival.contents)
    state = section_of(kept.said, now.date(), places, [arrival.drawn.photos[words] for words in photos])
    section = {"id": -number, "kind": kept.said["kind"], "title": state.title, "data": dict(state.data)}
    if kept.counted is not None:
        section["frozen"] = {name: _here(event, value, places) for name, value in kept.counted.items()}
    if kept.counted is not None and "result" in kept.counted:
        section["data"]["poll"] = section["frozen"]["result"]["position"]
    return section


def _here(event: Event, counted: Any, places: Mapping[int, int]) -> Any:
    """A result under the number and the address that its question has here; anything else as it is."""
    if not isinstance(counted, dict) or "position" not in counted:
        return counted
    number = places.get(counted["position"], NO_NUMBER + counted["position"])
    return {**counted, "position": number, "address": public("polls.result", slug=event.slug, number=number)}
