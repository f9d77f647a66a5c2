"""LT112 with hedge income: a call of a week, deep in the money, sold against the debit spread.

From day 30 on, every Monday, as the documents tell it. Nothing covers that call: with its strike some
hundreds of points below the price it is a short synthetic, which loses what the index gains. The call
goes before the spread does, once the price has fallen to its strike, and at a loss of a tenth. The
spread has no target of its own.

Sources: R-112-14 in docs/rules.md.
"""

from tomking.core.calendar import MONDAY, after_open, before_close
from tomking.core.contract import Right
from tomking.strategies.apart import HeldAtLeast, NotOutliving
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.late import InTheMoney
from tomking.strategies.lt112 import LT112, NAKED, NAKED_STAY, TRAP, TRAP_STAYS
from tomking.strategies.picks import Away, Expires, sell
from tomking.strategies.slots import Slots
from tomking.strategies.stay import LossBelow, UntilOnLastDay

HELD = TRAP_STAYS[1:]  # a target that rests could fill and leave the call alone
CALL = (sell(1, Right.CALL, Away("long put", 5.0), "weekly call"),)
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
                Tranche("trap", TRAP, HELD, covers=("weekly call",)),
                Tranche("naked puts", NAKED, NAKED_STAY),
                Tranche(
                    "weekly call",
                    CALL,
                    CALL_STAYS,
                    Expires(7, 3),
                    renewed=(Slots(MONDAY, after_open(30), after_open(90), every_min=30),),
                    take_when=(HeldAtLeast(30, "R-112-14"), NotOutliving("R-112-14")),
                ),
            ),
        ),
    ),
)
