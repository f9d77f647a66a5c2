"""The files around the code: locked with hashes, from nowhere in particular, for everybody."""

import re
import tomllib
from collections.abc import Iterator

import pytest

from architecture.tree import ROOT, published

pytestmark = pytest.mark.unit

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT_TEXT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PROJECT_TEXT)
#: An address, or an option that names where packages come from.
ADDRESS = re.compile(r"\w://|--(extra-)?index-url|--find-links|--trusted-host|@ file|git\+")
#: The last part keeps this file from finding itself.
REGISTRY = re.compile(r"--(extra-)?index-" r"url|source = \{ regi" r"stry|\"resol" r"ved\": ")


def pins() -> Iterator[tuple[str, str]]:
    """Each pinned distribution with everything that follows it."""
    for entry in re.split(r"(?m)^(?=\S)", LOCK):
        if entry.strip():
            yield entry.split()[0], entry


def name_of(requirement: str) -> str:
    """``Exchange_Calendars>=4`` is ``exchange-calendars``."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert match, f"no name in {requirement!r}"
    return re.sub(r"[-_.]+", "-", match.group()).lower()


def test_every_line_of_the_lock_is_a_pin_with_a_hash() -> None:
    loose = [
        pin
        for pin, entry in pins()
        if not re.fullmatch(r"[a-z0-9-]+==\S+", pin)
        or not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)
    ]
    assert loose == []


def test_the_lock_names_no_place() -> None:
    assert [line for line in LOCK.splitlines() if ADDRESS.search(line)] == []


@pytest.mark.parametrize("line", ["--index-url x", "a @ https://b", "--find-links /c"])
def test_a_place_would_be_seen(line: str) -> None:
    assert ADDRESS.search(line)


def test_everything_asked_for_is_locked() -> None:
    asked = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    locked = {name_of(pin) for pin, _ in pins()}
    assert {name_of(requirement) for requirement in asked} <= locked


def test_no_published_file_records_a_registry() -> None:
    found: list[str] = []
    for path in published():
        if path.suffix in {".lock", ".toml", ".txt", ".cfg"} or path.name in {"Makefile", "run"}:
            found += [
                f"{path.relative_to(ROOT)}: {line}"
                for line in path.read_text(encoding="utf-8").splitlines()
                if REGISTRY.search(line)
            ]
    assert found == []


def test_the_lock_that_records_hosts_stays_out() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert ROOT / "uv.lock" not in published()


def test_python_3_11_is_enough() -> None:
    assert PROJECT["project"]["requires-python"] == ">=3.11"


def test_the_licence_is_mit() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n")
    assert "tomking contributors" in text
    assert PROJECT["project"]["license"] == "MIT"


def test_every_dependency_says_why_it_is_here() -> None:
    lines = PROJECT_TEXT.splitlines()
    for requirement in PROJECT["project"]["dependencies"]:
        (line,) = [row for row in lines if f'"{requirement}"' in row]
        assert re.search(r",\s+# \w.{8,}", line), f"{requirement} gives no reason"


@pytest.mark.parametrize("path", ["Makefile", ".ci/run", "scripts/prove.py", "ARCHITECTURE.md"])
def test_what_a_stranger_reaches_for_is_there(path: str) -> None:
    assert ROOT / path in published()


def test_continuous_integration_can_be_started() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
