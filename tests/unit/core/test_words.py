"""The words: readings that never pass on the unknown, signs, sessions, money and facts as sentences."""

from dataclasses import FrozenInstanceError
from datetime import date
from decimal import Decimal
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.calendar import after_open, before_close, dte, new_york, session
from tomking.core.contract import Contract, Right, Settles, future_code, future_month
from tomking.core.errors import ConfigError, Exit, LookAhead, OutcomeUnknown, TomKingError
from tomking.core.evidence import Evidence
from tomking.core.facts import (
    CampaignClosed,
    CashMoved,
    Considered,
    Judged,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    SessionClosed,
    Settled,
)
from tomking.core.money import cents, points, usd
from tomking.core.order import Purpose
from tomking.core.product import PRODUCTS, product
from tomking.core.reading import Reading, Sense, Skip, Stage, figure, first_failure, holds, skip
from tomking.core.restraints import (
    Alarmed,
    Halted,
    Proposed,
    Resumed,
    RungMoved,
)
from tomking.core.rung import AlarmLevel, Rung
from tomking.core.venue import is_on_tick
from worlds.board import FRIDAY, board
from worlds.orders import option, order

pytestmark = pytest.mark.unit

AT = board().at
FIGURES = st.floats(allow_nan=False, allow_infinity=False)


@given(FIGURES)
def test_every_sense_at_its_bound(bound: float) -> None:
    at = {sense: holds(sense, bound, bound) for sense in Sense}
    assert at == {
        Sense.AT_MOST: True, Sense.AT_LEAST: True, Sense.IS: True,
        Sense.BELOW: False, Sense.ABOVE: False,
    }  # fmt: skip


@given(st.sampled_from(list(Sense)), FIGURES)
def test_unknown_never_passes(sense: Sense, bound: float) -> None:
    assert not holds(sense, nan, bound)
    assert not holds(sense, bound, nan)
    assert not Reading("x", Stage.DATA, sense, None, bound).passed
    assert not Reading("x", Stage.DATA, sense, nan, bound).passed


def test_words_are_compared_as_words_and_only_for_being_the_same() -> None:
    assert Reading("x", Stage.DATA, Sense.IS, "none", "none").passed
    assert not Reading("x", Stage.DATA, Sense.AT_MOST, "none", "none").passed
    assert not Reading("x", Stage.DATA, Sense.IS, "none", 0.0).passed
    assert not Reading("x", Stage.DATA, Sense.IS, 0.0, "none").passed


def test_a_reading_is_a_sentence() -> None:
    seen = Reading("friday vix", Stage.VIX, Sense.BELOW, 31.2, 30.0, "points")
    assert str(seen) == "friday vix: 31.2 points, must be below 30"
    assert str(Reading("ATR", Stage.DATA, Sense.ABOVE, None, 0.0, "points")) == (
        "ATR: unknown, must be above 0"
    )


@pytest.mark.parametrize(
    ("x", "text"), [(17800.0, "17,800"), (1234.567, "1,234.57"), (0.5, "0.5"), ("open", "open")]
)
def test_a_figure_is_written_as_people_write_it(x: float | str, text: str) -> None:
    assert figure(x) == text


def test_a_skip_names_its_first_failure() -> None:
    wanted = skip("option data", Stage.DATA, "none for GLD", "present")
    assert str(wanted) == "option data: none for GLD, must be present"
    assert first_failure(wanted.readings) is wanted.failed[0]
    assert str(Skip(())) == "no reason recorded"


def test_only_orders_that_add_risk_say_so() -> None:
    assert [purpose.adds_risk for purpose in Purpose] == [True, True, False, False]


def test_contracts_are_the_same_when_they_are_the_same_thing() -> None:
    one, other = option("5700 P"), option("5700 P")
    assert one == other
    assert hash(one) == hash(other)
    assert one != Contract("ES", FRIDAY, Right.PUT, Decimal(5700), "ESZ25", Settles.AM)
    assert str(one) == "ES 2025-12-05 5700 P"
    assert str(Contract("ES", FRIDAY, future="ESZ25")) == "ESZ25"
    with pytest.raises(FrozenInstanceError):
        one.root = "MES"  # type: ignore[misc]  # a value is frozen


@given(st.integers(1983, 2082), st.integers(1, 12))
def test_a_futures_name_tells_its_month(year: int, month: int) -> None:
    assert future_month(future_code("ES", year, month)) == (year, month)


def test_a_half_day_is_told_from_its_close() -> None:
    half = session(date(2025, 11, 28), early=True)
    assert (half.early, half.minutes) == (True, 210)
    assert half.at(before_close(30).minute(half.minutes)) == new_york(
        half.day, half.closes.time().replace(hour=12, minute=30)
    )
    assert half.minute(half.opens) == 0
    assert str(after_open(60)) == "10:30"


def test_days_to_expiry_are_calendar_days() -> None:
    assert dte(date(2025, 12, 31), date(2025, 9, 3)) == 119


@pytest.mark.parametrize(
    ("price", "root", "legs", "fits"),
    [
        ("4.95", "ES", 1, True), ("4.93", "ES", 1, False), ("5.05", "ES", 1, False),
        ("5.25", "ES", 1, True), ("5.05", "ES", 2, True), ("-2.00", "ES", 2, True),
        ("3.05", "SPX", 1, False), ("3.10", "SPX", 1, True),
    ],
)  # fmt: skip
def test_ticks_switch_where_the_venue_says(price: str, root: str, legs: int, fits: bool) -> None:
    assert is_on_tick(Decimal(price), product(root), legs) is fits


def test_an_unknown_root_names_what_was_meant_or_those_that_are_known() -> None:
    with pytest.raises(ConfigError, match="did you mean 'SPX'"):
        product("SPXX")
    with pytest.raises(ConfigError, match="known are 6A, 6B, 6E, CL, ES"):
        product("OJ")
    with pytest.raises(ConfigError, match="SPY1 is an adjusted contract"):
        product("SPY1")
    assert PRODUCTS["MES"].micro_of == "ES"


@given(st.integers(-(10**7), 10**7))
def test_a_price_on_a_tick_becomes_exact(ticks: int) -> None:
    assert points(ticks * 0.05) == Decimal(ticks) * Decimal("0.05")
    assert usd(ticks * 0.01) == cents(Decimal(ticks) / 100)


def test_the_weakest_link_is_the_least() -> None:
    assert min(Evidence.LIVE, Evidence.MODEL, Evidence.RECORDED) is Evidence.MODEL


def test_errors_have_an_exit_code_and_one_family() -> None:
    assert issubclass(LookAhead, TomKingError)
    assert (ConfigError.exit_code, OutcomeUnknown.exit_code) == (Exit.USAGE, Exit.UNREACHABLE)


WANTED = order("-1 6090 C, +1 6120 C")
REFUSED = (Reading("VIX", Stage.VIX, Sense.BELOW, 31.0, 30.0, "points"),)
SENTENCES = [
    (RunStarted(AT, "backtest", Decimal(44500), ""), "backtest began with $44,500"),
    (Considered(AT, "x", "x/1", "sent", ()), "x was asked and answered sent"),
    (Considered(AT, "x", "x/1", "skipped", REFUSED), "must be below 30"),
    (Judged(AT, WANTED, REFUSED, {}, False), "was refused at VIX, VIX: 31 points"),
    (Judged(AT, WANTED, (), {}, True), "was approved"),
    (Sent(AT, WANTED), "was sent: 1 at 4.00"),
    (
        LegFilled(AT, "x#1", 0, option("6090 C"), -2, Decimal(5), Decimal(3), "f"),
        "sold 2 ES 2025-12-05 6090 C at 5 (fee $3)",
    ),
    (OrderEnded(AT, "x#1", "cancelled", "replaced"), "x#1 was cancelled (replaced)"),
    (
        Settled(AT, "", option("6090 C"), -1, 6000.0, Decimal(0), Decimal(0), "expired"),
        "expired at 6,000.00 for $0",
    ),
    (
        CampaignClosed(AT, "x", "s", AT, Decimal(-5), Decimal(2)),
        "x is over: −$5.00 after $2.00 of fees",
    ),
    (
        SessionClosed(AT, FRIDAY, Decimal(5), Decimal(0), Decimal(1), 16.0),
        "2025-12-05 closed at $5",
    ),
    (CashMoved(AT, Decimal(7), "in"), "+$7.00 of cash moved: in"),
    (Halted(AT, "day loss", "5 %"), "halted by day loss: 5 %"),
    (Resumed(AT, "day loss", "looked at"), "day loss was lifted: looked at"),
    (Alarmed(AT, AlarmLevel.RED, REFUSED), "RED alarm: VIX: 31 points, must be below 30"),
    (
        RungMoved(AT, Rung.NORMAL, Rung.FLATTEN, "typed", "operator"),
        "NORMAL became FLATTEN by operator: typed",
    ),
    (Proposed(AT, "HEDGE", (), ("none found",), "VIX"), "HEDGE is nothing (VIX); left out: none f"),
    (Proposed(AT, "REDUCE", (WANTED,), (), "VIX"), "REDUCE is friday_0dte/2025-12-05/open#1 for 4"),
]


@pytest.mark.parametrize(("fact", "said"), SENTENCES, ids=lambda x: type(x).__name__)
def test_every_fact_prints_as_a_sentence(fact: object, said: str) -> None:
    assert said in str(fact)
