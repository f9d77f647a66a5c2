"""Enhanced Butterfly 0DTE: a lottery ticket on a Friday that has already moved.

After the 0DTE entry, when the index stands half a per cent from its open, a ten-point butterfly of the
same day is bought against the move, for little money, and held to expiry.

Sources: R-BFL-01 to R-BFL-04 in docs/rules.md.
"""

from tomking.core.calendar import FRIDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import FullSession, VixAtMost
from tomking.strategies.picks import Away, FromPrice, LegPlan, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import DebitBudget, UnitsAtMost
from tomking.strategies.slots import Slots
from tomking.strategies.trend import MovedAtLeast, MovedDown, MovedUp
from tomking.strategies.worth import DebitAtMost, RewardAtLeast

WING = 10.0  # R-BFL-02
MOVE, STRONG, SHIFT = 0.005, 0.01, 10.0


def fly(right: Right, shift: float) -> tuple[LegPlan, LegPlan, LegPlan]:
    """A butterfly centred so many points from the price."""
    return (
        sell(2, right, FromPrice(shift), "body"),
        buy(1, right, Away("body", WING), "far wing"),
        buy(1, right, Away("body", -WING), "near wing"),
    )


BUTTERFLY_0DTE = Plan(
    name="butterfly_0dte",
    title="Enhanced Butterfly 0DTE",
    roots=("SPX",),
    dte=0,
    dte_within=0,
    slots=(Slots(FRIDAY, after_open(65), after_open(65), holiday="skip"),),
    watch_min=30,
    enter_when=(
        FullSession("R-BFL-01"),
        VixAtMost(35.0, "R-BFL-01"),
        MovedAtLeast(MOVE, "R-BFL-01"),
    ),
    take_when=(DebitAtMost(1.5, "R-BFL-03"), RewardAtLeast(5.66, "R-BFL-03")),
    size=(
        DebitBudget(share=0.003, at=15.0, most_gbp=500.0, one_share=0.0075, rule="R-BFL-04"),
        UnitsAtMost(5.0, "R-BFL-04"),
    ),
    shapes=(  # R-BFL-02
        Shape(
            "put fly below a strong rise",
            (Tranche("put fly, shifted", fly(Right.PUT, -SHIFT), ()),),
            (MovedUp(STRONG, "R-BFL-02"),),
        ),
        Shape(
            "call fly above a strong fall",
            (Tranche("call fly, shifted", fly(Right.CALL, SHIFT), ()),),
            (MovedDown(STRONG, "R-BFL-02"),),
        ),
        Shape(
            "put fly at the price",
            (Tranche("put fly", fly(Right.PUT, 0.0), ()),),
            (MovedUp(0.0, "R-BFL-02"),),
        ),
        Shape("call fly at the price", (Tranche("call fly", fly(Right.CALL, 0.0), ()),)),
    ),
    sources=("rulebook 9", "PDF p.4, p.19, p.31"),
)
