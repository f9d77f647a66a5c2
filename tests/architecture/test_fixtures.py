"""The rulebook's worked fixtures stand in files of data, and tests read every one of them."""

import json
import re

import pytest

from architecture.tree import ROOT

pytestmark = pytest.mark.unit

TESTS = ROOT / "tests"
SHEETS = json.loads((TESTS / "data" / "rulebook_27.json").read_text(encoding="utf-8"))
#: Dates stand in a file of their own; compounding and tax have no room in the tree yet.
ELSEWHERE = {"27.4": "rulebook_dates.json", "27.12": "", "27.15": ""}
NUMBERS = [f"27.{number}" for number in range(1, 20)]


def test_every_fixture_is_typed_or_said_to_be_elsewhere() -> None:
    assert sorted(SHEETS.keys() - {"source"} | ELSEWHERE.keys()) == sorted(NUMBERS)
    assert not SHEETS.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("number", [number for number in NUMBERS if number not in ELSEWHERE])
def test_a_test_reads_the_fixture(number: str) -> None:
    reads = re.compile(rf'\["{re.escape(number)}"\]')
    files = [path for path in TESTS.rglob("test_*.py") if "rulebook_27" in path.read_text("utf-8")]
    assert any(reads.search(path.read_text("utf-8")) for path in files)
