"""The ``lunchkit`` command. Exit status: 0 done, 1 something is wrong, 2 called wrongly."""

import json
import os
import shutil
import socket
import sys
from dataclasses import fields, replace
from pathlib import Path

import click
from flask import Flask

from lunchkit import __version__, backup, demo, doctor, schema
from lunchkit.accounts import actions as accounts
from lunchkit.accounts.queries import has_organisers, organiser_by_email, present_organisers
from lunchkit.app import create_app
from lunchkit.config import ANNOUNCEMENT, PREFIX, BadSettings, Settings, load_settings
from lunchkit.db import SAFE_SQLITE, SQLITE_DRIVER, db
from lunchkit.errors import Refusal
from lunchkit.links import public
from lunchkit.mail.actions import deliver_due
from lunchkit.upkeep.actions import erase_needs, promise_reminders, purge_people

DEMO_MARK = "this-is-a-demo"
DEMO_PORTS = range(8000, 8100)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Lunches for networks: registration, polls, recap."""


def main() -> None:
    """Run the command; what is wrong is said in a line, without a traceback."""
    try:
        cli()
    except (BadSettings, backup.BackupFailed, schema.NewerSchema) as error:
        sys.exit(f"lunchkit: {error}")
    except Refusal as refusal:
        sys.exit(f"lunchkit: {refusal.message}")


def _ready_app(settings: Settings) -> Flask:
    """The application on a database of the present schema; an empty one is filled, an older one is refused."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = create_app(settings)
    with app.app_context():
        if schema.present(db.engine) is None:
            schema.upgrade(db.engine)
        elif not schema.is_current(db.engine):
            raise schema.NewerSchema("the database has another schema than this program: run «lunchkit upgrade»")
    return app


@cli.command()
def serve() -> None:
    """Serve the real thing: the pages, and the background work."""
    settings = load_settings()
    app = _ready_app(settings)
    if db_is_unsafe(settings):
        click.echo(f"warning: SQLite {SQLITE_DRIVER.sqlite_version} may lose commits when two programs write", err=True)
    with app.app_context(), app.test_request_context():
        if not has_organisers():
            click.echo(f"Set up the first organiser within an hour: {accounts.issue_setup_link()}", err=True)
    _become_server(settings, "")


def db_is_unsafe(settings: Settings) -> bool:
    """Whether SQLite has the bug that a second writing program may meet."""
    version = tuple(map(int, SQLITE_DRIVER.sqlite_version.split(".")))
    return settings.database.startswith("sqlite:") and version < SAFE_SQLITE


def _become_server(settings: Settings, announcement: str) -> None:
    """Replace this process by the server, which must patch the standard library before it imports anything."""
    for spec in fields(Settings):
        value = getattr(settings, spec.name)
        if value != spec.default and spec.name != "secret_key":
            os.environ[PREFIX + spec.name.upper()] = str(value)
    os.environ[ANNOUNCEMENT] = announcement
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "lunchkit.serve"])  # noqa: S606


@cli.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for phones nearby.")
@click.option("--port", type=int, help="Port to listen on; the first free one from 8000 if not given.")
@click.option(
    "--instance", type=click.Path(path_type=Path), help="Folder of the demo; by default demo/ in the instance folder."
)
@click.option("--keep", is_flag=True, help="Go on with the demo that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as a first line of JSON.")
def serve_demo(host: str, port: int | None, instance: Path | None, keep: bool, as_json: bool) -> None:
    """Serve a demo: a lunch that was, one that is running, and one to come."""
    port = _free_port(host, port)
    instance = instance or Path(os.environ.get("LUNCHKIT_INSTANCE") or "instance") / "demo"
    _clear_demo(instance, keep)
    settings = replace(
        load_settings({**os.environ, "LUNCHKIT_INSTANCE": str(instance), "LUNCHKIT_DATABASE_URL": ""}),
        host=host,
        port=port,
        public_url=os.environ.get("LUNCHKIT_PUBLIC_URL") or f"http://{_reachable(host)}:{port}",
        network_name="APRÈS-GE",
        mail_host="",
        form_minimum_seconds=int(os.environ.get("LUNCHKIT_FORM_MINIMUM_SECONDS", "0")),
    )
    app = _ready_app(settings)
    with app.app_context(), app.test_request_context():
        planted = demo.find_demo(db.session()) or demo.plant_demo()
        addresses = demo_addresses(planted)
        db.engine.dispose()
    _become_server(settings, json.dumps(addresses) if as_json else _for_people(addresses))


def demo_addresses(planted: demo.Demo) -> dict[str, object]:
    """Where to look; None for what this version does not have yet."""
    return {
        "base": public("pages.home").rstrip("/"),
        "event": public("pages.event", slug=planted.coming.slug),
        "register": public("registrations.new", slug=planted.coming.slug),
        "vote": None,
        "screen": None,
        "recap": None,
        "organiser": accounts.issue_console_link(planted.organiser),
        "speakers": [],
        "feed": public("events.calendar"),
        "past": public("pages.event", slug=planted.past.slug),
        "running": public("pages.event", slug=planted.running.slug),
        "poster": public("pages.poster", slug=planted.coming.slug),
        "letters": public("organiser.mail.index"),
    }


def _for_people(addresses: dict[str, object]) -> str:
    names = {
        "base": "All lunches",
        "event": "The coming lunch",
        "register": "Register for it",
        "poster": "Its poster",
        "running": "The lunch running now",
        "past": "The lunch of 13 May",
        "feed": "Calendar feed",
        "organiser": "Sign in as organiser (once, within ten minutes)",
        "letters": "Letters in the outbox (after signing in)",
    }
    return "\n".join(
        ["", *(f"  {text + ':':<50} {addresses[key]}" for key, text in names.items()), "", "  Stop with Ctrl-C."]
    )


def _free_port(host: str, wanted: int | None) -> int:
    for port in [wanted] if wanted else DEMO_PORTS:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    sys.exit(
        f"lunchkit: port {wanted} is in use; choose another one with --port" if wanted else "lunchkit: no free port"
    )


def _reachable(host: str) -> str:
    """The address under which a phone in the same network finds this machine."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104
        return f"[{host}]" if ":" in host else host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only asks which way a packet would leave
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def _clear_demo(instance: Path, keep: bool) -> None:
    mark = instance / DEMO_MARK
    if instance.exists() and any(instance.iterdir()) and not mark.exists():
        sys.exit(f"lunchkit: {instance} holds something else than a demo; name an empty folder with --instance")
    if mark.exists() and not keep:
        shutil.rmtree(instance)
    instance.mkdir(parents=True, exist_ok=True)
    mark.touch()


@cli.command()
def upgrade() -> None:
    """Bring the database to the schema of this program, after a backup."""
    settings = load_settings()
    settings.instance.mkdir(parents=True, exist_ok=True)
    app = create_app(settings)
    with app.app_context():
        before = schema.present(db.engine)
        if before is not None and before != schema.head():
            click.echo(f"backup: {backup.back_up(settings)}")
        schema.upgrade(db.engine)
        click.echo(f"schema: {before or 'none'} -> {schema.head()}")


@cli.group()
def organiser() -> None:
    """Organisers: add one, list them, print a sign-in link."""


@organiser.command("add")
@click.argument("name")
@click.argument("email")
def organiser_add(name: str, email: str) -> None:
    """Add an organiser and print their sign-in link."""
    app = _ready_app(load_settings())
    with app.app_context(), app.test_request_context():
        click.echo(accounts.issue_console_link(accounts.add_organiser(name, email)))


@organiser.command("list")
def organiser_list() -> None:
    """List the organisers."""
    with _ready_app(load_settings()).app_context():
        for person in present_organisers():
            click.echo(f"{person.name} <{person.email}>")


@organiser.command("link")
@click.argument("email")
def organiser_link(email: str) -> None:
    """Print a sign-in link: ten minutes, once."""
    app = _ready_app(load_settings())
    with app.app_context(), app.test_request_context():
        person = organiser_by_email(email)
        if person is None:
            sys.exit(f"lunchkit: no organiser has the address {email}")
        click.echo(accounts.issue_console_link(person))


@cli.command()
def deliver() -> None:
    """Send the letters that are due, reminders included, and stop: for a timer beside the server, or instead of it."""
    app = _ready_app(load_settings())
    with app.app_context():
        promise_reminders()
        sent = 0
        while batch := deliver_due():
            sent += batch
        click.echo(f"{sent} letters sent")


@cli.command()
def purge() -> None:
    """Erase food and access needs, and people, of the lunches whose day for it has come."""
    with _ready_app(load_settings()).app_context():
        click.echo(f"{erase_needs()} needs and {purge_people()} people erased")


@cli.command("backup")
@click.argument("target", type=click.Path(path_type=Path), required=False)
def make_backup(target: Path | None) -> None:
    """Write a checked copy of the database, while it is in use."""
    click.echo(str(backup.back_up(load_settings(), target)))


@cli.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(source: Path) -> None:
    """Put a copy in the place of the database. Stop the server first."""
    kept = backup.restore(load_settings(), source)
    click.echo(f"restored from {source}" + (f"; the database of before is {kept}" if kept else ""))


@cli.command("doctor")
def run_doctor() -> None:
    """Say what is wrong, and what to do about it."""
    settings = load_settings()
    app = create_app(settings)
    with app.app_context():
        findings = doctor.examine(settings)
    for finding in findings:
        click.echo(f"{'ok ' if finding.is_fine else '!! '} {finding.text}")
    sys.exit(0 if all(finding.is_fine for finding in findings) else 1)


@cli.command("settings")
def show_settings() -> None:
    """List all settings, with their defaults."""
    for spec in fields(Settings):
        click.echo(f"{PREFIX}{spec.name.upper()}  (default: {spec.default!s:.60})\n    {spec.metadata['help']}")
