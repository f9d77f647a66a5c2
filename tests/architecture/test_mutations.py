"""Mutants differ from their file in one expression that means something; breaks stand where they say."""

import ast
import importlib
from types import ModuleType

import pytest

from architecture.tree import PACKAGE, ROOT

pytestmark = pytest.mark.unit

SOURCE = '''
"""Words: 1 < 2."""
LEAST: float = 3.0

@cached(maxsize=4)
def is_near(a: Literal[5], b: int = 1) -> bool:
    """More words, 6."""
    if a < b and not a:
        raise ValueError(f"{a + b} is 7")
    return abs(a - b) <= LEAST

def __str__(self):
    return 8 * self
'''
EXPECTED = {
    "3.0 -> 4.0", "3.0 -> 6.0", "1 -> 2", "a < b and (not a) -> a < b or not a", "a < b -> a <= b",
    "a < b -> a >= b", "not a -> a", "abs(a - b) <= LEAST -> not abs(a - b) <= LEAST",
    "abs(a - b) <= LEAST -> abs(a - b) < LEAST", "abs(a - b) <= LEAST -> abs(a - b) > LEAST",
    "abs(a - b) -> a - b", "a - b -> a + b",
}  # fmt: skip


def script(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module(name)


def test_every_slip_of_a_file_is_found_and_no_word_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = script("mutations", monkeypatch).mutants("x.py", SOURCE)
    assert {str(mutant).split(": ", 1)[1] for mutant in found} == EXPECTED
    for mutant in found:
        changed = mutant.text(SOURCE)
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(SOURCE))
        assert len(changed.splitlines()) == len(SOURCE.splitlines())


def test_the_same_seed_draws_the_same_slips_from_every_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mutants = script("mutants", monkeypatch)
    drawn = mutants.sampled(1, 40)
    assert drawn == mutants.sampled(1, 40) != mutants.sampled(2, 40)
    assert [group for group, _ in drawn] == [group for group in mutants.GROUPS for _ in range(10)]
    assert len({mutant for _, mutant in drawn}) == 40
    for _, mutant in drawn:
        ast.parse(mutant.text((PACKAGE / mutant.path).read_text(encoding="utf-8")))


def test_a_slip_called_equivalent_is_one_that_could_be_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mutants = script("mutants", monkeypatch)
    known = {
        mutant.slip
        for patterns in mutants.GROUPS.values()
        for pattern in patterns
        for path in PACKAGE.glob(pattern)
        for mutant in mutants.mutants(
            path.relative_to(PACKAGE).as_posix(), path.read_text(encoding="utf-8")
        )
    }
    assert sorted(set(mutants.EQUIVALENT) - known) == []


def test_what_is_broken_by_hand_stands_in_the_source_once(monkeypatch: pytest.MonkeyPatch) -> None:
    table = script("by_hand", monkeypatch).BY_HAND
    for rule, places in table.items():
        for path, before, after in places:
            text = (PACKAGE / path).read_text(encoding="utf-8")
            assert text.count(before) == 1, (rule, before)
            ast.parse(text.replace(before, after))
