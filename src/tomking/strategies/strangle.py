"""Futures strangles: a put and a call far out of the money, ninety days away.

Sold when volatility is dear and the market lies still, in the week of the second Tuesday. The side the
market comes near is defended by its delta: at 20 the other side is rolled in, at 25 the tested side
goes, at 30 everything does.

Sources: R-SGL-01 to R-SGL-07 in docs/rules.md.
"""

from tomking.core.calendar import TUESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.apart import NoneOpenedWithin
from tomking.strategies.build import single
from tomking.strategies.entry import NoEventWithin, VixAtLeast, VixAtMost
from tomking.strategies.picks import Delta, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import VixScaled
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow, ShortDeltaBelow, VixAtMostHeld
from tomking.strategies.trend import IvRankAtLeast, PlaceAtLeast, PlaceAtMost, RangeAtMost
from tomking.strategies.worth import CreditAtLeast, CreditOverCosts

ROLLED_IN = (sell(1, Right.PUT, Delta(0.10), "put"), sell(1, Right.CALL, Delta(0.10), "call"))
DEFENCE = (  # R-SGL-05
    once("tested side closed", ShortDeltaBelow(0.25, "R-SGL-05"), closes="tested"),
    once(
        "untested side rolled in",
        ShortDeltaBelow(0.20, "R-SGL-05"),
        closes="untested",
        legs=ROLLED_IN,
        take_when=(CreditOverCosts(1.0, "R-SGL-05"),),
    ),
)

STRANGLE = Plan(
    name="strangle",
    title="Futures strangle",
    roots=("ES", "MES"),
    dte=90,  # R-SGL-01
    dte_within=10,
    slots=(Slots(TUESDAY, after_open(45), after_open(105), every_min=30, nth=2, also=2),),
    watch_min=60,
    enter_when=(
        VixAtLeast(13.0, "R-SGL-03"),
        VixAtMost(30.0, "R-SGL-03"),
        IvRankAtLeast(0.30, "R-SGL-03"),
        RangeAtMost(0.08, "R-SGL-04"),
        PlaceAtLeast(days=20, share=0.20, rule="R-SGL-04"),
        PlaceAtMost(days=20, share=0.80, rule="R-SGL-04"),
        NoEventWithin(("FOMC",), days=3, rule="R-EVT-09"),
    ),
    take_when=(CreditAtLeast(1.0, "R-SGL-02"), NoneOpenedWithin(4, "R-SGL-07")),
    size=(VixScaled(base=2.0, rule="R-SIZ-06"),),
    shapes=(
        single(
            "strangle",
            (sell(1, Right.PUT, Delta(0.06), "put"), sell(1, Right.CALL, Delta(0.055), "call")),
            (
                LossBelow(of_premium=2.0),
                ShortDeltaBelow(0.30, "R-SGL-05"),
                VixAtMostHeld(30.0, "R-SGL-06"),
                ProfitBelow(of_premium=0.50),
                DteAbove(21),
            ),
            adjustments=DEFENCE,
        ),
    ),
    sources=("rulebook 5", "PDF p.9, p.14, p.27", "rulebook 0.6"),
)

STRANGLE_CL = STRANGLE.variant(
    "strangle_cl",
    "Crude oil strangle",
    roots=("CL", "MCL"),
    enter_when=(
        *STRANGLE.enter_when[:-1],
        NoEventWithin(("FOMC", "OPEC"), days=3, rule="R-EVT-09"),
    ),
    take_when=(CreditAtLeast(0.10, "R-SGL-02"), STRANGLE.take_when[1]),
    sources=STRANGLE.sources,
)
#: Gold's options end near the 25th: from a second Tuesday the months next to 90 days have 77 and 105.
STRANGLE_GC = STRANGLE.variant(
    "strangle_gc", "Gold strangle", roots=("GC", "MGC"), dte_within=16, sources=STRANGLE.sources
)
