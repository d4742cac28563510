"""What is delivered: the bill of materials lists it all, and an audit that saw nothing is none."""

import importlib.util
import re
import tomllib
from typing import Any

from tests.source import ROOT

_spec = importlib.util.spec_from_file_location("supply", ROOT / ".ci" / "supply.py")
assert _spec and _spec.loader
supply = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(supply)
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def report(*names: str, holes: tuple[str, ...] = ()) -> dict[str, Any]:
    """As pip-audit tells it: what it could not find has a reason in the place of a version."""
    known = {pin.name: pin.version for pin in supply.pins(LOCK)}
    looked = [{"name": name, "version": known[name], "vulns": [{"id": hole} for hole in holes]} for name in names]
    return {"dependencies": [*looked, {"name": "flask", "skip_reason": "not found"}]}


def test_the_bill_lists_every_package_of_the_lock_with_its_hashes() -> None:
    bill = supply.bill_of_materials(LOCK, "0.1.0")
    packages = [one for one in bill["components"] if one.get("purl", "").startswith("pkg:pypi/")]
    assert {f"{one['name']}=={one['version']}" for one in packages} == set(
        re.findall(r"^[\w.-]+==[^ ;]+", LOCK, re.MULTILINE)
    )
    assert sum(len(one["properties"]) for one in packages) == LOCK.count("--hash=sha256:") > 0
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


def test_an_audit_passes_only_where_it_has_looked_at_everything() -> None:
    wanted = supply.pins(LOCK)
    everything = report(*(pin.name for pin in wanted if pin.name != "flask"))
    everything["dependencies"][-1] = report("flask")["dependencies"][0]
    assert supply.verdict(everything, wanted) == [f"audited {len(wanted)} of {len(wanted)}"]
    blind = supply.verdict({}, wanted)
    assert blind[0] == f"audited 0 of {len(wanted)}" and supply.BLIND in blind[1]
    assert supply.BLIND in supply.verdict(report("jinja2"), wanted)[-1]
    assert "jinja2" in supply.verdict(report("jinja2", holes=("PYSEC-0",)), wanted)[1]
    assert supply.BLIND in supply.verdict({}, [])[-1], "an empty list is no audit"


def test_the_wheel_carries_the_licence_of_whatever_it_bundles() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    carried = {path for pattern in project["license-files"] for path in ROOT.glob(pattern)}
    assert carried == {ROOT / "LICENSE", *ROOT.glob("lunchkit/**/LICENSE"), *ROOT.glob("lunchkit/**/OFL.txt")}
    assert {path.parent for path in ROOT.glob("lunchkit/static/vendor/*/*")} <= {path.parent for path in carried}
    assert all(licence in project["license"] for _name, _version, licence, _purl in supply.BUNDLED)
