"""LT112, calendarised: a spread of five months, and naked puts that are sold for a month at a time.

Its author's form after August 2024. Once gone the puts are sold again while the spread lasts.

Sources: R-112-10 in docs/rules.md.
"""

from tomking.strategies.apart import NoneOnExpiry, NotOutliving
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.lt112 import LT112, NAKED, NAKED_STAY, TRAP, TRAP_STAYS
from tomking.strategies.picks import Expires
from tomking.strategies.stay import DteAbove
from tomking.strategies.worth import CreditAtLeast

APART = NoneOnExpiry("R-112-09")

LT112_CALENDARISED = LT112.variant(
    "lt112_calendarised",
    "LT112, calendarised",
    take_when=(APART,),
    shapes=(
        Shape(
            "calendarised 1-1-2",
            (
                Tranche("trap", TRAP, TRAP_STAYS, Expires(150, 20)),
                Tranche(
                    "naked puts",
                    NAKED,
                    (*NAKED_STAY[:-1], DteAbove(7)),
                    Expires(30, 10),
                    renewed=LT112.slots,
                    take_when=(CreditAtLeast(1.0, "R-112-10"), NotOutliving("R-112-10"), APART),
                ),
            ),
        ),
    ),
    sources=("rulebook 4", "PUB-4"),
)
