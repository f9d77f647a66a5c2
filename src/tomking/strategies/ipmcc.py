"""IPMCC: the income poor man's covered call.

A call of a year, deep in the money, stands in for the shares; against it a call of a week is sold every
Friday, at the money or inside it and never outside. The extrinsic value of the week is the income.

Sources: R-PMC-01 to R-PMC-10 in docs/rules.md.
"""

from tomking.core.calendar import FRIDAY, MONDAY, WEDNESDAY, after_open, before_close
from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import NoEarningsWithin, NoExDateWithin, VixAtMost
from tomking.strategies.late import ExtrinsicAboveDividend
from tomking.strategies.picks import Delta, Expires, IntoTheMoney, Pick, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, ExtrinsicAbove, LossBelow, NotDeepLate, UntilOnLastDay
from tomking.strategies.trend import NotAtHigh, PlaceAtMost
from tomking.strategies.worth import CallsAbove, CostAtMost, DeltaFrom, ExtrinsicAtMost

YEAR = Expires(365, 185)  # R-PMC-01
WEEK = Expires(7, 3, FRIDAY)  # R-PMC-09
LEAP = (buy(1, Right.CALL, Delta(0.80), "leap"),)
AT_OR_INSIDE = IntoTheMoney(bear=1, extended=2, stretch=0.02, rule="R-PMC-02")
DEEP = DeltaFrom("leap", low=0.75, high=0.85, rule="R-PMC-01")
ABOVE = CallsAbove("R-PMC-02")
FRIDAYS = Slots(FRIDAY, after_open(30), before_close(30), every_min=60, holiday="previous_day")
MONDAYS = Slots(MONDAY, after_open(30), after_open(90), every_min=30)

ROLLED = once(
    "rolled to a new year", DteAbove(90, "R-PMC-07"), legs=LEAP, expires=YEAR, take_when=(DEEP,)
)


def against_the_leap(every: str, pick: Pick, expires: Expires) -> Shape:
    """The LEAP, and a call of a week or a month that is rolled on its last day and sold again."""
    call = (sell(1, Right.CALL, pick, f"{every}ly"),)
    rolled = once(
        f"rolled to the next {every}", DteAbove(0, "R-PMC-09"), legs=call, expires=expires,
        take_when=(ABOVE,),
    )  # fmt: skip
    leap_stays = (LossBelow(0.30, "R-PMC-07"), DteAbove(60, "R-PMC-07"))
    stays = (
        ExtrinsicAboveDividend("R-PMC-10"),
        ExtrinsicAbove(0.10, "R-PMC-08"),
        NotDeepLate(share=0.05, days=3, rule="R-PMC-08"),
        UntilOnLastDay(before_close(15), "R-PMC-08"),
    )
    return Shape(
        f"leap and {every}ly",
        (
            Tranche("leap", LEAP, leap_stays, YEAR, (ROLLED,), covers=(f"{every}ly",)),
            Tranche(f"{every}ly", call, stays, expires, (rolled,), (FRIDAYS, MONDAYS), (ABOVE,)),
        ),
    )


IPMCC = Plan(
    name="ipmcc",
    title="IPMCC (income poor man's covered call)",
    roots=("SPY",),
    dte=365,
    dte_within=185,
    slots=(Slots(WEDNESDAY, after_open(30), after_open(90), every_min=30, nth=1),),
    watch_min=15,
    enter_when=(
        VixAtMost(35.0, "R-PMC-03"),
        PlaceAtMost(days=50, share=0.85, rule="R-PMC-03"),
        NotAtHigh(252, "R-PMC-03"),
        NoEarningsWithin(30, "R-PMC-04"),
        NoExDateWithin(2, "R-PMC-04"),
    ),
    take_when=(
        DEEP,
        ExtrinsicAtMost("leap", 0.09, "R-PMC-05"),
        CostAtMost("leap", each=0.25, together=0.35, rule="R-PMC-06"),
        ABOVE,
    ),
    shapes=(against_the_leap("week", AT_OR_INSIDE, WEEK),),
    sources=("rulebook 6", "PDF p.14, p.30", "PUB-15"),
)

IPMCC_QQQ = IPMCC.variant("ipmcc_qqq", "IPMCC on QQQ", roots=("QQQ",), sources=IPMCC.sources)
