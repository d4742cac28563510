"""The ``.env`` file: any text of one line comes back exactly, nothing else gets in, and nothing is half written."""

import os
import stat
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lunchkit import envfile

LINES = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), max_size=60) | st.text(
    st.sampled_from("#\"'= \\\u00a0éA$`"), max_size=20
)
AWKWARD = [
    "",
    " ",
    "#",
    "'",
    '"',
    "''",
    '"\'"',
    "a=b # c",
    " 'x' ",
    '"',
    "\\",
    "\\n",
    "$HOME",
    "é\u202f!",
    "\u00a0",
    "\ufeff",
]
WORSE = [
    "a\nLUNCHKIT_X=1",
    "a\rb",
    "a\x85b",
    "a\u2028b",
    "a\u2029b",
    "a\x0bb",
    "a\x0cb",
    "a\x1cb",
    "a\0b",
    "a\x1bb",
    "\ud800",
]


@given(values=st.dictionaries(st.sampled_from(["A", "B_C", "LUNCHKIT_D"]), LINES))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
def test_what_is_written_is_read_back_exactly(tmp_path: Path, values: dict[str, str]) -> None:
    path = tmp_path / ".env"
    path.unlink(missing_ok=True)
    with patch("os.fsync"):
        envfile.write(path, values)
        assert envfile.read(path) == values
        envfile.write(path, {"OTHER": "'x"})  # a second pair of hands changes nothing of the rest
    assert envfile.read(path) == values | {"OTHER": "'x"}


@pytest.mark.parametrize("value", AWKWARD)
def test_awkward_values_come_back_too(tmp_path: Path, value: str) -> None:
    envfile.write(tmp_path / ".env", {"A": value})
    assert envfile.read(tmp_path / ".env") == {"A": value}


@pytest.mark.parametrize("value", WORSE)
def test_no_second_line_gets_in(tmp_path: Path, value: str) -> None:
    path = tmp_path / ".env"
    envfile.write(path, {"A": "before"})
    with pytest.raises(envfile.NotOneLine):
        envfile.write(path, {"B": "fine", "A": value})
    assert envfile.read(path) == {"A": "before"}, "nothing was written"


def test_comments_unknown_lines_and_their_order_stay(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("# first\n\nOTHER='kept as it is'\nA=1\nnonsense\n#A=2\nA=3\nexport B=4\n")
    envfile.write(path, {"A": "it's", "C": "new"})
    assert path.read_text() == "# first\n\nOTHER='kept as it is'\nnonsense\n#A=2\nA=\"it's\"\nexport B=4\nC=new\n"


def test_a_file_from_another_system_is_read(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"\xef\xbb\xbfA=1\r\nB='2 '\r\n")
    assert envfile.read(path) == {"A": "1", "B": "2 "}


def test_it_is_for_its_owner_only_also_where_it_was_not(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    path.chmod(0o644)
    envfile.write(path, {"A": "2"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_keeps_leading_to_the_file_that_it_names(tmp_path: Path) -> None:
    real, link = tmp_path / "settings", tmp_path / ".env"
    real.write_text("A=1\n")
    link.symlink_to(real)
    envfile.write(link, {"A": "2"})
    assert link.is_symlink() and envfile.read(real) == {"A": "2"}


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_disk_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".env"
    envfile.write(path, {"A": "before"})

    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    if step == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        envfile.write(path, {"A": "after"})
    assert envfile.read(path) == {"A": "before"}
    assert [entry.name for entry in tmp_path.iterdir()] == [".env"], "no draft is left"
