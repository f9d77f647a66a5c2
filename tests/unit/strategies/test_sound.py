"""A plan is looked at before it is traded: what every plan of the house keeps to, a sentence a fault."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

import pytest

from tomking import strategies
from tomking.core.calendar import THURSDAY, Moment, after_open, before_close
from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.strategies.adjust import Adjustment
from tomking.strategies.apart import HeldAtLeast
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import EntryRule, VixAbove, VixAtLeast, VixAtMost, VixBelow
from tomking.strategies.picks import (
    AtrAway,
    Away,
    Delta,
    DeltaByWeek,
    Expires,
    FromPrice,
    Pick,
    SameStrike,
    buy,
    sell,
)
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.sound import faults
from tomking.strategies.stay import (
    Before,
    DteAbove,
    LossBelow,
    LossBelowNetLiq,
    ProfitBelow,
    ShortDeltaBelow,
    StayRule,
    UntilOnLastDay,
    WinningFrom,
)
from tomking.strategies.together import WholeLossBelow
from tomking.strategies.trend import NotAtHigh, PlaceAtLeast, PlaceAtMost
from tomking.strategies.worth import DebitAtMost

pytestmark = pytest.mark.unit

SHIPPED = tuple(
    dict.fromkeys(
        plan
        for module in iter_modules(strategies.__path__, f"{strategies.__name__}.")
        for plan in vars(import_module(module.name)).values()
        if isinstance(plan, Plan)
    )
)
SOLD = (sell(1, Right.PUT, Delta(0.20), "short put"),)
SPREAD = (*SOLD, buy(1, Right.PUT, Away("short put", 5.0), "long put"))
BOUGHT = (buy(1, Right.PUT, Delta(0.30), "long put"), sell(1, Right.PUT, Delta(0.20), "short put"))


def plan(*tranches: Tranche, **changes: object) -> Plan:
    """A plan of Thursdays with these tranches."""
    made = Plan(
        "mine", "Mine", ("SPY",), 30, 5, (Slots(THURSDAY, after_open(30), after_open(30)),),
        (Shape("mine", tranches),),
    )  # fmt: skip
    return replace(made, **changes)


def tranche(legs: object = SPREAD, *stays: StayRule, **changes: object) -> Tranche:
    """A tranche with these legs and stay rules."""
    return replace(Tranche("spread", legs, stays), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_every_plan_of_the_house_is_sound(shipped: Plan) -> None:
    assert faults(shipped) == ()


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda each: each.name)
def test_every_plan_of_the_house_says_who_wrote_it_down(shipped: Plan) -> None:
    assert shipped.sources
    assert shipped.variant("mine", "Mine").sources == ()


@pytest.mark.parametrize(
    ("rules", "sound"),
    [
        ((VixAbove(22.0), VixBelow(30.0)), True),
        ((VixAbove(30.0), VixBelow(30.0)), False),
        ((VixAtLeast(30.0), VixAtMost(30.0)), True),
        ((VixAtLeast(30.0), VixBelow(30.0)), False),
        ((VixAtLeast(40.0), VixAtMost(35.0)), False),
        ((VixAtLeast(40.0),), True),
    ],
)
def test_some_vix_lets_a_plan_in(rules: tuple[EntryRule, ...], sound: bool) -> None:
    said = faults(plan(tranche(SPREAD, LossBelow(2.0)), enter_when=rules))
    assert bool(said) is not sound
    assert sound or said[0].startswith("it is never entered: VIX may not be under")


def test_what_waits_is_sold_some_time() -> None:
    late = tranche(SPREAD, LossBelow(2.0), take_when=(HeldAtLeast(30),))
    first = replace(tranche((buy(1, Right.CALL, Delta(0.30), "call"),)), name="first")
    (said,) = faults(plan(first, late))
    assert said.startswith("the tranche 'spread' waits and is never sold")
    asked = Slots(THURSDAY, after_open(30), after_open(30))
    assert faults(plan(first, replace(late, renewed=(asked,)))) == ()


def test_there_are_as_many_as_we_think() -> None:
    assert {"bear_trap", "calendar", "friday_0dte", "strangle"} <= {each.name for each in SHIPPED}
    assert len(SHIPPED) >= 20


@pytest.mark.parametrize("stop", [
    LossBelow(2.0), LossBelowNetLiq(0.02), ShortDeltaBelow(0.3), WholeLossBelow(0.3),
])  # fmt: skip
def test_a_short_tranche_has_a_stop_of_any_kind(stop: StayRule) -> None:
    assert faults(plan(tranche(SPREAD, stop))) == ()
    (said,) = faults(plan(tranche(SPREAD, DteAbove(21), ProfitBelow(0.5))))
    assert said.startswith("the tranche 'spread' is short and has no stop: add LossBelow")


@pytest.mark.rule("R-SIZ-01")
@pytest.mark.parametrize("stop", [LossBelowNetLiq(0.02), ShortDeltaBelow(0.3)])
def test_a_naked_tranche_has_a_stop_that_bounds_a_unit(stop: StayRule) -> None:
    (said,) = faults(plan(tranche(SOLD, stop)))
    assert said.startswith("no stop says what a unit of the naked tranche 'spread' may lose")
    assert faults(plan(tranche(SOLD, stop, LossBelow(2.0)))) == ()


def test_what_is_bought_needs_no_stop() -> None:
    assert faults(plan(tranche((buy(1, Right.PUT, Delta(0.30), "long put"),)))) == ()
    paid = (DebitAtMost(2.0),)
    fly = (*SOLD, buy(1, Right.PUT, FromPrice(), "long put"))
    assert faults(plan(tranche(fly), take_when=paid)) == ()
    assert len(faults(plan(tranche(fly)))) == 1


def test_a_debit_covers_no_more_than_it_buys() -> None:
    ratio = (
        sell(2, Right.PUT, Delta(0.20), "short puts"),
        buy(1, Right.PUT, FromPrice(), "long put"),
    )
    (said,) = faults(plan(tranche(ratio), take_when=(DebitAtMost(2.0),)))
    assert "has no stop" in said
    mixed = (*SOLD, buy(2, Right.CALL, Delta(0.3), "long calls"))
    assert len(faults(plan(tranche(mixed), take_when=(DebitAtMost(2.0),)))) == 1


@pytest.mark.parametrize(
    ("legs", "sound"),
    [
        (BOUGHT, True),  # sold at 20 delta against 30: it costs money
        ((BOUGHT[0], sell(1, Right.PUT, Away("long put", 50.0), "short put")), True),
        ((BOUGHT[0], sell(1, Right.PUT, Away("long put", -50.0), "short put")), False),
        ((BOUGHT[0], sell(1, Right.PUT, Delta(0.40), "short put")), False),
        ((BOUGHT[0], sell(1, Right.CALL, Delta(0.20), "short call")), False),
        ((BOUGHT[0], sell(2, Right.PUT, Delta(0.20), "short puts")), False),
        ((BOUGHT[0], sell(1, Right.PUT, FromPrice(-20.0), "short put")), False),  # nobody can tell
    ],
)
def test_a_spread_that_certainly_costs_money_needs_no_stop(legs: object, sound: bool) -> None:
    assert (faults(plan(tranche(legs))) == ()) is sound


def test_a_tranche_that_is_covered_is_stopped_by_its_cover() -> None:
    far = Tranche(
        "far", (buy(1, Right.PUT, Delta(0.5), "far put"),), (LossBelow(0.3),), Expires(60, 10),
        covers=("near",),
    )  # fmt: skip
    near = Tranche("near", SOLD, ())
    assert faults(plan(far, near)) == ()
    assert len(faults(plan(replace(far, covers=()), near))) == 1
    assert len(faults(plan(replace(far, stay_while=()), near))) == 1


@pytest.mark.parametrize(
    ("clock", "sound"),
    [
        (Before(before_close(60)), True),
        (UntilOnLastDay(before_close(15)), True),
        (WinningFrom(before_close(90)), False),  # a winner would stay
        (DteAbove(0), False),
    ],
)
def test_a_trade_of_one_day_that_is_short_leaves_by_the_clock(clock: StayRule, sound: bool) -> None:
    day = {"dte": 0, "dte_within": 0}
    found = faults(plan(tranche(SPREAD, LossBelow(2.0), clock), **day))
    assert found == () if sound else "no clock exit: add Before(before_close(60))" in found[0]


def test_a_debit_of_one_day_may_expire_and_another_days_short_may_stay() -> None:
    day = {"dte": 0, "dte_within": 0}
    fly = (*SOLD, buy(1, Right.PUT, FromPrice(), "long put"))
    assert faults(plan(tranche(fly), take_when=(DebitAtMost(2.0),), **day)) == ()
    later = tranche(SPREAD, LossBelow(2.0), expires=Expires(7, 3))
    assert faults(plan(later, **day)) == ()
    today = replace(later, expires=Expires(0, 0))
    assert len(faults(plan(today))) == 1


@pytest.mark.parametrize(
    ("target", "sound"), [(0.0, False), (0.01, True), (1.0, True), (1.01, False), (-0.5, False)]
)
def test_a_profit_target_lies_above_nought_and_at_most_at_all_of_it(
    target: float, sound: bool
) -> None:
    found = faults(plan(tranche(SPREAD, LossBelow(2.0), ProfitBelow(target))))
    assert found == () if sound else "the profit target of the tranche 'spread'" in found[0]


@pytest.mark.parametrize("most", [float("nan"), float("inf"), 1e9, -1.0, 0.0])
def test_a_stop_that_is_never_met_is_no_stop(most: float) -> None:
    (said,) = faults(plan(tranche(SPREAD, LossBelow(most))))
    assert "LossBelow.of_premium" in said
    assert "a number from 0.05 to 20" in said
    assert faults(plan(tranche(SPREAD, LossBelow(20.0)))) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dte": -5}, "dte = -5: it must be"), ({"watch_min": -1}, "from 1 to 390"),
        ({"slots": (Slots(9, after_open(60), after_open(90)),)}, "from 0 to 4"),
        ({"slots": (Slots(THURSDAY, after_open(60), after_open(90), every_min=0),)}, "from 1 to 390"),
        ({"slots": (Slots(THURSDAY, after_open(150), after_open(90)),)}, "is never asked"),
    ],
)  # fmt: skip
def test_a_figure_no_settings_file_could_give_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    assert any(said in one for one in faults(plan(tranche(SPREAD, KEPT), **changes)))


@pytest.mark.parametrize(("days", "within", "sound"), [(1, 1, False), (2, 1, True), (3, 4, False)])
def test_what_may_expire_on_the_day_it_is_sold_needs_a_clock(
    days: int, within: int, *, sound: bool
) -> None:
    found = faults(plan(tranche(SPREAD, KEPT), dte=days, dte_within=within))
    assert (found == ()) is sound


@pytest.mark.parametrize("stop", [
    LossBelowNetLiq(5.0), LossBelowNetLiq(0.0), ShortDeltaBelow(9.0), WholeLossBelow(1e9),
    WholeLossBelow(0.0),
])  # fmt: skip
def test_a_stop_of_any_kind_has_a_figure_that_can_be_met(stop: StayRule) -> None:
    said = "; ".join(faults(plan(tranche(SPREAD, stop))))
    assert f"{type(stop).__name__}." in said
    assert "it must be a number from" in said


def test_a_delta_of_one_switches_its_rule_off_and_another_stop_must_be_there() -> None:
    (said,) = faults(plan(tranche(SPREAD, ShortDeltaBelow(1.0))))
    assert "has no stop" in said
    assert faults(plan(tranche(SPREAD, ShortDeltaBelow(1.0), KEPT))) == ()


@pytest.mark.parametrize("most", ["2", None, True])
def test_a_figure_is_a_number(most: Any) -> None:
    assert any(
        "LossBelow.of_premium" in one for one in faults(plan(tranche(SPREAD, LossBelow(most))))
    )


@pytest.mark.parametrize("pick", [
    DeltaByWeek((0.2, 5.0)), DeltaByWeek(()), AtrAway(1.5, high=5.0), AtrAway(1.5, low=0.3, high=0.1),
    Delta(float("nan")), FromPrice(float("inf")),
])  # fmt: skip
def test_a_strike_is_picked_by_figures_that_can_be_found(pick: Pick) -> None:
    legs = (sell(1, Right.PUT, pick, "short put"), SPREAD[1])
    (said,) = faults(plan(tranche(legs, KEPT)))
    assert type(pick).__name__ in said
    assert "must be" in said


@pytest.mark.parametrize("count", [0, -1, 101, 1.5, True])
def test_a_leg_is_of_one_contract_or_more(count: Any) -> None:
    for side, verb in ((buy, "buy"), (sell, "sell")):
        with pytest.raises(ConfigError, match=rf"^{verb}\(.*a whole number from 1 to 100"):
            side(count, Right.PUT, Delta(0.2), "put")
    leg = replace(SPREAD[1], quantity=1000)
    assert any("has a quantity of 1000" in one for one in faults(plan(tranche((*SOLD, leg), KEPT))))


@pytest.mark.parametrize(("start", "until"), [(150, 90), (400, 500), (-60, 60)])
def test_a_slot_lies_in_the_session_when_it_renews_too(start: int, until: int) -> None:
    slots = (Slots(THURSDAY, after_open(start), after_open(until)),)
    again = tranche(SPREAD, KEPT, renewed=slots)
    other = Tranche("other", BOUGHT[:1], ())
    for spoilt in (plan(tranche(SPREAD, KEPT), slots=slots), plan(again, other)):
        assert any("is never asked: it must begin in the session" in one for one in faults(spoilt))


@pytest.mark.parametrize("when", [before_close(0), after_open(900), after_open(-10)])
def test_a_clock_that_never_goes_off_is_no_clock(when: Moment) -> None:
    for clock in (Before(when), UntilOnLastDay(when)):
        (said,) = faults(plan(tranche(SPREAD, KEPT, clock), dte=0, dte_within=0))
        assert "has no clock exit" in said


@pytest.mark.parametrize("rule", [NotAtHigh(0), PlaceAtLeast(0, 0.2), PlaceAtMost(20, 7.0)])
def test_a_window_is_of_a_day_or_more_and_a_share_of_it_at_most_all(rule: EntryRule) -> None:
    (said,) = faults(plan(tranche(SPREAD, KEPT), enter_when=(rule,)))
    assert said.startswith(f"enter_when.{type(rule).__name__}.")
    assert "from 1 to 1100" in said or "from 0 to 1" in said


def test_a_list_is_written_as_one_that_cannot_change() -> None:
    (said,) = faults(plan(tranche(SPREAD, KEPT), roots=["SPY"]))
    assert said == "roots = ['SPY']: write ('SPY',)"


KEPT = LossBelow(2.0)
Spoilt = Callable[[], Plan]
WRONG: list[tuple[Spoilt, str]] = [
    (lambda: plan(tranche(SPREAD, KEPT), roots=()), "it names no root"),
    (lambda: plan(tranche(SPREAD, KEPT), roots=("FOO",)), "nobody knows the contract 'FOO'"),
    (lambda: plan(tranche(SPREAD, KEPT), roots="SPY"), "write roots=('SPY',)"),
    (
        lambda: plan(tranche(SPREAD, KEPT), enter_when=(KEPT,)),
        "a rule of entry, worth or size is LossBelow: those of `stay` go into stay_while",
    ),
    (
        lambda: plan(replace(tranche(SPREAD, KEPT), stay_while=(KEPT, DebitAtMost(2.0)))),
        "a part of stay_while is DebitAtMost, which is no rule of it",
    ),
    (lambda: plan(tranche(SPREAD, KEPT), slots=()), "it has no slot, so it is never asked"),
    (lambda: plan(shapes=()), "it has no shape with a tranche"),
    (lambda: plan(tranche(())), "the tranche 'spread' has no leg"),
    (
        lambda: plan(tranche((*SOLD, buy(1, Right.PUT, Away("shrt put", 5.0), "long put")), KEPT)),
        "the leg 'long put' is counted from 'shrt put', and no leg before it is called that",
    ),
    (
        lambda: plan(tranche(SPREAD[::-1], KEPT)),
        "the leg 'long put' is counted from 'short put', and no leg before it",
    ),
    (
        lambda: plan(tranche((sell(1, Right.PUT, SameStrike("x"), "short put"),), KEPT)),
        "the leg 'short put' is counted from 'x'",
    ),
    (
        lambda: plan(tranche((*SOLD, *SOLD), KEPT)),
        "the shape 'mine' calls two legs 'short put': rename one",
    ),
    (
        lambda: plan(tranche(SOLD, KEPT), tranche(BOUGHT[:1])),
        "the shape 'mine' calls two tranches 'spread': rename one",
    ),
    (
        lambda: plan(tranche(SPREAD, KEPT, covers=("near",))),
        "the tranche 'spread' covers 'near', which is no other tranche of the shape 'mine'",
    ),
    (lambda: plan(tranche(SPREAD, KEPT, covers=("spread",))), "covers 'spread', which is no other"),
    (
        lambda: plan(tranche(SPREAD, KEPT, renewed=(Slots(1, after_open(30), after_open(30)),))),
        "is to be sold again while the rest is held, and the shape 'mine' has no other",
    ),
    (
        lambda: plan(
            tranche(
                SPREAD,
                KEPT,
                adjustments=(
                    Adjustment("rolled", (), legs=(sell(1, Right.PUT, Away("x", 1.0), "y"),)),
                ),
            )
        ),
        "the leg 'y' is counted from 'x'",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("spoilt", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_fault_is_one_sentence_that_says_what_to_mend(spoilt: Spoilt, said: str) -> None:
    found = faults(spoilt())
    assert [sentence for sentence in found if said in sentence], found
    assert all(sentence[0].islower() and not sentence.endswith(".") for sentence in found)


def test_every_fault_is_told_and_not_the_first_alone() -> None:
    found = faults(plan(tranche(SPREAD, ProfitBelow(2.0)), roots=(), dte=0, dte_within=0))
    assert len(found) == 4
