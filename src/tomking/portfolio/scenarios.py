"""Days that were bad, as shocks: what moved, what margin did, and what a book should bear.

Rulebook 21.3, with 0.6 for the ends: of a range the harsher one is taken. A spot move is against 31
July 2024 in the rows of that August. Where a row prints no volatility for a term, the term moves in the
proportions of AUG5_LOW.
"""

from collections.abc import Mapping
from math import exp, inf, log
from types import MappingProxyType

from tomking.core.value import value
from tomking.market.snapshot import Shock

Term = tuple[tuple[float, float], ...]

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
    """

    name: str
    shock: Shock
    margin_factor: float
    loss_max: float = inf
    margin_max: float = inf


#: Rulebook 21.3: spot, volatility, volatility added to far puts, spread; margin; pass.
_ROWS = (
    Scenario("AUG5_LOW", Shock(-0.073, AUG5_TERM, 0.08, 5.0), 2.5, 0.20, 1.00),
    Scenario("AUG5_CLOSE", Shock(-0.061, term(1.65), 0.03, 3.0), 1.5, 0.12, 0.85),
    Scenario("AUG5_GAP", Shock(-0.037, term(2.0), 0.05, 5.0), 2.0),
    Scenario("COVID_2018_2015", Shock(-0.12, ((30.0, 2.5),), 0.08, 5.0), 2.5, 0.30),
)
SCENARIOS: Mapping[str, Scenario] = MappingProxyType({row.name: row for row in _ROWS})
AUG5_LOW = SCENARIOS["AUG5_LOW"]
