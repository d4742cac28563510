"""``lunchkit serve``."""

from gettext import gettext as _

import click

from lunchkit.admin.retention.actions import repeat_erasures
from lunchkit.admin.system_status import Problem
from lunchkit.admin.system_status.database import check_damage, check_secret_key, check_sqlite
from lunchkit.cli.instance import app_to_serve, become_server
from lunchkit.cli.language import speak
from lunchkit.demo.instance import require_port
from lunchkit.platform.config import Settings, current_settings, load_settings
from lunchkit.platform.instance import hold_as_server, make_private
from lunchkit.room.queries import keys
from lunchkit.settings.in_force import follow_settings
from lunchkit.team.queries import has_organisers
from lunchkit.team.sign_in.actions import issue_setup_link


@click.command()
@click.option("--new-key", is_flag=True, help="The secret key is lost: make another one. Earlier links then are lost.")
def serve(new_key: bool) -> None:
    """Serve the pages, and do the background work."""
    settings = load_settings(make_key=False)
    make_private(settings.instance)
    hold_as_server(settings)
    require_port(settings.host, settings.port)
    app = app_to_serve(settings, new_key=new_key)
    with app.app_context(), app.test_request_context():
        keys().prepare()
        follow_settings()
        speak()
        warn(check_damage(settings) or check_secret_key(current_settings()))
        warn(check_sqlite())
        repeat_erasures()
        if not has_organisers():
            click.echo(_first_words(issue_setup_link(), current_settings()), err=True)
    become_server(settings.instance, {}, "")


def warn(problem: Problem | None) -> None:
    """Print a problem, if there is one."""
    if problem is not None:
        click.echo(_("warning: {text}").format(text=f"{problem.text} {problem.advice}"), err=True)


def _first_words(link: str, settings: Settings) -> str:
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
