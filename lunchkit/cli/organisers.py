"""``lunchkit organiser``: the team, from the command line."""

import sys
from gettext import gettext as _

import click

from lunchkit.cli.instance import instance_here
from lunchkit.team import actions
from lunchkit.team.errors import LastOrganiser, OwnerStays
from lunchkit.team.models import Organiser, Role
from lunchkit.team.passkeys.actions import reset_passkeys
from lunchkit.team.queries import organiser_by_email, present_organisers
from lunchkit.team.sign_in.actions import issue_console_link


@click.group()
def organiser() -> None:
    """The team: add somebody, list them, print a sign-in link, change the owner, reset passkeys, remove somebody."""


@organiser.command()
@click.argument("name")
@click.argument("email")
@click.option(
    "--role",
    type=click.Choice([Role.HELPER.value, Role.ORGANISER.value]),
    default=Role.ORGANISER.value,
    show_default=True,
    help="A helper checks people in and sees nothing else. The first organiser is the owner in any case.",
)
def add(name: str, email: str, role: str) -> None:
    """Add somebody to the team and print their sign-in link."""
    with instance_here():
        click.echo(issue_console_link(actions.add_organiser(name, email, role=Role(role))))


@organiser.command("list")
def list_team() -> None:
    """List the team, each with their role."""
    with instance_here():
        for person in present_organisers():
            click.echo(f"{person.name} <{person.email}> {person.role}")


@organiser.command()
@click.argument("email")
def owner(email: str) -> None:
    """Make somebody the owner; the earlier owner stays as an organiser."""
    with instance_here():
        person = _known(email)
        actions.hand_over(person)
        click.echo(_("the owner is {name} <{email}>").format(name=person.name, email=person.email))


@organiser.command()
@click.argument("email")
def link(email: str) -> None:
    """Print a sign-in link: ten minutes, once."""
    with instance_here():
        click.echo(issue_console_link(_known(email)))


@organiser.command("reset-passkeys")
@click.argument("email")
def reset(email: str) -> None:
    """Delete somebody's passkeys and recovery codes: they sign in by e-mail alone."""
    with instance_here():
        person = _known(email)
        reset_passkeys(person)
        click.echo(_("{name} <{email}> signs in by e-mail alone").format(name=person.name, email=person.email))


@organiser.command()
@click.argument("email")
@click.option("--last", is_flag=True, help="Remove even the last one: then nobody can sign in.")
def remove(email: str, last: bool) -> None:
    """Remove an organiser: their sessions and links end at once."""
    with instance_here():
        person = _known(email)
        try:
            actions.remove_organiser(person, spare_last=not last)
        except LastOrganiser as refusal:
            sys.exit(f"lunchkit: {refusal.message} " + _("--last removes them all the same."))
        except OwnerStays as refusal:
            sys.exit(f"lunchkit: {refusal.message} " + _("«lunchkit organiser owner EMAIL» changes the owner."))
        click.echo(_("removed {name} <{email}>").format(name=person.name, email=person.email))


def _known(email: str) -> Organiser:
    person = organiser_by_email(email)
    if person is None:
        sys.exit("lunchkit: " + _("no organiser has the address {email}").format(email=email))
    return person
