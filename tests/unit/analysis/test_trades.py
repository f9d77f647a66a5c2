"""Trades are read from facts: when, for how much, why in and why out."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tomking.analysis.trades import EXPIRED, TARGET, Held, trades
from tomking.core.facts import Settled
from unit.analysis.journals import MONDAY, at, entered, left, opening, settled

pytestmark = pytest.mark.unit

ORDER = opening("friday_0dte", MONDAY)
IN = entered(ORDER, at(MONDAY))


def test_a_trade_tells_its_reasons_its_credit_and_its_labels() -> None:
    (trade,) = trades([*IN, *left(ORDER, at(MONDAY, 12), "1.00", "half", rests=True)], {})
    assert (trade.shape, trade.root, trade.units) == ("fade", "ES", 1)
    assert trade.legs == "2018-01-08: −1 2700P, +1 2670P"
    assert trade.credit == Decimal(100)
    assert trade.why_in == "fade, credit 2.00 at VIX 11.00"
    assert [(way.tranche, way.reason) for way in trade.exits] == [("spread", TARGET)]
    assert trade.labels["regime"] == "LOW"
    assert trade.days == 0


def test_an_exit_is_named_by_the_rule_that_broke() -> None:
    out = left(ORDER, at(MONDAY, 12), "6.00", "loss: 200, must be below 150")
    (trade,) = trades([*IN, *out], {})
    assert (trade.exits[0].reason, trade.lost) == ("loss", True)
    assert trade.exits[0].why == "loss: 200, must be below 150"


def test_what_expires_says_so_once_a_tranche() -> None:
    (trade,) = trades([*IN, *settled(ORDER, at(MONDAY, 16))], {})
    assert [way.reason for way in trade.exits] == [EXPIRED]
    assert trade.won


def test_what_was_assigned_early_is_not_said_to_have_expired() -> None:
    short, wing, end = settled(ORDER, at(MONDAY, 16))
    assert isinstance(short, Settled)
    taken = replace(short, settlement="assigned", note="early, for the dividend of $1.9934")
    (trade,) = trades([*IN, taken, wing, end], {})
    assert trade.exits[0].why.startswith("assigned early, for the dividend of $1.9934")
    assert not any("expired" in way.why for way in trade.exits)


def test_an_open_trade_is_worth_its_last_mark_and_has_no_end() -> None:
    held = {ORDER.campaign: Held(Decimal("12.50"), Decimal(4))}
    (trade,) = trades(IN, held)
    assert (trade.closed, trade.days, trade.pnl) == (None, None, Decimal("12.50"))


def test_an_open_trade_that_nobody_values_is_an_error() -> None:
    with pytest.raises(KeyError):
        trades(IN, {})


@pytest.mark.parametrize(
    ("paid", "kind"), [("1.00", "won"), ("1.84", "scratch"), ("2.00", "scratch"), ("3.00", "lost")]
)
def test_a_scratch_made_or_lost_no_more_than_its_fees(paid: str, kind: str) -> None:
    (trade,) = trades([*IN, *left(ORDER, at(MONDAY, 12), paid, "half")], {})
    kinds = {"won": trade.won, "lost": trade.lost, "scratch": trade.scratch}
    assert [name for name, is_it in kinds.items() if is_it] == [kind]


def test_days_are_calendar_days() -> None:
    out = left(ORDER, at(MONDAY + timedelta(days=5)), "1.00", "half")
    (trade,) = trades([*IN, *out], {})
    assert trade.days == 5
