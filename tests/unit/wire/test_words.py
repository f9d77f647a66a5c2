"""Words, amounts and the budget."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.order import Leg
from tomking.wire.amounts import amount_of, number, signed, with_effect
from tomking.wire.budget import Budget
from tomking.wire.words import ALIVE, OVER, action_of, side_of

pytestmark = pytest.mark.unit

NOON = datetime(2026, 11, 27, 17, tzinfo=UTC)
SHARE = Contract("SPY", date.max)


@given(st.integers(-5, 5).filter(bool), st.booleans())
def test_an_action_tells_side_and_whether_it_opens(quantity: int, opens: bool) -> None:
    sign, said = side_of(action_of(Leg(SHARE, quantity, "t", opens=opens)))
    assert sign * quantity > 0
    assert said is opens


def test_no_order_is_both_alive_and_over() -> None:
    assert not ALIVE & OVER
    assert len(ALIVE | OVER) == 13


@given(st.decimals(-(10**9), 10**9, places=4))
def test_an_amount_keeps_its_sign_in_the_word_beside_it(amount: Decimal) -> None:
    row = with_effect("value", amount)
    assert "E" not in row["value"]
    assert not row["value"].startswith("-")
    assert amount_of(row, "value") == amount


def test_nothing_has_no_effect() -> None:
    assert signed(Decimal("0.00")) == ("0.0", "None")


@pytest.mark.parametrize("said", [None, "", "abc", "NaN", "inf", True, [], {}])
def test_what_is_no_number_is_said(said: object) -> None:
    with pytest.raises(DataError, match="value is"):
        number(said, "value")


def test_a_missing_amount_is_no_zero() -> None:
    with pytest.raises(DataError, match="value is missing"):
        amount_of({}, "value")


def test_the_minutes_ceiling_frees_itself_as_the_minute_goes_by() -> None:
    budget = Budget(a_minute=3)
    for second in (0, 10, 20):
        assert budget.wait_s(NOON + timedelta(seconds=second)) == 0.0
        budget = budget.asked(NOON + timedelta(seconds=second))
    assert budget.wait_s(NOON + timedelta(seconds=21)) == 39.0
    assert budget.wait_s(NOON + timedelta(seconds=60)) == 0.0


def test_a_spent_day_waits_for_the_next() -> None:
    budget = Budget(a_minute=10, a_day=2).asked(NOON).asked(NOON)
    assert budget.wait_s(NOON + timedelta(hours=1)) == float("inf")
    assert budget.wait_s(NOON + timedelta(days=1)) == 0.0
    assert budget.asked(NOON + timedelta(days=1)).today == 1
    assert str(budget) == "2 of 10 a minute, 2 of 2 a day"
