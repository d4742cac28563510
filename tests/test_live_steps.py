"""Live counts: an observer who reads all that is published, and has four phones, learns nobody's answer.

The attack is a real one: the four change their minds together, then somebody taps, and the fifth change was published.
What an observer can know is decided by trying: where two people may change their answers with each other and nothing
that is published looks different, it is not known what either of them answered.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from lunchkit.platform.db import SQLITE_DRIVER
from lunchkit.room.ballot_store import BallotStore, NewBallot, OpenPoll
from lunchkit.room.live_counts import LATEST, NEXT, STEP, STEPS_OF_ALL
from lunchkit.room.polls.actions import close_poll, reveal_poll
from lunchkit.room.polls.queries import answers_to_judge
from lunchkit.room.queries import ballot_store
from tests.conftest import EventMaker
from tests.room import asked, phones, running_event

OWN = 4
Tap = tuple[int, str]
"""Who, and what they answer; the first four are the observer's own phones."""
Published = tuple[int, tuple[tuple[str, int], ...]]
"""How many have answered, and the counts that show."""
OPENED = OpenPoll(1, 1, "ACDEF", 1, "1", "{}", is_live=True)


def attack(truth: Sequence[str]) -> Iterator[Tap]:
    """Four change their minds together before each tap of somebody else."""
    yield from ((own, "1") for own in range(OWN))
    for number, answer in enumerate(truth):
        yield from ((own, "2" if number % 2 == 0 else "1") for own in range(OWN))
        yield OWN + number, answer


def by_the_box(path: Path) -> Callable[[Iterator[Tap]], list[Published]]:
    """What the ballot store publishes while people tap, with the result at the end."""

    def watch(taps: Iterator[Tap]) -> list[Published]:
        ballots = BallotStore(path)
        ballots.open(OPENED)
        connection = ballots.connect()
        seen = []
        for who, answer in taps:
            ballots.write([NewBallot(1, bytes([who]) * 16, answer, None)], connection)
            seen.append((ballots.count(1), tuple(sorted(ballots.shown_answers(1)[1].items()))))
        connection.close()
        return [*seen, (ballots.count(1), tuple(sorted(ballots.answers(1).items())))]

    return watch


def by_fives(taps: Iterator[Tap]) -> list[Published]:
    """The rule that was attacked: all answers as they are, whenever five are new or changed."""
    answers: dict[int, str] = {}
    fresh: set[int] = set()
    shown: tuple[tuple[str, int], ...] = ()
    seen = []
    for who, answer in taps:
        fresh |= {who} if answers.get(who) != answer else set()
        answers[who] = answer
        if len(fresh) >= 5:
            fresh, shown = set(), tuple(sorted(Counter(answers.values()).items()))
        seen.append((len(answers), shown))
    return [*seen, (len(answers), tuple(sorted(Counter(answers.values()).items())))]


def known(watch: Callable[[Iterator[Tap]], list[Published]], truth: str) -> set[int]:
    """Of whom the observer knows the answer: nobody can have answered otherwise without its being seen."""
    seen, sure = watch(attack(truth)), set(range(len(truth)))
    pairs = [(one, two) for two in range(len(truth)) for one in range(two) if truth[one] != truth[two]]
    for one, two in sorted(pairs, key=lambda pair: pair[1] - pair[0]):
        if one in sure or two in sure:
            other = list(truth)
            other[one], other[two] = truth[two], truth[one]
            if watch(attack(other)) == seen:
                sure -= {one, two}
    return sure


TRUTH = "212112122112"


def test_four_friends_who_read_all_that_is_published_learn_nobody_s_answer(tmp_path: Path) -> None:
    watch = by_the_box(tmp_path / "ballots.sqlite")
    seen = watch(attack(TRUTH))
    assert len({shown for _ballots, shown in seen}) > 2, "the control: something shows while people answer"
    assert known(watch, TRUTH) == set()


def test_the_control_the_rule_of_five_changes_told_every_answer() -> None:
    assert known(by_fives, TRUTH) == set(range(len(TRUTH)))


def test_who_answers_last_is_not_told_by_the_result(tmp_path: Path) -> None:
    """The result less what showed before it: with two groups of seven shown at once, one would be left."""
    watch = by_the_box(tmp_path / "ballots.sqlite")
    for more in range(8):
        seen = watch(iter([(who, "12"[who % 2]) for who in range(2 * STEP + more)]))
        shown, result = (sum(dict(answers).values()) for _ballots, answers in seen[-2:])
        assert shown > 0
        assert result - shown >= STEP


@pytest.mark.parametrize("seed", range(4))
def test_each_phone_counts_once_in_groups_that_are_large_enough(tmp_path: Path, seed: int) -> None:
    dice, ballots, path = Random(seed), BallotStore(tmp_path / "ballots.sqlite"), tmp_path / "ballots.sqlite"
    ballots.open(OPENED)
    connection = ballots.connect()
    told: Counter[str] = Counter()
    people: set[bytes] = set()
    for _batch in range(120):
        number = dice.choice((1, 1, 2, 40))
        sent = [NewBallot(1, dice.randbytes(1) * 16, dice.choice("123"), None) for _ in range(number)]
        before = answers_of(path)
        ballots.write(sent, connection)
        shown = Counter(ballots.shown_answers(1)[1])
        if shown == told:
            continue
        group = {voter for voter, is_new in answers_of(path, "is_new").items() if not is_new} - people
        latest = {ballot.voter: ballot.answer for ballot in sent}
        assert len(group) >= max(STEP, ballots.count(1) / STEPS_OF_ALL)
        of_group = Counter(latest.get(voter) or before[voter] for voter in group)
        assert shown - told == of_group, "a sum of this group alone"
        told, people = shown, people | group
        assert sum(is_new in (NEXT, LATEST) for is_new in answers_of(path, "is_new").values()) >= STEP
    connection.close()
    assert len(people) > 100, "the control: most of it was shown"


def answers_of(path: Path, column: str = "answer") -> dict[bytes, str]:
    with SQLITE_DRIVER.connect(path) as connection:
        return dict(connection.execute(f"select voter, {column} from ballot"))  # noqa: S608


def test_the_public_state_of_the_projector_shows_what_the_box_does(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    poll = asked(event, is_live=True)
    crowd = phones(app, event, OWN + len(TRUTH))
    seen = [public_counts(crowd[0].client, crowd[0].code)]
    for who, answer in attack(TRUTH):
        crowd[who].vote(int(answer))
        state = public_counts(crowd[0].client, crowd[0].code)
        if state != seen[-1]:
            seen.append(state)
    assert [sum(state.values()) for state in seen] == [0, 7], "one group of seven, and never one phone more"
    close_poll(poll)
    reveal_poll(poll)
    assert sum(public_counts(crowd[0].client, crowd[0].code).values()) == len(crowd)


def public_counts(client: object, code: str) -> dict[str, int]:
    """The counts in the table of the projector's public state."""
    html = client.get(f"/screen/{code}/state.json").get_json()["html"]  # type: ignore[attr-defined]
    rows = re.findall(r'<th scope="row">([^<]*)</th>\s*<td>(\d+)</td>', html)
    return {label: int(count) for label, count in rows}


def test_a_word_that_shows_can_be_taken_back_after_its_author_wrote_another(app: Flask, make_event: EventMaker) -> None:
    event = running_event(make_event)
    poll = asked(event, choices=(), kind="words", is_live=True)
    crowd = phones(app, event, 2 * STEP)
    for phone in crowd:
        phone.send({"word": "confiance"})
    assert ballot_store().shown_answers(poll.id) == (STEP, {"confiance": STEP})
    for phone in crowd:
        phone.send({"word": "doute"})
    assert [(answer.text, answer.count) for answer in answers_to_judge(poll)] == [("doute", 14), ("confiance", 0)]
