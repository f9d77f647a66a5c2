"""Rules have ids; the page, the source and the tests know the same ones."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import pytest

from architecture.tree import PACKAGE, ROOT, package, parsed
from tomking.risk.gates.sanity import SANITY
from tomking.risk.judge import EXPOSURE
from tomking.risk.limits import Limits

pytestmark = pytest.mark.unit

PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
TESTS = ROOT / "tests"

ID = re.compile(r"\bR-[A-Z0-9]{2,4}-\d{2}\b")
#: ``R-X-01 to R-X-04`` stands for all between.
RANGE = re.compile(r"\b(R-[A-Z0-9]{2,4}-)(\d{2}) to \1(\d{2})\b")
HEADING = re.compile(r"(?m)^### (\S+)  (.+)$")
LINE = re.compile(r"(?m)^- (\w+): (.+)$")
PLACE = re.compile(r"`([\w/]+\.py)::([\w.]+)`")
LINES = ["Rule", "Why", "Source", "Code", "Test"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule of the page; ``lines`` are its labels in order, ``code`` and ``test`` places."""

    id: str
    title: str
    lines: tuple[str, ...]
    code: tuple[tuple[str, str], ...]
    test: tuple[tuple[str, str], ...]


def entries(page: str) -> list[Entry]:
    """Every entry of a page, from its heading to the next."""
    marks = list(HEADING.finditer(page))
    ends = [mark.start() for mark in marks[1:]] + [len(page)]
    return [
        entry(mark[1], mark[2], re.split(r"(?m)^## ", page[mark.end() : end])[0])
        for mark, end in zip(marks, ends, strict=True)
    ]


def entry(rule: str, title: str, text: str) -> Entry:
    said = LINE.findall(text)
    places = {label: tuple(PLACE.findall(what)) for label, what in said}
    labels = tuple(label for label, _ in said)
    return Entry(rule, title, labels, places.get("Code", ()), places.get("Test", ()))


def ids(text: str) -> set[str]:
    """Every id a text names, ranges counted out."""
    found = set(ID.findall(text))
    for stem, first, last in RANGE.findall(text):
        found |= {f"{stem}{number:02}" for number in range(int(first), int(last) + 1)}
    return found


@cache
def used() -> frozenset[str]:
    return frozenset(rule for source in package() for rule in ids(source.text))


@cache
def shown() -> frozenset[str]:
    """Ids named by the tests, this file and its own samples left out."""
    files = [path for path in TESTS.rglob("*.py") if path != Path(__file__)]
    return frozenset(rule for path in files for rule in ids(path.read_text(encoding="utf-8")))


def names(path: Path) -> set[str]:
    """What a file defines: ``size``, ``Limits``, ``Limits.reserve``."""
    return set(_names(parsed(path).tree.body, ""))


def _names(body: list[ast.stmt], stem: str) -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield stem + name
            case ast.ClassDef(name=name, body=inside):
                yield stem + name
                yield from _names(inside, f"{stem}{name}.")
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield stem + name
            case ast.Assign(targets=targets):
                found = (part for target in targets for part in ast.walk(target))
                yield from (stem + part.id for part in found if isinstance(part, ast.Name))
            case _:
                pass


def missing(root: Path, places: tuple[tuple[str, str], ...]) -> list[str]:
    """The places that are not there."""
    return [
        f"{path}::{name}"
        for path, name in places
        if not (root / path).is_file() or name not in names(root / path)
    ]


RULES = entries(PAGE)
BY_ID = {rule.id: rule for rule in RULES}
rules = pytest.mark.parametrize("rule", RULES, ids=[rule.id for rule in RULES])


def test_every_rule_of_the_source_has_an_entry_and_the_reverse() -> None:
    assert sorted(used() - set(BY_ID)) == []
    assert sorted(set(BY_ID) - used()) == []


def test_the_page_names_no_rule_that_has_no_entry() -> None:
    assert sorted(ids(PAGE) - set(BY_ID)) == []


def test_no_test_shows_a_rule_that_does_not_exist() -> None:
    assert sorted(shown() - set(BY_ID)) == []


def test_an_id_is_one_rule_and_a_title_one_id() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert len({rule.title for rule in RULES}) == len(RULES)


@rules
def test_an_entry_has_its_five_lines(rule: Entry) -> None:
    assert ID.fullmatch(rule.id)
    assert list(rule.lines) == LINES


@rules
def test_the_code_of_a_rule_is_there(rule: Entry) -> None:
    assert rule.code
    assert missing(PACKAGE, rule.code) == []


@rules
def test_a_rule_has_a_test(rule: Entry) -> None:
    assert missing(TESTS, rule.test) == []
    assert rule.test or rule.id in shown(), f"mark a test with pytest.mark.rule({rule.id!r})"


@pytest.mark.parametrize("gate", SANITY + EXPOSURE, ids=lambda gate: str(gate.__name__))
def test_every_gate_stands_with_its_rule(gate: object) -> None:
    path = Path(str(getattr(gate, "__module__", "")).removeprefix("tomking.").replace(".", "/"))
    name = str(getattr(gate, "__name__", ""))
    said = ids(gate.__doc__ or "")
    assert said, f"{name} names no rule"
    assert all((f"{path}.py", name) in BY_ID[rule].code for rule in said)


@pytest.mark.parametrize("limit", fields(Limits), ids=lambda limit: str(limit.name))
def test_every_limit_stands_with_its_rule(limit: object) -> None:
    name, rule = str(getattr(limit, "name", "")), str(getattr(limit, "metadata", {})["rule"])
    assert ("risk/limits.py", f"Limits.{name}") in BY_ID[rule].code


def test_code_named_outside_an_entry_is_there_too() -> None:
    outside = PAGE[PAGE.index("## Rules that have no id yet") :]
    places = tuple(PLACE.findall(outside))
    assert len(places) > 3
    assert missing(PACKAGE, places) == []


SAMPLE = """
### R-XX-01  A title

- Rule: It says R-XX-02 to R-XX-04.
- Code: `risk/limits.py::Limits.reserve`, `risk/limits.py::Limits.no_such`, `risk/none.py::x`

## Next
- Test: `unit/x.py::y`
"""


def test_a_page_is_read_as_it_is_written() -> None:
    (read,) = entries(SAMPLE)
    assert (read.id, read.title, read.lines, read.test) == (
        "R-XX-01", "A title", ("Rule", "Code"), (),
    )  # fmt: skip
    assert ids(SAMPLE) == {f"R-XX-0{number}" for number in (1, 2, 3, 4)}
    assert missing(PACKAGE, read.code) == ["risk/limits.py::Limits.no_such", "risk/none.py::x"]


@pytest.mark.parametrize("text", ["SR-CBOE-2012-043", "R-0DTE-1", "R-VIX-123", "r-vix-01"])
def test_what_only_looks_like_an_id_is_none(text: str) -> None:
    assert ids(text) == set()
