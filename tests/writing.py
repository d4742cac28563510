"""What an organiser does at the desk where a recap is written: opens a section, types, presses a button."""

from dataclasses import dataclass, field

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.recap.models import RecapSection, RecapVersion
from lunchkit.recap.queries import sections_of, versions_of
from lunchkit.recap.sections import SectionKind

JSON = {"Accept": "application/json"}


def form_in(page: str, of: str) -> dict[str, str]:
    """The values that the form whose tag contains ``of`` would send, without its buttons."""
    start = page.index(of)
    form = html5lib.parse(
        page[page.rindex("<form", 0, start) : page.index("</form>", start)], namespaceHTMLElements=False
    )
    values: dict[str, str] = {}
    for each in form.iter():
        name, kind = each.get("name", ""), each.get("type", "")
        if each.tag == "textarea":
            values[name] = each.text or ""
        elif each.tag == "select":
            values[name] = next((one.get("value", "") for one in each.iter("option") if "selected" in one.attrib), "")
        elif each.tag == "input" and kind != "file" and (kind not in ("checkbox", "radio") or "checked" in each.attrib):
            values[name] = each.get("value", "on" if "checked" in each.attrib else "")
    return values


@dataclass
class Sheet:
    """A section that somebody has open in a browser."""

    client: FlaskClient
    path: str
    values: dict[str, str] = field(default_factory=dict)

    def open(self) -> "Sheet":
        """Open the page, or open it again."""
        page = self.client.get(self.path, follow_redirects=True)
        assert page.status_code == 200, page.text
        self.values = form_in(page.text, "data-autosave")
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
