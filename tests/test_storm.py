"""Three hundred phones in one room vote at once, on a real server: what they were told is what is counted."""

import os

import pytest

from bench.phones import Loop, raise_file_limit
from bench.servers import a_server
from bench.votes import Figures, Storm

pytestmark = pytest.mark.both_databases


PHONES = 300
NEVER = ("lost", "doubled", "wrong", "unanswered", "not_converged", "projector_wrong", "not_let_go")


def played(storm: Storm) -> Figures:
    """A vote with double taps, changed minds and broken-off requests, one that is closed in the middle, a restart."""
    storm.come_in()
    storm.storm(3.0, kill=0.1, blow="reload")
    storm.close_amid()
    storm.come_back()
    return storm.finish()


SERVERS = [("sqlite", 1), ("postgresql", 2)] if os.environ.get("LUNCHKIT_TEST_LONG") else [("sqlite", 1)]


@pytest.mark.parametrize(("kind", "workers"), SERVERS)
def test_three_hundred_phones_are_three_hundred_ballots(kind: str, workers: int) -> None:
    complaint = raise_file_limit(2 * PHONES + 500)
    assert not complaint, complaint
    with a_server(kind, workers) as server:
        figures = played(Storm(server, Loop(), PHONES))
    assert {name: figures[name] for name in NEVER} == dict.fromkeys(NEVER, 0)
    assert figures["sent_again"] > 0, "the control: some requests were broken off, and came again"
    assert figures["late_refused"] > 0, "the control: some came after the close, and were told so"
