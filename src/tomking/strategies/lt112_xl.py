"""XL112: the spread 200 points wide at 150 days, brought to the usual 50 when 120 are left.

Sources: R-112-11 in docs/rules.md.
"""

from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.apart import NoneOnExpiry
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.late import WidthAtMostFrom
from tomking.strategies.lt112 import LT112, NAKED, NAKED_STAY, TRAP, TRAP_STAYS
from tomking.strategies.picks import Away, sell
from tomking.strategies.worth import CreditAtLeast

WIDE = (TRAP[0], sell(1, Right.PUT, Away("long put", 200.0), "short put"))
NARROWED = once(
    "brought to the usual width", WidthAtMostFrom(50.0, days=120, rule="R-112-11"), legs=TRAP
)

LT112_XL = LT112.variant(
    "lt112_xl",
    "XL112",
    dte=150,
    dte_within=15,
    take_when=(CreditAtLeast(10.0, "R-112-11"), NoneOnExpiry("R-112-09")),
    shapes=(
        Shape(
            "XL 1-1-2",
            (
                Tranche("trap", WIDE, TRAP_STAYS, adjustments=(NARROWED,)),
                Tranche("naked puts", NAKED, NAKED_STAY),
            ),
        ),
    ),
    sources=("rulebook 4", "PUB-5"),
)
