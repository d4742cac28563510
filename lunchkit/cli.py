"""The ``lunchkit`` command. Exit status: 0 done, 1 something is wrong, 2 called wrongly."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import click
from flask import Flask
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from lunchkit import __version__, demo
from lunchkit.admin.retention.actions import (
    drop_old_notes,
    erase_needs,
    promise_reminders,
    purge_people,
    repeat_erasures,
)
from lunchkit.admin.system_status.checks import examine
from lunchkit.admin.system_status.database import look_at_damage, look_at_secret_key, look_at_sqlite
from lunchkit.admin.system_status.findings import Finding
from lunchkit.app import create_app
from lunchkit.demo import instance as demos
from lunchkit.platform import backup, clock, schema
from lunchkit.platform.config import (
    ANNOUNCEMENT,
    PREFIX,
    SECRET_FILE,
    BadSettings,
    Settings,
    current_settings,
    full_name,
    load_settings,
)
from lunchkit.platform.db import SQLITE_DRIVER, db
from lunchkit.platform.errors import Refusal
from lunchkit.platform.heartbeat import DAILY, clock_is_believed
from lunchkit.platform.instance import InUse, hold_as_server, holding, holding_database, make_private
from lunchkit.platform.mail.actions import ServerUnreachable, connect, deliver_due, resume
from lunchkit.platform.mail.queue import count_due
from lunchkit.platform.mail.test_email import Trial, try_line
from lunchkit.recap.actions import erase_orphaned_pictures
from lunchkit.registrations.imports.actions import forget_imports
from lunchkit.room.queries import keys
from lunchkit.room.survey.actions import close_due_feedback
from lunchkit.settings.actions import change_settings
from lunchkit.settings.in_force import follow_settings
from lunchkit.subscribers.actions import forget_old_subscribers
from lunchkit.team import actions as accounts
from lunchkit.team.errors import LastOrganiser, OwnerStays
from lunchkit.team.models import Organiser, Role
from lunchkit.team.passkeys.actions import reset_passkeys
from lunchkit.team.passkeys.errors import NothingToReset
from lunchkit.team.queries import has_organisers, organiser_by_email, present_organisers
from lunchkit.team.sign_in import actions as sign_in

WRONG = (BadSettings, backup.BackupFailed, schema.OtherSchema, demos.DemoRefused, InUse, OSError)
"""What says by itself, in a line, what is wrong."""


class DriverMissing(BadSettings):
    """The Python package that speaks with the database is not installed."""


class NoInstance(click.ClickException):
    """There is no lunchkit in this folder."""

    exit_code = 2

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"there is no lunchkit in {folder.resolve()}: name its folder in LUNCHKIT_INSTANCE, or make one with "
            "«lunchkit serve»"
        )


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Lunches for networks: registration, polls, recap."""


def main() -> None:
    """Run the command; what is wrong is said in a line, without a traceback."""
    os.umask(0o077)  # what an instance holds is nobody else's to read
    try:
        cli()
    except WRONG as error:
        sys.exit(f"lunchkit: {error}")
    except Refusal as refusal:
        sys.exit(f"lunchkit: {refusal.message}")
    except (SQLAlchemyError, SQLITE_DRIVER.Error) as error:
        sys.exit(f"lunchkit: the database refuses: {_in_a_line(error)}")


def _in_a_line(error: Exception) -> str:
    """What a database's error says, without statements and values."""
    text = str(getattr(error, "orig", None) or error).strip()
    return text.splitlines()[0] if text else type(error).__name__


def _make_app(settings: Settings) -> Flask:
    """The application. Raises DriverMissing."""
    try:
        return create_app(settings)
    except ImportError as error:  # all else is imported by now
        raise DriverMissing(f"LUNCHKIT_DATABASE_URL: {error}; pip install 'lunchkit[postgres]'") from error


def _settings_here() -> Settings:
    """The settings of the instance that is here; neither folder nor key nor database is made. Raises NoInstance."""
    settings = load_settings(make_key=False)
    is_sqlite = settings.database.startswith("sqlite:")
    if not (backup.sqlite_path(settings).is_file() if is_sqlite else settings.instance.is_dir()):
        raise NoInstance(settings.instance)
    return settings


def _hold(settings: Settings, *, alone: bool = False) -> None:
    """Use the instance until the command at hand has ended. Raises InUse."""
    make_private(settings.instance)
    context = click.get_current_context()
    context.with_resource(holding(settings.instance, context.info_name or "", alone=alone))


def _open_app(settings: Settings, *, alone: bool = False) -> tuple[Flask, str | None]:
    """The application, its database held until the command has ended, and the schema found there. Raises InUse."""
    app = _make_app(settings)
    with app.app_context():
        click.get_current_context().with_resource(holding_database(db.engine, alone=alone))
        return app, schema.present(db.engine)


def _app_here(*, needs_key: bool = True) -> Flask:
    """The application of the instance that is here, held until the command has ended.

    Raises NoInstance, InUse, OtherSchema, and BadSettings where it lacks the secret key that it needs.
    """
    settings = _settings_here()
    _hold(settings)
    app, found = _open_app(settings)
    _require_schema(settings, found)
    if needs_key:
        _require_key(settings)
    with app.app_context():
        follow_settings()
    return app


def _require_schema(settings: Settings, found: str | None) -> None:
    """Raise NoInstance for an empty database, OtherSchema for one of another version."""
    if found is None:
        raise NoInstance(settings.instance)
    schema.require_current(found)


def _require_key(settings: Settings) -> None:
    """Raise where a database has lost the secret key that links and tickets in e-mails were made with."""
    if not settings.secret_key:
        raise BadSettings(
            f"the secret key of this database is missing: put it back as {settings.instance.resolve() / SECRET_FILE}; "
            "if it is lost for good, run «lunchkit serve --new-key»: links and tickets in earlier e-mails are lost too"
        )


def _app_to_serve(settings: Settings, *, new_key: bool = False) -> Flask:
    """The application on a database of the present schema; an empty one is filled, and gets a secret key."""
    app, found = _open_app(settings)
    if found is None:
        with app.app_context():
            schema.upgrade(db.engine)
    else:
        schema.require_current(found)
    if found is not None and not new_key:
        _require_key(settings)
    return app if settings.secret_key else _make_app(load_settings())


@cli.command()
@click.option("--new-key", is_flag=True, help="The secret key is lost: make another one. Earlier links then are lost.")
def serve(new_key: bool) -> None:
    """Serve the real thing: the pages, and the background work."""
    settings = load_settings(make_key=False)
    make_private(settings.instance)
    hold_as_server(settings)
    demos.require_port(settings.host, settings.port)
    app = _app_to_serve(settings, new_key=new_key)
    with app.app_context(), app.test_request_context():
        keys().prepare()
        follow_settings()
        _warn(look_at_damage(settings) or look_at_secret_key(current_settings()))
        _warn(look_at_sqlite())
        repeat_erasures()
        if not has_organisers():
            click.echo(_welcome(sign_in.issue_setup_link(), current_settings()), err=True)
    _become_server(settings.instance, {}, "")


def _welcome(link: str, settings: Settings) -> str:
    """What a newcomer reads at the first start: the one link, alone on its line."""
    with force_locale(settings.language):
        lines = [
            _("Nobody is at home yet. Open this link in a browser: it asks for all that is needed."),
            "",
            link,
            "",
            _("It is good for one hour and once; a later start prints a new one."),
        ]
        if not settings.has_address:
            lines.append(
                _(
                    "Is your browser on another machine? Then put the name of this machine in the place of %(here)s.",
                    here=settings.address,
                )
            )
    return "\n".join(["", *lines, ""])


def _become_server(instance: Path, decided: Mapping[str, str], announcement: str) -> None:
    """Replace this process by the server, which must patch the standard library before it imports anything.

    It reads the environment and the `.env` file of the instance by itself. Handed over is only what was ``decided``
    here, by full names: no file and no page changes that. The instance is, since the folder may be named otherwise.
    """
    os.environ.update(decided)
    os.environ[full_name("instance")] = str(instance.resolve())
    os.environ[ANNOUNCEMENT] = announcement
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "lunchkit.serve"])  # noqa: S606


@cli.command("demo")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; 0.0.0.0 for phones nearby.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on; the first free one from 8000 if not given."
)
@click.option(
    "--instance", type=click.Path(path_type=Path), help="Folder of the demo; by default demo/ in the instance folder."
)
@click.option("--keep", is_flag=True, help="Go on with the demo that is there.")
@click.option("--public-url", help="Address that people reach it under, where that is not host and port.")
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as a first line of JSON.")
def serve_demo(
    host: str, port: int | None, instance: Path | None, keep: bool, public_url: str | None, as_json: bool
) -> None:
    """Serve a demo: a lunch that was, one that is running, and one to come."""
    if ":" in host:
        raise click.BadParameter("an IPv6 address cannot be served; take 127.0.0.1 or 0.0.0.0", param_hint="--host")
    port = demos.free_port(host, port)
    instance = instance or Path(os.environ.get("LUNCHKIT_INSTANCE") or "instance") / "demo"
    demos.require_demo(instance)
    make_private(instance)
    decided = demos.decided_settings(os.environ, instance, host, port, public_url)
    os.environ.pop(full_name("network_name"), None)  # of the real network
    hold_as_server(Settings(instance, host=host, port=port))
    demos.clear(instance, keep=keep)
    app = _app_to_serve(load_settings({**os.environ, **decided}))
    with app.app_context(), app.test_request_context():
        keys().prepare()
        planted = demo.find_demo(db.session()) or _plant_demo()
        addresses = demos.addresses_of(planted)
        keys().hand_over()
        db.engine.dispose()
    _become_server(instance, decided, json.dumps(addresses) if as_json else demos.for_people(addresses))


def _plant_demo() -> demo.Demo:
    change_settings({"network_name": demos.NETWORK}, "")
    return demo.plant_demo()


@cli.command()
def upgrade() -> None:
    """Bring the database to the schema of this program, after a backup."""
    settings = load_settings(make_key=False)
    _hold(settings, alone=True)
    app, before = _open_app(settings, alone=True)
    with app.app_context():
        if before is None:
            load_settings()  # the key is as old as the database
        elif before != schema.head() and not schema.is_foreign(before):
            click.echo(f"backup: {backup.back_up(settings)}")
        schema.upgrade(db.engine)
        click.echo(f"schema: {before or 'none'} -> {schema.head()}")


@cli.group()
def organiser() -> None:
    """The team: add somebody, list them, print a sign-in link, hand over the house, reset passkeys, remove somebody."""


@organiser.command("add")
@click.argument("name")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([Role.HELPER.value, Role.ORGANISER.value]),
    default=Role.ORGANISER.value,
    show_default=True,
    help="A helper checks people in and sees nothing else. The first one of a house owns it, whatever is said here.",
)
def organiser_add(name: str, email: str, role: str) -> None:
    """Add somebody to the team and print their sign-in link."""
    app = _app_here()
    with app.app_context(), app.test_request_context():
        click.echo(sign_in.issue_console_link(accounts.add_organiser(name, email, role=Role(role))))


@organiser.command("list")
def organiser_list() -> None:
    """List the team, each with their role."""
    with _app_here().app_context():
        for person in present_organisers():
            click.echo(f"{person.name} <{person.email}> {person.role}")


@organiser.command("owner")
@click.argument("email")
def organiser_owner(email: str) -> None:
    """Make somebody the owner of the house; whoever was it stays as an organiser."""
    with _app_here().app_context():
        person = _known_organiser(email)
        accounts.hand_over(person)
        click.echo(f"the house is {person.name}'s <{person.email}>")


@organiser.command("link")
@click.argument("email")
def organiser_link(email: str) -> None:
    """Print a sign-in link: ten minutes, once."""
    app = _app_here()
    with app.app_context(), app.test_request_context():
        click.echo(sign_in.issue_console_link(_known_organiser(email)))


@organiser.command("reset-passkeys")
@click.argument("email")
def organiser_reset_passkeys(email: str) -> None:
    """Take somebody's passkeys and recovery codes away: their devices are lost, and the letter alone lets them in."""
    with _app_here().app_context():
        person = _known_organiser(email)
        try:
            reset_passkeys(person)
        except NothingToReset as refusal:
            sys.exit(f"lunchkit: {refusal.message}")
        click.echo(f"the letter alone lets {person.name} <{person.email}> in")


@organiser.command("remove")
@click.argument("email")
@click.option("--last", is_flag=True, help="Remove even the last one: then nobody can sign in.")
def organiser_remove(email: str, last: bool) -> None:
    """Take an organiser's access away at once: their sessions end, their links die."""
    with _app_here().app_context():
        person = _known_organiser(email)
        try:
            accounts.remove_organiser(person, spare_last=not last)
        except LastOrganiser as refusal:
            sys.exit(f"lunchkit: {refusal.message} --last removes them all the same.")
        except OwnerStays as refusal:
            sys.exit(f"lunchkit: {refusal.message} «lunchkit organiser owner EMAIL» hands it over.")
        click.echo(f"removed {person.name} <{person.email}>")


def _known_organiser(email: str) -> Organiser:
    person = organiser_by_email(email)
    if person is None:
        sys.exit(f"lunchkit: no organiser has the address {email}")
    return person


@cli.command()
def deliver() -> None:
    """Send the letters that are due, reminders included, and stop: for a timer beside the server, or instead of it."""
    with _app_here().app_context():
        settings = current_settings()
        clock_is_believed()
        promise_reminders()
        due = count_due()
        if due:
            _try_mail_server(settings, due)
        resume()
        sent = 0
        while batch := deliver_due():
            sent += batch
        click.echo(f"{sent} letters sent")
        left = count_due()
    if left:
        sys.exit(f"lunchkit: letters still due: {left}; the mail server or the database failed on the way")


def _try_mail_server(settings: Settings, due: int) -> None:
    if not settings.mail_host:
        sys.exit(f"lunchkit: letters due: {due}; no mail server is set (LUNCHKIT_MAIL_HOST)")
    try:
        connect(settings).close()
    except ServerUnreachable as error:
        sys.exit(f"lunchkit: letters due: {due}; the mail server cannot be used: {error}")


@cli.command()
@click.option("--clock-is-right", is_flag=True, help="Erase although nobody has looked at the clock for a day.")
def purge(clock_is_right: bool) -> None:
    """Erase needs and people of the lunches whose day for it has come, and pictures that have no place any more."""
    with _app_here(needs_key=False).app_context():
        if not clock_is_believed(DAILY, vouched=clock_is_right):
            sys.exit(
                f"lunchkit: nothing erased: it is {clock.now():%Y-%m-%d %H:%M} UTC, which does not go on from the last "
                "run within a day. If that is right, add --clock-is-right; else run this once more in a day"
            )
        forget_imports()
        forget_old_subscribers()
        repeat_erasures()
        drop_old_notes()
        needs, pictures, people = erase_needs(), erase_orphaned_pictures(), purge_people()
        close_due_feedback()  # what phones wrote goes with the names, also where no server runs
        click.echo(f"{needs} needs, {pictures} pictures and {people} people erased")


@cli.command("backup")
@click.argument("target", type=click.Path(path_type=Path), required=False)
def make_backup(target: Path | None) -> None:
    """Write a checked copy of the database, while it is in use."""
    settings = _settings_here()
    _hold(settings)
    click.echo(str(backup.back_up(settings, target)))
    backup.drop_old_copies(settings)


@cli.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(source: Path) -> None:
    """Put a copy in the place of the database, or make an instance of it. Stop the server first."""
    settings = load_settings(make_key=False)
    _hold(settings, alone=True)
    kept = backup.restore(settings, source)
    click.echo(f"restored from {source}" + (f"; the database of before is {kept}" if kept else ""))
    with _make_app(settings).app_context():
        if schema.is_current(db.engine):  # else when the server starts, which asks for «lunchkit upgrade» first
            click.echo(f"{repeat_erasures()} people erased again")
            _warn(look_at_secret_key(settings))


def _warn(finding: Finding | None) -> None:
    if finding is not None:
        click.echo(f"warning: {finding.text} {finding.advice}", err=True)


@cli.command("doctor")
def run_doctor() -> None:
    """Say what is wrong, and what to do about it. The whole database is read, and the mail server is asked."""
    settings = _settings_here()
    app = _make_app(settings)
    with app.app_context():
        if look_at_damage(settings) is None:
            _require_schema(settings, schema.present(db.engine))
            follow_settings()
        findings = examine(current_settings(), _try_mail())
        for finding in findings or [Finding(_("All is well."), "")]:
            click.echo(f"{'!!' if findings else 'ok'}  {finding.text}")
            if finding.advice:
                click.echo(f"      {finding.advice}{f' ({finding.setting})' if finding.setting else ''}")
    sys.exit(1 if findings else 0)


def _try_mail() -> Trial | None:
    return try_line(current_settings()) if current_settings().mail_host else None


@cli.command("settings")
def show_settings() -> None:
    """List all settings, with their defaults."""
    for spec in fields(Settings):
        click.echo(f"{PREFIX}{spec.name.upper()}  (default: {spec.default!s:.60})\n    {spec.metadata['help']}")
