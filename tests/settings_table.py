"""The table of settings in docs/configuration.md; ``python -m tests.settings_table`` writes it again."""

from dataclasses import fields
from pathlib import Path

from lunchkit.platform.config import Settings, full_name

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"
HEAD = "| setting | default | what it is |\n|---|---|---|\n"


def settings_table() -> str:
    """One row for each setting, in the order of their declarations."""
    return HEAD + "".join(
        f"| `{full_name(spec.name)}` | {f'`{spec.default}`' if str(spec.default) else ''} | {spec.metadata['help']} |\n"
        for spec in fields(Settings)
    )


def written_again(page: str) -> str:
    """The page with the present table in the place of the one that it has."""
    before, _, rest = page.partition(HEAD)
    lines = rest.splitlines(keepends=True)
    after = "".join(line for line in lines if not line.startswith("| `"))
    return before + settings_table() + after


if __name__ == "__main__":
    PAGE.write_text(written_again(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
