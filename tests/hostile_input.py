"""What ill-meaning and broken clients send, at random but the same each time; and a wire that carries any of it."""

import io
import random
import sys
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, quote_from_bytes

from flask import Flask

from tests import hostile_words as words

HOST = "lunch.example"
URLENCODED = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One request, as raw as it gets."""

    method: str
    path: bytes
    query: bytes = b""
    body: bytes = b""
    content_type: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    """What must be given back where the form comes back."""


@dataclass(frozen=True)
class Reply:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def text(self) -> str:
        """The body; raises UnicodeDecodeError where it is no UTF-8."""
        return self.body.decode()

    def header(self, name: str) -> str:
        """The value of a header, empty where it is missing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")


def send(app: Flask, request: Request) -> Reply:
    """Hand a request to the application as a server would, without a client's good manners."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": request.path.decode("latin-1"),
        "QUERY_STRING": request.query.decode("latin-1"),
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_HOST": HOST,
    }
    if request.content_type is not None:
        environ["CONTENT_TYPE"] = request.content_type
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_LENGTH", "CONTENT_TYPE") else f"HTTP_{key}"] = value
    return Context().run(_call, app, environ)


def _call(app: Flask, environ: dict[str, Any]) -> Reply:
    started: list[Any] = []
    answer = app.wsgi_app(environ, lambda status, headers, _exc=None: started.extend((status, headers)))
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return Reply(int(started[0].split()[0]), started[1], body)


def escaped(text: str, safe: str = "") -> bytes:
    """Percent-encoded UTF-8; surrogates go as the bytes that they would be."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe).encode()


class Dice:
    """Makes hostile requests; the same number makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def text(self) -> str:
        """Something that nobody should type, up to 10,000 characters."""
        pick = self.random.choice
        kind = self.random.random()
        if kind < 0.05:
            return pick(("a", "é", "<", "\u202e", " ", "-", "🍅")) * pick((101, 300, 10_000))
        parts = [
            pick(
                pick(
                    (
                        words.MARKUP,
                        words.MARKUP,
                        words.BREAKS,
                        words.DIRECTIONS,
                        words.FORMULAS,
                        words.SCRIPTS,
                        words.NUMBERS,
                        words.PLAIN,
                    )
                )
            )
            for _ in range(pick((0, 1, 1, 2, 3)))
        ]
        return "".join(parts)

    def short_text(self) -> str:
        """A hostile text that the form will take, so that it comes to be stored and shown."""
        pick = self.random.choice
        return pick(words.PLAIN) + "".join(
            pick(pick((words.MARKUP, words.BREAKS, words.DIRECTIONS, words.SCRIPTS))) for _ in range(2)
        )

    def email(self) -> str:
        if self.random.random() < 0.1:
            return self.text()
        return self.random.choice(("p{0}@example.org", *words.ADDRESSES)).format(self.random.randrange(10**6))

    def pairs(self, stamp: str) -> list[tuple[str, str]]:
        """The fields of the registration form: some right, some wrong, some missing, doubled or never asked for."""
        rolled = self.random.random
        sound = 1.0 if rolled() < 0.5 else 0.6
        pairs: list[tuple[str, str]] = []
        for name in words.FIELDS:
            if rolled() < 0.15 * (1 - sound):
                continue
            pairs.append((name, self.value(name, sound)))
            if rolled() < 0.04:
                pairs.append((name, self.value(name, sound)))
        pairs.append(("stamp", stamp if rolled() < 0.85 else self.broken(stamp)))
        pairs += [(name, self.text()) for name in words.HIDDEN[:3] if rolled() < 0.05]
        pairs += [
            (self.random.choice(words.COLUMNS), self.random.choice((*words.NUMBERS, "seated", "1999-01-01")))
            for _ in range(3)
        ]
        return pairs

    def value(self, name: str, sound: float) -> str:
        """A value for a field of the registration form, one that it takes with the given probability."""
        good = self.random.random() < sound
        if name == "email":
            return f"p{self.random.randrange(10**6)}@example.org" if good else self.email()
        if name in ("name", "organisation", "allergies", "access"):
            return self.short_text() if good else self.text()
        if name.startswith("diets"):
            return self.random.choice(("vegan", "vegetarian", "everything")) if good else self.text()
        if name == "companions":
            return self.random.choice("012") if good else self.random.choice(words.NUMBERS)
        return self.random.choice(("y", "", "false", "on", "0"))

    def organiser_pairs(self) -> list[tuple[str, str]]:
        """All fields of all organisers' forms, each with a good answer or not."""
        sound = self.random.choice((0.3, 0.95))
        wrong = (words.NUMBERS, words.MOMENTS, (self.text(), self.text(), self.short_text()))
        return [
            (name, good if self.random.random() < sound else self.random.choice(self.random.choice(wrong)))
            for name, good in words.ORGANISER_FIELDS.items()
            if self.random.random() < 0.98
        ] + [(name, value) for name, value in self.pairs("x") if name.startswith(("diets", "companions", "access"))]

    def broken(self, stamp: str) -> str:
        """A stamp that must not hold."""
        cut = self.random.randrange(len(stamp))
        swapped = stamp[:cut] + "A" + stamp[cut + 1 :]
        made_up = ("", "null", "[]", words.SURROGATE, stamp[:cut], stamp + ".x", "é" + stamp, self.text())
        return self.random.choice((swapped, *made_up))

    def posted(self, path: str, pairs: list[tuple[str, str]]) -> Request:
        """A form, in one of the ways in which forms travel."""
        roll = self.random.random()
        if roll < 0.8:
            body = b"&".join(escaped(name) + b"=" + escaped(value) for name, value in pairs)
            if roll < 0.03:
                body = body.replace(b"%", b"%%", 3) + b"&name=%ED%A0%80&%C3=%28%FF&&=&;"
            typed = {} if roll < 0.03 or len(body) > 60_000 else _first_values(pairs)
            return Request("POST", path.encode(), body=body, content_type=URLENCODED, typed=typed)
        if roll < 0.97:
            return self.multipart(path, pairs)
        kind = self.random.choice(
            ("application/json", "text/plain", "text/xml", "multipart/form-data", "\xff", "a/b;charset=\x00")
        )
        return Request("POST", path.encode(), body=b'{"name": "<canary>"}', content_type=kind)

    def multipart(self, path: str, pairs: list[tuple[str, str]]) -> Request:
        """A form in parts: sometimes too many, with files where none are asked for, or with a broken frame."""
        pairs = pairs * self.random.choice((1, 1, 1, 12))
        body = b""
        for name, value in pairs:
            filename = b'; filename="x.html"' if self.random.random() < 0.1 else b""
            label = quote(name, safe="").encode()
            body += b'--cut\r\nContent-Disposition: form-data; name="' + label + b'"' + filename + b"\r\n\r\n"
            body += value.encode("utf-8", "surrogatepass") + b"\r\n"
        body += self.random.choice((b"--cut--\r\n", b"--cut--\r\n", b"--cut", b"\r\n\r\n\xff", b""))
        return Request("POST", path.encode(), body=body, content_type="multipart/form-data; boundary=cut")

    def segment(self) -> bytes:
        """One part of a path, decoded as a server would hand it over."""
        if self.random.random() < 0.05:
            return self.text().encode("utf-8", "surrogatepass")[:2000].replace(b"/", b"")
        return self.random.choice(words.SEGMENTS)

    def query(self) -> bytes:
        pick = self.random.choice
        pairs = [escaped(pick(words.PARAMETERS)) + b"=" + escaped(self.text()[:300]) for _ in range(pick((0, 1, 2, 3)))]
        broken = (b"\xff\xfe=\xed\xa0\x80", b"%ED%A0%80=%00", b"&&&=&;?%zz", b"a" * 3000, b"lang=fr&lang=xx")
        pairs += pick(([], [], *([one] for one in broken)))
        return b"&".join(pairs)

    def headers(self) -> dict[str, str]:
        """Headers that lie, are broken, or are far too long."""
        pick = self.random.choice
        return {name: pick(words.HEADERS[name]) for name in self.random.sample(list(words.HEADERS), pick((1, 1, 2, 5)))}


def _first_values(pairs: list[tuple[str, str]]) -> dict[str, str]:
    first: dict[str, str] = {}
    for name, value in pairs:
        first.setdefault(name, value)
    return first
