"""Iron condor: both sides sold and protected in a market that goes nowhere.

Sources: R-ICN-01 and R-ICN-02 in docs/rules.md.
"""

from tomking.core.calendar import TUESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import single
from tomking.strategies.entry import VixAtLeast, VixAtMost
from tomking.strategies.picks import Away, Delta, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow
from tomking.strategies.trend import IvRankAtLeast, RangeAtMost, RsiFrom
from tomking.strategies.worth import CreditOverWidth

WING = 5.0  # R-ICN-02

IRON_CONDOR = Plan(
    name="iron_condor",
    title="Iron condor",
    roots=("SPY",),
    dte=45,
    dte_within=15,
    slots=(Slots(TUESDAY, after_open(60), after_open(120), every_min=30),),
    watch_min=60,
    enter_when=(
        VixAtLeast(12.0, "R-ICN-01"),
        VixAtMost(25.0, "R-ICN-01"),
        IvRankAtLeast(0.30, "R-ICN-01"),
        RsiFrom(low=35.0, high=65.0, rule="R-ICN-01"),
        RangeAtMost(0.08, "R-ICN-01"),
    ),
    take_when=(CreditOverWidth(0.20, "R-ICN-02"),),
    shapes=(
        single(
            "iron condor",
            (
                sell(1, Right.PUT, Delta(0.16), "short put"),
                buy(1, Right.PUT, Away("short put", WING), "long put"),
                sell(1, Right.CALL, Delta(0.16), "short call"),
                buy(1, Right.CALL, Away("short call", WING), "long call"),
            ),
            (LossBelow(of_premium=2.0), ProfitBelow(of_premium=0.50), DteAbove(21)),
        ),
    ),
    sources=("rulebook 10.2", "S3"),
)
