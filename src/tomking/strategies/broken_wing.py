"""Broken-wing butterfly of a Friday that rises: with the far wing further out it costs nothing.

Above the near wing nothing can be lost; below the far one it loses what the far wing is wider.

Sources: R-BFL-07 in docs/rules.md.
"""

from tomking.core.calendar import FRIDAY, after_open, before_close
from tomking.core.contract import Right
from tomking.strategies.build import single
from tomking.strategies.entry import FullSession, VixAtMost
from tomking.strategies.picks import Away, FromPrice, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import RiskBudget
from tomking.strategies.slots import Slots
from tomking.strategies.stay import Before, LossBelowNetLiq
from tomking.strategies.trend import MovedUp
from tomking.strategies.worth import CreditAtLeast

NEAR, FAR = 10.0, 20.0

BROKEN_WING = Plan(
    name="broken_wing",
    title="Broken-wing butterfly",
    roots=("SPX",),
    dte=0,
    dte_within=0,
    slots=(Slots(FRIDAY, after_open(65), after_open(125), every_min=30, holiday="skip"),),
    watch_min=15,
    enter_when=(FullSession("R-BFL-01"), MovedUp(0.005, "R-BFL-07"), VixAtMost(35.0, "R-BFL-01")),
    take_when=(CreditAtLeast(0.0, "R-BFL-07"),),
    size=(RiskBudget(0.005, "R-BFL-07"),),
    shapes=(
        single(
            "broken wing",
            (
                buy(1, Right.PUT, FromPrice(-NEAR), "near wing"),
                sell(2, Right.PUT, Away("near wing", NEAR), "body"),
                buy(1, Right.PUT, Away("body", FAR), "far wing"),
            ),
            (LossBelowNetLiq(0.005, "R-BFL-07"), Before(before_close(15), "R-BFL-07")),
        ),
    ),
    sources=("rulebook 9", "PDF p.31", "PUB"),
)
