"""What may keep a command or the server from its work, as the one line that it ends with."""

from gettext import gettext as _

from sqlalchemy.exc import SQLAlchemyError

from lunchkit.platform.backup import BackupFailed
from lunchkit.platform.config import BadSettings
from lunchkit.platform.db import SQLITE_DRIVER
from lunchkit.platform.errors import UserError
from lunchkit.platform.instance import InUse
from lunchkit.platform.schema import OtherSchema
from lunchkit.platform.transfer import NotCopied

OF_DATABASE = (SQLAlchemyError, SQLITE_DRIVER.Error)
EXPECTED = (BadSettings, BackupFailed, OtherSchema, InUse, NotCopied, OSError, UserError, *OF_DATABASE)


def one_line(error: BaseException) -> str:
    """What is printed, without a traceback; of the database's words none of its statements and values."""
    if isinstance(error, OF_DATABASE):
        text = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
        return "lunchkit: " + _("the database refuses: {text}").format(text=text.splitlines()[0])
    return f"lunchkit: {error.message if isinstance(error, UserError) else error}"
