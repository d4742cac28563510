"""Previews: what a form would make, rendered with its unsaved values; ``templates/admin/_preview.html`` shows it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from flask.typing import ResponseReturnValue
from sqlalchemy import event
from wtforms.form import BaseForm

from lunchkit.platform.db import db

FormOf = TypeVar("FormOf", bound=BaseForm)


@contextmanager
def unsaved() -> Iterator[None]:
    """Rows changed inside keep their values until the end, and lose them then: nothing of it is saved.

    Raises RuntimeError where something inside would write them: an action, or a commit.
    """
    session = db.session()
    event.listen(session, "before_flush", _refuse)
    try:
        with session.no_autoflush:
            yield
    finally:
        event.remove(session, "before_flush", _refuse)
        session.rollback()


def _refuse(*_about: Any) -> None:
    raise RuntimeError("a preview writes nothing")


def preview(form: FormOf, page: Callable[[FormOf], str], render: Callable[[], str]) -> ResponseReturnValue:
    """Answer with what ``render`` makes of a valid form, called inside ``unsaved``; else ``page`` shows the form."""
    if not form.validate():
        return page(form), 422
    with unsaved():
        return render()
