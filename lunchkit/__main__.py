"""``python -m lunchkit`` is the ``lunchkit`` command."""

from lunchkit.cli import main

main()
