#!/usr/bin/env python3
"""Install lunchkit beside this file and run it: nothing needed but Python 3.11 or later and pip.

    python3 run.py demo  [--port 8000 …]   serve a demo network and print its addresses
    python3 run.py test  [pytest's words]  run all the tests
    python3 run.py lint                    check style, types and the drawing of who may import whom
    python3 run.py assets                  build the style sheets and scripts of the pages again (needs Node)
    python3 run.py translations            take new texts into the catalogues, compile them, list what is untranslated
    python3 run.py pictures                photograph pages of the demo for README.md and the handbook (needs Chromium)
    python3 run.py lock  [--upgrade]       make the lock files again (needs uv)
    python3 run.py sbom                    print the bill of materials of requirements.txt (CycloneDX, JSON)
    python3 run.py audit                   ask for known holes in what it lists (needs pip-audit, or uv)
    python3 run.py serve …                 any other word goes to the `lunchkit` command

All goes into `.venv`, at the versions and hashes of requirements*.txt. A stamp in there says what is installed,
so that the next run installs nothing and needs no network. Standard output belongs to the command that is run.
"""

import sys

if sys.version_info < (3, 11) or sys.platform == "win32":
    sys.exit("run.py: lunchkit needs Python 3.11 or later, on Linux or macOS; this is " + sys.version.split()[0])

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path
from typing import Any, NoReturn

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
STAMP = VENV / "installed.json"
RUNTIME = ROOT / "requirements.txt"
TEST = ROOT / "requirements-test.txt"  # all of RUNTIME at the same versions, and more

ASSETS = ROOT / "lunchkit" / "static"
NODE_BIN = ROOT / "node_modules" / ".bin"
CATALOGUES = ROOT / "lunchkit" / "translations"

LINT = ("ruff check --quiet", "ruff format --check --quiet", "mypy", "lint-imports --no-logo")
LINT_ASSETS = "biome ci --error-on-warnings --colors=off lunchkit/static"
BUNDLE = (
    "esbuild --bundle --minify-whitespace --format=esm --target=es2022 --charset=utf8 --legal-comments=none "
    "--log-level=warning"
)
EXTRACT = "pybabel -q extract -k _l -k _n:1,2 --no-location --sort-output -w 120 lunchkit"
UPDATE = "pybabel -q update -w 120 --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date"
LANGUAGES = {"fr": "babel.cfg", "de": "babel-attendees.cfg", "it": "babel-attendees.cfg"}
"""Each language, and the list of what is translated into it: all, or what attendees, voters and readers meet."""
COMPILE = "uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate"

# What a machine may have set for its own pip or uv, and what would spoil an install into .venv. Its mirrors, proxies
# and certificates stay in force: the hashes say whether what they hand out is what we meant.
OVERRIDDEN = {"PIP_REQUIRE_HASHES": "0", "UV_REQUIRE_HASHES": "0", "PIP_USER": "0", "PIP_CONSTRAINT": os.devnull}
DROPPED = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "UV_CONSTRAINT", "UV_SYSTEM_PYTHON", "PYTHONPATH", "PYTHONHOME")


def main(words: list[str]) -> int:
    """Do what the first word says."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(__doc__)
        return 0 if words else 2
    command, rest = words[0], words[1:]
    if command == "lock":
        return lock(rest)
    if command == "assets":
        return build_assets(ASSETS / "built")
    if command in ("sbom", "audit"):
        become(Path(sys.executable), str(ROOT / ".ci" / "supply.py"), *words)
    install(TEST if command in ("lint", "translations", "pictures", "test") else RUNTIME)
    if command == "lint":
        return lint()
    if command == "translations":
        return translate()
    if command == "pictures":
        become(PYTHON, str(ROOT / "docs" / "take_pictures.py"))
    if command == "test":
        os.chdir(ROOT)
        keep_compiled()
        become(PYTHON, "-m", "pytest", *(rest or spread()))
    os.environ.setdefault("LUNCHKIT_INSTANCE", str(ROOT / "instance"))  # the clone's, from whatever folder one calls
    become(BIN / "lunchkit", *words)


def spread() -> list[str]:
    """The words that run all tests in three processes, a file in one of them; in one where they share a database."""
    is_shared = bool(os.environ.get("LUNCHKIT_TEST_POSTGRESQL"))
    return [] if is_shared else ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]


def keep_compiled() -> None:
    """Keep compiled modules in `.venv` where this machine forbids them beside the source: it saves minutes."""
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
        os.environ.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "compiled"))


def install(requirements: Path) -> None:
    """Bring `.venv` to what `requirements` says; quick and silent if it is there already."""
    with Path(__file__).open("rb") as turnstile:
        with contextlib.suppress(OSError):  # some network drives cannot lock
            fcntl.flock(turnstile, fcntl.LOCK_EX)  # of two terminals, the second waits and then finds all done
        try:
            install_alone(requirements)
        except PermissionError as error:
            sys.exit(f"run.py: {error}. Was it made by another user? Then remove {VENV} as that user, and try again.")


def install_alone(requirements: Path) -> None:
    """The work of `install`, while nobody else does it."""
    maker = [sys.version, sys.base_prefix, str(ROOT)]
    stamp = read_stamp()
    whole = PYTHON.exists() and stamp.get("maker") == maker
    if whole and TEST.name in stamp:
        requirements = TEST  # who has run the tests here keeps their tools
    if whole and stamp.get(requirements.name) == fingerprint(requirements):
        return
    say(f"installing what {requirements.name} lists into {VENV}; this happens once and takes a little while …")
    STAMP.unlink(missing_ok=True)  # an install that is cut short leaves no stamp, and so is made again
    if not whole:
        venv.EnvBuilder(clear=True, symlinks=True).create(VENV)
    installer = find_installer()
    run_installer(*installer, "--require-hashes", "--only-binary", ":all:", "-r", str(requirements))
    run_installer(*installer, "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    STAMP.write_text(json.dumps({"maker": maker, requirements.name: fingerprint(requirements)}))


def read_stamp() -> dict[str, Any]:
    """What was installed, by which Python, for which folder; empty if nobody finished."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def fingerprint(requirements: Path) -> str:
    """What this lock file and the project's own description say now."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.")[0]
    return hashlib.sha256(requirements.read_bytes() + project.encode()).hexdigest()


def find_installer() -> list[str]:
    """The install command of uv; else of this machine's pip; else of the pip that some Pythons carry inside."""
    uv = shutil.which("uv")
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    options = ["install", "--quiet", "--no-input", "--disable-pip-version-check"]
    for python in (sys.executable, shutil.which("python3", path=f"{sys.base_prefix}/bin")):
        if python and works(python, "-m", "pip", "--version"):
            return [python, "-m", "pip", "--python", str(PYTHON), *options]
    if works(str(PYTHON), "-m", "ensurepip"):
        return [str(PYTHON), "-m", "pip", *options]
    sys.exit("run.py: pip is missing. Install it (Debian and Ubuntu: apt install python3-pip), or uv, and try again.")


def works(*command: str) -> bool:
    """Whether the command ends well; nobody sees what it says."""
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=installer_env()).returncode == 0


def run_installer(*command: str) -> None:
    """Run one install command, all its words on standard error; stop here if it fails."""
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=installer_env()).returncode:
        sys.exit("run.py: the installation failed, see above. The next run starts it afresh.")


def installer_env() -> dict[str, str]:
    """This machine's environment, less what would spoil the installation."""
    return {name: value for name, value in os.environ.items() if name not in DROPPED} | OVERRIDDEN


def become(program: Path, *words: str) -> NoReturn:
    """Turn this process into the program, so that signals reach it and its exit status is ours."""
    sys.stdout.flush()
    os.execv(program, [str(program), *words])


def lint() -> int:
    """Run every check even if an early one fails; 0 if all are content. Nothing is changed."""
    failed = [check for check in LINT if not passes(*check.split())]
    if install_node_tools():
        failed += [] if passes(*LINT_ASSETS.split(), folder=NODE_BIN) else [LINT_ASSETS]
        failed += [] if assets_are_fresh() else ["assets (run.py assets builds them again)"]
    elif os.environ.get("CI"):
        failed.append("assets (Node is missing)")
    else:
        say("lint: style sheets and scripts were not checked: Node is missing (Debian and Ubuntu: apt install npm)")
    say(f"lint: not content: {', '.join(failed)}" if failed else "lint: all content")
    return 1 if failed else 0


def passes(program: str, *words: str, folder: Path = BIN) -> bool:
    """Whether one of the tools, in `.venv` if nothing else is said, is content with this folder."""
    found = os.environ | {"PYTHONPATH": str(ROOT)}  # babel.cfg names a module of the tests
    return subprocess.run([folder / program, *words], cwd=ROOT, env=found).returncode == 0


def install_node_tools() -> bool:
    """Bring `node_modules` to what package-lock.json says; False where this machine has no Node."""
    npm, wanted = shutil.which("npm"), (ROOT / "package-lock.json").read_bytes()
    stamp = ROOT / "node_modules" / "installed-lock.json"
    if not npm:
        return False
    if not stamp.exists() or stamp.read_bytes() != wanted:
        run_installer(npm, "ci", "--silent", "--prefix", str(ROOT))
        stamp.write_bytes(wanted)
    return True


def build_assets(folder: Path) -> int:
    """Build each page's style sheet and script, one file each, into the folder. 0 if all went well."""
    if not install_node_tools():
        sys.exit("run.py: assets needs Node (Debian and Ubuntu: apt install npm).")
    pages = sorted(str(page.relative_to(ROOT)) for page in (ASSETS / "pages").iterdir())
    shutil.rmtree(folder, ignore_errors=True)
    program, *options = BUNDLE.split()
    return 0 if passes(program, *options, f"--outdir={folder}", *pages, folder=NODE_BIN) else 1


def assets_are_fresh() -> bool:
    """Whether what is built is what the sources say now."""
    with tempfile.TemporaryDirectory() as place:
        fresh = Path(place) / "built"
        return build_assets(fresh) == 0 and contents(fresh) == contents(ASSETS / "built")


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder by their names."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def translate() -> int:
    """Take new texts of the code into the catalogues, drop those that are gone, compile. 1 if any is untranslated."""
    with tempfile.TemporaryDirectory() as place:
        for listing in set(LANGUAGES.values()):
            if not passes(*EXTRACT.split(), "-F", listing, "-o", f"{place}/{listing}"):
                return 1
        for language, listing in LANGUAGES.items():
            if not passes(*UPDATE.split(), "-i", f"{place}/{listing}", "-d", str(CATALOGUES), "-l", language):
                return 1
    subprocess.run([BIN / "pybabel", "-q", "compile", "-d", CATALOGUES], cwd=ROOT)  # its checks know no plural of ours
    untranslated = [words for language in LANGUAGES for words in untranslated_in(language)]
    for words in untranslated:
        print(words)
    return 1 if untranslated else 0


def untranslated_in(language: str) -> list[str]:
    """The texts that a catalogue has no translation for, each after its language."""
    ask = (
        "import sys; from babel.messages.pofile import read_po; "
        "[print(f'{sys.argv[2]}: {m.id!r}') for m in read_po(open(sys.argv[1], 'rb')) "
        "if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)]"
    )
    catalogue = str(CATALOGUES / language / "LC_MESSAGES" / "messages.po")
    told = subprocess.run([PYTHON, "-c", ask, catalogue, language], cwd=ROOT, capture_output=True, text=True)
    return told.stdout.splitlines()


def lock(options: list[str]) -> int:
    """Make the lock files again from pyproject.toml. Pins that still fit are kept, unless `--upgrade` is given."""
    if not shutil.which("uv"):
        sys.exit("run.py: lock needs uv (pip install uv, or see its documentation).")
    served = ["--extra", "passkeys"]
    everything = [*served, "--extra", "several", "--group", "test", "--group", "lint", "--constraint", RUNTIME.name]
    for file, wanted in ((RUNTIME, served), (TEST, everything)):
        command = [*COMPILE.split(), *options, "--group", "build", *wanted, "-o", file.name, "pyproject.toml"]
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
            return 1
    return 0


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(f"run.py: {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
