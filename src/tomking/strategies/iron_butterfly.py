"""Iron butterfly: the straddle at the price sold between two wings, for a quick quarter of its credit.

Sources: R-BFL-05 in docs/rules.md.
"""

from tomking.core.calendar import TUESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import single
from tomking.strategies.entry import VixAtMost
from tomking.strategies.picks import Away, FromPrice, SameStrike, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import RiskAtMost, RiskBudget
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow
from tomking.strategies.trend import IvRankAtLeast
from tomking.strategies.worth import CreditOverWidth

WING = 10.0

IRON_BUTTERFLY = Plan(
    name="iron_butterfly",
    title="Iron butterfly",
    roots=("SPY",),
    dte=37,  # R-BFL-05
    dte_within=7,
    slots=(Slots(TUESDAY, after_open(60), after_open(120), every_min=30),),
    enter_when=(VixAtMost(20.0, "R-BFL-05"), IvRankAtLeast(0.40, "R-BFL-05")),
    take_when=(CreditOverWidth(0.50, "R-BFL-05"),),
    size=(RiskBudget(0.003, "R-BFL-05"), RiskAtMost(500.0, "R-BFL-05")),
    shapes=(
        single(
            "iron butterfly",
            (
                sell(1, Right.PUT, FromPrice(), "short put"),
                buy(1, Right.PUT, Away("short put", WING), "long put"),
                sell(1, Right.CALL, SameStrike("short put"), "short call"),
                buy(1, Right.CALL, Away("short call", WING), "long call"),
            ),
            (LossBelow(0.25, "R-BFL-05"), ProfitBelow(0.25, "R-BFL-05"), DteAbove(21)),
        ),
    ),
    sources=("rulebook 9", "SPEC, JS"),
)
