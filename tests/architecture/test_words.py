"""Names that say nothing, and words that belong on somebody's desk instead of in the project."""

import re

import pytest

from architecture.tree import PACKAGE, ROOT, package, published

pytestmark = pytest.mark.unit

EMPTY = {
    "manager",
    "handler",
    "helper",
    "helpers",
    "util",
    "utils",
    "base",
    "unified",
    "enhanced",
    "smart",
    "simple",
}
#: Split in two so that this file does not find itself.
DESK = re.compile(
    "|".join(
        (
            r"/wo" r"rk/",
            r"\.\./sha" r"red",
            r"\bsha" r"red/(DESIGN|reference|data|tables|cases|tools|hooks)",
            r"/ro" r"ot/",
            r"/ho" r"me/\w",
            r"/tm" r"p/",
            r"\b(issue|ticket) " r"#\d",
            r"\bAI[ -]ass" r"istant",
            r"\blanguage mo" r"del",
        )
    )
)


def words(name: str) -> set[str]:
    """The words of a name: ``OrderBookHTML`` and ``order_book`` alike."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_", " ", name)
    return set(apart.lower().split())


def test_no_class_and_no_module_has_an_empty_name() -> None:
    modules = [(str(s.path), s.path.stem) for s in package()]
    rooms = [(str(path), path.name) for path in PACKAGE.rglob("*") if path.is_dir()]
    classes = [(s.place(node), node.name) for s in package() for node in s.classes()]
    assert [place for place, name in modules + rooms + classes if words(name) & EMPTY] == []


@pytest.mark.parametrize("name", ["OrderManager", "price_utils", "SmartRouter", "BaseGate"])
def test_an_empty_name_is_found(name: str) -> None:
    assert words(name) & EMPTY


@pytest.mark.parametrize("name", ["Basis", "Database", "SimpleXTest"[6:], "UtilisationMax"])
def test_a_name_that_only_sounds_empty_is_left_alone(name: str) -> None:
    assert not words(name) & EMPTY


def test_no_file_speaks_of_a_desk_it_was_written_on() -> None:
    found: list[str] = []
    for path in published():
        if path.suffix in {".npy", ".png", ".parquet"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if DESK.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {line.strip()[:100]}")
    assert found == []
