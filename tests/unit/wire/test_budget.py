"""Requests are counted; what can wait leaves quotes a part of the day, and no fate is held back."""

from datetime import UTC, datetime, timedelta
from math import inf

import pytest

from tomking.wire.budget import KEPT_FOR_QUOTES, Budget

pytestmark = pytest.mark.unit

AT = datetime(2026, 6, 5, 14, 0, tzinfo=UTC)
ACCOUNT = "/accounts/5WX00001"
QUOTES, BOOKS = "/market-data/by-type", f"{ACCOUNT}/positions"
FATES = (f"{ACCOUNT}/orders/live", f"{ACCOUNT}/complex-orders/7", "/api-quote-tokens")


def spent(count: int) -> Budget:
    """So many requests today, the last of them an hour ago."""
    return Budget(day=AT.date(), today=count)


@pytest.mark.parametrize(("count", "waits"), [(699, 0.0), (700, inf)])
def test_what_can_wait_leaves_quotes_their_part(count: int, waits: float) -> None:
    assert KEPT_FOR_QUOTES == 300
    assert spent(count).wait_s(AT, BOOKS) == waits


@pytest.mark.parametrize(("count", "waits"), [(999, 0.0), (1000, inf)])
def test_quotes_may_use_all_of_a_day(count: int, waits: float) -> None:
    assert spent(count).wait_s(AT, QUOTES) == waits


@pytest.mark.parametrize("path", FATES)
def test_what_became_of_an_order_is_always_asked(path: str) -> None:
    assert spent(5000).wait_s(AT, path) == 0.0


@pytest.mark.parametrize("path", [*FATES, QUOTES, BOOKS])
def test_everything_waits_for_the_minute(path: str) -> None:
    budget = Budget(a_minute=2)
    for second in (0, 10):
        budget = budget.asked(AT + timedelta(seconds=second))
    assert budget.wait_s(AT + timedelta(seconds=20), path) == 40.0
    assert budget.wait_s(AT + timedelta(seconds=60), path) == 0.0


def test_a_new_day_begins_with_none() -> None:
    assert spent(1000).wait_s(AT + timedelta(days=1), BOOKS) == 0.0
