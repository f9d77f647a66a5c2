"""Hedges of an emergency: shown, sent only where a setting says so, held by nobody's plan."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.core.contract import Right
from tomking.core.order import Order, Purpose
from tomking.core.reading import Skip, Stage, skip
from tomking.core.rung import Rung
from tomking.engine.hedged import bought
from tomking.market.snapshot import ASK
from tomking.portfolio.columns import columns_of
from tomking.portfolio.preview import Preview
from tomking.risk.view import View
from worlds.desk import tick
from worlds.emergencies import ORANGE, emergency, proposed, rung, sent, word

pytestmark = [pytest.mark.unit, pytest.mark.emergency]


@pytest.mark.rule("R-RNG-09")
def test_where_no_hedge_is_found_the_proposal_says_why() -> None:
    none = skip("hedge", Stage.MARGIN, "none lowers margin", "one", "R-RNG-09")
    on = emergency("lt112", hedge=lambda _: none, **ORANGE)
    made = proposed(on.look(60, 61), "HEDGE")
    assert (made.orders, made.left_out) == ((), (str(none),))


@pytest.mark.rule("R-RNG-09")
def test_a_flat_desk_and_a_locked_one_are_not_hedged() -> None:
    asked: list[View] = []

    def hedge(seen: View) -> Skip:
        asked.append(seen)
        return Skip(())

    emergency(hedge=hedge, **ORANGE).look(60)
    locked = emergency("lt112", hedge=hedge, **ORANGE)
    word(locked, 60, Rung.LOCKED)
    locked.look(60)
    assert asked == []


def hedge_of(seen: View) -> Order:
    """A put of the strangle's month, bought at its ask."""
    short = next(c for c in seen.book.legs.contracts if c.right is Right.PUT)
    return bought(seen, ((replace(short, strike=Decimal(5150)), 1),), 1, "cover the strangle")


LOWERS = Preview(Decimal(9000), Decimal(6000), Decimal(0), Decimal(2), "broker")
RAISES = Preview(Decimal(9000), Decimal(9500), Decimal(0), Decimal(2), "broker")


@pytest.mark.rule("R-RNG-09")
@pytest.mark.parametrize(("how", "goes"), [("propose", False), ("auto", True)])
def test_a_hedge_is_shown_and_sent_only_where_a_setting_says_so(how: str, goes: bool) -> None:
    on = emergency("strangle", hedge=hedge_of, limits={"emergency_hedge": how}, **ORANGE)
    on.venue.answer = lambda _: LOWERS
    facts = on.look(60, 61)
    shown = proposed(facts, "HEDGE").orders
    assert [each.purpose for each in shown] == [Purpose.REDUCE]
    assert sent(facts) == (shown if goes else ())
    assert rung(on) is Rung.CLOSE_ONLY


def test_a_hedge_is_priced_at_the_far_side_and_on_a_tick() -> None:
    on = emergency("strangle", **ORANGE)
    seen = on.desk.view(on.market.at(tick(60).at))
    wanted = hedge_of(seen)
    ask = seen.market.marks(columns_of(wanted.legs)).table[ASK].tolist()[0]
    assert wanted.limit is not None
    assert wanted.limit % Decimal("0.05") == 0
    assert -0.051 <= float(wanted.limit) + ask <= 0.0
    assert (wanted.id, wanted.legs[0].opens) == ("hedge/2025-12-05/reduce#1", True)
    both = bought(seen, ((wanted.legs[0].contract, 1), (seen.book.legs.contracts[1], -1)), 3, "")
    assert [leg.quantity for leg in both.legs] == [1, -1]
    assert both.units == 3


@pytest.mark.rule("R-RNG-09")
def test_a_hedge_that_raises_margin_is_left_out_and_never_sent() -> None:
    on = emergency("strangle", hedge=hedge_of, limits={"emergency_hedge": "auto"}, **ORANGE)
    on.venue.answer = lambda _: RAISES
    facts = on.look(60)
    made = proposed(facts, "HEDGE")
    assert made.orders == ()
    assert "margin in all with the order" in made.left_out[0]
    assert sent(facts) == ()


def test_a_hedge_is_held_without_a_plan_and_withdrawn_if_it_does_not_trade() -> None:
    on = emergency("strangle", hedge=hedge_of, limits={"emergency_hedge": "auto"}, **ORANGE)
    on.venue.answer = lambda _: LOWERS
    on.look(60)
    (wanted,) = on.venue.sent
    on.look(69)
    assert on.venue.cancelled == []
    on.look(70)
    assert on.venue.cancelled == [wanted.id]
    on.venue.fill(tick(71).at)
    on.look(71, 75, 130)
    again = emergency()
    again.desk.journal.append(on.facts[1:])
    again.desk.begin(on.facts[0])  # type: ignore[arg-type]  # a run began
    assert f"{wanted.intent}:hedge" in again.desk.book.positions
