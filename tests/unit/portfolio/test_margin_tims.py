"""Portfolio margin as a what-if: ten prices, a minimum a contract, and what was published of it."""

from datetime import date
from decimal import Decimal
from math import exp

import numpy as np
import pytest

from tomking.core.contract import Right
from tomking.core.errors import ConfigError, QuoteMissing
from tomking.core.product import Kind
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.tims import (
    MINIMUM_PER_UNIT,
    MOVES,
    POINTS,
    Pricing,
    moves_of,
    what_if,
)
from unit.pricing.plain import black76

pytestmark = [pytest.mark.unit, pytest.mark.risk]

TODAY, JUNE = date(2026, 4, 20), date(2026, 6, 19)
CALL, PUT = Right.CALL, Right.PUT


def on(symbol: str, kind: Kind, price: float = 100.0, leverage: float = 1.0) -> Underlying:
    return Underlying(symbol, price, kind, leverage)


def test_the_published_ranges_points_and_minimum() -> None:
    """SEC release 34-46576; Cboe portfolio margin rules."""
    assert MOVES["high_cap"] == (-0.08, 0.06)
    assert MOVES["broad"] == (-0.10, 0.10)
    assert MOVES["other"] == (-0.15, 0.15)
    assert POINTS == 10
    assert MINIMUM_PER_UNIT * 100 == 37.50


@pytest.mark.parametrize(
    ("symbol", "kind", "leverage", "moves"),
    [
        ("SPX", Kind.BROAD_INDEX, 1.0, (-0.08, 0.06)),
        ("RUT", Kind.BROAD_INDEX, 1.0, (-0.10, 0.10)),
        ("SPY", Kind.ETF, 1.0, (-0.15, 0.15)),
        ("ACME", Kind.EQUITY, 1.0, (-0.15, 0.15)),
        ("TQQQ", Kind.LEVERAGED_ETF, 3.0, (-0.45, 0.45)),
        ("SOXX", Kind.LEVERAGED_ETF, 8.0, (-1.0, 1.2)),
        ("SQQQ", Kind.LEVERAGED_ETF, -3.0, (-0.45, 0.45)),
        ("QQQ", Kind.ETF, 3.0, (-0.15, 0.15)),
    ],
)
def test_each_kind_has_its_range(
    symbol: str, kind: Kind, leverage: float, moves: tuple[float, float]
) -> None:
    assert moves_of(on(symbol, kind, leverage=leverage)) == pytest.approx(moves)


def test_a_future_is_scanned_instead() -> None:
    with pytest.raises(ConfigError, match="scan"):
        moves_of(on("ES", Kind.FUTURE))


def test_volatility_has_no_range_that_is_known() -> None:
    with pytest.raises(ConfigError, match="VIX is volatility"):
        moves_of(on("VIX", Kind.VOLATILITY))


def test_a_long_straddle_needs_the_minimum_of_200_contracts() -> None:
    """Cboe's table of 2007: 7,500."""
    legs = [MarginLeg(right, 100.0, JUNE, 100, 2.43) for right in (CALL, PUT)]
    found = what_if(legs, on("IBM", Kind.EQUITY), TODAY)
    assert found.requirement == 7500
    assert (found.method, found.evidence) == ("tims", "estimate")


def test_a_protective_put_needs_what_the_table_prints() -> None:
    """500 IBM at 91.25 and 5 90 puts at 2.50: published 1,875; by intrinsic values 1,875 to the cent.

    A model leaves the put some time value at the low, so it may ask less: by up to 5 %.
    """
    legs = [MarginLeg(None, 0.0, JUNE, 500, 91.25), MarginLeg(PUT, 90.0, JUNE, 5, 2.50)]
    found = what_if(legs, on("IBM", Kind.EQUITY, 91.25), TODAY)
    assert float(found.requirement) == pytest.approx(1875, rel=0.05)
    at_expiry = what_if(legs, on("IBM", Kind.EQUITY, 91.25), JUNE)
    assert at_expiry.requirement == 1875
    assert at_expiry.price == pytest.approx(91.25 * 0.85)


def test_the_loss_is_the_worst_of_the_ten_prices() -> None:
    short = MarginLeg(PUT, 95.0, JUNE, -2, 1.10)
    found = what_if([short], on("ACME", Kind.EQUITY), TODAY)
    assert found.price == pytest.approx(85.0)
    assert found.loss > 2 * 100 * (95.0 - 85.0 - 1.10)
    steps = np.linspace(85.0, 115.0, 10)
    assert found.price in [pytest.approx(step) for step in steps]


@pytest.mark.parametrize(
    ("right", "count", "price"), [(PUT, -2, 85.0), (CALL, -2, 115.0), (CALL, 3, 85.0)]
)
def test_options_are_repriced_with_their_time_interest_and_yield(
    right: Right, count: int, price: float
) -> None:
    """By a formula in plain Python: sixty days, a volatility of 25 %, 5 % interest, 2 % yield."""
    years, rate, yields, strike = 60 / 365, 0.05, 0.02, 100.0

    def worth(spot: float) -> float:
        forward = spot * exp((rate - yields) * years)
        return float(black76(forward, strike, years, 0.25, float(right.sign), rate)[0])

    leg = MarginLeg(right, strike, JUNE, count, worth(100.0))
    found = what_if([leg], on("ACME", Kind.EQUITY), TODAY, Pricing(rate, yields))
    assert found.price == pytest.approx(price)
    assert found.loss == pytest.approx(-count * 100.0 * (worth(price) - worth(100.0)), rel=1e-6)


def test_nothing_is_known_of_interest_yield_and_style_until_it_is_said() -> None:
    assert Pricing() == Pricing(0.0, 0.0, american=False)
    deep = MarginLeg(PUT, 140.0, JUNE, 1, 40.0)
    european, american = (
        what_if([deep], on("ACME", Kind.EQUITY), TODAY, Pricing(0.05, 0.0, american=style)).loss
        for style in (False, True)
    )
    assert european != pytest.approx(american, rel=1e-3)


def test_a_set_that_cannot_lose_needs_the_minimum_only() -> None:
    box = [
        MarginLeg(CALL, 95.0, JUNE, 1, 6.0), MarginLeg(PUT, 95.0, JUNE, -1, 1.0),
        MarginLeg(CALL, 105.0, JUNE, -1, 1.1), MarginLeg(PUT, 105.0, JUNE, 1, 6.1),
    ]  # fmt: skip
    found = what_if(box, on("ACME", Kind.EQUITY), TODAY)
    assert found.loss == pytest.approx(0.0, abs=1e-6)
    assert found.requirement == Decimal("150.00")


def test_portfolio_margin_of_a_short_index_put_is_far_below_the_house_s() -> None:
    """The anchor of 2007 is 654,514 against 2,088,685 for 100 short SPX calls: under a half."""
    short = MarginLeg(CALL, 1460.0, JUNE, -100, 30.0)
    found = what_if([short], on("SPX", Kind.BROAD_INDEX, 1436.0), TODAY)
    assert found.price == pytest.approx(1436.0 * 1.06)
    assert 400_000 < found.requirement < 900_000


def test_a_leg_without_a_price_is_said() -> None:
    with pytest.raises(QuoteMissing, match="ACME"):
        what_if([MarginLeg(PUT, 95.0, JUNE, -1, float("nan"))], on("ACME", Kind.EQUITY), TODAY)
