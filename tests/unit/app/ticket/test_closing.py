"""Which legs close, what is left of the account, and what an order still opens."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.app.ticket.closing import apart, facing, opened, purpose
from tomking.app.ticket.document import dollars
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import after, before
from tomking.core.errors import ConfigError
from tomking.core.order import Purpose
from worlds.tickets import SPREAD, changed, read

pytestmark = pytest.mark.unit


def holding(*rows: tuple[int, int]) -> Ticket:
    """The spread, 580 sold and 570 bought twice, in an account that holds puts by strike."""
    held: list[dict[str, Any]] = [
        {"symbol": "SPY", "right": "P", "strike": strike, "expiry": "2026-07-17", "quantity": n,
         "price": 5}
        for strike, n in rows
    ]  # fmt: skip
    return read(changed(SPREAD, "account.held", held))


@pytest.mark.parametrize(
    ("rows", "opens", "why"),
    [
        ((), (True, True), Purpose.OPEN),
        (((580, -2), (570, 2)), (True, True), Purpose.OPEN),  # more of the same
        (((560, 9), (590, -9)), (True, True), Purpose.OPEN),
        (((580, 2), (570, -2)), (False, False), Purpose.CLOSE),
        (((580, 3), (570, -9)), (False, False), Purpose.CLOSE),
        (((580, 2),), (False, True), Purpose.ROLL),
        (((570, -2),), (True, False), Purpose.ROLL),
        (((580, 1), (580, 1)), (False, True), Purpose.ROLL),  # two rows of one contract
        (((580, 1), (580, -1)), (True, True), Purpose.OPEN),  # which come to nothing here
    ],
)
def test_a_leg_closes_what_it_goes_against(
    rows: tuple[tuple[int, int], ...], opens: tuple[bool, bool], why: Purpose
) -> None:
    asked = facing(holding(*rows))
    assert tuple(leg.opens for leg in asked.legs) == opens
    assert purpose(asked) is why


@pytest.mark.parametrize("rows", [((580, 1),), ((580, 2), (570, -1)), ((580, 3), (580, -2))])
def test_a_leg_that_goes_beyond_what_is_held_is_refused(rows: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ConfigError, match="send one order that closes 1 and another that opens 1"):
        facing(holding(*rows))


def test_two_legs_of_one_contract_close_no_more_than_there_is_together() -> None:
    twice = changed(changed(SPREAD, "legs.1.strike", 580), "legs.1.quantity", -1)
    held = {"symbol": "SPY", "right": "P", "strike": 580, "expiry": "2026-07-17", "price": 5}
    with pytest.raises(ConfigError, match=r"legs\[0\].quantity: 4 of .* where 3 are held long"):
        facing(read(changed(twice, "account.held", [held | {"quantity": 3}])))
    enough = facing(read(changed(twice, "account.held", [held | {"quantity": 4}])))
    assert purpose(enough) is Purpose.CLOSE


def test_without_an_account_everything_opens() -> None:
    asked = read(changed(SPREAD, "account", ...))
    assert facing(asked) == asked


def test_what_a_roll_opens_brings_what_the_closing_legs_leave() -> None:
    asked = facing(holding((580, 2)))  # -1 at 6.40 closes, +1 at 4.55 opens; limit 1.80
    part = opened(asked)
    assert part is not None
    assert [leg.quantity for leg in part.legs] == [1]
    assert part.order.limit == Decimal("1.8") - Decimal("6.4")
    assert opened(facing(holding())) == holding()
    assert opened(facing(holding((580, 2), (570, -2)))) is None


def test_a_price_that_is_not_the_accounts_is_named() -> None:
    (found,) = apart(facing(holding((580, 2))))
    assert found[1:] == (Decimal("6.4"), Decimal(5))
    assert not list(apart(facing(holding((560, 2)))))
    shares = [{"symbol": "SPY", "quantity": 100, "price": 550}]
    (found,) = apart(read(changed(SPREAD, "account.held", shares)))
    assert found[1:] == (Decimal(600), Decimal(550))


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_the_account_after_is_what_was_held_and_the_order_together(first: int, second: int) -> None:
    asked = holding(*((strike, n) for strike, n in ((580, first), (570, second)) if n))
    there = {leg.contract.strike: leg.quantity for leg in before(asked)}
    then = {leg.contract.strike: leg.quantity for leg in after(asked)}
    assert 0 not in then.values()
    for strike, ordered in ((580, -2), (570, 2)):
        assert then.get(Decimal(strike), 0) == there.get(Decimal(strike), 0) + ordered


def test_what_comes_to_nothing_has_no_sign() -> None:
    assert str(dollars(-1e-9)) == "0.00"
    assert str(dollars(-0.01)) == "-0.01"
