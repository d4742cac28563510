"""What an organiser does at the desk where a recap is written: opens a section, types, presses a button."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.recap.models import RecapSection, RecapVersion
from lunchkit.recap.queries import sections_of, versions_of
from lunchkit.recap.sections import SectionKind

JSON = {"Accept": "application/json"}


class FormReader(HTMLParser):
    """The values that a page's form would send, without its buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._textarea = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "input" and given.get("type") not in ("checkbox", "radio", "file"):
            self.values[name] = given.get("value", "")
        elif tag == "input" and given.get("type") != "file" and "checked" in given:
            self.values[name] = given.get("value", "on")
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
            self.values.setdefault(name, "")
        elif tag == "option" and "selected" in given:
            self.values[self._select] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            name, self._textarea = self._textarea, ""
            self.values[name] = self.values[name].removeprefix("\r\n").removeprefix("\n")


def form_in(page: str, of: str) -> dict[str, str]:
    """The values of the form whose tag contains ``of``."""
    reader = FormReader()
    start = page.index(of)
    reader.feed(page[page.rindex("<form", 0, start) : page.index("</form>", start)])
    return reader.values


@dataclass
class Sheet:
    """A section that somebody has open in a browser."""

    client: FlaskClient
    path: str
    values: dict[str, str] = field(default_factory=dict)

    def open(self) -> "Sheet":
        """Open the page, or open it again."""
        page = self.client.get(self.path)
        assert page.status_code == 200, page.get_data(as_text=True)
        self.values = form_in(page.get_data(as_text=True), "data-autosave")
        return self

    def type(self, **typed: str) -> "Sheet":
        """Type into fields; a double underscore stands for the dash of «items-0-name»."""
        self.values |= {name.replace("__", "-"): text for name, text in typed.items()}
        return self

    def press(self, do: str = "save") -> TestResponse:
        """Send the form with a button."""
        return self.client.post(self.path, data=self.values | {"do": do})

    def autosave(self) -> TestResponse:
        """What the script sends while somebody types; the form builds on the new version afterwards."""
        answer = self.client.post(self.path, data=self.values, headers=JSON)
        if answer.status_code == 200:
            told = answer.get_json()
            self.values["version"] = str(told["version"])
        return answer


def home(event: Event) -> str:
    """Where the recap of a lunch is written."""
    return f"/organiser/e/{event.slug}/recap"


def section_of(event: Event, kind: SectionKind, number: int = 0) -> RecapSection:
    """The first section of a kind, as the database has it."""
    db.session.rollback()
    db.session.expire_all()
    return [section for section in sections_of(event.id) if section.kind == kind][number]


def sheet(client: FlaskClient, event: Event, kind: SectionKind) -> Sheet:
    """The first section of a kind, open in this browser."""
    return Sheet(client, f"{home(event)}/sections/{section_of(event, kind).id}").open()


def kept(section: RecapSection) -> list[RecapVersion]:
    """All that the history of a section has, the latest first."""
    db.session.rollback()
    return list(versions_of(section.id))
