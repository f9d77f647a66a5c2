"""LT112: the long-term 1-1-2.

One put debit spread, paid for by two puts far below it; opened as one order on the first Wednesday
and managed apart. The naked puts are the income, the spread is the trap that pays if the market
falls slowly.

Sources: R-112-01 to R-112-09 and R-112-13 in docs/rules.md.
"""

from dataclasses import replace

from tomking.core.calendar import WEDNESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.apart import NoneOnExpiry
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import VixAtLeast, VixAtMost
from tomking.strategies.picks import Away, Delta, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import (
    DteAbove,
    LossBelow,
    LossBelowNetLiq,
    ProfitBelow,
    ShortDeltaBelow,
)
from tomking.strategies.trend import NotAtHigh
from tomking.strategies.worth import CreditAtLeast

FIRST = Slots(WEDNESDAY, after_open(30), after_open(90), every_min=30, nth=1)
TRAP = (  # R-112-02
    buy(1, Right.PUT, Delta(0.25), "long put"),
    sell(1, Right.PUT, Away("long put", 50.0), "short put"),
)
NAKED = (sell(2, Right.PUT, Delta(0.05), "naked puts"),)
TRAP_STAYS = (ProfitBelow(of_premium=0.50), DteAbove(7))
NAKED_STAY = (  # R-112-07
    LossBelow(of_premium=2.0),
    LossBelowNetLiq(0.02),
    ShortDeltaBelow(0.25),
    ProfitBelow(of_premium=0.90),
    DteAbove(21),
)

LT112 = Plan(
    name="lt112",
    title="LT112 (long-term 1-1-2)",
    roots=("ES", "MES"),
    dte=120,  # R-112-01
    dte_within=10,
    slots=(FIRST,),
    watch_min=60,
    enter_when=(
        VixAtLeast(12.0, "R-112-03"),
        VixAtMost(35.0, "R-112-03"),
        NotAtHigh(252, "R-112-04"),
    ),
    take_when=(CreditAtLeast(15.0, "R-112-05"), NoneOnExpiry("R-112-09")),
    shapes=(
        Shape(
            "1-1-2", (Tranche("trap", TRAP, TRAP_STAYS), Tranche("naked puts", NAKED, NAKED_STAY))
        ),
    ),
    sources=("rulebook 4", "PDF p.16, p.26", "PUB-1, PUB-2, PUB-3"),
)

#: As two campaigns a month, where the limits leave room for them (R-112-13).
LT112_TWICE = LT112.variant(
    "lt112_twice",
    "LT112 twice a month",
    slots=(FIRST, replace(FIRST, nth=3)),
    sources=("register 16", "PUB-2"),
)
