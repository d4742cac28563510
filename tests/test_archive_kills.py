"""``kill -9`` while a large archive is taken in, by one process and by two: afterwards its lunch is whole, or not there."""

import os
import random
import time

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lunchkit.archives.models import ArchiveDraft, ArchivePart
from lunchkit.config import Settings
from lunchkit.db import db, transaction
from lunchkit.events.models import Event
from lunchkit.registrations.models import Registration
from tests.conftest import EventMaker
from tests.test_archive_progress import again, large, lunches, registered, send
from tests.test_import_kills import PATIENCE, ROWS, WORKERS
from tests.test_kills import server_of


def forgive(draft: ArchiveDraft) -> None:
    """As if the half minute had gone by after which a process is taken for gone; and not too often."""
    with transaction() as session:
        session.execute(update(ArchiveDraft).where(ArchiveDraft.id == draft.id).values(worked_at=None, attempts=0))


@pytest.mark.slow
def test_a_whole_lunch_or_none_whenever_it_is_killed(
    app: Flask, settings: Settings, database: str, make_event: EventMaker
) -> None:
    event = make_event(capacity=50)
    draft, before = send(large(event, ROWS)), lunches()
    dice, seen = random.Random(), set()
    server = server_of(settings, WORKERS=WORKERS[database], MAIL_HOST="")
    for _kill in range(int(os.environ.get("LUNCHKIT_TEST_KILLS", "4"))):
        if again(draft).imported_at is not None:
            break
        with server:
            until = time.monotonic() + dice.uniform(0, 1.5)
            while time.monotonic() < until:
                time.sleep(0.02)
        now = again(draft)
        people = db.session.scalar(select(func.count()).select_from(Registration)) or 0
        assert (lunches() - before, people) in ((0, 0), (1, ROWS)), "all of it, or nothing"
        assert (people > 0) == (now.imported_at is not None)
        seen.add(now.done > 0 or people > 0)
        forgive(draft)
    with server:
        until = time.monotonic() + PATIENCE
        while again(draft).imported_at is None and time.monotonic() < until:
            time.sleep(0.1)
    made = again(draft).event_id
    assert made is not None and made != event.id and registered(made) == ROWS and lunches() == before + 1
    assert db.session.get_one(Event, made).published_at is None and seen


@pytest.mark.slow
def test_its_bytes_are_gone_once_its_lunch_is_there(app: Flask, settings: Settings, make_event: EventMaker) -> None:
    draft = send(large(make_event(), 600))
    with server_of(settings, MAIL_HOST=""):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            db.session.rollback()
            parts = db.session.scalar(select(func.count()).select_from(ArchivePart))
            if again(draft).imported_at is not None and not parts:
                break
            time.sleep(0.1)
    assert again(draft).imported_at is not None and parts == 0
