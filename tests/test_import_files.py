"""Files of people are read whatever wrote them, and refused where they are broken or made to harm."""

import zipfile
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from openpyxl import Workbook as OtherWorkbook
from xlsxwriter import Workbook

from lunchkit.platform.errors import UserError
from lunchkit.registrations.imports.columns import recognised
from lunchkit.registrations.imports.reading import (
    MOST_ROWS,
    NoFile,
    TooManyRows,
    Unreadable,
    read_table,
)
from tests.importing import as_csv, read, workbook

ROWS = [["Nom", "Courriel", "Structure"], ["Zoé Œuf", "zoe@example.org", "Épi; «bio», €"], ["Lü", "lu@example.org", ""]]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding_and_separator(encoding: str, separator: str) -> None:
    table = read_table(as_csv(ROWS, separator).encode(encoding))
    assert table == (ROWS[0], [(2, ROWS[1]), (3, ROWS[2])])


def test_cells_hold_quotes_separators_and_line_breaks_and_rows_keep_their_number() -> None:
    file = 'Nom;Remarque\r\n"Ana ""Lili"" Blette";"une\r\ndeux; trois"\r\n\r\nBo;x\r\n'
    table = read_table(file.encode())
    assert table.rows == [(2, ['Ana "Lili" Blette', "une\r\ndeux; trois"]), (4, ["Bo", "x"])], "as spreadsheets count"


@pytest.mark.parametrize(
    ("text", "headings", "numbers"),
    [
        ("sep=,\r\nNom,Places\r\nAna,2\r\n", ["Nom", "Places"], [3]),
        ("Lunch de mai;;\n;;\nPrénom;Nom;Courriel\nAna;Blette;ana@example.org\n", ["Prénom", "Nom", "Courriel"], [4]),
        ("Ana Blette;ana@example.org\nBo;bo@example.org\n", ["", ""], [1, 2]),
        ("Nom;Vide;Places\nAna;;2\n", ["Nom", "Places"], [2]),
    ],
    ids=["Excel names its separator", "a title above", "no headings: nobody is lost", "an empty column"],
)
def test_headings_are_found(text: str, headings: list[str], numbers: list[int]) -> None:
    table = read_table(text.encode())
    assert (table.headings, [number for number, _row in table.rows]) == (headings, numbers)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NoFile),
        (b" \r\n ", NoFile),
        (b"Nom;Courriel\n", NoFile),
        (b"%PDF-1.7 \x00 ...", Unreadable),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Unreadable),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", Unreadable),
        (b'Nom;Courriel\nAna;a@example.org\n"Bo;b@example.org\nCy;c\n', Unreadable),
        (b"PK\x03\x04 and then nothing", Unreadable),
        (b"\xff\xfeN", Unreadable),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, refusal: type[UserError]) -> None:
    with pytest.raises(refusal):
        read_table(data)


def test_two_thousand_rows_and_no_more() -> None:
    assert len(read_table(b"Nom\n" + b"Ana Blette\n" * MOST_ROWS).rows) == MOST_ROWS
    with pytest.raises(TooManyRows):
        read_table(b"Nom\n" + b"Ana Blette\n" * (MOST_ROWS + 1))
    with pytest.raises(TooManyRows):
        read_table(b";".join([b"Nom"] * 201) + b"\n" + b";".join([b"a"] * 201))


# Workbooks


def test_a_workbook_of_one_library_and_of_another() -> None:
    book = OtherWorkbook()
    sheet = book.active
    assert sheet is not None
    for row in ROWS:
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    for data in (file.getvalue(), workbook(ROWS)):
        table = read_table(data)
        assert table == (ROWS[0], [(2, ROWS[1]), (3, ROWS[2])])


def test_numbers_days_truths_formulas_and_colours() -> None:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        yellow = book.add_format({"bg_color": "yellow"})
        money = book.add_format({"num_format": '#,##0.00 "days"'})
        sheet.write_row(0, 0, ["Nom", "Tél", "Le", "À", "Oui", "Somme", "CHF", "Erreur"])
        sheet.write_row(1, 0, ["Ana", 41791234567])
        sheet.write_datetime(1, 2, datetime(2027, 5, 13), day)  # noqa: DTZ001
        sheet.write_datetime(1, 3, datetime(2027, 5, 13, 12, 30), moment)  # noqa: DTZ001
        sheet.write_boolean(1, 4, True)
        sheet.write_formula(1, 5, "=1+1", None, 2)
        sheet.write_number(1, 6, 12.5, money)
        sheet.write_formula(1, 7, "=1/0", None, "#DIV/0!")
        sheet.write_blank(50_000, 3, None, yellow)
    table = read_table(file.getvalue())
    assert table.rows == [(2, ["Ana", "41791234567", "2027-05-13", "2027-05-13 12:30", "yes", "2", "12.5"])]


def test_a_hidden_first_sheet_is_passed_over_and_empty_rows_count() -> None:
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        secret, sheet = book.add_worksheet(), book.add_worksheet()
        secret.write_row(0, 0, ["Nom", "Secret"])
        secret.hide()
        sheet.activate()
        sheet.set_first_sheet()
        sheet.write_row(2, 1, ["Nom", "Places"])
        sheet.write_row(5, 1, ["Ana", 2])
        sheet.write_rich_string(6, 1, book.add_format({"bold": True}), "Bo", " Chou")
    table = read_table(file.getvalue())
    assert table.headings == ["Nom", "Places"]
    assert table.rows == [(6, ["Ana", "2"]), (7, ["Bo Chou", ""])]


def repacked(data: bytes, **changed: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name.replace("/", "__").replace(".", "_"), old.read(name)))
    return out.getvalue()


SHEET = (
    '<?xml version="1.0"?>{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)
NAMES = '<row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c></row>'


def with_sheet(rows: str, doctype: str = "") -> bytes:
    return repacked(workbook(ROWS), xl__worksheets__sheet1_xml=SHEET.format(doctype=doctype, rows=rows).encode())


def test_control_a_sheet_made_by_hand_is_read() -> None:
    rows = NAMES + '<row r="2"><c r="A2" t="inlineStr"><is><t>Ana</t></is></c></row>'
    assert read_table(with_sheet(rows)).rows == [(2, ["Ana"])]


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(f"<!ENTITY a{n} '{'&a;' * 10}'>" for n in range(9)) + "]>"
HARMFUL = (
    with_sheet(NAMES, LAUGHS),
    with_sheet(NAMES, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'),
    with_sheet('<row r="1"><c r="A1" t="s"><v>99999999</v></c></row>'),
    with_sheet("<row>"),
    repacked(
        workbook(ROWS),
        xl___rels__workbook_xml_rels=b'<Relationships><Relationship Id="rId1" Target="../../etc/passwd"/></Relationships>',
    ),
)
"""Entities that multiply, an outer entity, a text that is not there, XML that ends early, a way out of the archive."""


FAR = ('r="1048576"><c r="A1048576"', 'r="2"><c r="XFD2"', 'r="99999999999"><c r="A1"')
"""Places of a cell that would cost memory."""


def test_harmful_workbooks_are_refused() -> None:
    far = [with_sheet(f'{NAMES}<row {place} t="inlineStr"><is><t>x</t></is></c></row>') for place in FAR]
    for data in (*HARMFUL, *far):
        with pytest.raises(UserError):
            read_table(data)


def test_no_more_is_unpacked_than_allowed() -> None:
    bomb = with_sheet(NAMES + " " * 70_000_000)
    assert len(bomb) < 300_000
    with pytest.raises(Unreadable):
        read_table(bomb)


@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_older_workbooks_and_open_documents_are_read(kind: str) -> None:
    table = read_table((Path(__file__).parent / f"samples/people.{kind}").read_bytes())
    assert table == (ROWS[0], [(2, ROWS[1]), (3, ROWS[2])])


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=300).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        table = read_table(data)
    except UserError:
        return
    assert table.rows and all(len(row) == len(table.headings) for _number, row in table.rows)


# Headings


def fields(text: str, separator: str = ";") -> list[str]:
    return [field or "-" for field in recognised(text.split(separator))]


@pytest.mark.parametrize(
    ("headings", "wanted"),
    [
        ("Nom;Courriel;Structure;Membre;Nom visible;Veut le compte rendu;Places;État;Rang;Reçue le",
         "name email organisation is_member shows_name wants_recap seats comes - -"),
        ("Name;E-mail;Organisation;Member;On the list;Wants the recap;Seats;Standing;Place;Registered on",
         "name email organisation is_member shows_name wants_recap seats comes - -"),
        ("Name;Status;Language of the e-mails", "name comes language"),
        ("Prénom;Nom;Adresse e-mail;Nom de la structure", "first_name last_name email organisation"),
        ("Vorname;Name;E-Mail-Adresse;Firma", "first_name last_name email organisation"),
        ("Vorname;Nachname;E-Mail", "first_name last_name email"),
        ("Nome;Cognome;Indirizzo e-mail;Lingua", "first_name last_name email language"),
        ("Nome;Posta elettronica", "name email"),
        ("Nom et prénom;Mail;Régime alimentaire;Allergies ou intolérances", "name email diet allergies"),
        ("N° de commande;Prénom;Nom de famille;Adresse e-mail;Quantité;Type de billet;Statut du participant",
         "- first_name last_name email seats - comes"),
        ("Code de la commande;Nom du participant;E-mail du participant;Entreprise;Statut", "- name email organisation comes"),
        ("Bestellnummer;Name des Teilnehmers;E-Mail des Teilnehmers;Firma;Status", "- name email organisation comes"),
        ("Order #;Attendee #;Ticket Type;Ticket #;Phone;Order Date;Buyer Email", "- - - - - - email"),
        ("Timestamp;Email 2;E-mail address verified;Secret;Price", "- - - - -"),
        ("Participant", "name"),
        ("", "-"),
    ],
)  # fmt: skip
def test_headings_are_known_in_their_languages(headings: str, wanted: str) -> None:
    assert fields(headings) == wanted.split()


@pytest.mark.parametrize(
    ("headings", "cells", "wanted"),
    [
        ("Nom;Membre", "Ana;oui", {"is_member": True}),
        ("Nom;Membre", "Ana;peut-être", {"is_member": False}),
        ("Nom;Places", "Ana;2.0", {"seats": 2}),
        ("Nom;Places", "Ana;0", {"why": "The number of seats is not one from 1 to 6."}),
        ("Nom;Places", "Ana;٣", {"why": "The number of seats is not one from 1 to 6."}),
        ("Nom;Places", "Ana;" + "9" * 5000, {"why": "The number of seats is not one from 1 to 6."}),
        ("Nom;Régime", "Ana;Végétalien·ne", {"diet": "vegan", "allergies": ""}),
        ("Nom;Régime", "Ana;Mange de tout", {"diet": "everything", "allergies": ""}),
        ("Nom;Régime", "Ana;sans porc", {"diet": "", "allergies": "sans porc"}),
        ("Nom;Régime", "Ana;végé et poisson cru", {"diet": "vegetarian", "allergies": "végé et poisson cru"}),
        ("Nom;Courriel", "Ana;Ana@EXAMPLE.org", {"email": "Ana@example.org"}),
        ("Nom;Courriel", "Ana;mailto:ana@example.org", {"email": "ana@example.org"}),
        ("Nom;Courriel", "Ana;ana@example.org, bo@example.org", {"why": "The e-mail address is not written right."}),
        ("Nom;Statut", "Ana;Canceled (paid fee)", {"why": "Does not come, says the file."}),
        ("Nom;Statut", "Ana;Ne participe pas", {"why": "Does not come, says the file."}),
        ("Nom;Statut", "Ana;Liste d’attente", {"why": ""}),
        ("Nom;Langue", "Ana;de-informal", {"language": "de"}),
        ("Nom;Langue", "Ana;Klingon", {"language": ""}),
        ("Nom", "…", {"why": "The name is missing."}),
    ],
)
def test_cells_are_read_as_people_mean_them(headings: str, cells: str, wanted: dict[str, Any]) -> None:
    found = read(headings, cells)
    assert {name: found[name] for name in wanted} == wanted
