"""The margin-call clock: how far the index, or VIX, is from the level at which buying power is gone.

Each level is solved by full repricing: outwards in steps to the first world without buying power, then
by cutting the bracket, then valued once more there. A move of the index takes VIX with it by the
model's own law, ``ln VIX = ln VIX(now) - 0.088 z`` with z the move in VIX days, between 9 and 150; VIX
by itself moves with the index still. Volatilities of other terms follow in the proportions of AUG5_LOW.

A cash account has no such clock: it borrows nothing, so nobody can call it.
"""

from collections.abc import Callable, Sequence
from math import exp, log

from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Stamped
from tomking.core.value import value
from tomking.market.moves import OTHERWISE
from tomking.market.path import vix_at, vix_day
from tomking.market.snapshot import NO_SHOCK, Legs, Shock
from tomking.portfolio.margin.account import TASTYTRADE, Terms
from tomking.portfolio.margin.house import AccountType, account_of
from tomking.portfolio.scenarios import term
from tomking.portfolio.stress import Stressed, World, valued

#: How far a level is looked for: returns of the index, and VIX points.
SPOT_MIN, SPOT_MAX = -0.60, 0.60
VIX_MIN, VIX_MAX = 9.0, 150.0
#: The steps outwards: of the index, and of the logarithm of VIX.
SPOT_STEP, VIX_STEP = 0.01, 0.04
#: Next to nothing, but a shock: the world without one has ticks.
_NEAR = 1e-9
#: Dollars of buying power that count as none, and how often a bracket is cut to find them.
_NONE, _TURNS = 0.005, 150
#: Dollars of residual from which a level is where buying power jumps, and not where it is nought.
JUMP = 1.0
INDEX = "SPX"
#: What the levels are called where nothing held moves as the index does.
HUNDRED = "index"


@value
class Place:
    """A world on the way out: the index, VIX and the shock that leads there."""

    index: float
    vix: float
    shock: Shock


@value
class Level:
    """Where buying power is nought along one way out, or that it never is.

    Attributes
    ----------
    at : Place or None
        ``None`` is never.
    looked : Place
        The end of the search.
    residual : float
        Buying power there in dollars, valued once more: how true the answer is. Under water it is what
        is missing now; if never, what is left at the end of the search.
    """

    at: Place | None
    looked: Place
    residual: float

    @property
    def never(self) -> bool:
        """Whether buying power is not gone as far as was looked."""
        return self.at is None

    @property
    def jumps(self) -> bool:
        """Whether buying power falls in one step at the level: no price has none left of it.

        A requirement steps where the greater side of uncovered calls and puts changes.
        """
        away = self.at is not None and self.at.shock != NO_SHOCK
        return away and abs(self.residual) >= JUMP


@value
class CallClock:
    """The three ways out of an account's world; ``root`` is whose price ``Place.index`` is.

    ``below`` and ``above`` are moves of the index with VIX behind it, ``by_vix`` is VIX alone.
    """

    root: str
    here: Place
    now: Stressed
    below: Level
    above: Level
    by_vix: Level

    @property
    def under_water(self) -> bool:
        """Whether buying power is below nought now: the venue calls."""
        return self.now.buying_power < 0.0


@value
class Uncalled:
    """An account that cannot be called, and why."""

    why: str = "A cash account cannot be called: nothing in it is borrowed."


def call_of(
    holdings: Legs, cash: float, market: World, terms: Terms = TASTYTRADE
) -> CallClock | Uncalled:
    """The margin-call clock of an account, or that it has none; parameters as in ``clock``."""
    if account_of(terms.house) is AccountType.CASH:
        return Uncalled()
    return clock(holdings, cash, market, terms)


def clock(holdings: Legs, cash: float, market: World, terms: Terms = TASTYTRADE) -> CallClock:
    """The index level below and above, and the VIX, at which an account has no buying power.

    Parameters
    ----------
    holdings, cash, market, terms
        As in :func:`~tomking.portfolio.stress.valued`.

    Raises
    ------
    QuoteMissing
        If a holding has no mark, or nothing held has a price.
    """
    root, index = _index(holdings, market, terms)
    here = Place(index, market.vix.value, NO_SHOCK)
    now = valued(holdings, cash, market, NO_SHOCK, terms)

    def left(place: Place) -> float:
        """Buying power at a place."""
        return valued(holdings, cash, market, place.shock, terms).buying_power

    def solved(way: Callable[[float], Place], end: float, step: float) -> Level:
        """The first place on a way at which nothing is left."""
        looked = way(end)
        if now.buying_power < 0.0:
            return Level(here, looked, now.buying_power)
        found = _first(lambda x: left(way(x)), _steps(end, step))
        at = None if found is None else way(found)
        return Level(at, looked, left(at or looked))

    highest = log(max(VIX_MAX / here.vix, 1.0))
    return CallClock(
        root, here, now,
        below=solved(lambda move: _moved(here, move), SPOT_MIN, SPOT_STEP),
        above=solved(lambda move: _moved(here, move), SPOT_MAX, SPOT_STEP),
        by_vix=solved(lambda rise: _risen(here, rise), highest, VIX_STEP),
    )  # fmt: skip


def _moved(here: Place, move: float) -> Place:
    """After a return of the index, VIX behind it by the law of the modelled path, within limits."""
    then = vix_at(here.vix, vix_day(here.vix), 1.0 + move, 1.0)
    vix = min(max(then, min(VIX_MIN, here.vix)), max(VIX_MAX, here.vix))
    return Place(here.index * (1.0 + move), vix, Shock(move, term(vix / here.vix)))


def _risen(here: Place, rise: float) -> Place:
    """After a rise of the logarithm of VIX, the index still."""
    return Place(here.index, here.vix * exp(rise), Shock(0.0, term(exp(rise))))


def _steps(end: float, step: float) -> list[float]:
    """From next to nothing to an end."""
    count = max(round(abs(end) / step), 1)
    return [-_NEAR if end < 0.0 else _NEAR, *(end * k / count for k in range(1, count + 1))]


def _first(left: Callable[[float], float], steps: Sequence[float]) -> float | None:
    """Where along some steps buying power is first gone; nothing if it never is."""
    inner = steps[0]
    if left(inner) <= 0.0:
        return inner
    for outer in steps[1:]:
        if left(outer) <= 0.0:
            return _bracketed(left, inner, outer)
        inner = outer
    return None


def _bracketed(left: Callable[[float], float], inner: float, outer: float) -> float:
    """The point between one with buying power and one without at which there is none.

    By the straight line between the two, and by halving every third time, which always gets nearer.
    """
    much, none = left(inner), left(outer)
    for turn in range(_TURNS):
        straight = outer - none * (outer - inner) / (none - much)
        between = 0.5 * (inner + outer) if turn % 3 == 2 else straight
        rest = left(between)
        if abs(rest) < _NONE:
            return between
        if rest > 0.0:
            inner, much = between, rest
        else:
            outer, none = between, rest
    return outer


def _index(holdings: Legs, market: World, terms: Terms) -> tuple[str, float]:
    """Whose price the levels are given in: the index, else the first root held that moves with it.

    Where all that is held moves otherwise (volatility, funds with leverage) today's index is 100.
    """
    priced: list[tuple[str, float]] = []
    for root in dict.fromkeys((INDEX, *(contract.root for contract in holdings.contracts))):
        price = market.spot(root)
        if isinstance(price, Stamped):
            follows = root == INDEX or terms.product(root).kind not in OTHERWISE
            priced.append((root, price.value) if follows else (HUNDRED, 100.0))
    if not priced:
        raise QuoteMissing(
            f"nothing held has a price at {market.at}; give one, or wait for a quote"
        )
    return min(priced, key=lambda one: one[0] == HUNDRED)
