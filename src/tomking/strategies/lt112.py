"""LT112: the long-term 1-1-2.

One put debit spread, paid for by two puts far below it; opened as one order on the first Wednesday
and managed apart. The naked puts are the income, the spread is the trap that pays if the market
falls slowly.

Sources: R-112-01 to R-112-11 in docs/rules.md.
"""

from dataclasses import replace

from tomking.core.calendar import WEDNESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.adjust import Adjustment
from tomking.strategies.apart import NoneOnExpiry, NotOutliving
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import VixAtLeast, VixAtMost
from tomking.strategies.late import WidthAtMostFrom
from tomking.strategies.picks import Away, Delta, Expires, buy, sell
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
    slots=(Slots(WEDNESDAY, after_open(30), after_open(90), every_min=30, nth=1),),
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

#: The naked puts on a month of their own, sold again each month while the spread lasts (R-112-10).
LT112_CALENDARISED = replace(
    LT112,
    name="lt112_calendarised",
    title="LT112, calendarised",
    variant_of="lt112",
    take_when=(NoneOnExpiry("R-112-09"),),
    shapes=(
        Shape(
            "calendarised 1-1-2",
            (
                Tranche("trap", TRAP, TRAP_STAYS, Expires(150, 20)),
                Tranche(
                    "naked puts", NAKED, (*NAKED_STAY[:-1], DteAbove(7)), Expires(30, 10),
                    renewed=LT112.slots,
                    take_when=(
                        CreditAtLeast(1.0, "R-112-10"), NotOutliving("R-112-10"),
                        NoneOnExpiry("R-112-09"),
                    ),
                ),
            ),
        ),
    ),
)  # fmt: skip

#: The spread 200 points wide at 150 days, brought to 50 when 120 are left (R-112-11).
LT112_XL = replace(
    LT112,
    name="lt112_xl",
    title="XL112",
    variant_of="lt112",
    dte=150,
    dte_within=15,
    take_when=(CreditAtLeast(10.0, "R-112-11"), NoneOnExpiry("R-112-09")),
    shapes=(
        Shape(
            "XL 1-1-2",
            (
                Tranche(
                    "trap", (TRAP[0], sell(1, Right.PUT, Away("long put", 200.0), "short put")),
                    TRAP_STAYS,
                    adjustments=(
                        Adjustment(
                            "brought to the usual width",
                            (WidthAtMostFrom(points=50.0, days=120, rule="R-112-11"),),
                            legs=TRAP, rule="R-112-11",
                        ),
                    ),
                ),
                Tranche("naked puts", NAKED, NAKED_STAY),
            ),
        ),
    ),
)  # fmt: skip
