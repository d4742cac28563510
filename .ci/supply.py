"""What lunchkit is delivered with: ``run.py sbom`` prints the bill of materials, ``run.py audit`` asks for known holes.

Both read requirements.txt: every package that an installation gets, on whatever machine. Nothing is installed.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)([^\n]*(?:\n\s+--hash=[^\n]*)*)", re.MULTILINE)
BUNDLED = (("jsQR", "1.4.0", "Apache-2.0", "pkg:npm/jsqr@1.4.0"), ("Liberation Sans Bold", "2.1.5", "OFL-1.1", ""))
"""What the wheel itself carries of others: name, version, licence, package address."""
BLIND = "packages that nobody has looked at: the source of advisories was out of reach, or does not know them"


class Pin(NamedTuple):
    """A package of the lock file; hashes are hex SHA-256 of each of its files."""

    name: str
    version: str
    hashes: list[str]


def pins(lock: str) -> list[Pin]:
    return [Pin(name, version, re.findall(r"--hash=sha256:(\w+)", rest)) for name, version, rest in PIN.findall(lock)]


def bill_of_materials(lock: str, version: str) -> dict[str, Any]:
    """CycloneDX 1.6. Hashes are properties: a package has one file for each platform, so one hash would be wrong."""
    bundled = [
        {"type": "library", "name": name, "version": number, "licenses": [{"license": {"id": licence}}]}
        | ({"purl": purl} if purl else {})
        for name, number, licence, purl in BUNDLED
    ]
    packages = [
        {
            "type": "library", "name": pin.name, "version": pin.version,
            "bom-ref": (purl := f"pkg:pypi/{pin.name.lower()}@{pin.version}"), "purl": purl,
            "properties": [{"name": "lunchkit:sha256", "value": digest} for digest in pin.hashes],
        }
        for pin in pins(lock)
    ]  # fmt: skip
    root = {"type": "application", "name": "lunchkit", "version": version, "licenses": [{"license": {"id": "MIT"}}]}
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {"component": root}, "components": packages + bundled,
    }  # fmt: skip


def verdict(report: dict[str, Any], wanted: list[Pin]) -> list[str]:
    """What is wrong, a line each; the first line says how many were audited. ``report`` is the JSON of pip-audit."""
    looked = {one["name"].lower(): one for one in report.get("dependencies", []) if "version" in one}
    seen = [pin for pin in wanted if looked.get(pin.name.lower(), {}).get("version") == pin.version]
    holes = [f"{one['name']} {one['version']}: {hole['id']}" for one in looked.values() for hole in one["vulns"]]
    blind = [f"{len(wanted) - len(seen)} {BLIND}"] if len(seen) < len(wanted) or not wanted else []
    return [f"audited {len(seen)} of {len(wanted)}", *holes, *blind]


def audit(words: list[str]) -> int:
    """Ask pip-audit about every pin; 0 only if it has looked at all of them and found nothing."""
    wanted = pins(LOCK.read_text(encoding="utf-8"))
    found = [shutil.which("pip-audit")] if shutil.which("pip-audit") else [shutil.which("uvx"), "pip-audit"]
    if found[0] is None:
        sys.exit("run.py: audit needs pip-audit (pipx install pip-audit), or uv.")
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listing:
        listing.write("".join(f"{pin.name}=={pin.version}\n" for pin in wanted))
        listing.flush()
        options = ["--no-deps", "--disable-pip", "--format", "json", "-r", listing.name]
        done = subprocess.run([*found, *options, *words], stdout=subprocess.PIPE, text=True)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = {}  # it could not ask, and has said why
    lines = verdict(report, wanted)
    print("\n".join(lines))
    return min(1, len(lines) - 1)


if __name__ == "__main__":
    if sys.argv[1] == "audit":
        sys.exit(audit(sys.argv[2:]))
    version = re.search(r'__version__ = "(.+)"', (ROOT / "lunchkit" / "__init__.py").read_text())
    print(json.dumps(bill_of_materials(LOCK.read_text(encoding="utf-8"), version[1] if version else ""), indent=1))
