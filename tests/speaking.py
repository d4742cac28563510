"""A speaker with a private link, and what they and the organisers do with their pages, in a line each."""

import html
import re
from io import BytesIO
from typing import Any

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from lunchkit.events.models import Event
from lunchkit.platform.db import db
from lunchkit.platform.links import public
from lunchkit.speakers.actions import add_speaker, approve_page, issue_link
from lunchkit.speakers.forms import SpeakerDetails
from lunchkit.speakers.models import Appearance, Speaker
from lunchkit.speakers.queries import private_link
from tests.attendee import hidden_fields
from tests.conftest import csrf_of


def speak(
    event: Event, name: str = "Laura Tocmacov", role: str = "directrice", organisation: str = "ImpactIA"
) -> Appearance:
    """Somebody speaks at a lunch."""
    return add_speaker(event, SpeakerDetails(name, role, organisation))


def link_of(speaker: Speaker, *, fresh: bool = True) -> str:
    """The path of a speaker's private link, made if asked for."""
    if fresh:
        issue_link(speaker)
    link = private_link(again(speaker))
    assert link is not None
    return link.removeprefix(public("site.home").rstrip("/"))


def again(speaker: Speaker) -> Speaker:
    """The speaker as the database has them now."""
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Speaker).where(Speaker.id == speaker.id)).one()


def form_of(client: FlaskClient, path: str, action: str = "") -> dict[str, str]:
    """What a browser would send that opened the form at a path and changed nothing; ``action`` if there are several."""
    page = client.get(path).text.split("<main")[1]
    forms = page.split("<form")
    page = next((form for form in forms if action and f'action="{action}"' in form.partition(">")[0]), page)
    found = hidden_fields(page)
    for tag in re.findall(r"<input [^>]*>", page):
        field = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if field.get("type") in ("text", "url", "email", None):
            found[field["name"]] = html.unescape(field.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]* name="([\w-]+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = html.unescape(text)
    return found


def write(client: FlaskClient, link: str, **changes: str) -> TestResponse:
    """A speaker changes their page and saves the draft."""
    answer = client.post(f"{link}/page", data=form_of(client, f"{link}/page") | changes)
    db.session.rollback()
    db.session.expire_all()
    return answer


def submit(client: FlaskClient, link: str) -> TestResponse:
    """A speaker looks at the preview and submits what they see."""
    return client.post(f"{link}/submission", data=hidden_fields(client.get(f"{link}/preview").text))


def approve(speaker: Speaker) -> None:
    """An organiser publishes what the speaker submitted."""
    approve_page(again(speaker), speaker.version)


def photo(width: int = 400, height: int = 500) -> bytes:
    """A picture as a camera makes it, with more grain than any face has, so that it weighs something."""
    grain = Image.effect_noise((width // 10, height // 10), 40).resize((width, height), Image.Resampling.BICUBIC)
    light = Image.linear_gradient("L").resize((width, height))
    file = BytesIO()
    Image.merge("RGB", (Image.blend(light, grain, 0.5), grain, light)).save(file, "JPEG", quality=90)
    return file.getvalue()


def send_photo(
    client: FlaskClient, link: str, data: bytes | None = None, page: str = "portrait", **words: str
) -> TestResponse:
    """Somebody uploads a portrait."""
    form: dict[str, Any] = {"portrait_alt": "Laura rit.", "portrait_credit": "", **words}
    if data is not None:
        form["picture"] = FileStorage(BytesIO(data), "IMG_0001.JPG")
    boundary, body = encode_multipart(form)
    return client.post(f"{link}/{page}", data=body, content_type=f'multipart/form-data; boundary="{boundary}"')


def organise(client: FlaskClient, path: str, page: str, **data: str) -> TestResponse:
    """An organiser fills in a form of a page and sends it."""
    answer = client.post(path, data=form_of(client, page, path) | {"csrf_token": csrf_of(client, page)} | data)
    db.session.rollback()
    db.session.expire_all()
    return answer


def tables() -> dict[str, list[tuple[object, ...]]]:
    """Every row of the database."""
    db.session.rollback()
    return {
        table.name: sorted((tuple(map(repr, row)) for row in db.session.execute(select(table))), key=repr)
        for table in db.metadata.sorted_tables
    }
