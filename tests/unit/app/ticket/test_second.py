"""Second-order Greeks of an order: what they say is what repricing says."""

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pytest

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import columns, market_of, products
from tomking.app.ticket.second import Second, second, second_said
from tomking.market.expiry import years_left
from tomking.pricing.black import DELTA, VEGA, black76, bsm
from worlds.tickets import CONDOR, LT112, SPREAD, changed, read

pytestmark = pytest.mark.unit


def greeks(asked: Ticket, vol_points: float = 0.0, days: float = 0.0) -> tuple[float, float]:
    """Dollars of delta and vega of the order in another world, options taken for European."""
    market, legs = market_of(asked), columns(asked.whole[: len(asked.legs)], products(asked))
    vol = np.array([market.vols[contract] for contract in legs.contracts]) + 0.01 * vol_points
    years = np.array([years_left(c, asked.at) for c in legs.contracts]) - days / 365.0
    options = float(asked.price), legs.strike, years, vol, legs.sign, asked.rate
    on_future = asked.product.is_future
    table = black76(*options) if on_future else bsm(*options, asked.dividend_yield)
    size = legs.quantity * legs.multiplier
    return float(table[DELTA] @ size) * float(asked.price), float(table[VEGA] @ size)


@pytest.mark.parametrize("file", [SPREAD, LT112, CONDOR], ids=["spread", "lt112", "condor"])
def test_they_are_what_a_small_move_of_volatility_and_time_does(file: dict[str, Any]) -> None:
    asked = read(file)
    found = second(asked, market_of(asked))
    (low, less), (high, more) = (greeks(asked, vol_points=x) for x in (-0.01, 0.01))
    assert found.vanna == pytest.approx((high - low) / 0.02, rel=1e-3)
    assert found.vomma == pytest.approx((more - less) / 0.02, rel=1e-3)
    (before, _), (after, _) = (greeks(asked, days=x) for x in (-1e-4, 1e-4))
    assert found.charm == pytest.approx((after - before) / 2e-4, rel=1e-3)


def test_twice_the_units_move_twice_as_much() -> None:
    one, two = (
        second(asked, market_of(asked))
        for asked in (read(changed(SPREAD, "order.units", n)) for n in (1, 2))
    )
    assert (two.vanna, two.charm, two.vomma) == pytest.approx(
        (2 * one.vanna, 2 * one.charm, 2 * one.vomma)
    )


def test_a_price_no_volatility_explains_leaves_them_unknown() -> None:
    blind = read(changed(SPREAD, "legs", [
        {"right": "C", "strike": 400, "expiry": "2026-07-17", "quantity": -1, "price": 150.0},
    ]))  # fmt: skip
    found = second(blind, market_of(blind))
    assert isnan(found.vanna)
    assert "adds what is unknown to delta" in second_said(found)
    assert second_said(replace(found, vanna=-1204.3, charm=310.0, vomma=3.2)) == (
        "a vol point adds −$1,204 to delta and +$3 to vega, a day +$310 to delta"
    )
    assert isinstance(found, Second)
