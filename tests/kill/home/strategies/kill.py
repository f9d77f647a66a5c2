"""Trades of one hour that do everything a trade can: priced again, given up, rolled, closed, settled."""

from tomking.core.calendar import FRIDAY, before_close
from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.build import Shape, Tranche, single
from tomking.strategies.picks import Away, Expires, FromPrice, LegPlan, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import UnitsAtMost
from tomking.strategies.slots import Slots
from tomking.strategies.stay import Before, DteAbove, LossBelow, ProfitBelow
from tomking.strategies.worth import CreditAtLeast, DebitAtMost

WIDTH = 10.0


def _at(minutes: int) -> tuple[Slots, ...]:
    """The one slot, so many minutes before the close."""
    moment = before_close(minutes)
    return (Slots(FRIDAY, moment, moment, holiday="skip"),)


def _spread(right: Right, points: float) -> tuple[LegPlan, LegPlan]:
    """A credit spread, its short so many points out of the money."""
    side = right.value.lower()
    return (
        sell(1, right, FromPrice(right.sign * points), f"short {side}"),
        buy(1, right, Away(f"short {side}", WIDTH), f"long {side}"),
    )


PUTS = _spread(Right.PUT, 5.0)
#: Rolled from its last day to the next week, then closed by the clock; a profit order rests beside it.
ROLLED = Plan(
    name="kill_rolled",
    title="Rolled and closed",
    roots=("SPX",),
    dte=0,
    dte_within=0,
    slots=_at(35),
    size=(UnitsAtMost(2.0),),
    watch_min=3,
    shapes=(
        Shape(
            "puts",
            (
                Tranche(
                    "puts",
                    PUTS,
                    (ProfitBelow(0.5), LossBelow(9.0), Before(before_close(25))),
                    None,
                    (once("rolled on", DteAbove(0), legs=PUTS, expires=Expires(7, 3)),),
                ),
            ),
        ),
    ),
)
#: A butterfly that is held until it is settled.
SETTLED = Plan(
    name="kill_settled",
    title="Held to its end",
    roots=("SPX",),
    dte=0,
    dte_within=0,
    slots=_at(34),
    size=(UnitsAtMost(2.0),),
    watch_min=10,
    take_when=(DebitAtMost(WIDTH),),
    shapes=(
        single(
            "fly",
            (
                sell(2, Right.CALL, FromPrice(0.0), "body"),
                buy(1, Right.CALL, Away("body", WIDTH), "far wing"),
                buy(1, Right.CALL, Away("body", -WIDTH), "near wing"),
            ),
            (),
        ),
    ),
)
#: Asked for at a price that nobody pays: given up and withdrawn.
GIVEN_UP = Plan(
    name="kill_given_up",
    title="Given up",
    roots=("SPX",),
    dte=0,
    dte_within=0,
    slots=_at(36),
    size=(UnitsAtMost(1.0),),
    watch_min=10,
    take_when=(CreditAtLeast(2.05),),
    shapes=(
        single(
            "calls",
            _spread(Right.CALL, 0.0),
            (LossBelow(9.0), Before(before_close(20))),
        ),
    ),
)
#: A put that nothing covers: a stop and a target rest behind it as one and are ended for the roll to the
#: week after. Behind what that has opened the target rests alone, until it is taken back for another
#: such pair, which is ended for the exit by the clock.
BARE_PUT = (sell(1, Right.PUT, FromPrice(-2.0), "bare put"),)
BARE = Plan(
    name="kill_bare",
    title="Bare, with stop and target behind",
    roots=("SPY",),
    dte=7,
    dte_within=1,
    slots=_at(33),
    size=(UnitsAtMost(2.0),),
    watch_min=3,
    shapes=(
        Shape(
            "put",
            (
                Tranche(
                    "put",
                    BARE_PUT,
                    (ProfitBelow(0.5), LossBelow(2.0), Before(before_close(12))),
                    None,
                    (once("rolled on", DteAbove(7), legs=BARE_PUT, expires=Expires(14, 1)),),
                ),
            ),
        ),
    ),
)
