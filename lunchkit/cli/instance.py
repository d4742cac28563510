"""What commands do with an instance: find it, hold it, open its database, become its server."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from gettext import gettext as _
from pathlib import Path

import click
from flask import Flask

from lunchkit.admin.system_status import Problem
from lunchkit.app import create_app
from lunchkit.cli.language import speak
from lunchkit.platform import schema
from lunchkit.platform.backup import sqlite_path
from lunchkit.platform.config import SECRET_FILE, BadSettings, Settings, current_settings, load_settings
from lunchkit.platform.db import db
from lunchkit.platform.errors import UserError
from lunchkit.platform.instance import holding, holding_database, make_private, place_of_ballots
from lunchkit.settings.in_force import follow_settings


class NoInstance(click.ClickException):
    """There is no lunchkit in this folder."""

    exit_code = 2

    def __init__(self, folder: Path) -> None:
        advice = _("name its folder in LUNCHKIT_INSTANCE, or make one with «lunchkit serve»")
        super().__init__(_("there is no lunchkit in {folder}").format(folder=folder.resolve()) + f": {advice}")


def make_app(settings: Settings) -> Flask:
    """The application. Raises BadSettings where the driver of its database is missing."""
    try:
        return create_app(settings)
    except ImportError as error:  # all else is imported by now
        raise BadSettings(f"LUNCHKIT_DATABASE_URL: {error}; pip install '.[postgres]' in the clone") from error


def settings_here() -> Settings:
    """The settings of an existing instance; makes neither folder nor key nor database. Raises NoInstance."""
    settings = load_settings(make_key=False)
    if not (sqlite_path(settings).is_file() if settings.is_sqlite else settings.instance.is_dir()):
        raise NoInstance(settings.instance)
    return settings


def hold(settings: Settings, *, alone: bool = False) -> None:
    """Lock the instance until the command has ended. Raises InUse."""
    make_private(settings.instance)
    context = click.get_current_context()
    context.with_resource(holding(settings.instance, context.info_name or "", alone=alone))


def open_app(settings: Settings, *, alone: bool = False) -> tuple[Flask, str | None]:
    """The application, and the schema of its database, locked until the command ends. Raises InUse."""
    app = make_app(settings)
    with app.app_context():
        click.get_current_context().with_resource(holding_database(db.engine, alone=alone))
        return app, schema.present(db.engine)


@contextmanager
def instance_here(*, needs_key: bool = True) -> Iterator[Settings]:
    """A request context of an existing instance, locked until the command ends.
    Raises NoInstance, InUse, OtherSchema, and BadSettings where the secret key is missing.
    """
    settings = settings_here()
    hold(settings)
    app, found = open_app(settings)
    require_schema(settings, found)
    if needs_key:
        require_key(settings)
    with app.app_context(), app.test_request_context():
        follow_settings()
        speak(current_settings())
        try:
            yield settings
        except UserError as error:  # here the message has a language
            sys.exit(f"lunchkit: {error.message}")


def require_schema(settings: Settings, found: str | None) -> None:
    """Raise NoInstance for an empty database, OtherSchema for one of another version."""
    if found is None:
        raise NoInstance(settings.instance)
    schema.require_current(found)


def require_key(settings: Settings) -> None:
    """Raise BadSettings where a database has lost the secret key of the links and tickets in e-mails."""
    if not settings.secret_key:
        raise BadSettings(
            _(
                "the secret key of this database is missing: put it back as {file}; if it is lost for good, run "
                "«lunchkit serve --new-key»: links and tickets in earlier e-mails are lost too"
            ).format(file=settings.instance.resolve() / SECRET_FILE)
        )


def app_to_serve(settings: Settings, held: ExitStack) -> Flask:
    """The application on a database of the present schema, locked as long as ``held`` is; an empty one gets its tables
    and a secret key. Raises InUse, OtherSchema, BadSettings.
    """
    app = make_app(settings)
    with app.app_context():
        held.enter_context(holding_database(db.engine, ballots=place_of_ballots(settings)))
        found = schema.present(db.engine)
        if found is None:
            schema.upgrade(db.engine)
        else:
            schema.require_current(found)
            require_key(settings)
    return app if settings.secret_key else make_app(load_settings())


def warn(problem: Problem | None) -> None:
    """Print a problem, if there is one."""
    if problem is not None:
        click.echo(_("warning: {text}").format(text=f"{problem.text} {problem.advice}"), err=True)


def first_words(link: str, settings: Settings) -> str:
    """What a newcomer reads in the terminal."""
    lines = [
        _("This installation has no organiser yet. Open this link in a browser to set it up."),
        "",
        link,
        "",
        _("It works once, for one hour; a later start prints a new one."),
    ]
    if not settings.has_address:
        here = _("On another machine, put the name of this machine in the place of %(here)s.")
        lines.append(here % {"here": settings.address})
    return "\n".join(["", *lines, ""])
