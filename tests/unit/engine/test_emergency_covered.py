"""Emergencies and cover: what is sold against a far option is bought back before that is sold."""

from dataclasses import replace
from datetime import date

import pytest

from tomking.core.order import Order
from tomking.core.rung import Rung
from tomking.engine.hedged import Hedged
from tomking.strategies.ipmcc import IPMCC
from worlds.desk import tick
from worlds.emergencies import ORANGE, Emergency, emergency, proposed, sent, word
from worlds.orders import order, traded

pytestmark = [pytest.mark.unit, pytest.mark.emergency]

LEAP = order(
    "+1 520 C", "-90.00", root="SPY", expiry=date(2026, 9, 18), strategy="ipmcc", tranche="leap",
    campaign="ipmcc/a",
)  # fmt: skip
WEEKLY = replace(
    order("-1 600 C", "7.00", root="SPY", expiry=date(2025, 12, 12), strategy="ipmcc",
          tranche="weekly", campaign="ipmcc/a"),
    intent="ipmcc/a/weekly",
)  # fmt: skip


def covered(*others: str, **changes: object) -> Emergency:
    """A desk that holds a LEAP with a weekly against it, and what else it is told."""
    on = emergency(*others, **changes)
    on.desk.strategies = (*(Hedged(name) for name in others), IPMCC)
    for wanted, price in ((LEAP, "90.00"), (WEEKLY, "7.00")):
        on.desk.note(traded(wanted, (price,), tick(0).at))
    return on


def closes(orders: tuple[Order, ...]) -> list[str]:
    """The tranches that orders take down, in their order."""
    return [leg.tranche for each in orders for leg in each.legs]


@pytest.mark.rule("R-RNG-05")
def test_flattening_buys_the_weekly_back_before_the_leap_is_sold() -> None:
    on = covered("strangle")
    word(on, 60, Rung.FLATTEN)
    first = on.look(60)
    shown = proposed(first, "FLATTEN")
    assert closes(sent(first)) == ["all", "all", "weekly"]
    assert (shown.orders, shown.waiting) == (sent(first), ("ipmcc/a/open:leap",))
    assert str(shown).endswith("; then ipmcc/a/open:leap")
    assert "leap" not in closes(sent(on.look(61)))
    on.venue.sent = [each for each in on.venue.sent if each.attempt == 2]
    on.venue.fill(tick(61).at)
    assert closes(sent(on.look(62))) == ["leap"]
    on.venue.fill(tick(62).at)
    on.look(63)
    assert not on.desk.book.positions


@pytest.mark.rule("R-RNG-04")
def test_a_reduction_that_names_a_leap_takes_its_weekly_first_and_the_leap_after_it() -> None:
    on = covered(limits={"emergency_auto": "auto", "reduce_closes_max": 1}, **ORANGE)
    first = on.look(60)
    assert closes(sent(first)) == ["weekly"]
    assert proposed(first, "REDUCE").waiting == ("ipmcc/a/open:leap",)
    on.venue.fill(tick(60).at)
    assert closes(sent(on.look(61))) == ["leap"]
