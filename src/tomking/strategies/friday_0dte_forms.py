"""Friday 0DTE as others trade it: broken wings, with the move, only on moves, only when VIX is high.

Sources: R-0DTE-12 to R-0DTE-15 in docs/rules.md.
"""

from tomking.core.contract import Right
from tomking.strategies.build import single
from tomking.strategies.entry import VixAbove
from tomking.strategies.friday_0dte import (
    CONDOR,
    FADE_DOWN,
    FADE_UP,
    FRIDAY_0DTE,
    MOVE,
    STAY,
    after_a_move,
    spread,
)
from tomking.strategies.trend import MovedDown, MovedUp

WIDE = 50.0  # R-0DTE-12

#: Condors whose tested side, the one the market has moved toward, is 50 points wide (R-0DTE-12).
FRIDAY_0DTE_BROKEN = FRIDAY_0DTE.variant(
    "friday_0dte_broken",
    "Friday 0DTE, broken-wing condor",
    shapes=(
        FADE_UP,
        FADE_DOWN,
        single(
            "condor, calls wide",
            spread(Right.PUT, 0.5) + spread(Right.CALL, 0.5, WIDE),
            STAY,
            when=(MovedUp(0.0, "R-0DTE-12"),),
        ),
        single("condor, puts wide", spread(Right.PUT, 0.5, WIDE) + spread(Right.CALL, 0.5), STAY),
    ),
    sources=("rulebook 3",),
)

#: Only while volatility is high (R-0DTE-13).
FRIDAY_0DTE_HIGH_VIX = FRIDAY_0DTE.variant(
    "friday_0dte_high_vix",
    "Friday 0DTE, only above VIX 22",
    enter_when=(*FRIDAY_0DTE.enter_when, VixAbove(22.0, "R-0DTE-13")),
    sources=("register 1", "HEAD"),
)

#: Puts are sold after a rise and calls after a fall (R-0DTE-14).
FRIDAY_0DTE_WITH_MOVE = FRIDAY_0DTE.variant(
    "friday_0dte_with_move",
    "Friday 0DTE, sold with the move",
    shapes=(
        after_a_move("spread under a rise", Right.PUT, MovedUp(MOVE, "R-0DTE-14")),
        after_a_move("spread over a fall", Right.CALL, MovedDown(MOVE, "R-0DTE-14")),
        CONDOR,
    ),
    sources=("register 2", "Q18"),
)

#: A flat morning is left alone (R-0DTE-15).
FRIDAY_0DTE_MOVED = FRIDAY_0DTE.variant(
    "friday_0dte_moved",
    "Friday 0DTE, no trade on a flat day",
    shapes=(
        after_a_move("fade up", Right.CALL, MovedUp(MOVE, "R-0DTE-15")),
        after_a_move("fade down", Right.PUT, MovedDown(MOVE, "R-0DTE-15")),
    ),
    sources=("register 3", "PDF p.38"),
)
