"""A spec is the whole run: what it says reaches the venue, and what differs is another text."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.backtest.run import RunSpec, run, venue
from tomking.core.errors import ConfigError
from tomking.core.facts import Fact
from tomking.exchange.assignment import Mode
from tomking.exchange.working import LATENCY_MAX_S, LATENCY_S
from tomking.market.carry import Dividend
from tomking.strategies.lt112 import LT112
from unit.exchange.fakes import MONDAY, Market, call, market, order

pytestmark = pytest.mark.unit

SPEC = RunSpec((LT112,), Decimal(1_000_000))
CALL = call(580, "SPY", MONDAY.replace(month=12, day=19))
EVENING = 405


def at(minute: float) -> Market:
    """SPY at 600, the evening before it pays more than a deep call has time value."""
    paid = {"SPY": (Dividend(MONDAY, Decimal("1.99")),)}
    return market(minute, {CALL: (20.40, 20.60)}, price=600.0, dividends=paid)


def assigned(mode: Mode, seed: int = 1) -> int:
    """How many of forty short calls are assigned that evening."""
    exchange = venue(replace(SPEC, early_exercise=mode, seed=seed))
    exchange.submit(order("20.00", (-1, CALL), units=40), at(60))
    exchange.step(at(61))
    assert exchange.holdings() == {CALL: -40}
    exchange.step(at(EVENING))
    return 40 + exchange.holdings().get(CALL, 0)


def test_the_holders_of_the_spec_are_those_of_the_venue() -> None:
    assert assigned(Mode.OFF) == 0
    assert assigned(Mode.RATIONAL) == 40
    assert 0 < assigned(Mode.SEEDED) < 40


def test_the_holders_draw_from_the_seed_of_the_run() -> None:
    assert assigned(Mode.SEEDED, 3) == assigned(Mode.SEEDED, 3)
    assert len({assigned(Mode.SEEDED, seed) for seed in range(8)}) > 1


@pytest.mark.parametrize(
    ("latency_s", "filled"), [(0, 61), (60, 61), (61, 62), (90, 62), (600, 70)]
)
def test_an_order_trades_no_sooner_than_the_latency_of_the_spec(
    latency_s: float, filled: int
) -> None:
    exchange = venue(replace(SPEC, latency_s=latency_s))
    exchange.submit(order("20.00", (-1, CALL)), at(60))
    facts: list[Fact] = []
    minute = 60
    while not facts:
        minute += 1
        facts = exchange.step(at(minute))
    assert minute == filled


@pytest.mark.parametrize("latency_s", [-0.001, LATENCY_MAX_S + 0.001, float("nan"), float("inf")])
def test_a_latency_that_cannot_be_is_refused_before_anything_is_traded(latency_s: float) -> None:
    with pytest.raises(ConfigError, match="give 0 to 600"):
        run(replace(SPEC, latency_s=latency_s))


def test_the_usual_venue_is_not_told_and_every_other_is() -> None:
    usual = SPEC.text()
    assert usual == repr(SPEC)
    others = [
        replace(SPEC, early_exercise=Mode.OFF), replace(SPEC, early_exercise=Mode.SEEDED),
        replace(SPEC, latency_s=0.0), replace(SPEC, latency_s=1.5),
        replace(SPEC, early_exercise=Mode.OFF, latency_s=0.0),
    ]  # fmt: skip
    texts = {other.text() for other in others}
    assert len(texts | {usual}) == len(others) + 1
    assert replace(SPEC, early_exercise=Mode.RATIONAL, latency_s=LATENCY_S).text() == usual
    assert others[-1].text() == f"{usual}, early_exercise='off', latency_s=0.0"
