"""What the package imports is asked for, and what is asked for is used."""

import ast
import sys
import tomllib

import pytest

from architecture.tree import ROOT, Source, package, rooms

pytestmark = pytest.mark.unit

#: Distributions whose files are read and whose code is not imported.
READ_ONLY = {"arch"}


def asked() -> set[str]:
    """The importable names of the run-time dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    requirements: list[str] = project["project"]["dependencies"]
    return {requirement.split(">")[0].replace("-", "_") for requirement in requirements}


def imported(source: Source) -> set[str]:
    """The first word of everything a file imports from outside."""
    found: set[str] = set()
    for node in ast.walk(source.tree):
        match node:
            case ast.Import(names=names):
                found |= {alias.name.split(".")[0] for alias in names}
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module.split(".")[0])
            case _:
                pass
    return found - set(sys.stdlib_module_names) - {"tomking"}


def test_nothing_is_imported_that_was_not_asked_for() -> None:
    unasked = {str(s.path): imported(s) - asked() for s in package() if imported(s) - asked()}
    assert unasked == {}


@pytest.mark.skipif(not {"app", "report"} <= set(rooms()), reason="its users are not built yet")
def test_everything_asked_for_is_used() -> None:
    used = set[str]().union(*(imported(source) for source in package()))
    assert asked() - used - READ_ONLY == set()


def test_no_import_is_relative() -> None:
    assert [
        source.place(node)
        for source in package()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ] == []
