"""``kill -9`` while a long list is imported, by one process and by two: afterwards everybody is registered, or nobody."""

import os
import random
import time

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lunchkit import clock
from lunchkit.config import Settings
from lunchkit.db import db, transaction
from lunchkit.events.models import Event
from lunchkit.imports import actions
from lunchkit.imports.models import ImportDraft
from lunchkit.imports.planning import Wishes
from lunchkit.mail.models import OutboxLetter
from lunchkit.registrations.models import Registration
from tests.conftest import EventMaker
from tests.test_import_progress import kept
from tests.test_kills import server_of

ROWS = 3_000
WORKERS = {"sqlite": "1", "postgresql": "2"}
PATIENCE = 60.0


def registered(event: Event) -> tuple[int, int]:
    """People and letters, as they are now."""
    db.session.rollback()
    people = select(func.count()).select_from(Registration).where(Registration.event_id == event.id)
    letters = select(func.count()).select_from(OutboxLetter).where(OutboxLetter.event_id == event.id)
    return db.session.scalar(people) or 0, db.session.scalar(letters) or 0


def now_of(draft: ImportDraft) -> ImportDraft:
    db.session.rollback()
    return db.session.get_one(ImportDraft, draft.id, populate_existing=True)


def forgive(draft: ImportDraft) -> None:
    """As if the half minute had gone by after which a process is taken for gone; and not too often."""
    with transaction() as session:
        session.execute(update(ImportDraft).where(ImportDraft.id == draft.id).values(worked_at=None, attempts=0))


@pytest.mark.slow
def test_everybody_or_nobody_whenever_it_is_killed(
    app: Flask, settings: Settings, database: str, make_event: EventMaker
) -> None:
    event = make_event(capacity=50)
    draft = kept(event, ROWS)
    actions.begin_import(draft, Wishes(sends_letters=True))
    dice, seen = random.Random(), set()
    server = server_of(settings, WORKERS=WORKERS[database], MAIL_HOST="")
    for _kill in range(int(os.environ.get("LUNCHKIT_TEST_KILLS", "4"))):
        if now_of(draft).imported_at is not None:
            break
        with server:
            until = time.monotonic() + dice.uniform(0, 1.5)
            while time.monotonic() < until:
                time.sleep(0.02)
        people, letters = registered(event)
        assert (people, letters) in ((0, 0), (ROWS, ROWS)), "everybody with their letter, or nobody"
        assert (people > 0) == (now_of(draft).imported_at is not None)
        seen.add(now_of(draft).done > 0 or people > 0)
        forgive(draft)
    with server:
        until = time.monotonic() + PATIENCE
        while now_of(draft).imported_at is None and time.monotonic() < until:
            time.sleep(0.1)
    assert registered(event) == (ROWS, ROWS)
    fates = [row[0] for row in now_of(draft).outcome or ()]
    assert (fates.count("seat"), fates.count("wait")) == (50, ROWS - 50)
    assert now_of(draft).imported_at <= clock.now() and seen
