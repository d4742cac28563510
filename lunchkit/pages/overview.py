"""What an organiser sees of a lunch at one glance, gathered from every feature."""

from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _

from lunchkit import clock
from lunchkit.events.models import Event, EventState
from lunchkit.mail.queries import LetterState, letter_counts
from lunchkit.polls.queries import count_polls
from lunchkit.recap.queries import recap_of
from lunchkit.registrations.queries import queue_length, seats_taken
from lunchkit.speakers.queries import count_speakers, waiting_pages


@dataclass(frozen=True)
class Overview:
    """The state of one lunch in words and numbers."""

    state: EventState
    taken: int
    left: int
    queue: int
    speakers: int
    waiting_pages: int
    """Of speakers, submitted, for an organiser to read."""
    polls: int
    letters: dict[LetterState, int]
    has_recap: bool
    """Whether somebody has begun to write its recap."""
    missing: list[tuple[str, str]]
    """What the public page still lacks, each with the address where it is written."""


def overview(event: Event) -> Overview:
    """All of it, in a fixed number of queries."""
    taken, speakers, polls = seats_taken(event.id), count_speakers(event.id), count_polls(event.id)
    left = max(0, event.capacity - taken)
    return Overview(
        state=event.state(clock.now(), left),
        taken=taken,
        left=left,
        queue=queue_length(event.id),
        speakers=speakers,
        waiting_pages=waiting_pages([event.id]).get(event.id, 0),
        polls=polls,
        letters=letter_counts(event.id),
        has_recap=recap_of(event.id) is not None,
        missing=_missing(event, speakers, polls),
    )


def _missing(event: Event, speakers: int, polls: int) -> list[tuple[str, str]]:
    edit = url_for("organiser.events.edit", slug=event.slug)
    wanted = [
        (event.place, _("The place"), f"{edit}#venue"),
        (event.summary, _("What it is about"), f"{edit}#summary"),
        (event.access_notes, _("How to get in"), f"{edit}#access_notes"),
        (speakers, _("Who speaks"), url_for("organiser.speakers.index", slug=event.slug)),
        (polls, _("A question for the room"), url_for("organiser.polls.index", slug=event.slug)),
    ]
    return [(name, address) for there, name, address in wanted if not there]
