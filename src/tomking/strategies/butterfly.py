"""Put butterfly of six weeks: bought for little while volatility is low and the market goes nowhere.

Sources: R-BFL-06 in docs/rules.md.
"""

from tomking.core.calendar import TUESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import single
from tomking.strategies.entry import VixBelow
from tomking.strategies.picks import Away, FromPrice, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import DebitBudget
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow
from tomking.strategies.worth import DebitAtMost

WING = 10.0

BUTTERFLY = Plan(
    name="butterfly",
    title="Put butterfly",
    roots=("SPY",),
    dte=45,
    dte_within=10,
    slots=(Slots(TUESDAY, after_open(60), after_open(120), every_min=30),),
    enter_when=(VixBelow(15.0, "R-BFL-06"),),
    take_when=(DebitAtMost(4.0, "R-BFL-06"),),
    size=(DebitBudget(share=0.003, at=15.0, most_gbp=500.0, one_share=0.0075, rule="R-BFL-04"),),
    shapes=(
        single(
            "put butterfly",
            (
                sell(2, Right.PUT, FromPrice(), "body"),
                buy(1, Right.PUT, Away("body", WING), "far wing"),
                buy(1, Right.PUT, Away("body", -WING), "near wing"),
            ),
            (
                LossBelow(0.50, "R-BFL-06"),
                ProfitBelow(0.50, "R-BFL-06"),
                DteAbove(7, "R-BFL-06"),
            ),
        ),
    ),
    sources=("rulebook 9", "S3"),
)
