"""The doctor finds what is wrong and says what to do, one line each."""

import sqlite3
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from tomking.app import checks
from tomking.app.checks import Check, Status, examine
from tomking.app.runs import keep
from tomking.core.facts import Fact
from tomking.engine.canonical import digest
from unit.engine.facts import closes

pytestmark = pytest.mark.unit
TODAY = date(2026, 9, 1)


def found(today: date = TODAY) -> Mapping[str, Check]:
    return {check.name: check for check in examine(today)}


class Run:
    """Ten closes, to be kept."""

    facts: tuple[Fact, ...] = closes(10)
    run_hash = digest(closes(10))[:16]


def test_a_sound_installation_passes_and_says_what_was_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    seen = found()
    assert [check for check in seen.values() if not check.passed] == []
    assert all(check.seen for check in seen.values())
    assert "1.12 and 4.76" in seen["kernels"].seen
    assert "1999-01-04 to 2018-12-31" in seen["history of S&P 500"].seen
    assert "MES was listed on 2019-05-06" in seen["anachronisms"].seen


def test_tables_that_run_out_warn_before_and_after(monkeypatch: pytest.MonkeyPatch) -> None:
    for today in (date(2026, 11, 20), date(2027, 3, 1)):
        warned = {name for name, check in found(today).items() if check.status is Status.WARN}
        assert {"CPI dates", "FOMC dates", "NFP dates"} <= warned
    assert 'the gate "event calendar" refuses' in found(date(2027, 3, 1))["FOMC dates"].do
    assert found(date(2032, 12, 1))["session table"].status is Status.WARN
    assert found(date(2033, 1, 1))["session table"].status is Status.FAIL


def test_a_home_that_cannot_be_written_to_fails(home: Path) -> None:
    home.write_text("a file where the folder should be")
    assert found()["home"].status is Status.FAIL
    assert "set TOMKING_HOME" in found()["home"].do


def test_the_journal_of_the_last_run_is_verified() -> None:
    assert found()["last run"].seen == "none kept yet"
    path = keep(Run())
    assert "10 facts, its chain holds" in found()["last run"].seen
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER journal_keeps_words")
    connection.execute("UPDATE journal SET at='x' WHERE seq=4")
    connection.commit()
    connection.close()
    broken = found()["last run"]
    assert broken.status is Status.FAIL
    assert "does not hold at fact 4" in broken.seen


def test_settings_that_do_not_load_fail_with_their_sentence() -> None:
    Path("tomking.toml").write_text("[limits]\nvix_opn_max = 3\n", encoding="utf-8")
    assert found()["settings"].status is Status.FAIL
    assert "did you mean 'limits.vix_open_max'" in found()["settings"].seen


def test_other_history_than_was_measured_warns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SPX_SHA256", "0" * 64)
    assert found()["history of S&P 500"].status is Status.WARN
    assert "run hashes will differ" in found()["history of S&P 500"].do


def test_files_that_are_compiled_again_at_every_start_warn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert found()["bytecode"].status is Status.WARN
