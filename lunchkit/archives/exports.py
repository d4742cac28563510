"""A lunch read out of the database, as the archive keeps it: no ballot, no link that opens a page, people if asked."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lunchkit import clock
from lunchkit.archives.container import Contents, pack
from lunchkit.archives.queries import people_in
from lunchkit.db import db
from lunchkit.events.changes import details_of
from lunchkit.events.models import Event, FormQuestion
from lunchkit.events.queries import all_form_questions
from lunchkit.feedback.queries import feedback_of
from lunchkit.images.models import Picture
from lunchkit.images.queries import file_data, pictures_by_token
from lunchkit.links import public
from lunchkit.planning.queries import run_items
from lunchkit.polls.models import FEWEST_TOGETHER, HandCount, Poll, Tally, WrittenAnswer
from lunchkit.polls.queries import polls_of
from lunchkit.questions.queries import public_questions
from lunchkit.recap.document import licence_of
from lunchkit.recap.queries import corrections_of, recap_of
from lunchkit.recap.sections import SectionKind, pictures_in
from lunchkit.recap.steps import sections_now
from lunchkit.registrations.words import LETTERS
from lunchkit.speakers.models import Appearance, Organisation
from lunchkit.speakers.organiser_forms import appearance_details, organisation_details, quotation_details
from lunchkit.speakers.queries import appearances, approved_quotations
from lunchkit.wording.queries import rows_of, words_of

_MOMENTS = ("starts_at", "ends_at", "members_open_at", "opens_at", "closes_at")


class _Pictures:
    """Gathers the pictures of a lunch under names of the archive."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self._names: dict[str, str] = {}

    def add(self, picture: Picture | None) -> dict[str, str] | None:
        """What the archive says of a picture, if it may be shown."""
        if picture is None or not picture.is_shown or picture.is_erased:
            return None
        data = file_data(picture.token, picture.width)
        if data is None:
            return None
        name = self._names.setdefault(picture.token, f"pictures/{len(self._names) + 1}.webp")
        self.files[name] = data
        return {
            "file": name, "alt": picture.alt, "credit": picture.credit, "licence": picture.licence,
            "consent": picture.consent,
        }  # fmt: skip


def archive_of(event: Event, *, with_people: bool = False) -> bytes:
    """The whole lunch as one file; with the people who registered only where somebody asked for them."""
    pictures = _Pictures()
    talks = appearances(event.id)
    asked = [one for one in all_form_questions(event.id) if with_people or one.removed_at is None]
    lunch = {
        "from": {
            "address": public("pages.event", slug=event.slug),
            "slug": event.slug,
            "network": event.series.network,
            "series": event.series.name,
            "taken_on": clock.now().date().isoformat(),
        },
        "lunch": _lunch(event),
        "form": [_asked(question) for question in asked],
        "polls": _polls(event),
        "run": _run(event),
        "questions": _from_the_room(event),
        "letters": _letters(event),
        "feedback": _feedback(event),
        "organisations": _organisations([talk.speaker.organisation for talk in talks]),
        "speakers": _speakers(event, list(talks), pictures),
        "recap": _recap(event, pictures),
        "published": _published(event, pictures),
    }
    places = {question.id: place for place, question in enumerate(asked, 1)}
    return pack(Contents(lunch, pictures.files, people_in(event.id, places) if with_people else []))


def _lunch(event: Event) -> dict[str, Any]:
    """What an organiser set, moments on the wall clock of the place."""
    values = asdict(details_of(event)) | {"diets": [str(diet) for diet in event.diets_offered]}
    for name in _MOMENTS:
        moment = values.pop(name)
        if name in ("members_open_at", "opens_at", "closes_at"):
            local = moment.astimezone(event.starts_local.tzinfo) if moment else None
            values[name] = f"{local:%Y-%m-%dT%H:%M}" if local else None
    start, end = event.starts_local, event.ends_local
    return values | {"date": f"{start:%Y-%m-%d}", "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


def _polls(event: Event) -> list[dict[str, Any]]:
    polls = polls_of(event.id)
    places = {poll.id: poll.position for poll in polls}
    languages = ("en", "de", "it")
    return [
        {
            "number": poll.position,
            "question": poll.question,
            "kind": poll.kind,
            "choices": [choice.label for choice in poll.choices],
            "choices_in": {
                language: [choice.translations.get(language, "") for choice in poll.choices] for language in languages
            },
            "translations": poll.translations or {},
            "most_choices": poll.most_choices,
            "allows_none": poll.allows_none,
            "is_live": poll.is_live,
            "low_label": poll.low_label,
            "high_label": poll.high_label,
            "protects": poll.protects,
            "asks_again": places.get(poll.before_id or 0),
            "note": poll.note,
            "result": _result(poll) if poll.is_public else None,
        }
        for poll in polls
    ]


def _asked(question: FormQuestion) -> dict[str, Any]:
    return {
        "kind": str(question.kind),
        "label": question.label,
        "choices": list(question.choices),
        "is_required": question.is_required,
        "translations": question.translations,
        "removed": question.removed_at is not None,
    }


def _run(event: Event) -> list[dict[str, Any]]:
    """The run of show; a question by its number, and when each row really began."""
    places = {poll.id: poll.position for poll in polls_of(event.id)}
    return [
        {
            "minutes": item.minutes,
            "title": item.title,
            "who": item.who,
            "note": item.note,
            "poll": places.get(item.poll_id or 0),
            "is_public": item.is_public,
            "began_at": item.began_at.isoformat() if item.began_at else None,
        }
        for item in run_items(event.id)
    ]


def _letters(event: Event) -> list[dict[str, str]]:
    """What the organisers let letters say in their own words, but what they have set aside."""
    return [
        {"letter": row.letter, "language": row.language} | asdict(words_of(row).kept(LETTERS[row.letter].placeholders))
        for row in rows_of(event.id)
        if row.set_aside_at is None and row.letter in LETTERS
    ]


def _feedback(event: Event) -> dict[str, Any] | None:
    """How it is asked, or that it is not; nothing of what was answered. None where it is asked in lunchkit's words."""
    asked = feedback_of(event.id)
    return {"words": asked.words, "off": asked.switched_off_at is not None} if asked is not None else None


def _from_the_room(event: Event) -> list[dict[str, Any]]:
    """What may leave the room, nothing off the record; how many supported it from three on, as in a recap."""
    return [
        {
            "text": each.text,
            "supports": each.supports if each.supports >= FEWEST_TOGETHER else 0,
            "answered": each.is_answered,
        }
        for each in public_questions(event.id)
    ]


def _result(poll: Poll) -> dict[str, Any]:
    """What was published: counts, and the words that an organiser had approved. Never a ballot, never a flow."""
    session = db.session
    tallies = session.query(Tally).filter_by(poll_id=poll.id).order_by(Tally.position, Tally.grade)
    by_hand = session.query(HandCount).filter_by(poll_id=poll.id).order_by(HandCount.position)
    written = session.query(WrittenAnswer).filter(
        WrittenAnswer.poll_id == poll.id, WrittenAnswer.approved_at.is_not(None)
    )
    return {
        "ballots": poll.ballots or 0,
        "hand_ballots": poll.hand_ballots,
        "tallies": [[row.position, row.grade, row.count] for row in tallies],
        "by_hand": [[row.position, row.count] for row in by_hand],
        "written": [[row.text, row.count] for row in written.order_by(WrittenAnswer.folded)],
    }


def _organisations(found: list[Organisation | None]) -> list[dict[str, Any]]:
    once = {organisation.id: organisation for organisation in found if organisation is not None}
    return [asdict(organisation_details(organisation)) for organisation in once.values()]


def _speakers(event: Event, talks: list[Appearance], pictures: _Pictures) -> list[dict[str, Any]]:
    said = approved_quotations(event.id)
    return [
        {
            "name": talk.speaker.name,
            "role": talk.speaker.role,
            "organisation": talk.speaker.organisation.name if talk.speaker.organisation else "",
            "short_bio": talk.speaker.short_bio,
            "biography": talk.speaker.biography,
            "languages": list(talk.speaker.languages),
            "links": list(talk.speaker.links),
            "portrait": pictures.add(talk.speaker.portrait),
            **asdict(appearance_details(talk)),
            "quotations": [
                asdict(quotation_details(quotation)) for quotation in said if quotation.speaker_id == talk.speaker_id
            ],
        }
        for talk in talks
    ]


def _published(event: Event, pictures: _Pictures) -> dict[str, Any] | None:
    """When the recap was published first, what readers were told of its corrections, and what they have."""
    recap = recap_of(event.id)
    read = recap.counted if recap is not None else None
    if recap is None or recap.published_at is None or read is None:
        return None
    corrections = [{"corrected_at": one.corrected_at.isoformat(), "note": one.note} for one in corrections_of(event.id)]
    places = {section.id: place for place, section in enumerate(sections_now(db.session(), event.id), 1)}
    sections = [_kept(kept, places.get(kept["id"]), pictures) for kept in read["sections"]]
    return {
        "published_at": recap.published_at.isoformat(),
        "corrections": corrections,
        "document": {"language": read["language"], "licence": licence_of(read).key, "sections": sections},
    }


def _kept(kept: Mapping[str, Any], place: int | None, pictures: _Pictures) -> dict[str, Any]:
    """A section as readers have it; ``place`` is that of the section of the draft of which it was made."""
    said = {"section": place, "kind": kept["kind"], "title": kept["title"]}
    said["data"] = _with_pictures(kept["kind"], kept["data"], pictures)
    return said | ({"frozen": kept["frozen"]} if "frozen" in kept else {})


def _with_pictures(kind: str, content: Mapping[str, Any], pictures: _Pictures) -> dict[str, Any]:
    """What stands in a section, its pictures by their place in the archive."""
    data = dict(content)
    if kind == SectionKind.PHOTOS:
        shown = pictures_by_token(pictures_in(content))
        items = [(item, pictures.add(shown.get(item.get("picture", "")))) for item in data.get("items") or ()]
        data["items"] = [{**item, "picture": said} for item, said in items if said]
    return data


def _recap(event: Event, pictures: _Pictures) -> list[dict[str, Any]] | None:
    """The draft, section by section; pictures by their place in the archive."""
    if recap_of(event.id) is None:
        return None
    return [
        {
            "kind": section.kind,
            "title": section.title,
            "data": _with_pictures(section.kind, section.data, pictures),
            "hidden": section.hidden_at is not None,
        }
        for section in sections_now(db.session(), event.id)
    ]
