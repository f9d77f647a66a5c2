"""Diagonals and calendars: a near put sold against a later one while volatility is low.

The near put is sold again while the far one outlives it; profit and loss are those of both together.
Never on a cash-settled index, where the broker margins the near leg as if nothing stood behind it.

Sources: R-DIA-01 to R-DIA-05 in docs/rules.md.
"""

from dataclasses import replace

from tomking.core.calendar import TUESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import VixBelow
from tomking.strategies.picks import Delta, Expires, FromPrice, Pick, SameStrike, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.size import RiskBudget
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, ProfitBelow, StayRule, VixAtMostHeld
from tomking.strategies.together import NoneOutlives, WholeGainBelow, WholeLossBelow
from tomking.strategies.worth import CreditOverCosts, DebitAtMost

TUESDAYS = (Slots(TUESDAY, after_open(30), after_open(90), every_min=30),)
FAR, MONTH, WEEK = Expires(60, 10), Expires(30, 7), Expires(7, 3)
#: What a month is rolled into: a far put of 52 days has 29 left by then, and must outlive it.
NEXT = Expires(25, 7)
SELLS = (CreditOverCosts(1.0, "R-DIA-04"), NoneOutlives("R-DIA-04"))


def pair(
    name: str, *, long: Pick, short: Pick, sold: Expires, rolled_to: Expires, rolled_at: int,
    vix_max: float, targets: tuple[StayRule, ...] = (),
) -> Shape:  # fmt: skip
    """A far put, and a near one that is rolled with so many days left; both go above a level of VIX."""
    calm = VixAtMostHeld(vix_max, "R-DIA-02")
    lost, earned = WholeLossBelow(0.30, "R-DIA-03"), WholeGainBelow(0.30, "R-DIA-03")
    far, near = (buy(1, Right.PUT, long, "far put"),), (sell(1, Right.PUT, short, "near put"),)
    rolled = once(
        "rolled on", DteAbove(rolled_at, "R-DIA-04"), legs=near, expires=rolled_to,
        take_when=SELLS, refused="close",
    )  # fmt: skip
    kept = (lost, calm, earned, DteAbove(14, "R-DIA-05"))
    return Shape(
        name,
        (
            Tranche("far", far, kept, FAR, covers=("near",)),
            Tranche("near", near, (calm, *targets), sold, (rolled,), TUESDAYS, SELLS),
        ),
    )


DIAGONAL = Plan(
    name="diagonal",
    title="Put diagonal",
    roots=("SPY",),
    dte=60,
    dte_within=10,
    slots=TUESDAYS,
    enter_when=(VixBelow(15.0, "R-DIA-01"),),
    take_when=(DebitAtMost(4.0, "R-DIA-01"),),
    size=(RiskBudget(0.015, "R-DIA-01"),),
    shapes=(
        pair(
            "diagonal", long=Delta(0.30), short=Delta(0.20), sold=MONTH, rolled_to=NEXT,
            rolled_at=7, vix_max=18.0, targets=(ProfitBelow(0.50),),
        ),
    ),
    sources=("rulebook 10.3", "PDF p.20, p.32"),
)  # fmt: skip

CALENDAR = replace(
    DIAGONAL,
    name="calendar",
    title="Put calendar",
    enter_when=(VixBelow(20.0, "R-DIA-01"),),
    take_when=(),
    size=(RiskBudget(0.05, "R-DIA-01"),),
    shapes=(
        pair(
            "calendar", long=FromPrice(), short=SameStrike("far put"), sold=WEEK, rolled_to=WEEK,
            rolled_at=1, vix_max=23.0,
        ),
    ),
    sources=("rulebook 10.3", "SPEC"),
)  # fmt: skip
