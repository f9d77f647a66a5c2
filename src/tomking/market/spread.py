"""What a modelled option is bid and offered at: widths, ticks, and the haircut of the sensitivity
strip.

No fast arithmetic in this file: a price is ``steps * tick`` divided by an exact power of ten, and a
division turned into a multiplication would leave it beside the decimal number it stands for.
"""

from collections.abc import Callable, Sequence
from math import ceil, exp, floor, log
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit

from tomking.core.product import Product
from tomking.market.bars import F64

F = TypeVar("F", bound=Callable[..., Any])
Column = float | F64

#: Rows of the table ``quote_rules`` makes.
WIDTH_FACTOR, SMALL, SWITCH, LARGE, UNDERLYING_TICK = range(5)

#: Full bid-ask width over mid of SPX options at 21 to 50 days: at the money, 16-delta, 5-delta. Measured
#: on fourteen end-of-day chains, 2011 to 2026; in the last week 2 to 3 times that.
_ATM_WIDTH, _SIXTEEN_WIDTH, _FIVE_WIDTH = 0.010, 0.025, 0.050
_LAST_WEEK_FACTOR = 2.5
_LAST_WEEK, _CALM_FROM = 7.0, 21.0
_ATM, _SIXTEEN, _FIVE = 0.50, 0.16, 0.05
#: Forgives the last bits of a price that is meant to stand on its tick.
_ON_TICK = 1e-9
_DECIMALS = 1e6


def _kernel(function: F) -> F:
    """Compile without the shortcuts of ``pricing.kernel``; the checkers keep the function's type."""
    return cast(F, njit(cache=True, nogil=True, error_model="numpy")(function))


@_kernel
def _out_of_the_money(abs_delta: float) -> float:
    """Delta of the out-of-the-money option at the same strike."""
    return 1.0 - abs_delta if abs_delta > _ATM else abs_delta


@_kernel
def width_share(abs_delta: float, dte: float) -> float:
    """Full bid-ask width as a share of the mid of the out-of-the-money option at a strike.

    A power of delta between the anchors (a straight line of logarithms), continued beyond 5-delta
    at the slope of the last piece; 2.5 times as wide in the last week, falling to once at 21 days.

    >>> [round(width_share(d, 45.0), 4) for d in (0.5, 0.16, 0.05)], width_share(0.5, 3.0)
    ([0.01, 0.025, 0.05], 0.025)

    Parameters
    ----------
    abs_delta
        0 to 1; above one half it counts as its complement.
    dte
        Calendar days to expiry.
    """
    delta = max(_out_of_the_money(abs_delta), 1e-9)
    if delta >= _SIXTEEN:
        power = log(_SIXTEEN_WIDTH / _ATM_WIDTH) / log(_ATM / _SIXTEEN)
        share = _ATM_WIDTH * exp(power * log(_ATM / delta))
    else:
        power = log(_FIVE_WIDTH / _SIXTEEN_WIDTH) / log(_SIXTEEN / _FIVE)
        share = _SIXTEEN_WIDTH * exp(power * log(_SIXTEEN / delta))
    late = min(max((_CALM_FROM - dte) / (_CALM_FROM - _LAST_WEEK), 0.0), 1.0)
    return share * (1.0 + (_LAST_WEEK_FACTOR - 1.0) * late)


@_kernel
def _steps_down(price: float, tick: float) -> float:
    """The highest price on the tick not above this one, as the double nearest its decimal."""
    return round(floor(price / tick + _ON_TICK) * tick * _DECIMALS) / _DECIMALS


@_kernel
def _steps_up(price: float, tick: float) -> float:
    """The lowest price on the tick not below this one, as the double nearest its decimal."""
    return round(ceil(price / tick - _ON_TICK) * tick * _DECIMALS) / _DECIMALS


@_kernel
def _quote_into(
    mid: Column, abs_delta: Column, otm_value: Column, dte: Column, rules: F64, spread_factor: float,
    bid: F64, ask: F64, on_tick: bool,
) -> None:  # fmt: skip
    mids = np.broadcast_to(mid, bid.shape)
    deltas = np.broadcast_to(abs_delta, bid.shape)
    values = np.broadcast_to(otm_value, bid.shape)
    dtes = np.broadcast_to(dte, bid.shape)
    for i in range(bid.size):
        small, switch, large = rules[SMALL, i], rules[SWITCH, i], rules[LARGE, i]
        width = width_share(deltas[i], dtes[i]) * values[i] * rules[WIDTH_FACTOR, i]
        if deltas[i] > _ATM:
            width += (2.0 * deltas[i] - 1.0) * rules[UNDERLYING_TICK, i]
        low = mids[i] - 0.5 * width * spread_factor
        high = mids[i] + 0.5 * width * spread_factor
        if not low <= high:
            bid[i] = ask[i] = np.nan
            continue
        low = max(low, 0.0)
        if not on_tick:
            bid[i], ask[i] = low, high
            continue
        bid[i] = _steps_down(low, small if low < switch else large)
        tick = small if bid[i] < switch else large
        least = bid[i] + tick
        ask[i] = _steps_up(max(high, least), small if max(high, least) < switch else large)


@_kernel
def _quoted_into(
    abs_delta: F64, otm_value: F64, dte: F64, rules: F64, spread_factor: float, table: F64,
    on_tick: bool,
) -> None:  # fmt: skip
    bid, ask = table[0], table[1]
    _quote_into(table[2], abs_delta, otm_value, dte, rules, spread_factor, bid, ask, on_tick)
    for i in range(table.shape[1]):
        mid = 0.5 * (bid[i] + ask[i])
        table[2, i] = mid
        table[8, i] = 0.0 if mid == mid else np.inf


@_kernel
def haircut(abs_delta: float, sign: float, put16: float, put5: float, call16: float) -> float:
    """What is left of a premium when the modelled wings are marked down: 1 less the cut.

    For the *out-of-the-money* option at a strike: nothing at the money, ``put16`` at a 16-delta
    put, ``put5`` at 5-delta and beyond, ``call16`` at a 16-delta call and beyond, linear in the
    logarithm of delta between. In the money it is 1: rebuild that option from its cut twin by
    parity.

    >>> [round(haircut(d, -1.0, 0.10, 0.25, 0.0), 4) for d in (0.5, 0.16, 0.05, 0.01)]
    [1.0, 0.9, 0.75, 0.75]

    Parameters
    ----------
    abs_delta
        0 to 1.
    sign
        +1 call, -1 put; 0, a future or share, is never cut.
    put16, put5, call16
        Cuts as fractions.
    """
    if abs_delta >= _ATM or sign == 0.0:
        return 1.0
    at_sixteen, at_five = (put16, put5) if sign < 0.0 else (call16, call16)
    if abs_delta >= _SIXTEEN:
        return 1.0 - at_sixteen * log(_ATM / abs_delta) / log(_ATM / _SIXTEEN)
    further = log(_SIXTEEN / max(abs_delta, _FIVE)) / log(_SIXTEEN / _FIVE)
    return 1.0 - at_sixteen - (at_five - at_sixteen) * further


@_kernel
def _haircut_into(
    abs_delta: Column, sign: Column, put16: float, put5: float, call16: float, out: F64
) -> None:
    deltas = np.broadcast_to(abs_delta, out.shape)
    signs = np.broadcast_to(sign, out.shape)
    for i in range(out.size):
        out[i] = haircut(deltas[i], signs[i], put16, put5, call16)


def haircut_into(
    abs_delta: Column, sign: Column, put16: float, put5: float, call16: float, out: F64
) -> None:
    """``haircut`` of every leg; ``out`` has shape (legs,)."""
    _haircut_into(abs_delta, sign, put16, put5, call16, out)


def quote_rules(products: Sequence[Product]) -> F64:
    """Width factor and ticks of each leg's product, shape (5, legs); make it when legs change."""
    rows = [
        (p.quote_width, p.ticks.small, p.ticks.switch, p.ticks.large, p.underlying_tick)
        for p in products
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 5).T.copy()


def quote_into(
    mid: Column,
    abs_delta: Column,
    otm_value: Column,
    dte: Column,
    rules: F64,
    spread_factor: float,
    bid: F64,
    ask: F64,
    *,
    on_tick: bool = True,
) -> None:
    """Bid and ask around a modelled mid, on the tick, bid never below 0, one tick apart at least.

    The width is a share of the out-of-the-money value at the strike. In the money the option is
    that one and the underlying (parity), so intrinsic value is not charged the share; the maker's
    hedge is larger by ``2 |delta| - 1`` of the underlying, and he pays its spread, one tick, on
    that. A future or share itself has ``abs_delta`` 1 and ``otm_value`` 0: a tick wide, on the
    option's grid.

    Parameters
    ----------
    mid
        In points.
    abs_delta
        0 to 1.
    otm_value
        Value of the out-of-the-money option at the strike, in points; the mid itself out of the money.
    dte
        Calendar days to expiry.
    rules
        From ``quote_rules``, a column a leg.
    spread_factor
        Of a shock; 1 otherwise. Ticks are not scaled.
    bid, ask
        Filled; shape (legs,). NaN where an input is.
    on_tick
        False in a world that only exists to be measured: nobody quotes there, and what is solved for
        must be smooth. Widths stay, the least tick goes with the rounding.
    """
    _quote_into(mid, abs_delta, otm_value, dte, rules, spread_factor, bid, ask, on_tick)


def quoted_into(
    abs_delta: F64,
    otm_value: F64,
    dte: F64,
    rules: F64,
    spread_factor: float,
    table: F64,
    *,
    on_tick: bool,
) -> None:
    """``quote_into`` for a table of marks: its mids in, its bids, asks, mids and ages out.

    The mid is then half way between the sides; a leg without a quote has an infinite age.
    """
    _quoted_into(abs_delta, otm_value, dte, rules, spread_factor, table, on_tick)
