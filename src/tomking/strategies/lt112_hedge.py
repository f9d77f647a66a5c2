"""LT112 with hedge income: a call of a week, deep in the money, sold against the debit spread.

From day 30 on, Monday to Monday, as the documents tell it. Nothing covers that call: its strike lies
hundreds of points below the price, so it is a short synthetic and loses what the index gains. It goes
before the spread does, once the price has fallen to its strike, which is where the documents stop it,
and at a loss of a tenth, which is our own. The spread has no target of its own.

Sources: R-112-14 in docs/rules.md.
"""

from tomking.core.calendar import MONDAY, after_open, before_close
from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.apart import HeldAtLeast, NotOutliving, SoldInside
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.late import InTheMoney
from tomking.strategies.lt112 import LT112, NAKED, NAKED_STAY, TRAP, TRAP_STAYS
from tomking.strategies.picks import Above, Expires, sell
from tomking.strategies.slots import Slots
from tomking.strategies.stay import DteAbove, LossBelow, UntilOnLastDay

WITHOUT_TARGET = TRAP_STAYS[1:]  # one that rests could fill and leave the call alone
CALL = (sell(1, Right.CALL, Above("long put", 5.0), "weekly call"),)
WEEK = Expires(7, 3)
SOUND = (SoldInside("R-112-14"), NotOutliving("R-112-14"))
ROLLED = once(
    "rolled to the next week", DteAbove(0, "R-112-14"), legs=CALL, expires=WEEK, take_when=SOUND
)
CALL_STAYS = (
    LossBelow(0.10, "R-112-14"),
    InTheMoney("R-112-14"),
    UntilOnLastDay(before_close(15), "R-112-14"),
)

LT112_HEDGE = LT112.variant(
    "lt112_hedge",
    "LT112 with hedge income (a short synthetic)",
    shapes=(
        Shape(
            "1-1-2 and a weekly call",
            (
                Tranche("trap", TRAP, WITHOUT_TARGET, covers=("weekly call",)),
                Tranche("naked puts", NAKED, NAKED_STAY),
                Tranche(
                    "weekly call",
                    CALL,
                    CALL_STAYS,
                    WEEK,
                    adjustments=(ROLLED,),
                    renewed=(Slots(MONDAY, after_open(30), after_open(90), every_min=30),),
                    take_when=(HeldAtLeast(30, "R-112-14"), *SOUND),
                ),
            ),
        ),
    ),
    sources=("register 18", "PDF"),
)
