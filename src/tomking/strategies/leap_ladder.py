"""LEAP put ladder: one rung of year-long puts a week, sold far below the market.

Every Monday a put is sold whose delta depends on the week of the month, none while VIX is low and two
while it is high. A rung goes at 30 % of its credit and is rolled to a new year at 150 days.

Sources: R-LEP-01 to R-LEP-04 and R-LEP-06 in docs/rules.md.
"""

from tomking.core.calendar import MONDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.build import single
from tomking.strategies.entry import VixAtLeast, VixAtMost
from tomking.strategies.picks import DeltaByWeek, Expires, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import VixSteps
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow, ShortDeltaBelow

YEAR = Expires(365, 15)
MONDAYS = (Slots(MONDAY, after_open(30), after_open(90), every_min=30),)  # R-LEP-06
RUNG = (sell(1, Right.PUT, DeltaByWeek((0.12, 0.13, 0.14, 0.12, 0.12), "R-LEP-01"), "rung"),)

LEAP_LADDER = Plan(
    name="leap_ladder",
    title="LEAP put ladder",
    roots=("SPY", "MES"),  # R-LEP-04: never the dearer SPX
    dte=365,
    dte_within=15,
    slots=MONDAYS,
    watch_min=60,
    enter_when=(VixAtLeast(15.0, "R-LEP-02"), VixAtMost(35.0, "R-LEP-02")),
    size=(VixSteps(units=1.0, above=20.0, times=2.0, rule="R-LEP-02"),),
    shapes=(
        single(
            "rung",
            RUNG,
            (
                LossBelow(of_premium=2.0),
                ShortDeltaBelow(0.30),
                ProfitBelow(of_premium=0.30),
                DteAbove(21),
            ),
            adjustments=(
                once("rolled to a new year", DteAbove(150, "R-LEP-03"), legs=RUNG, expires=YEAR),
            ),
        ),
    ),
    sources=("rulebook 7", "PDF p.17, p.28"),
)
