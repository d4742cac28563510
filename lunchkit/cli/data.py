"""``lunchkit upgrade``, ``backup``, ``restore`` and ``copy-to``."""

from dataclasses import replace
from gettext import gettext as _
from pathlib import Path

import click

from lunchkit.admin.retention.actions import repeat_erasures
from lunchkit.admin.system_status.database import check_secret_key
from lunchkit.cli.instance import hold, make_app, open_app, require_schema, settings_here, warn
from lunchkit.platform import backup as copies, schema
from lunchkit.platform.config import full_name, load_settings
from lunchkit.platform.db import db
from lunchkit.platform.instance import holding_database
from lunchkit.platform.transfer import copy_rows


@click.command()
def upgrade() -> None:
    """Bring the database to the schema of this program, after a backup."""
    settings = load_settings(make_key=False)
    hold(settings, alone=True)
    app, before = open_app(settings, alone=True)
    with app.app_context():
        if before is None:
            load_settings()  # the key is as old as the database
        elif before != schema.head() and not schema.is_foreign(before):
            click.echo(_("backup: {file}").format(file=copies.back_up(settings)))
        schema.upgrade(db.engine)
        click.echo(_("schema: {before} -> {now}").format(before=before or "-", now=schema.head()))


@click.command()
@click.argument("target", type=click.Path(path_type=Path), required=False)
def backup(target: Path | None) -> None:
    """Write a checked copy of the database, while it is in use."""
    settings = settings_here()
    hold(settings)
    click.echo(str(copies.back_up(settings, target)))
    copies.drop_old_copies(settings)


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def restore(source: Path) -> None:
    """Replace the database by a copy, or make an instance of it. Stop the server first."""
    settings = load_settings(make_key=False)
    hold(settings, alone=True)
    kept = copies.restore(settings, source)
    click.echo(_("restored from {file}").format(file=source))
    if kept:
        click.echo(_("the database of before is {file}").format(file=kept))
    with make_app(settings).app_context():
        if schema.is_current(db.engine):  # else when the server starts, which asks for «lunchkit upgrade» first
            click.echo(_("people erased again: {count}").format(count=repeat_erasures()))
            warn(check_secret_key(settings))


@click.command("copy-to")
@click.argument("url")
def copy_to(url: str) -> None:
    """Copy the SQLite database into an empty PostgreSQL database, and compare both. Stop the server first."""
    settings = settings_here()
    hold(settings, alone=True)
    app, found = open_app(settings, alone=True)
    require_schema(settings, found)
    with make_app(replace(settings, database_url=url)).app_context():
        target = db.engine
    if target.dialect.name != "postgresql":
        raise click.UsageError(_("the address of a PostgreSQL database is needed: postgresql://…"))
    with app.app_context(), holding_database(target, alone=True):
        for table, number in copy_rows(db.engine, target):
            click.echo(f"{number:>8} {table}")
    name = full_name("database_url")
    click.echo(_("all rows are equal: set {name} to this address, and start the server").format(name=name))
