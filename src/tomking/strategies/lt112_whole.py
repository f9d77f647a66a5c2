"""LT112 managed as a whole: spread and puts go together once half of their net credit is earned.

The stops of the naked puts stay as they are. Half of the credit stays half of what was taken in at the
start: a spread that is left alone goes once the whole has earned it, or with seven days left.

Sources: R-112-12 in docs/rules.md.
"""

from tomking.strategies.build import Shape, Tranche
from tomking.strategies.lt112 import LT112, NAKED, NAKED_STAY, TRAP, TRAP_STAYS
from tomking.strategies.stay import ProfitBelow, StayRule
from tomking.strategies.together import WholeProfitBelow

TARGET = WholeProfitBelow(of_credit=0.50, rule="R-112-12")


def with_target(stays: tuple[StayRule, ...]) -> tuple[StayRule, ...]:
    """Stay rules with the target of the whole in the place of the part's own."""
    return tuple(TARGET if isinstance(rule, ProfitBelow) else rule for rule in stays)


LT112_WHOLE = LT112.variant(
    "lt112_whole",
    "LT112, closed at half of the whole credit",
    shapes=(
        Shape(
            "1-1-2 as a whole",
            (
                Tranche("trap", TRAP, with_target(TRAP_STAYS)),
                Tranche("naked puts", NAKED, with_target(NAKED_STAY)),
            ),
        ),
    ),
    sources=("register 14", "HEAD"),
)
