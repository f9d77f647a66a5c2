"""Bear Trap 11x: a put spread at the money paid for by two puts below it, after a breakdown that failed.

One of the 1-1-x family: the profit lies between the spread and the naked puts. It is entered into high
volatility, which is the worst moment for short puts, so only for a credit and only under stress limits.

Sources: R-BTR-01 to R-BTR-04 in docs/rules.md.
"""

from tomking.core.calendar import FRIDAY, MONDAY, WEDNESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import Shape, single
from tomking.strategies.entry import VixAtLeast, VixAtMost
from tomking.strategies.picks import Delta, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow, VixAtMostHeld
from tomking.strategies.trend import BreakdownFailed
from tomking.strategies.worth import CreditOverCosts


def trap(name: str, naked: int) -> Shape:
    """A spread at the money and so many puts below it, one position."""
    return single(
        name,
        (  # R-BTR-01
            buy(1, Right.PUT, Delta(0.50), "long put"),
            sell(1, Right.PUT, Delta(0.30), "short put"),
            sell(naked, Right.PUT, Delta(0.15), "naked puts"),
        ),
        (
            LossBelow(2.5, "R-BTR-03"),
            VixAtMostHeld(35.0, "R-BTR-03"),
            ProfitBelow(of_premium=0.50),
            DteAbove(21),
        ),
        tranche="bear trap",
    )


BEAR_TRAP = Plan(
    name="bear_trap",
    title="Bear Trap 11x",
    roots=("SPY",),
    dte=60,
    dte_within=10,
    slots=(  # not on Thursdays, which prepare: R-BTR-02
        Slots(MONDAY, after_open(30), after_open(90), every_min=30, also=WEDNESDAY - MONDAY),
        Slots(FRIDAY, after_open(30), after_open(90), every_min=30, holiday="skip"),
    ),
    watch_min=60,
    enter_when=(
        VixAtLeast(20.0, "R-BTR-02"),
        VixAtMost(35.0, "R-BTR-02"),
        BreakdownFailed(rule="R-BTR-02"),
    ),
    take_when=(CreditOverCosts(1.0, "R-BTR-01"),),
    shapes=(trap("1-1-2 at the money", naked=2),),
    sources=("rulebook 8", "PUB-1, PUB-4"),
)

#: The name taken as a ratio: eleven naked puts beside the spread (R-BTR-04).
BEAR_TRAP_ELEVEN = BEAR_TRAP.variant(
    "bear_trap_eleven",
    "Bear Trap 1-1-11 (a misreading of its name, by the rulebook)",
    shapes=(trap("1-1-11 at the money", naked=11),),
    sources=("register 34", "AUD"),
)
