"""LEAP put ladder, bought: a rung of puts a week as insurance, for a small share of the account.

Sources: R-LEP-05 in docs/rules.md.
"""

from tomking.core.contract import Right
from tomking.strategies.adjust import once
from tomking.strategies.build import single
from tomking.strategies.leap_ladder import LEAP_LADDER, YEAR
from tomking.strategies.picks import Delta, buy
from tomking.strategies.stay import DteAbove
from tomking.strategies.worth import CostAtMost

INSURANCE = (buy(1, Right.PUT, Delta(0.12), "rung"),)

LEAP_PROTECT = LEAP_LADDER.variant(
    "leap_protect",
    "LEAP put ladder, bought",
    enter_when=(),
    take_when=(CostAtMost("rung", each=0.01, together=0.05, rule="R-LEP-05"),),
    size=(),
    shapes=(
        single(
            "insurance",
            INSURANCE,
            (DteAbove(21),),
            tranche="rung",
            adjustments=(
                once(
                    "rolled to a new year", DteAbove(90, "R-LEP-05"), legs=INSURANCE, expires=YEAR
                ),
            ),
        ),
    ),
    sources=("rulebook 7", "S3, HEAD"),
)
