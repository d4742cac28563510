"""The page of the system status, and the download of a backup."""

from pathlib import Path

from flask import Blueprint, Response, render_template, send_file
from flask.typing import ResponseReturnValue

from lunchkit.admin.system_status.checks import run_checks
from lunchkit.platform.audit.actions import record_download
from lunchkit.platform.backup import BackupFailed, back_up
from lunchkit.platform.config import current_settings
from lunchkit.platform.live.batches import Aside

bp = Blueprint("system_status", __name__, url_prefix="/house/health")


@bp.get("")
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/backup")
def download() -> ResponseReturnValue:
    """The file that ``lunchkit backup`` writes; none stays on the server."""
    settings, made = current_settings(), list[Path]()
    run = Aside.run if settings.is_sqlite else lambda work: work()  # of pg_dump gevent hears in its own thread only
    try:
        run(lambda: made.append(back_up(settings)))
    except BackupFailed as error:
        return _page(str(error)), 503
    record_download()
    file = made[0].open("rb")
    made[0].unlink()
    response: Response = send_file(file, "application/octet-stream", as_attachment=True, download_name=made[0].name)
    return response


def _page(failed: str = "") -> str:
    return render_template("admin/system_status.html", problems=run_checks(current_settings()), failed=failed)
