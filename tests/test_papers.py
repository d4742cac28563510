"""The papers in docs/ answer every requirement once, and name tests and decisions that there are."""

import re

from tests.source import ROOT

SECURITY, ACCESSIBILITY, ECODESIGN = (
    (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in ("security", "accessibility", "ecodesign")
)
SECTIONS = {
    1: "2 9 11 3 2", 2: "3 3 4 1", 3: "0 2 4 6 5 0 2", 4: "3 1 2 4", 5: "1 3 2 3", 6: "3 12 4 4 5 3 0 4",
    7: "3 4 2 5 2 2", 8: "2 3 1 1", 9: "3 4", 10: "2 2 4 11 5 2 3", 11: "2 3 3 4 1 1", 12: "3 2 4",
    13: "1 5 2 5", 14: "2 4 3", 15: "3 3 7", 16: "1 5 4 3 3", 17: "1 4 2",
}  # fmt: skip
"""How many requirements of ASVS 5.0.0, levels 1 and 2, each section of a chapter has; level 3 has the last numbers."""
CRITERIA = (10, 10, 7, 15, 8, 7, 4, 10, 7)
"""Of the RGESN 2024, by its chapters."""
STATES = {"met", "partly", "not", "operator", "n.a."}


def wanted() -> list[str]:
    sections = ((chapter, enumerate(map(int, many.split()), 1)) for chapter, many in SECTIONS.items())
    return [f"{c}.{s}.{n}" for c, each in sections for s, many in each for n in range(1, many + 1)]


def answered(page: str) -> list[str]:
    """The numbers in the first column, ranges spelt out."""
    found = []
    for row in re.findall(r"^\| (\d[^|]*?) \|", page, re.MULTILINE):
        for part in row.split(", "):
            first, _, last = part.partition("–")
            section, _, begin = first.rpartition(".")
            end = int(last.rpartition(".")[2]) if last else int(begin)
            found += [f"{section}.{number}" for number in range(int(begin), end + 1)]
    return found


def missing(page: str) -> list[str]:
    tests = {name for name in re.findall(r"`(test_\w+)`", page) if not (ROOT / "tests" / f"{name}.py").exists()}
    numbers = re.findall(r"\b(00\d\d)\b", page)
    return sorted(tests | {number for number in numbers if not list((ROOT / "docs/decisions").glob(f"{number}-*"))})


def test_every_requirement_of_levels_1_and_2_is_answered_once() -> None:
    assert len(wanted()) == 253, "70 of level 1, 183 of level 2"
    assert sorted(answered(SECURITY)) == sorted(wanted())
    assert "1.3.4" not in answered(SECURITY.replace("| 1.3.4 |", "| 1.3.3 |")), "control"
    assert set(re.findall(r"^\| \d[^|]*\| ([^|]*?) \|", SECURITY, re.MULTILINE)) == STATES


def test_every_criterion_of_the_rgesn_is_answered_once() -> None:
    criteria = [f"{chapter}.{n}" for chapter, many in enumerate(CRITERIA, 1) for n in range(1, many + 1)]
    assert sorted(answered(ECODESIGN)) == sorted(criteria)


def test_what_the_pages_name_is_there() -> None:
    assert missing(SECURITY + ACCESSIBILITY + ECODESIGN) == []
    assert missing("`test_nothing` (0099)") == ["0099", "test_nothing"], "control"
