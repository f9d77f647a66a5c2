"""What held legs are worth: values, profit, net liquidation and exposures."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.market.delivery import future_contract
from tomking.market.snapshot import DELTA, THETA, VEGA
from tomking.portfolio import marks as worth
from tomking.portfolio.columns import columns
from worlds.board import Board, board
from worlds.orders import book_with, option, order, view

pytestmark = pytest.mark.unit

SHORT, WING = option("6090 C"), option("6120 C")
SPREAD = order("-1 6090 C, +1 6120 C", units=2)


def market(cost: float) -> Board:
    """A market in which the spread costs so much."""
    return board(quotes={SHORT: (cost + 1.0, cost + 1.0), WING: (1.0, 1.0)})


@pytest.mark.parametrize(("cost", "profit"), [(4.0, 0.0), (2.0, 200.0), (12.0, -800.0)])
def test_profit_is_the_premium_less_what_it_costs_to_close(cost: float, profit: float) -> None:
    now = market(cost)
    held = book_with(now.at, (SPREAD, ("5.00", "1.00")))
    seen = view(now, held)
    (position,) = held.positions.values()
    assert seen.profit(position) == pytest.approx(profit)
    assert seen.net_liq == pytest.approx(100_000.0 + profit)
    exact = worth.profit_by_campaign(held, now.marks(held.legs))
    assert exact == {SPREAD.campaign: Decimal(str(profit))}


def test_a_future_is_worth_what_it_has_gained() -> None:
    future: Contract = future_contract("ES", "ESZ25")
    now = board(price=5990.0)
    held = book_with(now.at, (SPREAD, ("5.00", "1.00")))
    (position,) = held.positions.values()
    carried = replace(
        position, held=((future, 2),), premium=Decimal(0), basis=Decimal(-2 * 5900 * 50)
    )
    book = replace(held, positions={carried.id: carried}, legs=columns(((future, 2),)))
    values = worth.values(book.legs, now.marks(book.legs))
    assert worth.profit(carried, values) == pytest.approx(2 * 90 * 50)
    assert worth.net_liq(book, values) == pytest.approx(float(held.cash) + 2 * 90 * 50)


def test_a_leg_without_a_quote_makes_the_account_unknown() -> None:
    now = board(quotes={SHORT: (float("nan"), float("nan"))})
    held = book_with(now.at, (SPREAD, ("5.00", "1.00")))
    seen = view(now, held)
    (position,) = held.positions.values()
    assert np.isnan(seen.net_liq)
    assert np.isnan(seen.profit(position))


COUNTS = st.lists(st.integers(-5, 5).filter(bool), min_size=1, max_size=5)


@given(COUNTS, st.integers(1, 7))
def test_exposures_are_linear_in_the_number_of_contracts(counts: list[int], times: int) -> None:
    held = [(option(f"{5800 + 50 * row} C"), n) for row, n in enumerate(counts)]
    once = columns(held)
    many = columns([(contract, n * times) for contract, n in held])
    now = board(vol=0.3)
    for figure in (
        worth.dollar_delta, worth.dollar_vega, worth.dollar_theta, worth.gross_dollar_delta,
        worth.total,
    ):  # fmt: skip
        assert figure(many, now.marks(many)) == pytest.approx(times * figure(once, now.marks(once)))
    gross = worth.gross_dollar_delta(once, now.marks(once))
    assert gross >= abs(worth.dollar_delta(once, now.marks(once))) - 1e-9


def test_exposures_are_in_dollars() -> None:
    legs = columns([(option("6000 C", root="MES"), -3)])
    now = board()
    table = now.marks(legs).table
    assert worth.dollar_delta(legs, now.marks(legs)) == pytest.approx(
        -3 * 5 * table[DELTA, 0] * 6000.0
    )
    assert worth.dollar_vega(legs, now.marks(legs)) == pytest.approx(-3 * 5 * table[VEGA, 0])
    assert worth.dollar_theta(legs, now.marks(legs)) == pytest.approx(-3 * 5 * table[THETA, 0])
    assert worth.dollar_theta(legs, now.marks(legs)) > 0  # sold options earn time


def test_nothing_held_is_exposed_to_nothing() -> None:
    legs, now = columns(()), board()
    marks = now.marks(legs)
    assert worth.dollar_delta(legs, marks) == 0.0
    assert worth.dollar_vega(legs, marks) == 0.0
    assert worth.dollar_theta(legs, marks) == 0.0
    assert worth.gross_dollar_delta(legs, marks) == 0.0
