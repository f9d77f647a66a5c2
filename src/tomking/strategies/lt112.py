"""LT112: the long-term 1-1-2.

One put debit spread, paid for by two puts far below it; opened as one order on the first Wednesday
and managed apart. The naked puts are the income, the spread is the trap that pays if the market
falls slowly.

Sources: R-112-01 to R-112-08 in docs/rules.md.
"""

from tomking.core.calendar import WEDNESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.entry import NotAtHigh, VixAtLeast, VixAtMost
from tomking.strategies.picks import Away, Delta, buy, sell
from tomking.strategies.plan import Plan, Shape, Tranche
from tomking.strategies.slots import Slots
from tomking.strategies.stay import (
    DteAbove,
    LossBelow,
    LossBelowNetLiq,
    ProfitBelow,
    ShortDeltaBelow,
)

LT112 = Plan(
    name="lt112",
    title="LT112 (long-term 1-1-2)",
    roots=("ES", "MES"),
    dte=120,  # R-112-01
    dte_within=10,
    slots=(Slots(WEDNESDAY, after_open(30), after_open(90), every_min=30, nth=1),),
    watch_min=60,
    enter_when=(VixAtLeast(12.0), VixAtMost(35.0), NotAtHigh(252)),
    credit_min_points=15.0,  # R-112-05
    shapes=(
        Shape(  # R-112-02, R-112-06, R-112-07
            "1-1-2",
            (
                Tranche(
                    "trap",
                    (
                        buy(1, Right.PUT, Delta(0.25), "long put"),
                        sell(1, Right.PUT, Away("long put", 50.0), "short put"),
                    ),
                    (ProfitBelow(of_premium=0.50), DteAbove(7)),
                ),
                Tranche(
                    "naked puts",
                    (sell(2, Right.PUT, Delta(0.05), "naked puts"),),
                    (
                        LossBelow(of_premium=2.0),
                        LossBelowNetLiq(0.02),
                        ShortDeltaBelow(0.25),
                        ProfitBelow(of_premium=0.90),
                        DteAbove(21),
                    ),
                ),
            ),
        ),
    ),
    sources=("rulebook 4", "PDF p.16, p.26", "PUB-1, PUB-2, PUB-3"),
)
