"""Days that were bad, as shocks: what moved, what margin did, and what a book should bear.

``SCENARIOS`` are the rulebook's (21.3, with 0.6 for the ends: of a range the harsher one is taken; a
spot move is against 31 July 2024 in the rows of that August). ``HISTORY`` are days as the market closed.
Where nobody prints a volatility for a term, the term moves in the proportions of AUG5_LOW; where nobody
prints what far puts, spreads or margin did, they do what the harshest row of 21.3 says.

A scenario holds shocks and bounds, never a result: what a book loses is worked out from the book.
"""

from collections.abc import Mapping
from math import exp, inf, log
from types import MappingProxyType

import numpy as np

from tomking.core.value import value
from tomking.market.landscape import Term
from tomking.market.snapshot import Shock
from tomking.portfolio.scenarios_table import ROWS

#: Factors on volatility by days to expiry at the low of 5 August 2024: VIX 23.4 to 65.7 before the open.
AUG5_TERM: Term = ((30.0, 2.8), (60.0, 1.9), (90.0, 1.6), (120.0, 1.6), (365.0, 1.15))


def term(factor: float) -> Term:
    """The factor of every term when 30-day volatility has this one: logarithms as in AUG5_LOW.

    They stand as 1 : .62 : .46 : .46 : .14 at 30, 60, 90, 120 and 365 days.

    >>> [round(other, 2) for _, other in term(2.8)]
    [2.8, 1.9, 1.6, 1.6, 1.15]
    """
    share = log(factor) / log(AUG5_TERM[0][1])
    return tuple((days, exp(share * log(low))) for days, low in AUG5_TERM)


@value
class Scenario:
    """A shock with what it asks of a book.

    Attributes
    ----------
    shock : Shock
        What moves.
    margin_factor : float
        What houses asked for a dollar of the day before.
    loss_max : float
        The most it may cost, as a share of net liquidation; infinite where a row only informs.
    margin_max : float
        The most that margin may take of what is left.
    source, evidence : str
        Where the figures come from, and how well they are known.
    """

    name: str
    shock: Shock
    margin_factor: float
    loss_max: float = inf
    margin_max: float = inf
    source: str = ""
    evidence: str = ""


RULEBOOK = "rulebook"
#: Rulebook 21.3: spot, volatility, volatility added to far puts, spread; margin; pass.
_ROWS = (
    Scenario(
        "AUG5_LOW", Shock(-0.073, AUG5_TERM, 0.08, 5.0), 2.5, 0.20, 1.00,
        "Rulebook 21.3 and 0.6: 5522.30 on 31 July 2024 to the low of 5 August at 5119; VIX 23.4 to "
        "65.7 before the open, terms as calibrated there.", RULEBOOK,
    ),
    Scenario(
        "AUG5_CLOSE", Shock(-0.061, term(1.65), 0.03, 3.0), 1.5, 0.12, 0.85,
        "Rulebook 21.3: 31 July to the close of 5 August 2024 at 5186.33; VIX 23.39 to 38.57.",
        RULEBOOK,
    ),
    Scenario(
        "AUG5_GAP", Shock(-0.037, term(2.0), 0.05, 5.0), 2.0,
        source="Rulebook 21.3: the close of 2 August to the open of 5 August 2024 at 5151.14.",
        evidence=RULEBOOK,
    ),
    Scenario(
        "COVID_2018_2015", Shock(-0.12, ((30.0, 2.5),), 0.08, 5.0), 2.5, 0.30,
        source="Rulebook 21.3: the harsher end of three crashes in one row.", evidence=RULEBOOK,
    ),
)  # fmt: skip
#: The harshest of 21.3: volatility added to far puts, spread and margin, where no source has them.
WING_MOST, SPREAD_MOST, MARGIN_MOST = (
    max(row.shock.wing for row in _ROWS), max(row.shock.spread for row in _ROWS),
    max(row.margin_factor for row in _ROWS),
)  # fmt: skip
HARSHEST = "Far puts, spread and margin: the harshest of rulebook 21.3."
SCENARIOS: Mapping[str, Scenario] = MappingProxyType({row.name: row for row in _ROWS})
AUG5_LOW = SCENARIOS["AUG5_LOW"]


def _day(row: tuple[str, ...]) -> Scenario:
    """A scenario from its row of the table: closes become a return, volatilities a factor."""
    name, eve, before, last, after, index, calm, wild, how, most, known = row
    return Scenario(
        name,
        Shock(
            float(after) / float(before) - 1.0, term(float(wild) / float(calm)), WING_MOST,
            SPREAD_MOST,
        ),
        MARGIN_MOST,
        inf if most == "-" else float(most),
        source=f"S&P 500 at {before} on {eve} to {after} on {last}, close to close; {index} at {calm} "
        f"to a {how} of {wild}, other terms as on 5 August 2024. {HARSHEST}",
        evidence=known,
    )  # fmt: skip


HISTORY: Mapping[str, Scenario] = MappingProxyType({row[0]: _day(row) for row in ROWS})


def multipliers(vol: float) -> tuple[float, float]:
    """What spreads and margin are multiplied by where 30-day volatility has a factor.

    Rulebook 21.3 has them at three factors, and nothing happens at one; linear between, flat beyond.

    >>> multipliers(1.0), multipliers(1.65), multipliers(2.0), multipliers(2.8)
    ((1.0, 1.0), (3.0, 1.5), (5.0, 2.0), (5.0, 2.5))
    """
    spread = np.interp(vol, (1.0, 1.65, 2.0), (1.0, 3.0, 5.0))
    margin = np.interp(vol, (1.0, 1.65, 2.0, 2.8), (1.0, 1.5, 2.0, 2.5))
    return float(spread), float(margin)
