"""Read uploads in a process of its own: what a decoder does with hostile bytes stays in there.

``run`` starts this file as a program, which limits itself and then runs the program that it is told: it knows neither
our environment nor our folder, has little memory and little time, and writes no file. Only the standard library may be
imported here.
"""

import logging
import os
import resource
import runpy
import subprocess
import sys
import threading
from pathlib import Path

MOST_SECONDS = 20  # on the clock, for one file; a machine that needs longer has other things to do
MOST_CPU = 5
MOST_MEMORY = 512 * 1024 * 1024
AT_ONCE = 2
"""Files that are read at the same time in each process of the server; the others wait."""
log = logging.getLogger("lunchkit")
turns = threading.BoundedSemaphore(AT_ONCE)


class NoTurn(Exception):
    """Too many files at once, no memory for one more process, or one that takes too long."""


def run(program: Path, data: bytes, *words: str) -> "subprocess.CompletedProcess[bytes]":
    """Give bytes to the standard input of a program, confined. Raises NoTurn."""
    if not turns.acquire(timeout=MOST_SECONDS):
        raise NoTurn
    try:
        return subprocess.run(  # noqa: S603  our own program
            [sys.executable, "-I", "-B", __file__, str(program), *words],
            input=data, capture_output=True, timeout=MOST_SECONDS, env={}, cwd="/", check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("%s cannot be run: %s", program.name, type(error).__name__)
        raise NoTurn from error
    finally:
        turns.release()


def confine() -> None:
    """Take from this process what it does not need. Votes go first: it is content with the time that others leave."""
    os.nice(10)
    _limit(resource.RLIMIT_CPU, MOST_CPU)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_AS, MOST_MEMORY)


def _limit(what: int, most: int) -> None:
    _soft, hard = resource.getrlimit(what)
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(what, (most, most))
    except ValueError:
        if sys.platform != "darwin":  # some versions of macOS take no limit of memory
            raise


if __name__ == "__main__":
    confine()
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
