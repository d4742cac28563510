"""A lunch taken in from an archive: a draft in one transaction, or nothing."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lunchkit import clock
from lunchkit.archives.container import Contents
from lunchkit.archives.contents import Guest, Lunch, PictureWords, Question, Values, part, picture_words, section_of
from lunchkit.archives.people import Person
from lunchkit.archives.refusals import ArchiveRefused
from lunchkit.archives.steps import ask_on_the_form, prepare_people, register_people, run_the_show, speak_their_words
from lunchkit.audit.recording import tell
from lunchkit.db import db, transaction
from lunchkit.events.models import Event
from lunchkit.events.steps import draft_event, uid_of
from lunchkit.images.actions import keep_picture
from lunchkit.polls.models import Poll
from lunchkit.polls.programme import place_poll
from lunchkit.polls.steps import adopt
from lunchkit.questions.models import Question as RoomQuestion
from lunchkit.recap.models import Recap, RecapCorrection
from lunchkit.recap.sections import SHAPES, SectionKind
from lunchkit.recap.steps import put_last
from lunchkit.speakers.forms import Slides, SpeakerDetails
from lunchkit.speakers.models import Appearance, Organisation, Quotation
from lunchkit.speakers.queries import organisation_named
from lunchkit.speakers.steps import organisation_for, publish, speaker_named

MOST_PICTURES = 40


def bring_lunch(contents: Contents, lunch: Lunch, *, key: str, by: str, people: Sequence[Person] = ()) -> Event:
    """Make a draft of what an archive holds. Sent twice under one key, it is one lunch.

    ``people`` are registered in it: with a seat whoever had one, by new links, and without a letter.
    Pictures are drawn anew before the transaction begins; if that fails later, upkeep erases those that have no place.
    A speaker whom this house knows already keeps the page that they wrote here. Quotations wait for their yes.
    Raises ArchiveRefused, and what pictures and questions say no to.
    """
    if (known := _known(db.session(), key)) is not None:
        return known
    portraits = {number: _draw(guest.portrait, contents) for number, guest in enumerate(lunch.guests) if guest.portrait}
    with part("recap"):
        photos = _draw_photos(contents, lunch)
    prepared = prepare_people(db.session(), people, key)
    with transaction() as session:
        if (known := _known(session, key)) is not None:
            return known
        now = clock.now()
        event = draft_event(session, lunch.details, key=key, words=lunch.slug)
        event.origin = lunch.address
        session.flush()
        polls = _ask(session, event, lunch.questions, now)
        asked = ask_on_the_form(session, event, lunch.form, now)
        run_the_show(session, event, lunch.run, polls)
        _hear_the_room(session, event, lunch, now)
        speak_their_words(session, event, lunch, by, now)
        _describe(session, lunch)
        for number, guest in enumerate(lunch.guests):
            _seat(session, event, guest, number, portraits.get(number, ""), now)
        if lunch.sections is not None:
            places = {number: poll.position for number, poll in polls.items()}
            recap = _write_recap(session, event, lunch.sections, places, photos, by)
            _remember_publication(session, recap, lunch)
        register_people(session, event, prepared, asked, now)
        tell(session, event_id=event.id)
    return event


def give_people_away(event: Event) -> None:
    """Note in the log that somebody takes the people of a lunch away, before they have them."""
    with transaction() as session:
        tell(session, event_id=event.id)


def _known(session: Session, key: str) -> Event | None:
    return session.scalar(select(Event).where(Event.uid == uid_of(key)))


def _draw(words: PictureWords, contents: Contents) -> str:
    picture = keep_picture(
        contents.pictures[words.file],
        alt=words.alt,
        credit=words.credit,
        licence=words.licence,
        consent=words.consent,
    )
    return picture.token


def _draw_photos(contents: Contents, lunch: Lunch) -> dict[int, list[str]]:
    """The tokens of the pictures of each section, by its place in the archive."""
    tokens: dict[int, list[str]] = {}
    for number, section in enumerate(lunch.sections or ()):
        if section.get("kind") == SectionKind.PHOTOS:
            said = [picture_words(item.get("picture"), contents) for item in section["data"].get("items") or ()]
            if len(said) > SHAPES[SectionKind.PHOTOS].most_items or number in tokens:
                raise ArchiveRefused
            tokens[number] = [_draw(words, contents) for words in said]
        if sum(map(len, tokens.values())) > MOST_PICTURES:
            raise ArchiveRefused
    return tokens


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


def _write_recap(
    session: Session,
    event: Event,
    sections: Sequence[Values],
    places: Mapping[int, int],
    photos: Mapping[int, Sequence[str]],
    by: str,
) -> Recap:
    now = clock.now()
    recap = Recap(event=event, created_at=now)
    session.add(recap)
    session.flush()
    today = now.date()
    for number, said in enumerate(sections):
        try:
            kind = SectionKind(said["kind"])
            state = section_of(said, today, places, photos.get(number, ()))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ArchiveRefused from None
        section = put_last(session, event.id, kind, state, by)
        section.hidden_at = now if said.get("hidden") is True else None
    return recap


def _remember_publication(session: Session, recap: Recap, lunch: Lunch) -> None:
    """When it was published first, and its corrections. Whether it is published here too, this house decides."""
    if lunch.published is not None:
        recap.published_at = min(lunch.published.published_at, clock.now())
        session.add_all(
            RecapCorrection(event_id=recap.event_id, corrected_at=at, note=note)
            for at, note in lunch.published.corrections
        )
