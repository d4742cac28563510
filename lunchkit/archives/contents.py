"""The plain values of an archive, cleaned by the very forms in which an organiser would have typed them.

Whatever a form would refuse is refused, and named. A key that we do not know is passed over.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import available_timezones

from werkzeug.datastructures import MultiDict
from wtforms.form import BaseForm

from lunchkit.archives.container import Contents
from lunchkit.archives.document import Document, document_of
from lunchkit.archives.reading import Values, mapping, mappings, moment_of, part, text_of, texts_of, whole
from lunchkit.archives.refusals import ArchiveRefused, PartRefused
from lunchkit.config import LANGUAGES
from lunchkit.events.changes import EventDetails, QuestionDetails
from lunchkit.events.forms import EventForm
from lunchkit.events.organiser_forms import question_form
from lunchkit.feedback.models import Words as FeedbackWords
from lunchkit.feedback.organiser_forms import WordsForm as FeedbackForm
from lunchkit.planning.forms import run_item_form
from lunchkit.planning.views import ItemDetails
from lunchkit.polls.forms import PollDetails, PollForm
from lunchkit.questions.models import LONGEST
from lunchkit.recap.changes import Wording, blank
from lunchkit.recap.forms import Unreadable, read_value, to_raw
from lunchkit.recap.sections import SHAPES, FieldKind, FieldShape, SectionKind
from lunchkit.registrations.words import LETTERS
from lunchkit.speakers.forms import MOST_LINKS, PageForm, SpeakerPage
from lunchkit.speakers.organiser_forms import (
    AppearanceDetails,
    AppearanceForm,
    OrganisationDetails,
    OrganisationForm,
    QuotationDetails,
    QuotationForm,
)
from lunchkit.text import clean_line, clean_text
from lunchkit.wording.organiser_forms import WordsForm as LetterForm
from lunchkit.wording.words import Words

MOST_POLLS, MOST_SPEAKERS, MOST_SECTIONS, MOST_QUOTATIONS, MOST_COUNTED = 40, 20, 60, 20, 100_000
MOST_ASKED, MOST_RUN, MOST_FROM_THE_ROOM, MOST_CORRECTIONS, MOST_LETTERS = 30, 30, 500, 100, 100
"""Questions on the form (those asked no more among them), rows of the run of show, questions from the room."""


@dataclass(frozen=True)
class PictureWords:
    """A picture by its place in the archive, and what is said of it."""

    file: str
    alt: str
    credit: str = ""
    licence: str = ""
    consent: str = ""


@dataclass(frozen=True)
class Counted:
    """What was published of a question."""

    ballots: int
    hand_ballots: int
    tallies: tuple[tuple[int, int, int], ...]
    by_hand: tuple[tuple[int, int], ...]
    written: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Question:
    """A question, under its number in the archive, and that of the one that it asks again."""

    number: int
    details: PollDetails
    asks_again: int | None
    note: str
    result: Counted | None


@dataclass(frozen=True)
class FormQuestion:
    """A question of the organisers' own on the registration form; one that is asked no more, for its answers."""

    details: QuestionDetails
    is_removed: bool


@dataclass(frozen=True)
class RunRow:
    """A row of the run of show; ``poll`` is the number in the archive of the question that is put to the room then."""

    details: ItemDetails
    poll: int | None
    began_at: datetime | None


@dataclass(frozen=True)
class RoomQuestion:
    """A question from the room that may leave it."""

    text: str
    supports: int
    is_answered: bool


@dataclass(frozen=True)
class OwnLetter:
    """What the organisers let a letter say in a language."""

    letter: str
    language: str
    words: Words


@dataclass(frozen=True)
class FeedbackAsked:
    """In which words feedback is asked for, or that it is not."""

    words: FeedbackWords
    is_off: bool


@dataclass(frozen=True)
class Published:
    """When a recap was published first, and its corrections with the notes that readers saw."""

    published_at: datetime
    corrections: tuple[tuple[datetime, str], ...]
    document: Document | None
    """What readers had; an archive of before says nothing of it."""


@dataclass(frozen=True)
class Guest:
    """A speaker, and what they said there."""

    page: SpeakerPage
    portrait: PictureWords | None
    talk: AppearanceDetails
    quotations: tuple[QuotationDetails, ...]


@dataclass(frozen=True)
class Lunch:
    """All that an archive brings."""

    address: str
    """Where it came from."""
    slug: str
    """What its address was called there."""
    details: EventDetails
    questions: tuple[Question, ...]
    organisations: tuple[OrganisationDetails, ...]
    guests: tuple[Guest, ...]
    sections: tuple[Values, ...] | None
    """Of the recap, read when its questions and pictures have their places; None where there is no recap."""
    form: tuple[FormQuestion, ...] = ()
    run: tuple[RunRow, ...] = ()
    room: tuple[RoomQuestion, ...] = ()
    letters: tuple[OwnLetter, ...] = ()
    feedback: FeedbackAsked | None = None
    published: Published | None = None


def lunch_of(contents: Contents) -> Lunch:
    """The lunch that an archive brings. Raises an ArchiveRefused that names the part that is wrong."""
    said = contents.lunch
    with part("from"):
        origin = mapping(said["from"])
    with part("recap"):
        recap = said.get("recap")
        sections = None if recap is None else tuple(mappings(recap, MOST_SECTIONS))
    with part("lunch"):
        details = _details(mapping(said["lunch"]))
    with part("polls"):
        questions = tuple(_question(each) for each in mappings(said["polls"], MOST_POLLS))
    with part("form"):
        form = tuple(_form_question(each) for each in mappings(said.get("form", []), MOST_ASKED))
    with part("run"):
        run = tuple(_run_row(each) for each in mappings(said.get("run", []), MOST_RUN))
    with part("questions"):
        room = tuple(_room_question(each) for each in mappings(said.get("questions", []), MOST_FROM_THE_ROOM))
    with part("letters"):
        letters = tuple(map(_own_letter, mappings(said.get("letters", []), MOST_LETTERS)))
    with part("feedback"):
        feedback = None if said.get("feedback") is None else _feedback_asked(mapping(said["feedback"]))
    with part("published"):
        published = (
            None if said.get("published") is None else _published(mapping(said["published"]), len(sections or ()))
        )
    with part("organisations"):
        organisations = tuple(_organisation(each) for each in mappings(said["organisations"], MOST_SPEAKERS))
    with part("speakers"):
        guests = tuple(_guest(each, contents) for each in mappings(said["speakers"], MOST_SPEAKERS))
    return Lunch(
        address=clean_line(str(origin.get("address", "")))[:300],
        slug=clean_line(str(origin.get("slug", "")))[:80],
        details=details,
        questions=questions,
        organisations=organisations,
        guests=guests,
        sections=sections,
        form=form,
        run=run,
        room=room,
        letters=tuple(one for one in letters if one.letter in LETTERS and one.language in LANGUAGES),
        feedback=feedback,
        published=published,
    )


def _details(said: Values) -> EventDetails:
    form = EventForm(formdata=_typed(said))
    form.takes_past = True
    zone = said["zone"]
    if zone not in available_timezones():
        raise ArchiveRefused
    form.zone = zone
    _check(form, said.get("title"))
    return form.details()


def _question(said: Values) -> Question:
    words = {"choices": "\n".join(map(clean_line, texts_of(said["choices"])))}
    for language, labels in mapping(said["choices_in"]).items():
        lines = list(map(clean_line, texts_of(labels)))
        words[f"{language}_choices"] = "\n".join(lines) if all(lines) else ""
    for language, parts in mapping(said["translations"]).items():
        words |= {f"{language}_{part}": str(text) for part, text in mapping(parts).items()}
    form = PollForm(formdata=_typed({**said, **words}))
    _check(form, said.get("question"))
    again, result = said.get("asks_again"), said.get("result")
    return Question(
        number=whole(said["number"], 10_000),
        details=form.details(),
        asks_again=None if again is None else whole(again, 10_000),
        note=clean_line(str(said.get("note", "")))[:300],
        result=None if result is None else _counted(mapping(result), len(form.labels())),
    )


def _form_question(said: Values) -> FormQuestion:
    words = {"choices": "\n".join(map(clean_line, texts_of(said["choices"])))}
    for language, texts in mapping(said["translations"]).items():
        words[f"{language}_label"] = str(mapping(texts).get("label", ""))
        words[f"{language}_choices"] = "\n".join(map(clean_line, texts_of(texts.get("choices", []))))
    form = question_form(data=_typed({**said, **words}))
    _check(form, said["label"])
    return FormQuestion(form.details(), said.get("removed") is True)


def _run_row(said: Values) -> RunRow:
    form = run_item_form((), data=_typed({**said, "poll": 0}))
    _check(form, said["title"])
    poll = said.get("poll")
    began = said.get("began_at")
    return RunRow(
        form.details(), None if poll is None else whole(poll, 10_000), None if began is None else moment_of(began)
    )


def _room_question(said: Values) -> RoomQuestion:
    text = clean_line(text_of(said["text"]))
    if not text or len(text) > LONGEST:
        raise ArchiveRefused
    return RoomQuestion(text, whole(said["supports"], MOST_COUNTED), said["answered"] is True)


def _own_letter(said: Values) -> OwnLetter:
    form = LetterForm(formdata=_typed({"subject": text_of(said["subject"]), "prose": text_of(said["prose"])}))
    _check(form, said["letter"])
    letter = text_of(said["letter"])
    known = LETTERS[letter].placeholders if letter in LETTERS else ()
    return OwnLetter(letter, text_of(said["language"]), form.words().kept(known))


def _feedback_asked(said: Values) -> FeedbackAsked:
    texts = {
        f"{language}_{name}": text_of(text)
        for name, by_language in mapping(said["words"]).items()
        for language, text in mapping(by_language).items()
    }
    form = FeedbackForm(formdata=_typed(texts))
    _check(form, "feedback")
    return FeedbackAsked(form.details(), said["off"] is True)


def _published(said: Values, drafted: int) -> Published:
    corrections = tuple(
        (moment_of(each["corrected_at"]), clean_text(text_of(each["note"])))
        for each in mappings(said["corrections"], MOST_CORRECTIONS)
    )
    if len(dict(corrections)) < len(corrections) or any(not 0 < len(note) <= 500 for _at, note in corrections):
        raise ArchiveRefused
    document = said.get("document")
    document = None if document is None else document_of(mapping(document), drafted)
    return Published(moment_of(said["published_at"]), corrections, document)


def _counted(said: Values, choices: int) -> Counted:
    tallies = tuple(
        (whole(position, choices), whole(grade + 1, 9) - 1, whole(count, MOST_COUNTED))
        for position, grade, count in said["tallies"]
    )
    by_hand = tuple((whole(position, choices), whole(count, MOST_COUNTED)) for position, count in said["by_hand"])
    written = tuple((clean_line(str(text))[:280], whole(count, MOST_COUNTED)) for text, count in said["written"][:500])
    if len({row[:2] for row in tallies}) != len(tallies) or len(dict(by_hand)) != len(by_hand):
        raise ArchiveRefused
    ballots, by_hands = (whole(said[name], MOST_COUNTED) for name in ("ballots", "hand_ballots"))
    return Counted(ballots, by_hands, tallies, by_hand, tuple(row for row in written if row[0]))


def _organisation(said: Values) -> OrganisationDetails:
    form = OrganisationForm(formdata=_typed({**said, "org_name": said["name"]}))
    _check(form, said["name"])
    return form.details()


def _guest(said: Values, contents: Contents) -> Guest:
    links = [(str(link["url"]), str(link["label"])) for link in mappings(said["links"], MOST_LINKS)]
    numbered = {f"link_urls-{n}": url for n, (url, _label) in enumerate(links)}
    numbered |= {f"link_labels-{n}": label for n, (_url, label) in enumerate(links)}
    form = PageForm(formdata=_typed({**said, **numbered, "languages": ", ".join(texts_of(said["languages"]))}))
    talk = AppearanceForm(formdata=_typed(said))
    _check(form, said.get("name"))
    _check(talk, said.get("name"))
    portrait = said.get("portrait")
    return Guest(
        page=form.page(SpeakerPage(name="")),
        portrait=None if portrait is None else picture_words(portrait, contents),
        talk=talk.details(),
        quotations=tuple(_quotation(each) for each in mappings(said["quotations"], MOST_QUOTATIONS)),
    )


def _quotation(said: Values) -> QuotationDetails:
    form = QuotationForm(formdata=_typed({**said, "quotation": said["text"]}))
    _check(form, said["text"])
    return form.details()


def picture_words(said: Any, contents: Contents) -> PictureWords:
    """What is said of a picture that lies in the archive. Raises ArchiveRefused where it does not."""
    words = mapping(said)
    if words["file"] not in contents.pictures:
        raise ArchiveRefused
    read = {name: clean_line(str(words.get(name, "")))[:most] for name, most in _PICTURE_WORDS.items()}
    if not read["alt"]:
        raise ArchiveRefused
    return replace(PictureWords(words["file"], ""), **read)


_PICTURE_WORDS = {"alt": 300, "credit": 200, "licence": 100, "consent": 300}


def _typed(said: Values) -> MultiDict[str, str]:
    """Values as a browser would have sent them."""
    return MultiDict(_fields(said))


def _fields(said: Values) -> Iterator[tuple[str, str]]:
    for name, value in said.items():
        if isinstance(value, bool):
            if value:
                yield name, "y"
        elif isinstance(value, str | int):
            yield name, str(value)
        elif isinstance(value, list):
            yield from ((name, each) for each in value if isinstance(each, str))


def _check(form: BaseForm, part: object) -> None:
    """Raise PartRefused with the first thing that a form has to say."""
    if not form.validate():
        field = next((field for field in form if field.errors), None)
        why = f"{field.label.text}: {_first(field.errors)}" if field is not None else ""
        raise PartRefused(f"«{clean_line(str(part))[:80]}»", why)


def _first(errors: Any) -> str:
    while isinstance(errors, list | tuple) and errors:
        errors = next((each for each in errors if each), "")
    return str(errors)


def section_of(said: Values, today: date, places: Mapping[int, int], tokens: Sequence[str]) -> Wording:
    """A section of a recap, each field read as its form would; its questions and pictures at their new places.

    What cannot be read is left empty. ``tokens`` are those of its pictures, in their order.
    """
    kind = SectionKind(said["kind"])
    shape, data = SHAPES[kind], mapping(said["data"])
    content = _read(shape.fields, data, today)
    if "poll" in content:
        content["poll"] = places.get(content["poll"] or 0)
    items: Sequence[Values]
    if kind is SectionKind.PHOTOS:
        items = [{**item, "picture": token} for item, token in zip(data.get("items") or (), tokens, strict=True)]
    else:
        items = mappings(data.get("items") or [], 100)
    if shape.items:
        content["items"] = [_read(shape.items, item, today) for item in items[: shape.most_items]]
    return Wording(clean_line(str(said.get("title", "")))[:200], content)


def _read(fields: Sequence[FieldShape], said: Values, today: date) -> dict[str, Any]:
    read = blank(fields)
    for field in fields:
        if field.kind is FieldKind.EVENT:
            continue  # a lunch of another house
        with suppress(Unreadable):
            read[field.name] = read_value(field, to_raw(field, said.get(field.name)), today)
    return read
