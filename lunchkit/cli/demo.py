"""``lunchkit demo``."""

import json
import os
from contextlib import ExitStack
from gettext import gettext as _
from pathlib import Path

import click

from lunchkit.cli.instance import app_to_serve
from lunchkit.cli.server import become_server
from lunchkit.demo import instance as demos
from lunchkit.demo.actions import create_demo, find_demo
from lunchkit.platform.config import Settings, full_name, load_settings
from lunchkit.platform.db import db
from lunchkit.platform.instance import free_port, hold_as_server, make_private
from lunchkit.room.queries import keys
from lunchkit.settings.actions import change_settings


@click.command()
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
def demo(host: str, port: int | None, instance: Path | None, keep: bool, public_url: str | None, as_json: bool) -> None:
    """Serve a demo: lunches that were, one that is running, and one to come."""
    if ":" in host:
        raise click.BadParameter(_("an IPv6 address cannot be served; take 127.0.0.1 or 0.0.0.0"), param_hint="--host")
    port = free_port(host, [port] if port else demos.PORTS, "--port")
    instance = instance or Path(os.environ.get("LUNCHKIT_INSTANCE") or "instance") / "demo"
    demos.require_demo(instance)
    make_private(instance)
    decided = demos.decided_settings(os.environ, instance, host, port, public_url)
    os.environ.pop(full_name("network_name"), None)  # of the real network
    hold_as_server(Settings(instance, host=host, port=port))
    demos.clear(instance, keep=keep)
    app = app_to_serve(load_settings({**os.environ, **decided}), held := ExitStack())
    with held, app.app_context(), app.test_request_context():
        keys().prepare()
        if (found := find_demo(db.session())) is None:
            change_settings({"network_name": demos.NETWORK})
            found = create_demo()
        addresses = demos.addresses_of(found)
        keys().hand_over()
        db.engine.dispose()
    become_server(instance, decided, json.dumps(addresses) if as_json else demos.for_people(addresses))
