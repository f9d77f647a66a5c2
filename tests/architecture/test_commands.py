"""Every command is documented: on the first page, and those of an account on theirs too."""

import re

import pytest

from architecture.tree import ROOT
from tomking.app.main import PLAIN, VERBS

pytestmark = pytest.mark.unit

README = (ROOT / "README.md").read_text(encoding="utf-8")
ACCOUNT = (ROOT / "docs" / "reference" / "account.md").read_text(encoding="utf-8")
#: The commands of an account.
OURS = (
    "init", "halt", "status", "resume", "rung", "flatten", "login", "live", "run", "positions", "orders",
    "plan", "reconcile", "recover", "takeover",
)  # fmt: skip


def named(verb: str, page: str) -> bool:
    """Whether a table of a page has a row for a command."""
    return re.search(rf"(?m)^\| `tomking {re.escape(verb)}\b", page) is not None


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_has_a_row_on_the_first_page(verb: str) -> None:
    assert named(verb, README)


@pytest.mark.parametrize("verb", OURS)
def test_every_command_of_an_account_has_a_row_on_its_page(verb: str) -> None:
    assert named(verb, ACCOUNT)


def test_a_command_that_is_missing_would_be_seen() -> None:
    assert not named("frobnicate", README)
    assert not named("hal", "| `tomking halt` | the brake |")


def test_what_starts_without_a_library_is_a_command() -> None:
    assert set(VERBS) >= PLAIN
