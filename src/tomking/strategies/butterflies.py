"""Butterflies of a month and more, and the broken-wing one of a Friday.

The iron butterfly sells the straddle between two wings for a quick quarter of its credit; the plain one
is bought while volatility is low; the broken wing leaves the side the market came from open a little
further, so that it costs nothing.

Sources: R-BFL-05 to R-BFL-07 in docs/rules.md.
"""

from tomking.core.calendar import FRIDAY, TUESDAY, after_open, before_close
from tomking.core.contract import Right
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import FullSession, VixAtMost, VixBelow
from tomking.strategies.picks import Away, FromPrice, SameStrike, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import Before, DteAbove, LossBelow, ProfitBelow
from tomking.strategies.trend import IvRankAtLeast, MovedUp
from tomking.strategies.worth import CreditAtLeast, CreditOverWidth, DebitAtMost

TUESDAYS = (Slots(TUESDAY, after_open(60), after_open(120), every_min=30),)

IRON_BUTTERFLY = Plan(
    name="iron_butterfly",
    title="Iron butterfly",
    roots=("SPY",),
    dte=40,
    dte_within=10,
    slots=TUESDAYS,
    enter_when=(VixAtMost(20.0, "R-BFL-05"), IvRankAtLeast(0.40, "R-BFL-05")),
    take_when=(CreditOverWidth(0.50, "R-BFL-05"),),
    shapes=(
        Shape(
            "iron butterfly",
            (
                Tranche(
                    "iron butterfly",
                    (
                        sell(1, Right.PUT, FromPrice(), "short put"),
                        buy(1, Right.PUT, Away("short put", 10.0), "long put"),
                        sell(1, Right.CALL, SameStrike("short put"), "short call"),
                        buy(1, Right.CALL, Away("short call", 10.0), "long call"),
                    ),
                    (LossBelow(1.0, "R-BFL-05"), ProfitBelow(0.25, "R-BFL-05"), DteAbove(21)),
                ),
            ),
        ),
    ),
    sources=("rulebook 9", "SPEC, JS"),
)

BUTTERFLY = Plan(
    name="butterfly",
    title="Put butterfly",
    roots=("SPY",),
    dte=45,
    dte_within=10,
    slots=TUESDAYS,
    enter_when=(VixBelow(15.0, "R-BFL-06"),),
    take_when=(DebitAtMost(4.0, "R-BFL-06"),),
    shapes=(
        Shape(
            "put butterfly",
            (
                Tranche(
                    "put butterfly",
                    (
                        sell(2, Right.PUT, FromPrice(), "body"),
                        buy(1, Right.PUT, Away("body", 10.0), "far wing"),
                        buy(1, Right.PUT, Away("body", -10.0), "near wing"),
                    ),
                    (LossBelow(0.50, "R-BFL-06"), ProfitBelow(of_premium=0.50), DteAbove(7)),
                ),
            ),
        ),
    ),
    sources=("rulebook 9", "S3"),
)

BROKEN_WING = Plan(
    name="broken_wing",
    title="Broken-wing butterfly",
    roots=("SPX",),
    dte=0,
    dte_within=0,
    slots=(Slots(FRIDAY, after_open(65), after_open(125), every_min=30, holiday="skip"),),
    watch_min=30,
    enter_when=(FullSession("R-BFL-07"), MovedUp(0.005, "R-BFL-07"), VixAtMost(35.0, "R-BFL-07")),
    take_when=(CreditAtLeast(0.0, "R-BFL-07"),),
    shapes=(
        Shape(
            "broken wing",
            (
                Tranche(
                    "broken wing",
                    (
                        buy(1, Right.PUT, FromPrice(-10.0), "near wing"),
                        sell(2, Right.PUT, Away("near wing", 10.0), "body"),
                        buy(1, Right.PUT, Away("body", 20.0), "far wing"),
                    ),
                    (LossBelow(4.0, "R-BFL-07"), Before(before_close(30), "R-BFL-07")),
                ),
            ),
        ),
    ),
    sources=("rulebook 9", "PDF p.31"),
)
