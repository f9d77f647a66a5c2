"""Kept runs: whole or not there, found by the beginning of their hash, checked when read."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

from tomking.app.runs import find, folder, keep, ledger, stored
from tomking.core.errors import ConfigError, DataCorrupt, DataError
from tomking.core.facts import Fact
from tomking.engine.canonical import digest
from unit.engine.facts import closes

pytestmark = pytest.mark.unit


@dataclass(frozen=True, slots=True)
class Run:
    """What of a run is kept."""

    facts: tuple[Fact, ...]

    @property
    def run_hash(self) -> str:
        return digest(self.facts)[:16]


def test_a_kept_run_comes_back_fact_by_fact() -> None:
    run = Run(closes(30))
    path = keep(run)
    assert path == find() == find(run.run_hash) == find(run.run_hash[:4])
    assert ledger(path) == run.facts
    assert [each.name for each in folder().iterdir()] == [f"{run.run_hash}.journal"]


def test_the_latest_run_is_the_one_that_was_kept_last() -> None:
    first, second = keep(Run(closes(1))), keep(Run(closes(2)))
    os.utime(first, (1, 1))
    assert find() == second
    assert keep(Run(closes(1))) == first
    assert find() == first
    assert set(stored()) == {first, second}


def test_nothing_kept_says_what_to_do_first() -> None:
    with pytest.raises(ConfigError, match=r"no run is stored .*: run `tomking backtest` first"):
        find()


@pytest.mark.parametrize("asked", ["zz", "", "../x", "ABC"])
def test_what_is_no_hash_is_told(asked: str) -> None:
    keep(Run(closes(1)))
    with pytest.raises(ConfigError, match="is not the beginning of a run hash: choose one of"):
        find(asked)


def test_an_unknown_and_an_ambiguous_hash_name_the_runs() -> None:
    runs = [keep(Run(closes(n))) for n in range(1, 19)]  # 18 runs: two begin with one letter
    letters = [path.stem[0] for path in runs]
    twice = next(letter for letter in letters if letters.count(letter) > 1)
    with pytest.raises(ConfigError, match=f"several stored runs begin with '{twice}'"):
        find(twice)
    with pytest.raises(ConfigError, match="no stored run begins with 'ffffffff': choose one of"):
        find("ffffffff")


def test_a_run_whose_tail_was_cut_off_is_corrupt() -> None:
    path = keep(Run(closes(30)))
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER journal_keeps_rows")
    connection.execute("DELETE FROM journal WHERE seq > 25")
    connection.commit()
    connection.close()
    with pytest.raises(DataCorrupt, match=r"at fact 25: .* the newest may be missing"):
        ledger(path)


def test_a_run_that_cannot_be_kept_leaves_nothing(home: Path) -> None:
    home.mkdir()
    (home / "runs").write_text("a file where the folder should be")
    with pytest.raises(DataError, match="set TOMKING_HOME to a folder"):
        keep(Run(closes(1)))
    assert [each.name for each in home.iterdir()] == ["runs"]


def test_a_fact_that_cannot_be_written_leaves_no_half_run() -> None:
    run = Run(closes(2))
    broken = type("Broken", (), {"facts": (*run.facts, object()), "run_hash": run.run_hash})()
    with pytest.raises(AttributeError):
        keep(broken)
    assert list(folder().iterdir()) == []
