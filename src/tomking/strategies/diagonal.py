"""Diagonals and calendars: a near option sold against a later one while volatility is low.

Both are closed when volatility has come back. Never on a cash-settled index, where the broker margins
the near leg as if nothing stood behind it.

Sources: R-DIA-01 to R-DIA-03 in docs/rules.md.
"""

from dataclasses import replace

from tomking.core.calendar import TUESDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.entry import VixBelow
from tomking.strategies.picks import Delta, Expires, FromPrice, Pick, SameStrike, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, ProfitBelow, VixAtMostHeld
from tomking.strategies.worth import DebitAtMost

FAR, NEAR = Expires(60, 10), Expires(30, 7)


def pair(long: Pick, short: Pick, vix: float) -> tuple[Tranche, Tranche]:
    """A far put bought and a near one sold, the near one rolled while the far one lasts."""
    calm = VixAtMostHeld(vix, "R-DIA-02")
    sold = (sell(1, Right.PUT, short, "near put"),)
    return (
        Tranche(
            "far",
            (buy(1, Right.PUT, long, "far put"),),
            (LossBelow(0.50, "R-DIA-03"), calm, DteAbove(25, "R-DIA-03")),
            expires=FAR,
            covers=("near",),
        ),
        Tranche(
            "near",
            sold,
            (LossBelow(of_premium=2.0), calm, ProfitBelow(of_premium=0.50), DteAbove(7)),
            expires=NEAR,
        ),
    )


DIAGONAL = Plan(
    name="diagonal",
    title="Put diagonal",
    roots=("SPY",),
    dte=60,
    dte_within=10,
    slots=(Slots(TUESDAY, after_open(30), after_open(90), every_min=30),),
    watch_min=60,
    enter_when=(VixBelow(15.0, "R-DIA-01"),),
    take_when=(DebitAtMost(8.0, "R-DIA-01"),),
    shapes=(Shape("diagonal", pair(Delta(0.30), Delta(0.20), 18.0)),),
    sources=("rulebook 10.3", "PDF p.20, p.32"),
)

CALENDAR = replace(
    DIAGONAL,
    name="calendar",
    title="Put calendar",
    enter_when=(VixBelow(20.0, "R-DIA-01"),),
    shapes=(Shape("calendar", pair(FromPrice(), SameStrike("far put"), 23.0)),),
    sources=("rulebook 10.3", "SPEC"),
)
