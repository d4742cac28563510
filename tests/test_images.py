"""Pictures as they are kept: found by pages, served as pictures only, gone when they are taken down."""

import http.client
import logging
import threading
import time
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from flask.testing import FlaskClient
from html5lib import parseFragment
from PIL import Image
from sqlalchemy import func, select, text

from lunchkit.platform.csrf import csrf
from lunchkit.platform.db import db
from lunchkit.platform.errors import NotFound
from lunchkit.platform.images import actions, redraw
from lunchkit.platform.images.actions import erase_picture, keep_picture, put_back, take_down
from lunchkit.platform.images.intake import MOST_BYTES, read_upload
from lunchkit.platform.images.models import Picture, PictureFile
from lunchkit.platform.images.queries import any_picture_by_token_or_404, picture_by_token
from lunchkit.platform.images.redraw import Drawing
from lunchkit.platform.vacuum import vacuum
from lunchkit.platform.web import takes_pictures
from tests.server import HOST, Client, Server
from tests.uploads import bomb, saved, sight, webp_chunks

# Keeping


@pytest.fixture
def picture(app: Flask) -> Picture:
    said = {"alt": "Quatre couleurs", "credit": "Jo", "consent": "asked"}
    return keep_picture(saved(sight(700, 500)), **said)


def path_of(picture: Picture, width: int = 320) -> str:
    return f"/media/{picture.token}/{width}.webp"


def test_nobody_waits_for_the_database_while_a_picture_is_drawn(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []

    def look(data: bytes) -> Drawing:
        pool: Any = db.engine.pool
        found.append((db.session().in_transaction(), pool.checkedout()))
        return redraw.redraw(data)

    monkeypatch.setattr(actions, "redraw_picture", look)
    db.session.scalar(select(func.count()).select_from(Picture))
    assert db.session().in_transaction(), "control: the door has read something"
    keep_picture(saved(sight()), alt="x")
    assert found == [(False, 0)]


def test_a_file_is_a_picture_and_nothing_else_to_any_browser(client: FlaskClient, picture: Picture) -> None:
    db.session.expire_all()
    assert (picture.width, picture.height, picture.widths) == (700, 500, (320, 640, 700))
    assert [file.width for file in picture.files] == list(picture.widths)
    assert (picture.alt, picture.credit, picture.consent) == ("Quatre couleurs", "Jo", "asked")
    assert picture.is_shown and len(picture.token) == 22, "128 bits that nobody guesses"
    for width in picture.widths:
        answer = client.get(path_of(picture, width))
        assert answer.status_code == 200
        with Image.open(BytesIO(answer.data), formats=["WEBP"]) as image:
            assert image.width == width
        assert webp_chunks(answer.data) == [b"VP8 "]
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/media/{}/321.webp", "/media/{}/0.webp", "/media/{}/320.png", "/media/{}/320", "/media/{}/-320.webp",
        "/media/{}/99999999999999999999.webp", "/media/x/320.webp", "/media/%00/320.webp", "/media/" + "x" * 500 + "/320.webp",
        "/media/%2e%2e/320.webp", "/media/é/320.webp",
    ],
)  # fmt: skip
def test_no_other_address_has_a_file(client: FlaskClient, picture: Picture, path: str) -> None:
    assert client.get(path.format(picture.token)).status_code == 404


def test_a_take_down_is_at_once_and_can_be_undone(client: FlaskClient, picture: Picture) -> None:
    addresses = [path_of(picture, width) for width in picture.widths]
    assert {client.get(path).status_code for path in addresses} == {200}, "control"
    take_down(picture)
    when = picture.taken_down_at
    take_down(picture)
    assert picture.taken_down_at == when and {client.get(path).status_code for path in addresses} == {404}
    assert client.get(addresses[0]).headers["Cache-Control"] == "no-store"
    assert picture_by_token(picture.token) is None and any_picture_by_token_or_404(picture.token) is picture
    put_back(picture)
    assert {client.get(path).status_code for path in addresses} == {200}


def test_what_is_erased_is_gone_and_never_comes_back(client: FlaskClient, picture: Picture) -> None:
    path, other = path_of(picture), keep_picture(saved(sight(701, 500)), alt="Another")
    assert picture.files
    erase_picture(picture)
    db.session.expire_all()
    assert (picture.alt, picture.credit, picture.licence, picture.consent) == ("", "", "", "")
    assert (picture.is_erased, picture.is_shown, picture.widths, picture.files) == (True, False, (), [])
    assert client.get(path).status_code == 404
    with pytest.raises(NotFound):
        any_picture_by_token_or_404(picture.token)
    for verb in (put_back, take_down, erase_picture):
        with pytest.raises(NotFound):
            verb(picture)
    assert {file.picture_id for file in db.session.scalars(select(PictureFile))} == {other.id}
    assert client.get(path_of(other)).status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_of_what_is_erased_no_byte_stays_on_the_disk(app: Flask, picture: Picture) -> None:
    settings = app.extensions["lunchkit_settings"]
    data = db.session.scalar(select(PictureFile.data).where(PictureFile.width == 700)) or b""
    piece = data[300:364]

    def on_disk() -> bool:
        db.session.rollback()
        with db.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        return any(piece in path.read_bytes() for path in settings.instance.glob("lunchkit.sqlite*"))

    assert len(piece) == 64 and on_disk(), "control"
    erase_picture(picture)
    db.session.rollback()
    assert vacuum()
    assert not on_disk()


MACRO = "{% from 'macros/pictures.html' import picture %}"


def test_the_macro_offers_every_width_and_says_what_is_shown(app: Flask, picture: Picture) -> None:
    picture.alt = 'Une "table" <b>dressée</b> à midi !'
    with app.test_request_context():
        html = render_template_string(
            MACRO + "{{ picture(p, '(min-width: 900px) 50vw, 100vw', class='wide') }}", p=picture
        )
        plain = render_template_string(MACRO + "{{ picture(p, '100vw', lazy=false) }}", p=picture)
    (tag,) = parseFragment(html, namespaceHTMLElements=False)
    assert tag.tag == "img" and len(tag) == 0
    assert tag.get("alt") == 'Une "table" <b>dressée</b> à midi\u202f!'
    assert tag.get("srcset") == ", ".join(f"{path_of(picture, width)} {width}w" for width in (320, 640, 700))
    assert (tag.get("src"), tag.get("sizes")) == (path_of(picture, 640), "(min-width: 900px) 50vw, 100vw")
    assert (tag.get("width"), tag.get("height"), tag.get("class")) == ("700", "500", "wide")
    assert (tag.get("loading"), tag.get("decoding")) == ("lazy", "async")
    assert "loading" not in plain and "class" not in plain and "style=" not in html
    small = keep_picture(saved(sight(250, 200)), alt="x")
    with app.test_request_context():
        html = render_template_string(MACRO + "{{ picture(p, '100vw') }}", p=small)
    assert path_of(small, 250) in html


def with_door(app: Flask) -> None:
    @takes_pictures
    def door() -> str:
        return keep_picture(read_upload(request.files.get("picture")), alt=request.form["alt"]).token

    csrf.exempt(door)
    app.add_url_rule("/test-door", view_func=door, methods=["POST"])


def form(data: bytes, name: str = "photo.jpg") -> bytes:
    """A form with a picture, as a browser sends it; its type is FORM."""
    words = b'--b\r\nContent-Disposition: form-data; name="alt"\r\n\r\nUne table\r\n'
    file = f'--b\r\nContent-Disposition: form-data; name="picture"; filename="{name}"\r\n\r\n'
    return words + file.encode() + data + b"\r\n--b--\r\n"


FORM = "multipart/form-data; boundary=b"


@pytest.mark.parametrize(
    ("data", "status", "words"),
    [
        (bomb(), 413, "at most 24 million pixels"),
        (saved(sight()) + bytes(MOST_BYTES), 413, "at most 8 MB"),
        (saved(sight(), "GIF"), 422, "JPEG, PNG or WebP"),
        (saved(sight())[:4000], 422, "JPEG, PNG or WebP"),
        (b"nothing", 422, "JPEG, PNG or WebP"),
        (saved(sight(20, 20)), 422, "at least 200 pixels"),
        (b"", 422, "Choose a picture"),
    ],
    ids=["bomb", "too heavy", "gif", "half", "words", "too small", "none"],
)
def test_who_sends_the_wrong_file_reads_a_sentence_and_nothing_of_it_stays(
    app: Flask, client: FlaskClient, data: bytes, status: int, words: str
) -> None:
    with_door(app)
    answer = client.post("/test-door?lang=en", data=form(data), content_type=FORM)
    assert answer.status_code == status
    assert words in answer.text
    assert db.session.scalar(select(func.count()).select_from(Picture)) == 0


def test_no_name_or_words_of_a_file_are_logged(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with_door(app)
    broken = saved(sight(), comment=b"Chemin des Secrets")[:4000]
    with caplog.at_level(logging.DEBUG):
        client.post("/test-door", data=form(broken, "Camille Poireau.jpg"), content_type=FORM)
    assert "could not be drawn" in caplog.text, "control"
    assert "Camille" not in caplog.text and "Secrets" not in caplog.text


SERVE = """
from lunchkit import serve
from lunchkit.cli import instance
from tests import test_images
made = instance.create_app
def create_app(*args):
    app = made(*args)
    test_images.with_door(app)
    return app
instance.create_app = create_app
serve.main()
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True, scope="session")
def test_the_real_server_draws_pictures_and_serves_others_meanwhile(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    monkeypatch.chdir(elsewhere)
    data = saved(Image.effect_noise((1600, 1200), 90).convert("RGB"), quality=80)
    answers: list[tuple[int, bytes]] = []

    def send(port: int, picture: bytes) -> None:
        with closing(http.client.HTTPConnection(HOST, port, timeout=60)) as connection:
            connection.request("POST", "/test-door", form(picture), {"Content-Type": FORM})
            answer = connection.getresponse()
            answers.append((answer.status, answer.read()))

    with Server(tmp_path, {"SECRET_KEY": "k" * 40}, launcher=("-c", SERVE)) as server, Client(server.port) as client:
        pictures = [data, data, data[: len(data) // 2]]
        senders = [threading.Thread(target=send, args=(server.port, picture)) for picture in pictures]
        for sender in senders:
            sender.start()
        asked = 0
        while any(sender.is_alive() for sender in senders):
            assert client.get("/healthz").status == 200
            asked += not answers
            time.sleep(0.02)
        assert sorted(status for status, _ in answers) == [200, 200, 422], server.log.read_text()
        assert asked > 0, "others are served while the first pictures are drawn"
        token = next(body for status, body in answers if status == 200).decode()
        assert webp_chunks(client.get(f"/media/{token}/1600.webp").body) == [b"VP8 "]
