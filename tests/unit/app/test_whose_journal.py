"""A journal is of one account at one kind of broker: no other is traded on it."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tomking.app.desk_files import files_of
from tomking.app.real_money import alone
from tomking.app.trading import account_named
from tomking.core.dealings import AccountNamed, WentOn
from tomking.core.errors import ConfigError
from tomking.core.facts import Fact, RunStarted
from tomking.engine.journal import SqliteJournal

pytestmark = pytest.mark.unit

NOW = datetime(2026, 6, 5, 14, 0, tzinfo=UTC)
PAPER: tuple[Fact, ...] = (
    RunStarted(NOW, "paper", Decimal(100_000), ""),
    AccountNamed(NOW, "paper", "5WX00001"),
)


def test_a_new_journal_says_whose_it_is() -> None:
    assert account_named("live", "5WX00001", (), NOW) == (AccountNamed(NOW, "live", "5WX00001"),)


def test_a_journal_from_before_that_was_said_says_it_now() -> None:
    assert account_named("paper", "5WX00001", PAPER[:1], NOW) == PAPER[1:]


def test_the_same_account_is_not_named_twice() -> None:
    assert account_named("paper", "5WX00001", (*PAPER, WentOn(NOW, "paper", "")), NOW) == ()


def test_real_money_never_goes_on_where_paper_was_traded() -> None:
    with pytest.raises(ConfigError, match="of a paper account and live was asked for"):
        account_named("live", "5WX00001", PAPER, NOW)
    with pytest.raises(ConfigError, match="of a live account and paper was asked for"):
        account_named("paper", "5WX00001", (WentOn(NOW, "live", ""),), NOW)


def test_the_keys_of_another_account_trade_nothing_here() -> None:
    with pytest.raises(ConfigError, match="of account 5WX00001 and the keys open 5WX00002"):
        account_named("paper", "5WX00002", PAPER, NOW)


def test_two_folders_never_trade_one_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOMKING_HOME", str(tmp_path))
    for name in ("first", "second"):
        files_of(name).folder.mkdir()
    journal = SqliteJournal.create(files_of("first").journal)
    journal.append((AccountNamed(NOW, "live", "5WX00001"),))
    journal.close()
    alone(files_of("first"), "5WX00001")
    alone(files_of("second"), "5WX00002")
    with pytest.raises(ConfigError, match="traded by 'first' already"):
        alone(files_of("second"), "5WX00001")
