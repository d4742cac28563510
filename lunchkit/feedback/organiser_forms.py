"""What organisers are asked about how feedback is asked."""

from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, StringField

from lunchkit.feedback.models import Feedback, Part, Words
from lunchkit.fields import BareForm, at_most
from lunchkit.polls.forms import LANGUAGES
from lunchkit.polls.models import FIRST_LANGUAGE
from lunchkit.text import clean_line

PARTS: dict[Part, LazyString] = {
    Part.MARK: _l("First question: a mark from 1 to 5"),
    Part.LOW: _l("What 1 means"),
    Part.HIGH: _l("What 5 means"),
    Part.AGAIN: _l("Second question: yes, perhaps or no"),
    Part.BETTER: _l("Third question: an answer in words"),
}


def _part(part: Part, language: str) -> StringField:
    label = PARTS[part]
    if language != FIRST_LANGUAGE:
        label = _l("%(what)s, in %(language)s", what=PARTS[part], language=LANGUAGES[language])
    return StringField(label, filters=[clean_line], validators=[at_most(part.longest)])


class WordsForm(BareForm):
    """The organiser's own words in four languages. The token is asked for at the door of the house."""

    languages = LANGUAGES
    fr_mark, fr_low, fr_high, fr_again, fr_better = (_part(part, "fr") for part in Part)
    en_mark, en_low, en_high, en_again, en_better = (_part(part, "en") for part in Part)
    de_mark, de_low, de_high, de_again, de_better = (_part(part, "de") for part in Part)
    it_mark, it_low, it_high, it_again, it_better = (_part(part, "it") for part in Part)

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself; then French stands beside every other language, and both ends or none."""
        super().validate(extra_validators)
        for part in Part:
            self._compare(self[f"fr_{part}"], [self[f"{code}_{part}"] for code in LANGUAGES])
        low, high = self["fr_low"], self["fr_high"]
        for empty, other in ((low, high), (high, low)):
            if other.data and not empty.data and not empty.errors:
                empty.errors = [_("Please write what both ends mean, or neither.")]
        return not self.errors

    def _compare(self, first: Field, others: list[Field]) -> None:
        if not first.data and not first.errors and any(other.data for other in others):
            first.errors = [_("Please write it in French too: that is what everybody else gets.")]

    def details(self) -> Words:
        """The words of a valid form."""
        words = {
            part.value: {
                code: self[f"{code}_{part}"].data
                for code in (FIRST_LANGUAGE, *LANGUAGES)
                if self[f"{code}_{part}"].data
            }
            for part in Part
        }
        return {part: said for part, said in words.items() if said}


def words_form(feedback: Feedback | None, data: MultiDict[str, str] | None = None) -> WordsForm:
    """The form, filled with the words as they are, or from a request's form data if given."""
    words = feedback.words if feedback else {}
    start = {f"{code}_{part}": said for part, by_code in words.items() for code, said in by_code.items()}
    return WordsForm(formdata=data, data=start)
