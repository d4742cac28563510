"""``lunchkit deliver``, ``purge`` and ``doctor``."""

import sys
from gettext import gettext as _

import click

from lunchkit.admin.retention import actions as retention
from lunchkit.admin.system_status import Problem
from lunchkit.admin.system_status.checks import run_checks
from lunchkit.admin.system_status.database import check_damage
from lunchkit.admin.system_status.privacy import find_kept
from lunchkit.cli.instance import instance_here, make_app, require_schema, settings_here
from lunchkit.cli.language import speak
from lunchkit.platform import clock, schema
from lunchkit.platform.config import Settings, current_settings
from lunchkit.platform.db import db
from lunchkit.platform.heartbeat import DAILY, clock_is_believed
from lunchkit.platform.mail.actions import deliver_due, resume
from lunchkit.platform.mail.connection import try_connection
from lunchkit.platform.mail.queue import count_due
from lunchkit.platform.mail.reasons import explain
from lunchkit.recap.actions import erase_orphaned_pictures
from lunchkit.registrations.imports.actions import delete_expired_imports
from lunchkit.room.survey.actions import close_due_feedback
from lunchkit.settings.in_force import follow_settings
from lunchkit.subscribers.actions import forget_old_subscribers


@click.command()
def deliver() -> None:
    """Send the e-mails that are due, reminders included, and stop: for a timer beside the server or instead of it."""
    with instance_here():
        clock_is_believed()
        retention.enqueue_reminders()
        if due := count_due():
            _require_mail_server(current_settings(), due)
        resume()
        sent = 0
        while batch := deliver_due():
            sent += batch
        click.echo(_("e-mails sent: {count}").format(count=sent))
        if left := count_due():
            failed = _("e-mails still due: {count}; the mail server or the database failed on the way")
            sys.exit("lunchkit: " + failed.format(count=left))


def _require_mail_server(settings: Settings, due: int) -> None:
    if not settings.mail_host:
        unset = _("e-mails due: {count}; no mail server is set (LUNCHKIT_MAIL_HOST)")
        sys.exit("lunchkit: " + unset.format(count=due))
    if error := try_connection(settings):
        useless = _("e-mails due: {count}; the mail server cannot be used: {error}")
        sys.exit("lunchkit: " + useless.format(count=due, error=explain(error, settings).what))


@click.command()
@click.option("--clock-is-right", is_flag=True, help="Erase although the clock was not checked for a day.")
def purge(clock_is_right: bool) -> None:
    """Erase needs and people of the lunches whose day for it has come, and pictures that nothing shows any more."""
    with instance_here(needs_key=False):
        if not clock_is_believed(DAILY, vouched=clock_is_right):
            doubt = _(
                "nothing erased: it is {now} UTC, more than a day after the last run or before it. If that is right, "
                "add --clock-is-right; else run this again in a day"
            )
            sys.exit("lunchkit: " + doubt.format(now=f"{clock.now():%Y-%m-%d %H:%M}"))
        delete_expired_imports()
        forget_old_subscribers()
        retention.repeat_erasures()
        retention.drop_old_notes()
        needs, pictures, people = retention.erase_needs(), erase_orphaned_pictures(), retention.purge_people()
        close_due_feedback()  # what phones wrote goes with the names, also where no server runs
        done = _("erased: needs: {needs}, pictures: {pictures}, people: {people}")
        click.echo(done.format(needs=needs, pictures=pictures, people=people))


@click.command()
def doctor() -> None:
    """Say what is wrong, and what to do about it. The whole database is read, and the mail server is asked."""
    settings = settings_here()
    with make_app(settings).app_context():
        if (damage := check_damage(settings)) is None:
            require_schema(settings, schema.present(db.engine))
            follow_settings()
        speak(current_settings())
        trial = try_connection(current_settings()) if current_settings().mail_host else None
        problems = [*run_checks(current_settings(), trial), *(find_kept() if damage is None else ())]
        if url := current_settings().valkey_url:
            several = _("Several machines: ballots lie encrypted in PostgreSQL, their keys in the memory of {place}.")
            click.echo(f"ok  {several.format(place=url.rpartition('@')[2])}")
        tell(problems)
    sys.exit(1 if problems else 0)


def tell(problems: list[Problem]) -> None:
    """Print each problem, and what to do about it; or that there is none."""
    for problem in problems:
        click.echo(f"!!  {problem.text}")
        click.echo(f"      {problem.advice}{f' ({problem.setting})' if problem.setting else ''}")
    if not problems:
        click.echo(f"ok  {_('No problem found.')}")
