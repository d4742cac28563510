"""What a machine may lack: skipped with a plain line, except in CI, where a skip is a failure."""

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI") == "true"


def lack(what: str) -> NoReturn:
    """Skip a test for want of something, or fail in CI."""
    if IN_CI:
        pytest.fail(f"CI needs this: {what}")
    pytest.skip(what)
