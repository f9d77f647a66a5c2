"""Futures and options on them: the worst of sixteen scenarios, by repricing.

The price stands still, or moves by one, two or three thirds of a range, up or down, each with
volatility up and with volatility down; and there are two extreme moves of which a part counts. What
an exchange's daily file holds as an array per contract is worked out here with one call of the
kernel, so every answer is an estimate. Nothing decays between now and the scenario, options are taken
for European, and interest for nought.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from tomking.core.money import usd
from tomking.core.value import value
from tomking.portfolio.margin.house import ESTIMATE
from tomking.portfolio.margin.ranges import Range
from tomking.pricing.black import price_into

F64 = NDArray[np.float64]

#: Moves of the price in thirds of the range, in the order exchanges print them; volatility is up in the
#: even rows and down in the odd ones. Two extreme moves follow, volatility as it is.
THIRDS = (0, 1, -1, 2, -2, 3, -3)
SCENARIOS: tuple[str, ...] = (
    *(
        f"{f'{third:+d}/3' if third else '0'} vol {way}"
        for third in THIRDS
        for way in ("up", "down")
    ),
    "extreme up",
    "extreme down",
)
_MOVES = np.repeat(np.array(THIRDS) / 3.0, 2)
_VOLS = np.array([1.0, -1.0] * len(THIRDS) + [0.0, 0.0])
#: What a set gains for a whole range, from a third up and a third down.
_SLOPE = np.array([0.0, 0.0, 0.75, 0.75, -0.75, -0.75] + [0.0] * 10)


@value
class Held:
    """Contracts of one root as columns of one length, and the future each of them is on.

    ``forward``, ``strike`` and ``price`` in points; ``sign`` is +1 call, -1 put, 0 the future;
    ``quantity`` is signed.
    """

    month: Sequence[str]
    forward: F64
    strike: F64
    years: F64
    vol: F64
    sign: F64
    quantity: F64
    price: F64

    def where(self, rows: NDArray[np.bool_]) -> "Held":
        """Some of the contracts."""
        return Held(
            [month for month, wanted in zip(self.month, rows, strict=True) if wanted],
            self.forward[rows], self.strike[rows], self.years[rows], self.vol[rows],
            self.sign[rows], self.quantity[rows], self.price[rows],
        )  # fmt: skip


@value
class Month:
    """One contract month: its worst scenario and the dollars lost there."""

    future: str
    scenario: str
    loss: float


@value
class Scan:
    """What a set of futures and options on them needs, and what it is made of; dollars.

    Attributes
    ----------
    months
        Every contract month by itself: a future never covers another.
    scenario
        The worst scenario of all months moved together.
    loss, credit
        The months' losses added up, and what opposite deltas in different months save of it; never
        so much that less is left than the months would lose together.
    minimum
        The least for the short options there are.
    option_value
        What the options are worth: longs +, shorts -.
    factor
        What the house asks for a dollar of the exchange's.
    most
        What is asked at most: what can be lost at the end, premium not counted, where that is known;
        else what would be asked without the long options that stand beside nothing short.
    """

    months: tuple[Month, ...]
    scenario: str
    loss: float
    credit: float
    minimum: float
    option_value: float
    factor: float
    most: float = inf
    method: str = ESTIMATE

    @property
    def risk(self) -> float:
        """What the set could lose: the scan less the credit, or the minimum if that is more."""
        return max(self.loss - self.credit, self.minimum)

    @property
    def requirement(self) -> Decimal:
        """What the house asks; it does not subtract premium received.

        The house's factor is on what could be lost beyond the value of options that were paid for;
        a short option's own price is inside once. So an option held alone needs nothing, and a
        spread never more than it can lose.
        """
        beyond = max(self.risk - max(self.option_value, 0.0), 0.0)
        needed = self.factor * beyond + max(-self.option_value, 0.0)
        return usd(round(min(needed, self.most), 6))

    @property
    def bp_effect(self) -> Decimal:
        """The requirement less premium received plus premium paid."""
        return self.requirement + usd(round(self.option_value, 6))


@cache
def _worlds(ranges: Range) -> tuple[F64, F64, F64]:
    """Factors on price and volatility, today first, and how much of each scenario counts: columns."""
    moves = np.concatenate(([0.0], _MOVES, (ranges.extreme, -ranges.extreme)))
    counted = np.ones(len(SCENARIOS))
    counted[-2:] = ranges.cover
    vols = np.concatenate(([0.0], _VOLS))
    return (
        1.0 + moves[:, None] * ranges.price, 1.0 + vols[:, None] * ranges.vol, counted[:, None]
    )  # fmt: skip


def arrays(held: Held, ranges: Range) -> F64:
    """What one contract of each gains in points in every scenario, shape (16, n).

    Today and the sixteen worlds are priced in one call, a future as a call and overwritten. The two
    extreme rows are scaled by the part that counts, as exchanges print them.
    """
    moves, vols, counted = _worlds(ranges)
    worlds = moves * held.forward
    future = held.sign == 0.0
    known = np.empty((4, *worlds.shape))
    known[0], known[1], known[2] = held.strike, held.years, np.where(future, 1.0, held.sign)
    known[3] = 0.0
    strike, years, sign, rate = known.reshape(4, -1)
    out = np.empty(worlds.shape)
    vol = (vols * held.vol).ravel()
    price_into(worlds.ravel(), strike, years, vol, sign, rate, out.reshape(-1))
    prices: F64 = np.where(future, worlds, out)
    gains: F64 = (prices[1:] - prices[0]) * counted
    return gains


def worst(gains: F64) -> tuple[int, float]:
    """The row in which a set loses most, and the dollars lost there (0 if it loses nowhere).

    Parameters
    ----------
    gains
        Profit (+) or loss (-) by scenario, shape (16,).

    Notes
    -----
    McMillan, *Options as a Strategic Investment*, prints the array of an S&P 500 future with a range
    of 20 points, extreme row included.

    >>> future = np.array([0, 0, 3330, 3330, -3330, -3330, 6670, 6670, -6670, -6670, 10000, 10000,
    ...                    -10000, -10000, 7000, -7000])
    >>> SCENARIOS[worst(future)[0]], worst(future)[1]
    ('-3/3 vol up', 10000.0)
    """
    row = int(gains.argmin())
    return row, max(-float(gains[row]), 0.0)


def scanned(held: Held, ranges: Range, multiplier: float, factor: float) -> Scan:
    """The scan of one root's contracts.

    Parameters
    ----------
    multiplier
        Dollars a point.
    factor
        From :func:`~tomking.portfolio.margin.ranges.factor_of`.
    """
    size = held.quantity * multiplier
    most, alone = _most(held, size), _alone(held)
    if most == inf and alone.any() and not alone.all():
        most = float(scanned(held.where(~alone), ranges, multiplier, factor).requirement)
    names = tuple(dict.fromkeys(held.month))
    gains = arrays(held, ranges) * size
    months = _by_month(names, held.month, gains)
    found = [worst(sums) for sums in months]
    row, together = found[0] if len(names) == 1 else worst(gains.sum(axis=1))
    loss = sum(lost for _, lost in found)
    option = size if held.sign.all() else np.where(held.sign != 0.0, size, 0.0)
    short = -float(np.minimum(option, 0.0) @ held.forward)
    return Scan(
        tuple(Month(m, SCENARIOS[at], lost) for m, (at, lost) in zip(names, found, strict=True)),
        SCENARIOS[row],
        loss,
        min(_credit(months, ranges), loss - together) if len(names) > 1 else 0.0,
        ranges.minimum * ranges.price * short,
        float(option @ held.price),
        factor,
        most,
    )


def _alone(held: Held) -> NDArray[np.bool_]:
    """The long options that end on a day on which nothing on their future is short.

    No more than their price can be lost on them, and that has been paid: a house asks nothing for
    them, and not more for the rest because they are there.
    """
    short = {
        (month, years)
        for month, years, n in zip(held.month, held.years.tolist(), held.quantity, strict=True)
        if n < 0.0
    }
    ends = zip(held.month, held.years.tolist(), strict=True)
    others = np.array([end not in short for end in ends], dtype=np.bool_)
    alone: NDArray[np.bool_] = others & (held.quantity > 0.0) & (held.sign != 0.0)
    return alone


def _most(held: Held, size: F64) -> float:
    """Dollars a set of options on one future that end together can lose at the end; else infinite."""
    if not held.sign.all() or len(set(held.month)) > 1 or (held.years != held.years[0]).any():
        return inf
    if float(size[held.sign > 0.0].sum()) < 0.0:
        return inf
    ends = np.append(held.strike, 0.0)[:, None]
    worth = np.maximum(held.sign * (ends - held.strike), 0.0)
    return max(0.0, -float((worth @ size).min()))  # in this order, so that nought has no sign


def _by_month(names: Sequence[str], month: Sequence[str], gains: F64) -> F64:
    """What the contracts of each month gain in dollars: shape (months, 16)."""
    if len(names) == 1:
        alone: F64 = gains.sum(axis=1)
        return alone[None]
    mine = np.zeros((len(names), len(month)))
    for column, name in enumerate(month):
        mine[names.index(name), column] = 1.0
    sums: F64 = mine @ gains.T
    return sums


def _credit(months: F64, ranges: Range) -> float:
    """What opposite deltas in different months save: a share of both outright margins, in dollars.

    Gross less net is twice what the longs and the shorts have in common.
    """
    slopes: list[float] = (months @ _SLOPE).tolist()
    gross, net = sum(map(abs, slopes)), abs(sum(slopes))
    return ranges.credit * (gross - net)
