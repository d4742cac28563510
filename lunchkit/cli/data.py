"""``lunchkit upgrade``, ``backup`` and ``restore``."""

from gettext import gettext as _
from pathlib import Path

import click

from lunchkit.admin.retention.actions import repeat_erasures
from lunchkit.admin.system_status.database import check_secret_key
from lunchkit.cli.instance import hold, make_app, open_app, settings_here, warn
from lunchkit.platform import backup as copies
from lunchkit.platform import schema
from lunchkit.platform.config import load_settings
from lunchkit.platform.db import db


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
