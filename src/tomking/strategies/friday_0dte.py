"""Friday 0DTE: fade the first hour of the week's last day.

At 10:30 sell a call spread if the market has risen by more than half a per cent since the open, a
put spread if it has fallen by as much, a condor if it has done neither. Half the credit is enough;
losing twice the credit is too much; nothing is left open into the close.

Sources: R-0DTE-01 to R-0DTE-11 in docs/rules.md.
"""

from tomking.core.calendar import FRIDAY, after_open, before_close
from tomking.core.contract import Right
from tomking.strategies.build import Shape, single
from tomking.strategies.entry import FullSession, NoEvent, VixBelow, VixRiseAtMost
from tomking.strategies.picks import AtrAway, Away, LegPlan, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import Before, LossBelow, MoveBelow, ProfitBelow, WinningFrom
from tomking.strategies.trend import MovedDown, MovedUp
from tomking.strategies.worth import CreditOverCosts

WIDTH = 30.0  # R-0DTE-05
MOVE = 0.005

STAY = (
    MoveBelow(0.05, "R-0DTE-11"),
    LossBelow(of_premium=2.0),
    ProfitBelow(of_premium=0.50),
    WinningFrom(before_close(90), "R-0DTE-07"),
    Before(before_close(60), "R-0DTE-08"),
)


def spread(right: Right, atr: float, width: float = WIDTH) -> tuple[LegPlan, LegPlan]:
    """A credit spread: the short so many ATR away, its wing beyond."""
    side = right.value.lower()
    return (
        sell(1, right, AtrAway(atr), f"short {side}"),
        buy(1, right, Away(f"short {side}", width), f"long {side}"),
    )


def after_a_move(name: str, sold: Right, when: MovedUp | MovedDown) -> Shape:
    """One credit spread, sold once the market has moved."""
    side = f"{sold.value.lower()} spread"
    return single(name, spread(sold, 0.7), STAY, tranche=side, when=(when,))


FADE_UP = after_a_move("fade up", Right.CALL, MovedUp(MOVE, "R-0DTE-03"))
FADE_DOWN = after_a_move("fade down", Right.PUT, MovedDown(MOVE, "R-0DTE-03"))
CONDOR = single("condor", spread(Right.PUT, 0.5) + spread(Right.CALL, 0.5), STAY)

FRIDAY_0DTE = Plan(
    name="friday_0dte",
    title="Friday 0DTE",
    roots=("ES", "MES"),
    dte=0,
    dte_within=0,
    slots=(Slots(FRIDAY, after_open(60), after_open(240), every_min=30, holiday="skip"),),
    watch_min=5,
    enter_when=(
        FullSession("R-0DTE-10"),
        NoEvent(("FOMC", "CPI")),
        VixBelow(30.0, "R-0DTE-02"),
    ),
    half_size_unless=(VixRiseAtMost(0.10, "R-0DTE-09"),),
    take_when=(CreditOverCosts(3.0, "R-0DTE-06"),),
    shapes=(
        FADE_UP,
        FADE_DOWN,
        CONDOR,
    ),
    sources=("rulebook 3", "PDF p.13, p.25", "rulebook 0.6"),
)
