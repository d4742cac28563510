"""Results as pictures, sentences and files: everybody is drawn, nothing runs out of the picture, nothing too small shows."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import force_locale

from lunchkit.events.models import Event
from lunchkit.room.polls.exports import result_csv, result_from_json, result_json
from lunchkit.room.polls.models import Kind
from lunchkit.room.polls.movement import publishable
from lunchkit.room.polls.pictures import (
    Drawing,
    draw_movement,
    draw_result,
    draw_voices,
    headline,
    movement_headline,
)
from lunchkit.room.polls.pictures.drawing import WIDE_HEIGHT, breadth
from lunchkit.room.polls.pictures.rows import cloud_of
from lunchkit.room.polls.pictures.sentences import movement_notes
from lunchkit.room.polls.pictures.voices import draw_tallies, voices_of
from lunchkit.room.polls.results import Result, Row, Written
from lunchkit.room.polls.view_models import ChoiceView, PollView
from tests.test_exports import FORMULAS

LONG = "Oui, mais seulement si chaque organisation garde la main sur ses données et peut changer de fournisseur"


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"), force_locale("en"):
        yield


def result(*counts: int, kind: Kind = Kind.SINGLE, by_hand: int = 0, **more: Any) -> Result:
    labels = more.pop("labels", [chr(65 + index) for index in range(len(counts))])
    rows = tuple(
        Row(index + 1, labels[index], count, by_hand if index == 0 else 0) for index, count in enumerate(counts)
    )
    return Result(kind, "Which one?", more.pop("n", sum(counts) + by_hand), by_hand, rows, **more)


def graded(kind: Kind, *grades: tuple[int, ...]) -> Result:
    rows = tuple(Row(index + 1, chr(65 + index), 0, 0, given) for index, given in enumerate(grades))
    return Result(kind, "Which one?", sum(grades[0]), 0, rows)


def words(*counts: int) -> Result:
    return Result(
        Kind.WORDS, "One word?", 20, 0, (), tuple(Written(f"mot{index}", n) for index, n in enumerate(counts))
    )


def movement(table: list[list[int]], before_only: list[int] | None = None) -> dict[str, Any]:
    size = len(table)
    positions = list(range(1, size + 1))
    return publishable(
        {(i + 1, j + 1): table[i][j] for i in range(size) for j in range(size)},
        dict(zip(positions, before_only or [0] * size, strict=True)), {}, positions, 3,
    )  # fmt: skip


FLOWS = [[9, 3, 0], [0, 12, 4], [5, 0, 9]]
CHANGED = [[9, 2, 3, 2], [1, 12, 2, 3], [3, 4, 8, 1], [2, 3, 1, 5]]
MOVEMENTS = {"flows": movement(FLOWS), "changed": movement(CHANGED)}


def poll(of: Result | None, **more: Any) -> PollView:
    choices = tuple(ChoiceView(row.position, row.label) for row in of.choices) if of else ()
    kind = of.kind if of else Kind.SINGLE
    return PollView(3, kind, "Which one?", ("", ""), choices, allows_none=True, id=1, result=of, **more)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (result(9, 17, 16), "B: 17 people out of 42, or 40 %"),
        (result(9, 15, 16, by_hand=8), "A: 17 people out of 48, or 35 %"),
        (result(9, 9, 2), "A and B: 9 people each out of 20"),
        (result(4, 4, 4, 4), "A tie: 4 people each out of 16"),
        (result(3, 1), "Fewer than 5 answers: nothing is shown"),
        (result(0, 0), "Fewer than 5 answers: nothing is shown"),
        (result(30, 20, n=38, kind=Kind.MULTIPLE), "A: 30 people out of 38, or 79 %"),
        (Result(Kind.SINGLE, "?", 9, 0, (Row(1, "A", 3), Row(0, "", 6))), "No opinion: 6 people out of 9, or 67 %"),
        (
            result(3, 7, 12, 11, 5, kind=Kind.SCALE, labels=list("12345"), ends=("not at all", "very much")),
            "In the middle: 3, from 1 «not at all» to 5 «very much» (38 people)",
        ),
        (graded(Kind.RANKING, (5, 2), (2, 5)), "In first place: A (mean place 1.3, 7 people)"),
        (graded(Kind.STATEMENTS, (3, 1, 2), (5, 1, 0)), "Most agreed with: B (5 people out of 6, or 83 %)"),
        (graded(Kind.STATEMENTS, (4, 1, 1), (4, 0, 2)), "Most agreed with: A and B (4 people each out of 6)"),
        (graded(Kind.STATEMENTS, (2, 2, 2), (3, 0, 3)), "No statement was agreed with by more than half of 6 people"),
        (graded(Kind.STATEMENTS, (2, 2, 2), (2, 0, 4), (0, 0, 6)), "All 6 people disagree: C"),
        (graded(Kind.STATEMENTS, (6, 0, 0), (5, 1, 0)), "All 6 people agree: A"),
        (result(4, 4, 1, labels=["Yes, mostly", "Half", "No"]), "“Yes, mostly” and “Half”: 4 people each out of 9"),
        (result(4, 4, 1, labels=["A and B", "Jam", "No"]), "“A and B” and “Jam”: 4 people each out of 9"),
        (result(4, 4, 1, labels=["Bread", "Jam", "No, never"]), "Bread and Jam: 4 people each out of 9"),
        (result(5, 4, labels=["Yes, mostly", "Half"]), "Yes, mostly: 5 people out of 9, or 56 %"),
        (words(9, 4), "“mot0”: 9 people out of 20, or 45 %"),
        (words(1, 1, 1, 1), "4 words from 20 people"),
        (Result(Kind.TEXT, "?", 8, 0, (), (Written("One.", 1),)), "1 text from 8 people"),
    ],
)
def test_a_headline_says_the_result_with_people_and_per_cent(of: Result, says: str) -> None:
    assert plain(headline(of)) == says


def test_shares_that_do_not_add_up_are_called_rounded_and_a_mean_place_has_a_decimal() -> None:
    several = result(5, 2, n=5, kind=Kind.MULTIPLE)
    assert [one.is_rounded for one in (result(2, 2, 2), result(5, 5), several)] == [True, False, False]
    assert "Percentages are rounded." in {line.text for line in draw_result(result(2, 2, 2)).words}
    assert {"1.0", "2.0"} <= {line.text for line in draw_result(graded(Kind.RANKING, (0, 6), (6, 0))).words}


def test_a_cloud_says_how_many_words_it_leaves_out() -> None:
    assert cloud_of(words(*[1] * 40))[-1] == ("mot39", 1), "control"
    shown = cloud_of(words(9, *[1] * 96))
    assert len(shown) == 41 and shown[0] == ("mot0", 5) and shown[-1] == ("… and 57 more", 1)


def test_a_headline_of_movement_counts_those_who_answered_twice() -> None:
    assert plain(movement_headline(MOVEMENTS["changed"])) == "27 votes out of 61 have moved"
    still = movement([[9, 0], [0, 9]])
    assert movement_headline(still) == "No vote has moved, out of 18"
    assert movement_headline({"level": "tallies", "k": 3, "positions": [1]}) == "Before and after the debate"


def test_notes_tell_who_answered_once_and_the_rule() -> None:
    after = result(9, 17, 16, by_hand=2)
    assert list(map(plain, movement_notes(movement(FLOWS, [4, 0, 0]), after, after))) == [
        "4 people answered only before, 0 only after.",
        "Votes counted by hand cannot be followed from one vote to the other.",
        "A group of fewer than 3 people is never shown.",
    ]


def count_dots(drawing: Drawing, look: str) -> int:
    return sum(shape.d.count("h.01") for shape in drawing.shapes if shape.look == look)


def points(d: str) -> Iterator[tuple[float, float]]:
    """The ends of a path, as far as they stand there as such."""
    for email, x, y in re.findall(r"([ML])(-?[\d.]+) (-?[\d.]+)", d):
        assert email
        yield float(x), float(y)


def assert_in_picture(drawing: Drawing) -> None:
    for shape in drawing.shapes:
        assert "nan" not in shape.d
        assert all(-601 <= x <= drawing.width + 601 and -1 <= y <= drawing.height + 3 for x, y in points(shape.d))
    for line in drawing.words:
        assert line.size >= (26 if drawing.width > 1000 else 11)
        assert 0 <= line.y <= drawing.height + line.size * 0.3, line
        end = line.x + breadth(line.text) * line.size * {"start": 1, "middle": 0.5, "end": 0}[line.anchor]
        assert line.x >= -1 and end <= drawing.width + 12, line


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("counts", [(9, 17, 16), (60, 1), (5, 0), (7,) * 8])
def test_every_person_is_a_disc_and_by_hand_a_ring(wide: bool, counts: tuple[int, ...]) -> None:
    drawing = draw_result(result(*counts, by_hand=0), wide)
    assert count_dots(drawing, "discs") == sum(counts)
    by_hand = draw_result(result(*counts[::-1], by_hand=4), wide)
    legend = 1
    rings = "".join(shape.d for shape in by_hand.shapes if shape.look == "line").count("a")  # two arcs each
    assert rings in (0, 2 * (4 + legend))  # 0 where the answer is too large for discs


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("size", [2, 3, 6, 11])
@pytest.mark.parametrize("people", [5, 12, 42, 180, 300, 2500])
def test_results_stay_in_their_picture(wide: bool, size: int, people: int) -> None:
    counts = [people // (index + 1) for index in range(size)]
    for label in ("Oui", LONG, "Anticonstitutionnellement" * 4):
        drawing = draw_result(result(*counts, labels=[label] * size, by_hand=people // 10), wide)
        assert_in_picture(drawing)
        assert drawing.height <= WIDE_HEIGHT * 1.4 or not wide
    assert_in_picture(draw_result(graded(Kind.RANKING, *((people, 1, 0),) * size), wide))
    assert_in_picture(draw_result(graded(Kind.STATEMENTS, *((people, 1, 0),) * size), wide))


@pytest.mark.parametrize("level", MOVEMENTS)
@pytest.mark.parametrize("label", ["Oui", LONG])
def test_movements_stay_in_their_picture(level: str, label: str) -> None:
    assert MOVEMENTS[level]["level"] == level
    after = result(9, 17, 16, 5, labels=[label] * 4)
    drawing = draw_movement(MOVEMENTS[level], after, after)
    assert_in_picture(drawing)
    moved = MOVEMENTS[level]
    assert f"{moved['changed']} votes out of {moved['changed'] + moved['unchanged']} have moved" in plain(drawing.says)


BEFORE, AFTER = result(12, 16, 14), result(14, 15, 13)
"""What ``FLOWS`` add up to."""


def test_voices_are_those_who_stayed_came_and_left() -> None:
    first, second, _third = voices_of(MOVEMENTS["flows"], BEFORE, AFTER)
    assert (first.before, first.after) == (12, 14)
    assert dict(first.parts) == {"full": 9, "coloured": 5, "dotted": 0, "hatched": 0, "dashed": 3}
    assert dict(second.parts) == {"full": 12, "coloured": 3, "dotted": 0, "hatched": 0, "dashed": 4}
    assert plain(first.told) == "9 stayed · 5 came from another answer · 3 left this answer"
    late = voices_of(MOVEMENTS["flows"], BEFORE, result(17, 15, 13, by_hand=2))[0]
    assert (late.after, dict(late.parts)["dotted"], dict(late.parts)["hatched"]) == (19, 3, 2)
    for kept in (MOVEMENTS["changed"], {"level": "tallies", "k": 3, "positions": [1, 2, 3]}, None):
        assert [row.parts for row in voices_of(kept, BEFORE, AFTER)] == [[], [], []], "who moved is not told"


@pytest.mark.parametrize("wide", [False, True])
def test_each_voice_is_a_mark_that_is_told_apart_without_colour(wide: bool) -> None:
    drawing = draw_voices(MOVEMENTS["flows"], BEFORE, result(17, 15, 13), wide)
    one_of_the_legend, came = 1, 5 + 3 + 4
    late = 17 - 14
    assert count_dots(drawing, "discs") == 9 + 12 + 9 + late + 2 * one_of_the_legend
    gone, rings = 3 + 4 + 5, {"came": 0, "line": 0, "dashed": 0}
    for shape in drawing.shapes:
        if shape.look in rings:
            rings["dashed" if shape.dash else shape.look] += shape.d.count("z")
    expected = {"came": came, "line": late, "dashed": gone}
    assert rings == {mark: count + one_of_the_legend for mark, count in expected.items()}
    plain_lines = draw_voices(MOVEMENTS["changed"], BEFORE, AFTER, wide)
    assert count_dots(plain_lines, "discs") == sum(row.count for row in (*BEFORE.rows, *AFTER.rows))
    assert "Before" in {words.text for words in plain_lines.words}


@pytest.mark.parametrize("wide", [False, True])
@pytest.mark.parametrize("level", MOVEMENTS)
@pytest.mark.parametrize("label", ["Oui", LONG])
@pytest.mark.parametrize("times", [1, 9])
def test_voices_stay_in_their_picture(wide: bool, level: str, label: str, times: int) -> None:
    moved = movement([[count * times for count in row] for row in FLOWS]) if level == "flows" else MOVEMENTS[level]
    before, after = (
        result(*(sum(counts) * times for counts in table), labels=[label] * len(table))
        for table in (FLOWS, list(zip(*FLOWS, strict=True)))
    )
    drawing = draw_voices(moved, before, after, wide)
    assert_in_picture(drawing)
    assert (count_dots(drawing, "discs") == 0) == (times == 9), "of more than sixty, bars"


@pytest.mark.parametrize("label", ["Oui", LONG[:60]])
def test_tallies_say_how_many_answered_and_nine_answers_fit_on_the_projector(label: str) -> None:
    before, after = result(*[2] * 9, labels=[label] * 9), result(*[3] * 9, labels=[label] * 9)
    drawing = draw_tallies({"level": "tallies", "k": 3, "positions": [*range(9)]}, before, after)
    assert_in_picture(drawing)
    assert drawing.height <= WIDE_HEIGHT * 1.6
    assert count_dots(drawing, "discs") == 18 + 27
    assert {"Before (18 people)", "After (27 people)"} <= {line.text for line in drawing.words}


def ropes(drawing: Drawing) -> list[tuple[float, float]]:
    ways = [way for shape in drawing.shapes if shape.look == "rope" for way in shape.d.split("M")[1:]]
    numbers = [[float(number) for number in re.findall(r"-?[\d.]+", way)] for way in ways]
    return [(number[0], number[-2]) for number in numbers]


@pytest.mark.parametrize("level", MOVEMENTS)
def test_movers_meet_on_the_plate_and_no_rope_goes_from_choice_to_choice(level: str) -> None:
    after = result(9, 17, 16, 5)
    assert set(ropes(draw_movement(MOVEMENTS[level], after, after))) == {(560, 1100), (1640, 1100)}


def test_the_picture_depends_on_nothing_that_is_hidden() -> None:
    """Two tables with as many people who changed, and other flows between."""
    other = [[9, 3, 2, 2], [0, 12, 3, 3], [4, 3, 8, 1], [2, 3, 1, 5]]
    after = result(9, 17, 16, 5)
    assert movement(other) == MOVEMENTS["changed"]
    assert draw_movement(movement(other), after, after) == draw_movement(MOVEMENTS["changed"], after, after)


PICTURE = "{% from 'polls/_pictures.html' import result_picture, movement_picture, compared_picture %}"


def test_every_picture_has_its_table_and_no_inline_style() -> None:
    after = result(9, 17, 16, 5)
    results = (after, graded(Kind.RANKING, (5, 2), (2, 5)), graded(Kind.STATEMENTS, (3, 1, 2), (5, 1, 0)))
    one, two = "{{ result_picture(r, wide=w) }}", "{{ movement_picture(m, r, r) }}"
    three = "{{ compared_picture(m, r, r, both=true) }}"
    shown = [render_template_string(PICTURE + one, r=r, w=wide) for r in results for wide in (False, True)]
    shown += [render_template_string(PICTURE + how, m=m, r=after) for m in MOVEMENTS.values() for how in (two, three)]
    for html in shown:
        assert 'role="img"' in html and "aria-label=" in html
        assert "<table>" in html and "<caption>" in html
        assert "style=" not in html and "<style" not in html


def test_too_few_people_show_nothing_anywhere() -> None:
    few = result(3, 1, labels=["Secret", "Other"])
    html = render_template_string(PICTURE + "{{ result_picture(r) }}", r=few)
    assert "Secret" not in html and "<svg" not in html
    assert "Secret" not in result_csv(poll(few))
    data = result_json(poll(few, movement=MOVEMENTS["flows"]), "https://lunch.example/e/x/polls/3")
    assert (data["shown"], data["rows"], data["movement"], data["n"]) == (False, [], None, 4)


@pytest.mark.parametrize(
    "of",
    [
        result(9, 17, 16),
        result(3, 1),
        words(9, 4),
        Result(Kind.TEXT, "?", 8, 0, (), (Written("<b> & «x»", 1),) * 12),
        None,
    ],
)
def test_the_picture_for_other_sites_is_sound_xml_without_style_or_script(of: Result | None, event: Event) -> None:
    moved = {"movement": MOVEMENTS["changed"], "before": result(9, 17, 16, 5)} if of and of.kind == Kind.SINGLE else {}
    svg = render_template("polls/result.svg", event=event, poll=poll(of, **moved), address="https://lunch.example/e/x")
    root = ElementTree.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    tags = {element.tag.partition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "rect", "g", "path", "text", "tspan"}
    assert not any("style" in element.attrib or "class" in element.attrib for element in root.iter())
    assert "lunch.example/e/x" in svg


def test_the_csv_holds_a_line_a_choice() -> None:
    text = result_csv(poll(result(9, 17, 16, by_hand=2)))
    assert text.startswith("\ufeff")
    headings, *lines = csv.reader(StringIO(text[1:], newline=""), delimiter=";")
    assert headings == ["position", "label", "phones", "by_hand", "total", "share", "n", "note", "asking"]
    assert lines[0] == ["1", "A", "9", "2", "11", "25", "44", "", ""]
    assert len(lines) == 3


@pytest.mark.parametrize("text", FORMULAS)
def test_no_answer_becomes_a_formula(text: str) -> None:
    of = Result(Kind.WORDS, "?", 9, 0, (), (Written(text, 3),))
    (line,) = list(csv.reader(StringIO(result_csv(poll(of))[1:], newline=""), delimiter=";"))[1:]
    assert line[1].startswith("'")


def test_the_json_holds_what_the_page_shows_and_survives_the_wire() -> None:
    data = result_json(poll(result(9, 17, 16, by_hand=2), movement=MOVEMENTS["flows"]), "https://lunch.example/x")
    assert json.loads(json.dumps(data)) == data
    assert data["rows"][0] == {
        "position": 1, "label": "A", "phones": 9, "by_hand": 2, "total": 11, "share": 25, "grades": [],
    }  # fmt: skip
    assert data["movement"]["level"] == "flows"


@pytest.mark.parametrize(
    "of",
    [
        result(9, 17, 16, by_hand=2),
        result(30, 20, n=38, kind=Kind.MULTIPLE),
        result(3, 7, 12, kind=Kind.SCALE, labels=list("123"), ends=("never", "always")),
        replace(graded(Kind.RANKING, (5, 2), (2, 5)), question="Which one?"),
        replace(graded(Kind.STATEMENTS, (3, 1, 2)), question="Which one?"),
        replace(words(9, 4), question="Which one?"),
        Result(Kind.TEXT, "Which one?", 8, 0, (), (Written("One.", 1),)),
        Result(Kind.SINGLE, "Which one?", 9, 0, (Row(1, "A", 3), Row(0, "No opinion", 6))),
    ],
)
def test_a_result_is_read_back_from_its_json_as_it_was(of: Result) -> None:
    asked = replace(poll(of), ends=of.ends, choices=tuple(ChoiceView(row.position, row.label) for row in of.choices))
    kept = json.loads(json.dumps(result_json(asked, "https://lunch.example/x")))
    assert result_from_json(kept) == of


def test_a_before_with_few_answers_is_not_shown_beside_the_after(event: Event) -> None:
    few, many = result(3, 1, labels=["Secret", "Other"]), result(9, 7, labels=["Yes", "No"])
    kept = {"level": "tallies", "k": 3, "positions": [1, 2]}
    assert poll(many, before=many, movement=kept).is_compared, "control"
    told = poll(many, before=few, movement=kept)
    assert not told.is_compared
    svg = render_template("polls/result.svg", event=event, poll=told, address="https://lunch.example/e/x")
    assert "3 → 9" not in svg and "9 → 9" not in svg
    shown = render_template("polls/result.svg", event=event, poll=poll(many, before=many, movement=kept), address="x")
    assert "9 → 9" in shown, "control"
