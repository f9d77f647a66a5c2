"""LEAP put ladder: one rung of year-long puts a week, sold far below the market.

Every Monday a put is sold whose delta depends on the week of the month, none while VIX is low and two
while it is high. A rung goes at 30 % of its credit and is rolled to a new year at 150 days.

Sources: R-LEP-01 to R-LEP-06 in docs/rules.md.
"""

from tomking.core.calendar import MONDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.adjust import Adjustment
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import VixAtLeast, VixAtMost
from tomking.strategies.picks import Delta, DeltaByWeek, Expires, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import VixSteps
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow, ShortDeltaBelow
from tomking.strategies.worth import CostAtMost

YEAR = Expires(365, 15)
MONDAYS = (Slots(MONDAY, after_open(30), after_open(90), every_min=30),)  # R-LEP-06
RUNG = (sell(1, Right.PUT, DeltaByWeek((0.12, 0.13, 0.14, 0.12, 0.12), "R-LEP-01"), "rung"),)
INSURANCE = (buy(1, Right.PUT, Delta(0.12), "rung"),)

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
        Shape(
            "rung",
            (
                Tranche(
                    "rung",
                    RUNG,
                    (
                        LossBelow(of_premium=2.0),
                        ShortDeltaBelow(0.30),
                        ProfitBelow(of_premium=0.30),
                        DteAbove(21),
                    ),
                    adjustments=(
                        Adjustment(
                            "rolled to a new year",
                            (DteAbove(150, "R-LEP-03"),),
                            legs=RUNG,
                            expires=YEAR,
                            rule="R-LEP-03",
                        ),
                    ),
                ),
            ),
        ),
    ),
    sources=("rulebook 7", "PDF p.17, p.28"),
)

LEAP_PROTECT = Plan(
    name="leap_protect",
    title="LEAP put ladder, bought",
    roots=("SPY", "MES"),
    dte=365,
    dte_within=15,
    slots=MONDAYS,
    variant_of="leap_ladder",
    watch_min=60,
    take_when=(CostAtMost("rung", each=0.01, together=0.05, rule="R-LEP-05"),),
    shapes=(
        Shape(
            "insurance",
            (
                Tranche(
                    "rung",
                    INSURANCE,
                    (DteAbove(21),),
                    adjustments=(
                        Adjustment(
                            "rolled to a new year",
                            (DteAbove(90, "R-LEP-05"),),
                            legs=INSURANCE,
                            expires=YEAR,
                            rule="R-LEP-05",
                        ),
                    ),
                ),
            ),
        ),
    ),
    sources=("rulebook 7", "S3, HEAD"),
)
