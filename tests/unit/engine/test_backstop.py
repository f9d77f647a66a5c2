"""Backstops: when they go out and at what, how they end, and that every exit comes before them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.backtest.replay import owned, put_to_work
from tomking.core.dealings import Unguarded
from tomking.core.facts import CLOSED_OUT, Judged, LegFilled, OrderEnded, Sent, Settled
from tomking.core.order import OrderType, Purpose, TimeInForce
from tomking.core.restraints import RungMoved
from tomking.core.rung import Rung
from tomking.engine.held_back import HeldBack
from tomking.exchange.fills import MID
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from tomking.strategies.plan import Plan
from tomking.strategies.stay import ProfitBelow
from worlds.naked import NAKED, NAME, STOP, TARGET, Held, ends, holding, opened, sent, strangled

pytestmark = [pytest.mark.unit, pytest.mark.rule("R-MAN-06")]
MONDAY = date(2025, 12, 8)
LEG = f"stop {NAKED}"


@pytest.mark.parametrize("minute", [0.0, 5.0, 9.9])
def test_none_goes_out_before_the_tenth_minute(minute: float) -> None:
    held = holding()
    assert [order.intent for order in sent(held.look(minute))] == [TARGET]
    assert STOP not in held.at_work


def test_from_the_tenth_minute_a_stop_goes_out_as_one_order_with_the_target() -> None:
    held = holding()
    target, stop = sent(held.look(10.0))
    assert (target.intent, stop.intent) == (TARGET, STOP)
    assert target.bracket == stop.bracket == target.id
    assert (stop.type, stop.tif, stop.purpose) == (
        OrderType.STOP_LIMIT,
        TimeInForce.DAY,
        Purpose.CLOSE,
    )
    assert target.tif is TimeInForce.GTC
    assert [(leg.contract, leg.quantity, leg.opens) for leg in stop.legs] == [(NAKED, 1, False)]
    assert (stop.units, stop.closes) == (2, NAME)
    held.agree()


def test_the_trigger_of_the_published_example_is_one_and_a_half_times_its_loss() -> None:
    """34 points were taken; the stop acts at 102, a loss of 68; 102 lost is 136, 68 a put."""
    stop = sent(holding().look(10.0))[1]
    assert stop.trigger == Decimal("68.00")
    assert stop.limit == Decimal("-85.00")


def test_a_stop_of_a_share_of_net_liq_binds_where_it_is_nearer() -> None:
    """2 % of the account are lost before twice the premium of two ES puts: 1.5 times that."""
    held = holding(opened("ES"), root="ES", cash="44500")
    stop = sent(held.look(10.0))[1]
    worth = held.desk.view(held.market(10.0)).net_liq
    each = (1700 + 1.5 * 0.02 * worth) / 50 / 2
    assert stop.trigger is not None
    assert each <= float(stop.trigger) < each + 0.25


def test_a_target_that_rests_alone_is_withdrawn_first_and_rests_again_with_its_stop() -> None:
    held = holding()
    held.look(5.0)
    facts = held.look(11.0, 12.0)
    assert ends(facts) == {"target#1": "cancelled"}
    assert [order.id.removeprefix(f"{NAME}/") for order in sent(facts)] == [
        "target#2", f"{LEG}#1",
    ]  # fmt: skip
    assert all(each.bracket == f"{TARGET}#2" for each in sent(facts))
    held.agree()


def test_every_order_of_a_pair_is_judged_before_any_is_sent() -> None:
    facts = [f for f in holding().look(10.0) if getattr(f, "order", None) is not None]
    named = [(type(f), f.order.intent) for f in facts if isinstance(f, Judged | Sent)]
    mine = [each for each in named if each[1] in (TARGET, STOP)]
    assert mine == [(Judged, TARGET), (Judged, STOP), (Sent, TARGET), (Sent, STOP)]
    assert all(f.approved for f in facts if isinstance(f, Judged))


def test_a_desk_that_has_one_is_at_rest_and_sends_nothing_more() -> None:
    held = holding()
    held.look(10.0)
    assert not held.desk.restless
    assert sent(held.look(11.0, 30.0, 60.0, 200.0, watch="lt112")) == []


def test_the_stop_ends_with_its_day_and_the_target_rests_on() -> None:
    held = holding()
    held.look(10.0)
    assert ends(held.close()) == {f"{LEG}#1": "expired"}
    assert TARGET in held.at_work
    held.agree()


def test_the_pair_is_renewed_in_the_next_session() -> None:
    held = holding()
    held.look(10.0)
    held.close()
    held.day = MONDAY
    assert sent(held.look(0.0, 5.0, 9.0)) == []
    facts = held.look(10.0, 11.0)
    assert [order.id.removeprefix(f"{NAME}/") for order in sent(facts)] == [
        "target#2", f"{LEG}#2",
    ]  # fmt: skip
    assert set(held.at_work) >= {TARGET, STOP}
    held.agree()


def test_a_stop_that_fills_ends_the_target_and_the_position_to_the_cent() -> None:
    held = holding()
    held.look(10.0)
    held.put = (70.0, 70.0)
    facts = held.look(200.0, 201.0)
    assert ends(facts) == {"target#1": "cancelled", f"{LEG}#1": "filled"}
    assert NAME not in held.desk.book.positions
    assert [f.price for f in facts if isinstance(f, LegFilled)] == [Decimal(70)]
    held.agree()


def test_a_target_that_fills_ends_the_stop() -> None:
    held = holding()
    held.look(10.0)
    held.put = (1.5, 1.5)
    facts = held.look(11.0, 12.0)
    assert ends(facts) == {"target#1": "filled", f"{LEG}#1": "cancelled"}
    assert NAME not in held.desk.book.positions
    held.agree()


def test_an_exit_of_the_desk_withdraws_the_pair_and_closes_once_that_is_confirmed() -> None:
    held = holding()
    held.look(10.0)
    held.put = (52.0, 52.0)  # 104 against 34: beyond the stop, short of the backstop
    assert sent(held.look(60.0, watch="lt112")) == []
    assert held.desk.restless
    facts = held.look(61.0)
    assert sent(facts) == []
    assert held.desk.restless
    facts = held.look(62.0)
    assert ends(facts) == {"target#1": "cancelled", f"{LEG}#1": "cancelled"}
    (exit_,) = sent(facts)
    assert exit_.intent == f"{NAME}/close"
    assert exit_.replaces == ""
    assert exit_.why.startswith("loss")
    assert ends(held.look(63.0)) == {"close#1": "filled"}
    assert NAME not in held.desk.book.positions
    held.agree()


def test_while_an_exit_works_none_is_sent_beside_it() -> None:
    held = holding()
    held.look(10.0)
    held.put = (50.0, 60.0)
    held.look(60.0, 61.0, 62.0, watch="lt112")
    assert [name for name in held.at_work if name.startswith(NAME)] == [f"{NAME}/close"]


def test_an_exit_that_is_no_longer_wanted_lets_the_pair_go_out_again() -> None:
    held = holding()
    held.look(10.0)
    held.put = (52.0, 52.0)
    held.look(60.0, 61.0, watch="lt112")
    held.put = (17.0, 17.0)
    facts = held.look(62.0, 63.0, 64.0)
    assert [order.intent for order in sent(facts)] == [TARGET, TARGET, STOP]
    assert not held.desk.yielding
    held.agree()


def test_an_exit_that_no_gate_lets_through_leaves_the_pair_at_work() -> None:
    held = holding()
    held.look(10.0)
    held.put = (54.0, 50.0)  # crossed: nobody knows what it costs
    facts = held.look(60.0, 61.0, 62.0, watch="lt112")
    assert ends(facts) == {}
    assert {TARGET, STOP} <= set(held.at_work)


def test_a_market_beyond_the_trigger_is_left_to_the_desk() -> None:
    held = holding()
    held.put = (70.0, 70.0)
    assert [order.intent for order in sent(held.look(10.0))] == [TARGET]


def test_a_short_without_a_quote_gets_none_until_it_has_one() -> None:
    held = holding()
    held.put = (float("nan"), float("nan"))
    assert STOP not in [order.intent for order in sent(held.look(10.0))]
    held.put = (17.0, 17.0)
    held.look(11.0, 12.0)
    assert {TARGET, STOP} <= set(held.at_work)


def test_what_a_long_covers_gets_none() -> None:
    facts = holding().look(10.0)
    trap = NAME.replace("naked puts", "trap")
    assert all(order.trigger is None for order in sent(facts, trap))


def test_a_plan_without_a_stop_of_a_loss_gets_none() -> None:
    held = holding()
    (shape,) = held.desk.strategies[0].shapes
    bare = replace(shape.tranches[1], stay_while=(ProfitBelow(of_premium=0.9),))
    plan = replace(
        held.desk.strategies[0], shapes=(replace(shape, tranches=(shape.tranches[0], bare)),)
    )
    held.desk.strategies = (plan,)
    assert [order.intent for order in sent(held.look(10.0))] == [TARGET]


def test_a_desk_that_was_not_told_to_sends_none() -> None:
    assert [o.intent for o in sent(holding(backstops=False).look(10.0))] == [TARGET]


def test_where_the_venue_takes_no_two_stops_beside_a_target_that_is_said_once() -> None:
    held = holding(strangled(), ("10.00", "10.00"), cash="200000")
    held.put = (10.0, 10.0)
    name = "strangle/2025-12-03/open:strangle"
    facts = held.look(5.0, 10.0, 11.0, 12.0, 30.0, 60.0, 120.0)
    (said,) = [fact for fact in facts if isinstance(fact, Unguarded)]
    assert "more than 2 cancel each other" in str(said)
    assert [o.id.removeprefix(f"{name}/") for o in sent(facts, name)] == ["target#1", "target#2"]
    held = held.restarted()
    held.look(180.0, 240.0)
    assert sent(held.facts, name)[-1].id == f"{name}/target#2"
    held.agree()


def test_a_desk_that_starts_again_goes_on_with_the_pair_that_is_at_work() -> None:
    held = holding()
    held.look(10.0)
    held = held.restarted()
    assert sent(held.look(11.0, 30.0)) == []
    held.put = (52.0, 52.0)
    held.look(60.0, 61.0, 62.0, 63.0, watch="lt112")
    assert NAME not in held.desk.book.positions
    held.agree()


def test_a_desk_that_starts_again_while_the_target_is_withdrawn_sends_the_pair() -> None:
    held = holding()
    held.look(5.0, 11.0)
    held = held.restarted()
    held.look(12.0, 13.0)
    assert {TARGET, STOP} <= set(held.at_work)
    held.agree()


def bare_of_target(held: Held) -> None:
    """The strangle as a plan that lets nothing rest at a target."""
    plan = held.desk.strategies[1]
    assert isinstance(plan, Plan)
    (shape,) = plan.shapes
    rules = tuple(r for r in shape.tranches[0].stay_while if not isinstance(r, ProfitBelow))
    tranche = replace(shape.tranches[0], stay_while=rules)
    held.desk.strategies = (replace(plan, shapes=(replace(shape, tranches=(tranche,)),)),)


def test_what_a_stop_left_of_a_package_is_closed() -> None:
    held = holding(strangled(), ("10.00", "10.00"))
    name = "strangle/2025-12-03/open:strangle"
    bare_of_target(held)
    held.put = (10.0, 10.0)
    put, call = sent(held.look(10.0), name)
    assert (put.bracket, call.bracket) == ("", "")
    assert put.trigger == Decimal(80)  # 20 taken, 40 lost at the stop, 60 at the backstop
    held.put = (81.0, 81.0)
    facts = held.look(100.0, 101.0, 102.0, 103.0)
    assert [order.why for order in sent(facts, name)] == ["close what a stop at the venue left"]
    assert name not in held.desk.book.positions
    held.agree()


def test_a_flattening_withdraws_the_pair_and_closes_once_that_is_confirmed() -> None:
    held = holding()
    held.look(10.0)
    at = held.market(59.0).at
    held.desk.note([RungMoved(at, Rung.NORMAL, Rung.FLATTEN, "enough", "a person")])
    facts = held.look(60.0, 61.0, 62.0, 63.0, 64.0, 65.0)
    assert ends(facts)["target#1"] == ends(facts)[f"{LEG}#1"] == "cancelled"
    assert [order.intent for order in sent(facts)] == [f"{NAME}/close"]
    assert not held.desk.book.positions
    held.agree()


def test_an_adjustment_withdraws_what_rests_and_follows_at_the_next_look() -> None:
    held = holding(strangled(), ("10.00", "10.00"))
    name = "strangle/2025-12-03/open:strangle"
    bare_of_target(held)
    held.put = held.call = (10.0, 10.0)
    held.look(10.0)
    (how, *_) = held.desk.strategies[0].adjustments(held.desk.book.positions[name])
    assert how.name == "tested side closed"
    held.price = 5250.0  # the put has the delta at which its side goes
    facts = held.look(60.0, 61.0, 62.0, 63.0, watch="strangle")
    assert sorted(ends(facts, name).values())[:2] == ["cancelled", "cancelled"]
    assert next(order.why for order in sent(facts, name)) == "tested side closed"
    held.agree()


@pytest.mark.parametrize("day", [date(2025, 11, 28), date(2025, 12, 24)])
def test_half_days_count_from_their_open_and_end_with_their_close(day: date) -> None:
    held = holding()
    held.day = day
    assert len(sent(held.look(10.0))) == 2
    assert ends(held.close()) == {f"{LEG}#1": "expired"}
    held.agree()


def test_shortly_before_the_close_none_goes_out() -> None:
    assert [order.intent for order in sent(holding().look(386.0))] == [TARGET]


def test_a_desk_that_only_prepares_withdraws_nothing() -> None:
    held = holding()
    held.look(5.0)
    held.brake = HeldBack(held.brake, entries=False, exits=False)
    assert ends(held.look(11.0, 12.0, 13.0)) == {}
    assert TARGET in held.at_work


def test_a_stop_that_was_sent_back_is_not_sent_again() -> None:
    held = holding()
    held.look(10.0)
    at = held.market(11.0).at
    held.desk.note([OrderEnded(at, f"{STOP}#1", "rejected", "no stops on this")])
    (said,) = [fact for fact in held.facts if isinstance(fact, Unguarded)]
    assert (said.position, said.why) == (NAME, "no stops on this")
    assert str(said) == f"no stop rests behind {NAME}: no stops on this"
    assert sent(held.look(60.0, 120.0)) == []


def test_a_pair_at_work_is_taken_as_a_pair_when_a_day_is_traded_again() -> None:
    held = holding()
    held.look(10.0)
    again = Exchange(Decimal(0), TASTYTRADE, MID, "tastytrade", start=owned(held.facts))
    put_to_work(held.desk, again, held.market(11.0))
    again.step(held.market(11.0))
    assert {TARGET, STOP} <= {order.intent for order in again.working()}


def test_a_target_that_was_tied_is_withdrawn_for_an_exit_although_its_stop_has_expired() -> None:
    held = holding()
    held.look(10.0)
    held.close()
    held.day, held.put = MONDAY, (52.0, 52.0)
    facts = held.look(9.0, 60.0, 61.0, 62.0, 63.0, watch="lt112")
    assert ends(facts) == {"target#1": "cancelled", "close#1": "filled"}
    assert [order.replaces for order in sent(facts)] == [""]
    held.agree()


def test_a_stop_for_more_than_its_target_has_left_is_withdrawn_and_both_rest_again() -> None:
    """A venue may let a target trade in part and keep the stop beside it whole."""
    held = holding()
    held.look(10.0)
    at = held.market(11.0).at
    part = LegFilled(at, f"{TARGET}#1", 0, NAKED, 1, Decimal("1.70"), Decimal(0), "a part")
    held.desk.note([part])
    assert ends(held.look(12.0, 13.0)) == {}  # its end may be on its way
    assert ends(held.look(14.0)) == {f"{LEG}#1": "cancelled"}
    assert [(order.intent, order.units) for order in sent(held.look(30.0, 31.0, 32.0))] == [
        (TARGET, 1), (STOP, 1),
    ]  # fmt: skip


def test_what_would_close_a_position_that_somebody_else_has_closed_is_withdrawn() -> None:
    held = holding()
    held.look(10.0)
    by_hand(held, 11.0, 2)
    facts = held.look(12.0, 13.0, 14.0)
    assert ends(facts) == {"target#1": "cancelled", f"{LEG}#1": "cancelled"}
    assert sent(facts) == []


def test_of_what_somebody_else_closed_a_part_of_the_rest_is_closed_alone() -> None:
    held = holding()
    held.look(10.0)
    by_hand(held, 11.0, 1)
    facts = held.look(12.0, 13.0, 14.0)
    assert list(ends(facts).values()) == ["cancelled", "cancelled", "filled"]
    assert [order.units for order in sent(facts)] == [1]


def by_hand(held: Held, minute: float, count: int) -> None:
    """Somebody else buys some of the puts back."""
    at = held.market(minute).at
    cash = Decimal(-17 * 5 * count)
    held.desk.note([Settled(at, "", NAKED, -count, None, cash, Decimal(0), CLOSED_OUT)])
