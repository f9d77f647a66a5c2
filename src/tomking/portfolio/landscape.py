"""What a book is worth over a table of worlds: spots, volatilities and times, in one call.

European options go through one kernel, American ones through :mod:`tomking.pricing.grid`, those on a
share that pays cash through its lattice. Everything is at mid; margin and what closing costs are asked
of ``portfolio.stress``, world by world.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tomking.market.landscape import I64, Axes, CashPaid, Landscape
from tomking.market.snapshot import F64, Legs
from tomking.portfolio.scenarios import term
from tomking.pricing.american import american_price
from tomking.pricing.dividends import american_with_dividends
from tomking.pricing.grid import american_grid
from tomking.pricing.landscape import landscape_into


class Ground(Protocol):
    """A market that can lay out a table of worlds."""

    def landscape(self, legs: Legs, axes: Axes) -> Landscape:
        """What the table needs to know of some legs."""
        ...


def axes(spots: Sequence[float], vols: Sequence[float], days: Sequence[float] = (0.0,)) -> Axes:
    """Axes of a table from returns, factors on 30-day volatility, and calendar days ahead.

    Other terms than 30 days follow as in ``scenarios.term``.
    """
    return Axes(tuple(spots), tuple(term(vol) for vol in vols), tuple(days))


def worth_over(legs: Legs, ground: Ground, over: Axes) -> F64:
    """Dollar value at mid of some legs in every world.

    An option that is over by then is worth what it is exercised for at the price there; a leg nobody
    quotes makes the whole table NaN.

    Returns
    -------
    ndarray, (spots, vols, times)
    """
    spots, vols, times = over.shape
    out = np.zeros((times, vols, spots))
    if len(legs):
        land = ground.landscape(legs, over)
        _add_european(legs, land, out)
        if land.early.any():
            _add_american(legs, land, out)
    return out.transpose(2, 1, 0)


def _add_european(legs: Legs, land: Landscape, out: F64) -> None:
    """All that is not exercised early, the underlyings themselves among it."""
    rows = ~land.early
    years = land.years[rows]
    growth = land.basis[rows] * np.exp(land.carry[rows][:, None] * years)
    discount = np.exp(-land.rate * years)
    landscape_into(
        land.level, land.of[rows], growth, discount, np.sqrt(years), land.vol[rows],
        land.factor[rows], legs.strike[rows], legs.sign[rows],
        (legs.quantity * legs.multiplier)[rows], out,
    )  # fmt: skip


def _add_american(legs: Legs, land: Landscape, out: F64) -> None:
    """Options that may be exercised early: with cash dividends, else with a yield."""
    left = land.early.copy()
    for paid in land.paid:
        _add_paying(legs, land, paid, out)
        left &= ~paid.rows
    if (land.basis[left] != 1.0).any() or (np.ptp(land.vol[left], axis=2) != 0.0).any():
        _add_one_by_one(legs, land, left, out)
        return
    for underlying in np.unique(land.of[left]):
        rows = left & (land.of == underlying)
        level = land.level[underlying]
        if (level == level[0]).all():
            _add_yielding(legs, land, rows, level[0], np.arange(len(level), dtype=np.int64), out)
            continue
        for vol in range(level.shape[0]):  # a fund of volatility stands elsewhere for each
            _add_yielding(legs, land, rows, level[vol], np.array([vol], dtype=np.int64), out)


def _add_one_by_one(legs: Legs, land: Landscape, rows: NDArray[np.bool_], out: F64) -> None:
    """American options whose volatility goes with the spot, or that are on a future of an index."""
    shape = int(rows.sum()), *out.shape

    def flat(column: F64) -> F64:
        """A column over legs, times, volatilities and spots as a kernel takes it."""
        return np.ascontiguousarray(np.broadcast_to(column, shape)).ravel()

    strike, sign, yields = (
        flat(column[rows][:, None, None, None])
        for column in (legs.strike, legs.sign, land.rate - land.carry)
    )
    spot = land.level[land.of[rows]][:, None] * land.basis[rows][:, :, None, None]
    vol = land.vol[rows][:, :, None, :] * land.factor[rows][..., None]
    years = flat(land.years[rows][:, :, None, None])
    prices = american_price(flat(spot), strike, years, flat(vol), sign, land.rate, yields)
    dollars = (legs.quantity * legs.multiplier)[rows]
    out += np.einsum("l,ltvs->tvs", dollars, prices.reshape(shape))


def _add_yielding(
    legs: Legs, land: Landscape, rows: NDArray[np.bool_], spots: F64, vols: I64, out: F64
) -> None:  # fmt: skip
    """American options on one underlying, whose exercise boundaries all spots share."""
    shape = int(rows.sum()), len(vols), land.years.shape[1]

    def flat(column: F64) -> F64:
        """A column over legs, volatilities and times as a kernel takes it."""
        return np.ascontiguousarray(np.broadcast_to(column, shape)).ravel()

    strike, sign, yields = (
        flat(column[rows][:, None, None])
        for column in (legs.strike, legs.sign, land.rate - land.carry)
    )
    years = flat(land.years[rows][:, None, :])
    vol = flat(land.vol[rows][:, None, :, 0] * land.factor[rows][:, :, vols].transpose(0, 2, 1))
    prices = american_grid(spots, strike, years, vol, sign, land.rate, yields)
    dollars = (legs.quantity * legs.multiplier)[rows]
    out[:, vols, :] += np.einsum("l,slvt->tvs", dollars, prices.reshape(len(spots), *shape))


def _add_paying(legs: Legs, land: Landscape, paid: CashPaid, out: F64) -> None:
    """American options on one share that pays known dividends, by its lattice, time by time."""
    (rows,) = np.nonzero(paid.rows)
    level = land.level[land.of[rows[0]]]
    shape = len(rows), *level.shape
    dollars = (legs.quantity * legs.multiplier)[rows]

    def flat(column: F64) -> F64:
        """A column over legs, volatilities and spots as a kernel takes it."""
        return np.ascontiguousarray(np.broadcast_to(column, shape)).ravel()

    strike, sign = (flat(column[rows][:, None, None]) for column in (legs.strike, legs.sign))
    for t, gone in enumerate(land.gone):
        vol = flat(land.vol[rows][:, t, None, :] * land.factor[rows][:, t, :, None])
        years = flat(land.years[rows][:, t, None, None])
        prices = american_with_dividends(
            flat(level[None]), strike, years, vol, sign, land.rate, paid.ex - gone, paid.amounts
        )[0]
        out[t] += np.einsum("l,lvs->vs", dollars, prices.reshape(shape))
