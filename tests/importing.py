"""Files of people as other programs write them, and the trip of an organiser who imports one. All people are made up."""

import csv
from io import BytesIO, StringIO
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse
from xlsxwriter import Workbook

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.registrations.imports.columns import recognised
from lunchkit.registrations.imports.entries import read_entries
from lunchkit.registrations.models import Registration
from tests.conftest import csrf_of

NO_WISH = {"sends_letters": False, "language": "fr"}
"""The options of an import as the form has them at first."""
HELLOASSO = (
    "Référence commande;Date de la commande;Statut de la commande;Nom participant;Prénom participant;Nom payeur;"
    "Prénom payeur;Email payeur;Raison sociale;Moyen de paiement;Billet;Numéro de billet;Tarif;Montant tarif;Code Promo;"
    "Montant code promo;Régime alimentaire\r\n"
    "101;03/05/2027 09:12;Validé;POIREAU;Camille;POIREAU;Camille;camille@example.org;L’Épi;Gratuit;;9001;Table;0,00;;;Végétarien\r\n"
    "101;03/05/2027 09:12;Validé;FENOUIL;Robin;POIREAU;Camille;camille@example.org;L’Épi;Gratuit;;9002;Table;0,00;;;Sans noix\r\n"
    "102;04/05/2027 18:40;Remboursé;SALSIFIS;Lou;SALSIFIS;Lou;lou@example.org;;Gratuit;;9003;Table;0,00;;;\r\n"
)
EVENTBRITE = (
    "Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Group,Order Type,Currency,"
    "Total Paid,Fees Paid,Eventbrite Fees,Eventbrite Payment Processing,Attendee Status,Home City,Job Title,Company\n"
    '1,11/29/26 22:28,Ada,Radis,ada@example.org,1,,General Admission,7,,Free Order,CHF,0,0,0,0,Attending,"Genève, GE",,Jardin SA\n'
    "2,11/29/26 22:54,Bo,Panais,bo@example.org,1,,General Admission,8,,Free Order,CHF,0,0,0,0,Not Attending,Bern,,\n"
    "3,11/29/26 22:59,Zoé,Cardon,zoe@example.org,1,,General Admission,9,,Free Order,CHF,0,0,0,0,Checked In,Bern,,Ruche\n"
)
PRETIX = (
    '"Event slug","Order code","Position ID","Status","Email","Phone number","Order date","Order time","Product","Variation",'
    '"Price","Tax rate","Tax rule","Tax value","Attendee name","Attendee name: Given name","Attendee name: Family name",'
    '"Attendee email","Company","Address","ZIP code","City","Country","State","Voucher","Company","Invoice address name",'
    '"Sales channel","Order locale","E-mail address verified","Payment providers"\n'
    '"lunch","A1B2C","1","paid","office@example.org","","2026-11-01","10:00:00","Table","","0.00","0.00","","0.00",'
    '"Ines Oseille","Ines","Oseille","ines@example.org","","","","","","","","Coop Oseille","Olga Office","web","de","Yes",""\n'
    '"lunch","A1B2C","2","paid","office@example.org","","2026-11-01","10:00:00","Table","","0.00","0.00","","0.00",'
    '"Jan Navet","Jan","Navet","","Navet & Co","","","","","","","Coop Oseille","Olga Office","web","de","Yes",""\n'
    '"lunch","D3E4F","1","canceled","gone@example.org","","2026-11-02","10:00:00","Table","","0.00","0.00","","0.00",'
    '"Greta Gone","Greta","Gone","","","","","","","","","","","web","fr","Yes",""\n'
    '"lunch","G5H6I","1","pending","rita@example.org","","2026-11-02","10:00:00","Table","","0.00","0.00","","0.00",'
    '"","","","","","","","","","","","","Rita Rave","web","fr","Yes",""\n'
)


def as_csv(rows: list[list[str]], separator: str = ";") -> str:
    text = StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue()


def workbook(rows: list[list[Any]]) -> bytes:
    """An Excel file with one sheet, written by another hand than the one that reads it."""
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def read(headings: str, cells: str) -> dict[str, Any]:
    """What is read of one row: its entry and its details together."""
    columns = headings.split(";")
    (entry,) = read_entries(columns, recognised(columns), [(2, cells.split(";"))])
    diet = next(iter(entry.details.diets), "")
    return vars(entry) | vars(entry.details) | {"seats": entry.details.seats, "diet": diet}


def door(event: Event) -> str:
    return f"/organiser/e/{event.slug}/import"


def send(client: FlaskClient, event: Event, data: bytes | str, name: str = "liste.csv") -> TestResponse:
    """Choose a file; the answer is the preview, or the form again."""
    content = data if isinstance(data, bytes) else data.encode()
    form = {"csrf_token": csrf_of(client, door(event)), "file": (BytesIO(content), name)}
    return client.post(door(event), data=form, content_type="multipart/form-data", follow_redirects=True)


def preview(client: FlaskClient, event: Event, data: bytes | str, name: str = "liste.csv") -> str:
    """Choose a good file; returns the address of its preview."""
    answer = send(client, event, data, name)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.request.path.removesuffix("/columns")


def press(client: FlaskClient, path: str, **data: str) -> TestResponse:
    """Press the button of a preview."""
    return client.post(
        path, data={"csrf_token": csrf_of(client, path), "language": "fr", **data}, follow_redirects=True
    )


def undo(client: FlaskClient, path: str) -> TestResponse:
    return client.post(f"{path}/reversal", data={"csrf_token": csrf_of(client, path)})


def bring_in(client: FlaskClient, event: Event, data: bytes | str, name: str = "liste.csv", **wishes: str) -> str:
    """The whole trip; returns the address of what was done."""
    path = preview(client, event, data, name)
    assert press(client, path, **wishes).status_code == 200
    return path


def people(event: Event) -> list[Registration]:
    """Everybody who is registered, in the order of the queue."""
    db.session.rollback()
    db.session.expire_all()
    chosen = select(Registration).where(Registration.event_id == event.id)
    return list(db.session.scalars(chosen.order_by(Registration.queued_at, Registration.id)))


def names(event: Event, status: str | None = None) -> list[str]:
    return [one.name for one in people(event) if status in (None, one.status)]
