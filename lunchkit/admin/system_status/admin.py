"""The page of the system status."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lunchkit.admin.system_status.checks import run_checks
from lunchkit.platform.config import current_settings

bp = Blueprint("system_status", __name__, url_prefix="/house/health")


@bp.get("")
def show() -> ResponseReturnValue:
    return render_template("admin/system_status.html", problems=run_checks(current_settings()))
