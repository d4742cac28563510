"""The folder, port and settings of a demo, which never touch those of a real instance."""

import shutil
import socket
from collections.abc import Mapping
from gettext import gettext as _
from pathlib import Path

from lunchkit.demo.actions import Demo
from lunchkit.platform.config import BadSettings, full_name
from lunchkit.platform.instance import SERVED, USED
from lunchkit.platform.links import public
from lunchkit.room.actions import room_of
from lunchkit.speakers.queries import appearances
from lunchkit.team.sign_in.actions import issue_console_link

MARK = "this-is-a-demo"
NETWORK = "APRÈS-GE"
PORTS = range(8000, 8100)  # the first free one, where none is asked for


def decided_settings(
    environment: Mapping[str, str], instance: Path, host: str, port: int, public_url: str | None
) -> dict[str, str]:
    """Environment variables that keep the demo away from the real database, mail server and address."""
    own = {
        "instance": str(instance), "database_url": "", "workers": "1", "host": host, "port": str(port),
        "public_url": public_url or f"http://{_reachable(host)}:{port}", "mail_host": "",
    }  # fmt: skip
    name = full_name("form_minimum_seconds")
    return {name: environment.get(name, "0")} | {full_name(name): value for name, value in own.items()}


def require_demo(instance: Path) -> None:
    """Raise BadSettings where a folder contains something else than a demo."""
    if not (instance / MARK).exists() and _contents(instance):
        raise BadSettings(f"{instance} holds something else than a demo; name an empty folder with --instance")


def clear(instance: Path, *, keep: bool) -> None:
    """Make a locked folder a demo's; empty it unless its demo is kept."""
    instance.mkdir(parents=True, exist_ok=True)
    for path in [] if keep else _contents(instance):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    (instance / MARK).touch()


def _contents(instance: Path) -> list[Path]:
    return [path for path in instance.glob("*") if path.name not in (MARK, USED, SERVED)]


def _reachable(host: str) -> str:
    """The address under which a phone in the same network finds this machine."""
    if host != "0.0.0.0":  # noqa: S104
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which way a packet would leave
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def addresses_of(planted: Demo) -> dict[str, object]:
    """The addresses of the demo, by the keys of its JSON line."""
    room = room_of(planted.running)
    return {
        "base": public("site.home").rstrip("/"),
        "event": public("site.event", slug=planted.coming.slug),
        "register": public("registrations.new", slug=planted.coming.slug),
        "vote": public("presenter.phone", code=room.code),
        "screen": public("presenter.screen", code=room.code),
        "recap": public("recap.show", slug=planted.past.slug),
        "example": public("recap.show", slug=planted.told.slug),
        "organiser": issue_console_link(planted.organiser),
        "speakers": [
            public("speakers.show", slug=one.speaker.slug)
            for event in (planted.past, planted.told, planted.running, planted.coming)
            for one in appearances(event.id)
        ],
        "feed": public("events.calendar"),
        "past": public("site.event", slug=planted.past.slug),
        "running": public("site.event", slug=planted.running.slug),
        "poster": public("site.poster", slug=planted.coming.slug),
        "letters": public("organiser.outbox.index"),
    }


def for_people(addresses: dict[str, object]) -> str:
    """The addresses as lines of text."""
    labels = {
        "base": _("All lunches"),
        "event": _("The coming lunch"),
        "register": _("Register for it"),
        "poster": _("Its poster"),
        "running": _("The lunch running now"),
        "vote": _("Its phones (vote here)"),
        "screen": _("Its projector (sign in first to control it by keyboard)"),
        "past": _("The lunch of 13 May"),
        "recap": _("Its recap"),
        "example": _("A fictional recap, with all that one can hold"),
        "feed": _("Calendar feed"),
        "organiser": _("Sign in as organiser (once, within ten minutes)"),
        "letters": _("E-mails in the outbox (after signing in)"),
    }
    lines = [f"  {label + ':':<58} {addresses[key]}" for key, label in labels.items()]
    return "\n".join(["", *lines, "", "  " + _("Stop with Ctrl-C.")])
