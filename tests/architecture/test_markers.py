"""Every test file says which step of the ladder it stands on, so that ``-m unit`` leaves none out."""

import ast

import pytest

from architecture.tree import ROOT, Source, parsed

pytestmark = pytest.mark.unit

#: The steps a whole file can stand on; what else a marker says comes on top of one of them.
STEPS = {"unit", "integration", "scenario"}


def marks(tree: ast.Module) -> set[str]:
    """The markers a file gives to all of its tests."""
    given = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == "pytestmark" for name in node.targets)
    )
    inside = (part for value in given for part in ast.walk(value))
    return {part.attr for part in inside if isinstance(part, ast.Attribute)}


def files() -> list[Source]:
    return [parsed(path) for path in sorted((ROOT / "tests").rglob("test_*.py"))]


def test_every_test_file_stands_on_one_step() -> None:
    assert len(files()) > 100
    unmarked = [
        str(source.path.relative_to(ROOT))
        for source in files()
        if len(marks(source.tree) & STEPS) != 1
    ]
    assert unmarked == []


@pytest.mark.parametrize(
    ("line", "given"),
    [
        ("", set[str]()),
        ("pytestmark = pytest.mark.unit", {"mark", "unit"}),
        (
            "pytestmark = [pytest.mark.integration, pytest.mark.risk]",
            {"mark", "integration", "risk"},
        ),
        ("def test_x():\n    pytestmark = pytest.mark.unit", set[str]()),
    ],
)
def test_a_file_without_a_marker_is_found(line: str, given: set[str]) -> None:
    assert marks(ast.parse(line)) == given
