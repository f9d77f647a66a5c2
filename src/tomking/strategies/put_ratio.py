"""Put ratio 1x2: one put bought, two sold below it, for a credit.

Every Tuesday may begin one; the two sold puts are naked by one, which is where it loses.

Sources: R-RAT-01 and R-RAT-02 in docs/rules.md.
"""

from tomking.core.calendar import TUESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import single
from tomking.strategies.entry import VixAtMost
from tomking.strategies.picks import Delta, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow, ShortDeltaBelow
from tomking.strategies.worth import CreditOverCosts

PUT_RATIO = Plan(
    name="put_ratio",
    title="Put ratio 1x2",
    roots=("SPY",),
    dte=45,
    dte_within=10,
    slots=(Slots(TUESDAY, after_open(30), after_open(90), every_min=30),),
    watch_min=60,
    enter_when=(VixAtMost(35.0, "R-RAT-01"),),
    take_when=(CreditOverCosts(1.0, "R-RAT-01"),),
    shapes=(
        single(
            "put ratio",
            (
                buy(1, Right.PUT, Delta(0.25), "long put"),
                sell(2, Right.PUT, Delta(0.16), "short puts"),
            ),
            (
                LossBelow(2.5, "R-RAT-02"),
                ShortDeltaBelow(0.25, "R-RAT-02"),
                ProfitBelow(of_premium=0.50),
                DteAbove(21),
            ),
        ),
    ),
    sources=("rulebook 10.1", "PDF p.17, p.32"),
)
