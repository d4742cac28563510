"""What is asked about a question for the room.

The form has the fields of every kind of question; those of another kind are neither checked nor kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _, lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, RadioField, TextAreaField
from wtforms.validators import Optional, ValidationError

from lunchkit.platform.choices import LANGUAGES, check_lines, check_translation, lines_of
from lunchkit.platform.fields import BareForm, NumberField, between, line
from lunchkit.platform.text import clean_text
from lunchkit.room.polls.kinds import SHAPES
from lunchkit.room.polls.models import FEWEST_TOGETHER, Kind, Poll

MOST_WORDS, MOST_PROTECTED = 3, 50
NAMES = LANGUAGES.values()
NO_OPINIONS = {"sans avis", "no opinion", "keine meinung", "nessuna opinione"}
"""What «sans avis» may be called among the typed choices."""

COLUMNS = ("question", "kind", "most_choices", "allows_none", "is_live", "low_label", "high_label", "protects")


@dataclass(frozen=True)
class PollDetails:
    """A question, its choices in their order, and how it is answered and shown."""

    question: str
    choices: tuple[str, ...]
    kind: str = Kind.SINGLE.value
    most_choices: int = 1
    allows_none: bool = True
    is_live: bool = False
    low_label: str = ""
    high_label: str = ""
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By language: {"en": {"question": …, "low": …, "high": …}}, without what is empty."""
    choice_translations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By language: all choices in their order."""
    protects: int = FEWEST_TOGETHER
    before_id: int | None = None


class PollForm(BareForm):
    shapes = SHAPES
    languages = LANGUAGES

    question = line(_l("Question"), 200, missing=_l("Write the question."))
    kind = RadioField(
        _l("How people answer"),
        choices=lambda: [(kind, shape.name) for kind, shape in SHAPES.items()],
        default=Kind.SINGLE.value,
    )
    choices = TextAreaField(_l("Choices"), filters=[clean_text])
    most_choices = NumberField(_l("At most this number each"), validators=[Optional()])
    low_label = line(_l("What the low end means"), 60)
    high_label = line(_l("What the high end means"), 60)
    allows_none = BooleanField(_l("«No opinion» is an answer too"), default=True)
    is_live = BooleanField(_l("The projector shows the counts while people answer"))
    protects = NumberField(
        _l("Smallest group that a before/after picture shows"), default=FEWEST_TOGETHER, validators=[Optional()]
    )
    en_question, de_question, it_question = (line(_l("Question in %(language)s", language=name), 200) for name in NAMES)
    en_choices, de_choices, it_choices = (
        TextAreaField(_l("Choices in %(language)s", language=name), filters=[clean_text]) for name in NAMES
    )
    en_low, de_low, it_low = (line(_l("Low end in %(language)s", language=name), 60) for name in NAMES)
    en_high, de_high, it_high = (line(_l("High end in %(language)s", language=name), 60) for name in NAMES)

    def validate_choices(self, field: Field) -> None:
        kind, lines = self._kind(), self.labels()
        fewest, most = SHAPES[kind].lines
        if not fewest <= len(lines) <= most:
            raise ValidationError(str(SHAPES[kind].how_many) % {"fewest": fewest, "most": most})
        check_lines(lines, SHAPES[kind].longest)
        if self.allows_none.data and not NO_OPINIONS.isdisjoint(line.casefold() for line in lines):
            raise ValidationError(
                _("«No opinion» is among the answers already: take this line away, or untick «No opinion» below.")
            )

    def validate_most_choices(self, field: Field) -> None:
        if self.most():
            between(1, self.most())(self, field)

    def validate_protects(self, field: Field) -> None:
        between(FEWEST_TOGETHER, MOST_PROTECTED)(self, field)

    def validate(self, extra_validators: Any = None) -> bool:
        super().validate(extra_validators)
        for name in self._unused():
            self[name].errors = []
        if not self.choices.errors and not self._kind().is_written:
            for language in LANGUAGES:
                check_translation(self[f"{language}_choices"], len(self.labels()), SHAPES[self._kind()].longest)
        return not self.errors

    def labels(self) -> tuple[str, ...]:
        kind, lines = self._kind(), lines_of(self.choices.data)
        if kind.is_written:
            return ()
        return ("1", "2", "3", "4", "5") if kind is Kind.SCALE and not lines else tuple(lines)

    def most(self) -> int:
        """How many choices or words one person may give at the very most."""
        return MOST_WORDS if self._kind() is Kind.WORDS else len(self.labels())

    def details(self) -> PollDetails:
        kind, unused = self._kind(), self._unused()
        ends = ["low", "high"] if SHAPES[kind].has_ends else []
        return PollDetails(
            question=self.question.data or "",
            choices=self.labels(),
            kind=kind.value,
            most_choices=1 if "most_choices" in unused else self.most_choices.data or self.most(),
            allows_none=bool(self.allows_none.data),
            is_live=bool(self.is_live.data),
            low_label=(self.low_label.data or "") if ends else "",
            high_label=(self.high_label.data or "") if ends else "",
            translations=self._translations(["question", *ends]),
            choice_translations={} if kind.is_written else self._choice_translations(),
            protects=FEWEST_TOGETHER if "protects" in unused else self.protects.data or FEWEST_TOGETHER,
        )

    def _unused(self) -> set[str]:
        """The fields that say nothing about a question of the chosen kind."""
        kind = self._kind()
        unused = set() if SHAPES[kind].takes_several else {"most_choices"}
        if not SHAPES[kind].has_ends:
            unused |= {"low_label", "high_label"}
            unused |= {f"{language}_{end}" for language in LANGUAGES for end in ("low", "high")}
        if kind.is_written:
            unused |= {"choices", *(f"{language}_choices" for language in LANGUAGES)}
        return unused if kind.is_one_of else unused | {"protects"}

    def _translations(self, parts: Sequence[str]) -> dict[str, dict[str, str]]:
        typed = {
            language: {part: text for part in parts if (text := self[f"{language}_{part}"].data)}
            for language in LANGUAGES
        }
        return {language: texts for language, texts in typed.items() if texts}

    def _choice_translations(self) -> dict[str, tuple[str, ...]]:
        typed = {name: tuple(lines_of(self[f"{name}_choices"].data)) for name in LANGUAGES}
        return {language: lines for language, lines in typed.items() if lines}

    def _kind(self) -> Kind:
        return Kind(self.kind.data) if self.kind.data in list(Kind) else Kind.SINGLE


def poll_form(poll: Poll | None = None, data: MultiDict[str, str] | None = None) -> PollForm:
    """The form: empty, filled from the row, or from a request's form data if given."""
    return PollForm(formdata=data, data=_start(poll) if poll else None)


def details_of(poll: Poll, before_id: int | None = None) -> PollDetails:
    """The details of a poll as it is, to be asked again."""
    labels = {name: tuple((choice.translations or {}).get(name, "") for choice in poll.choices) for name in LANGUAGES}
    return PollDetails(
        **{name: getattr(poll, name) for name in COLUMNS},
        choices=tuple(choice.label for choice in poll.choices),
        translations=poll.translations or {},
        choice_translations={language: texts for language, texts in labels.items() if any(texts)},
        before_id=before_id,
    )


def _start(poll: Poll) -> dict[str, Any]:
    details = details_of(poll)
    start: dict[str, Any] = {name: getattr(details, name) for name in COLUMNS}
    start["choices"] = "\n".join(details.choices)
    for language in LANGUAGES:
        texts, labels = details.translations.get(language, {}), details.choice_translations.get(language, ())
        start |= {f"{language}_{part}": texts.get(part, "") for part in ("question", "low", "high")}
        start[f"{language}_choices"] = "\n".join(label for label in labels if label)
    return start
