"""The proofs judge honestly: a figure is held against its bound, and an unmeasured one does not pass."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest

from architecture.tree import ROOT

pytestmark = pytest.mark.unit

EVIDENCE = sorted((ROOT / "docs" / "evidence").glob("*.json"))

KEYS = {
    "name",
    "claim",
    "command",
    "figures",
    "bound",
    "passed",
    "commit",
    "dirty",
    "machine",
    "at",
    "seconds",
}


@pytest.fixture
def prove(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    return importlib.import_module("prove")


def test_every_proof_has_a_name_of_its_own_and_a_bound(prove: ModuleType) -> None:
    names = [proof.name for proof in prove.PROOFS]
    assert len(set(names)) == len(names)
    for proof in prove.PROOFS:
        assert proof.bound
        assert proof.claim.endswith(".")
        for bound in proof.bound.values():
            sense, limit = bound.split()
            assert sense in prove.SENSES
            float(limit)


@pytest.mark.parametrize(
    ("figure", "bound", "passes"),
    [
        (60.0, "<= 60", True),
        (60.1, "<= 60", False),
        (149.9, "< 150", True),
        (150.0, "< 150", False),
        (300, ">= 300", True),
        (299.9, ">= 300", False),
        (True, "== 1", True),
        (False, "== 1", False),
        ("60", "<= 60", False),
    ],
)
def test_a_figure_is_held_against_its_bound(
    prove: ModuleType, figure: float | str, bound: str, passes: bool
) -> None:
    assert prove.holds({"x": figure}, "x", bound) is passes


def test_a_figure_nobody_measured_does_not_pass(prove: ModuleType) -> None:
    assert not prove.holds({}, "x", "<= 60")


def test_the_last_line_of_pytest_is_counted(prove: ModuleType) -> None:
    proofs = importlib.import_module("proofs")
    done = proofs.Done("....\n2 failed, 117 passed, 3 skipped, 1 error in 5.13s\n", 5.2, ROOT)
    expected = {"passed": 117, "skipped": 3, "failed": 3, "seconds": 5.2}
    assert proofs.tests([done]) == expected


@pytest.mark.parametrize("path", EVIDENCE, ids=[path.stem for path in EVIDENCE])
def test_evidence_belongs_to_a_proof_that_exists(prove: ModuleType, path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    (proof,) = [proof for proof in prove.PROOFS if proof.name == record["name"]]
    assert set(record) >= KEYS
    assert record["claim"] == proof.claim
    assert record["bound"] == proof.bound
    assert record["passed"] == (
        "problem" not in record
        and all(prove.holds(record["figures"], *item) for item in record["bound"].items())
    )
