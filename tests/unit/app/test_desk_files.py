"""Where an account keeps its files, and which names it may have."""

from pathlib import Path

import pytest

from tomking.app.desk_files import PAPER, accounts, files_of, there
from tomking.core.errors import ConfigError

pytestmark = pytest.mark.unit


def test_an_account_is_a_folder_of_the_home(home: Path) -> None:
    files = files_of()
    assert files.account == PAPER
    named = (files.settings, files.journal, files.halt, files.heartbeat, files.spool.inside)
    assert [str(place.relative_to(home / PAPER)) for place in named] == [
        "tomking.toml", "journal.db", "HALT", "heartbeat.json", "spool/in",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", "a b", "runs", "strategies", "HALT", "halt", "-x", "é", "a.b"]
)
def test_a_name_that_is_no_plain_folder_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be called"):
        files_of(name)


def test_an_account_that_is_not_there_is_told_with_those_that_are(home: Path) -> None:
    for name, mark in (("one", "tomking.toml"), ("two", "HALT"), ("three", "x"), ("runs", "HALT")):
        (home / name).mkdir(parents=True)
        (home / name / mark).touch()
    assert accounts() == ("one", "two")
    assert there("one").account == "one"
    with pytest.raises(ConfigError, match=r"no account 'four' in .* \(there: one, two\)"):
        there("four")


def test_a_home_that_is_not_there_has_no_accounts(home: Path) -> None:
    assert accounts() == ()
    with pytest.raises(ConfigError, match="there: none"):
        there()
