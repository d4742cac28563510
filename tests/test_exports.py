"""The list as a file: right in a spreadsheet, and harmless there."""

import csv
import unicodedata
from io import BytesIO, StringIO

from flask.testing import FlaskClient
from hypothesis import given, settings, strategies as st
from openpyxl import load_workbook

from lunchkit.events.models import Event
from lunchkit.platform.text import guard
from lunchkit.registrations.actions import register_attendee, register_by_hand
from tests.conftest import EventMaker, details

FORMULAS = [
    "=HYPERLINK(1)", "+41 22", "-1+1", "@SUM(1)", "\t=1", "\n@A1", "\r-1", "  =1", "\x00=1", "\ufeff=1",
    "\u200b+1", "＝1+1", "\u202e=1", " \n\t@x",
]  # fmt: skip


def table(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to see UTF-8"
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@settings(deadline=None)
@given(st.text(st.sampled_from("=+-@ \t\r\n\x00\x1f\u200b\u00a0ab'\"")))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    assert [guard(formula) for formula in FORMULAS] == [f"'{formula}" for formula in FORMULAS]
    cell = guard(text)
    seen = [char for char in cell if not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf")]
    assert not seen or seen[0] not in "=+-@"
    assert not cell.startswith(("\t", "\r", "\n"))


def test_csv_opens_right_in_a_swiss_excel(organiser_client: FlaskClient, event: Event) -> None:
    register_by_hand(event, details("Élise; dite «Lili»", "elise@example.org", organisation="L’Épi"), language="fr")
    answer = organiser_client.get(f"/organiser/e/{event.slug}/registrations.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert answer.data.count(b"\r\n") == 2
    row = dict(zip(*table(answer.data), strict=True))
    said = {"Nom": "Élise; dite «Lili»", "Courriel": "elise@example.org", "Structure": "L’Épi", "Places": "1"}
    assert row | said | {"État": "Place réservée"} == row


def test_files_hold_no_formula_link_or_token(organiser_client: FlaskClient, event: Event) -> None:
    for number, name in enumerate(["=cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "Jean"]):
        person = details(name, f"p{number}@example.org", organisation=f"+{name}")
        register_attendee(event, person, form_key=f"key-{number}", language="fr")
    data = organiser_client.get(f"/organiser/e/{event.slug}/registrations.csv").data
    for row in table(data)[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)
    assert b"/r/" not in data and b"http" not in data
    book = load_workbook(BytesIO(organiser_client.get(f"/organiser/e/{event.slug}/registrations.xlsx").data))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert {cell.value for cell in cells} >= {"'@SUM(A1)", "'-2+3", "Jean"}


def test_workbook_has_a_row_for_each_registration(organiser_client: FlaskClient, make_event: EventMaker) -> None:
    event = make_event(capacity=1)
    for number in range(3):
        register_by_hand(event, details(f"Nom {number}", None), language="fr")
    answer = organiser_client.get(f"/organiser/e/{event.slug}/registrations.xlsx")
    assert answer.content_type == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    rows = list(load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["Nom", "Nom 0", "Nom 1", "Nom 2"]
    place, seats = rows[0].index("Rang"), rows[0].index("Places")
    assert [row[place] for row in rows[2:]] == [1, 2], "the place in the queue"
    assert rows[1][seats] == 1
