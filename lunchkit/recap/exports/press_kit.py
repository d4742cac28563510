"""The press kit: one file with all that an editor needs. The same recap gives the same bytes."""

import csv
import json
from collections.abc import Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from flask import render_template

from lunchkit.events.models import Event
from lunchkit.platform.links import public
from lunchkit.platform.markdown import plain
from lunchkit.platform.text import guard
from lunchkit.recap.exports.data import items_of
from lunchkit.recap.exports.licence import licence_terms
from lunchkit.recap.exports.sharing import card_of
from lunchkit.recap.sections import SectionKind
from lunchkit.recap.view_models import Article
from lunchkit.room.polls.exports import result_csv, view_from_json

_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The day that a ZIP file gives to what has none."""


def press_kit(event: Event, article: Article, data: dict[str, Any]) -> bytes:
    """The ZIP file, its words for people in the reader's language; ``data`` is the recap's JSON."""
    polls = {each["result"]["position"]: each for each in data["sections"] if each.get("result")}
    results = {number: _results(event, poll) for number, poll in polls.items()}
    files = _files(event, article, data)
    files["README.txt"] = _text("readme", event, article, files=sorted(files), results=results, polls=polls.values())
    for made in results.values():
        files |= made
    whole = BytesIO()
    with ZipFile(whole, "w", ZIP_DEFLATED, compresslevel=9) as kit:
        for name, body in sorted(files.items()):
            entry = ZipInfo(f"{event.slug}/{name}", _ALWAYS)
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, 0o644 << 16, 3
            kit.writestr(entry, body)
    return whole.getvalue()


def _files(event: Event, article: Article, data: dict[str, Any]) -> dict[str, bytes]:
    figures = items_of(data, SectionKind.FIGURES)
    texts = [each["fields"]["text"] for each in data["sections"] if each["kind"] == SectionKind.INTRODUCTION]
    return {
        "LICENCE.txt": _text("licence", event, article),
        "boilerplate.txt": _text("boilerplate", event, article, texts=map(plain, texts)),
        "contacts.txt": _text("contacts", event, article, speakers=items_of(data, SectionKind.SPEAKERS)),
        "picture.png": card_of(event, article),
    } | ({"figures.csv": _figures(figures)} if figures else {})


def _text(name: str, event: Event, article: Article, **more: object) -> bytes:
    text = render_template(
        f"recap/kit/{name}.txt",
        event=event,
        article=article,
        address=public("recap.show", slug=event.slug),
        terms=licence_terms(event, article.licence),
        **more,
    )
    return (text.strip() + "\n").replace("\n", "\r\n").encode()


def _figures(figures: Sequence[Mapping[str, Any]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    names = ("value", "unit", "sentence", "according", "source")
    writer.writerow(names)
    writer.writerows([guard(str(item[name])) for name in names] for item in figures)
    return ("\ufeff" + text.getvalue()).encode()


def _results(event: Event, section: Mapping[str, Any]) -> dict[str, bytes]:
    """Each result that shows, as table, data and picture; and that of the first time where there is one."""
    files: dict[str, bytes] = {}
    for kept, before in ((section["before"], None), (section["result"], section["before"])):
        if kept is not None and kept["shown"]:
            view = view_from_json(kept, before)
            name = f"results/question-{kept['position']}"
            picture = render_template("polls/result.svg", event=event, poll=view, address=kept["address"])
            files |= {
                f"{name}.csv": result_csv(view).encode(),
                f"{name}.json": (json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(),
                f"{name}.svg": picture.encode(),
            }
    return files
