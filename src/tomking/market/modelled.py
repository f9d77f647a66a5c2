"""Marks on the modelled surface: contracts as columns in, bid, ask, mid and Greeks out.

Everything here is MODEL. One call prices all legs of a book, or the strikes of a chain, as of one instant;
a stress is the same call under a shock. Nothing random enters a price that is not in the path.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Contract, Settles
from tomking.core.product import PRODUCTS, Product
from tomking.core.value import value
from tomking.market.bars import F64
from tomking.market.carry import Carry
from tomking.market.listing import future_contract
from tomking.market.snapshot import (
    AGE,
    ASK,
    BID,
    DELTA,
    GAMMA,
    MID,
    THETA,
    VEGA,
    VOL,
    Marks,
    Shock,
)  # fmt: skip
from tomking.market.spread import haircut_into, quote_into, quote_rules
from tomking.market.surface import atm_sd_into, shock_into, smile_into
from tomking.market.variance import VarianceClock
from tomking.pricing.black import black76_into

MINUTES_A_YEAR = 365.0 * 1440.0
ROWS = 9


@value
class Cut:
    """How much of a modelled premium is taken away in a sensitivity run, as fractions (spread.haircut)."""

    put16: float = 0.0
    put5: float = 0.0
    call16: float = 0.0

    @property
    def any(self) -> bool:
        """Whether anything is cut at all."""
        return bool(self.put16 or self.put5 or self.call16)


@value
class Instant:
    """What the model needs of a moment: the index, VIX, time, rates, and how the run is told to differ.

    ``share`` is the measured share of a VIX day left to today's close (0 when no session is on);
    ``variance`` the reading of the variance clock. ``spreads`` scales widths.
    """

    index: float
    vix: float
    day: int
    minute: float
    length: float
    share: float
    variance: float
    carry: Carry
    cut: Cut
    spreads: float = 1.0


@value
class Columns:
    """Contracts laid out for the kernels, once per set of legs; ``carried`` is where the forward points.

    ``carried`` is the ordinal to which the index is carried forward: the future's own expiry for
    contracts on a future, the option's for those on the index itself.
    """

    strike: F64
    sign: F64
    per_index: F64
    carried: F64
    expiry: F64
    morning: NDArray[np.bool_]
    variance: F64
    rules: F64
    option: NDArray[np.bool_]


def lay_out(contracts: Sequence[Contract], clock: VarianceClock) -> Columns:
    """The columns of some contracts."""
    products: list[Product] = [PRODUCTS[contract.root] for contract in contracts]
    days = np.array([contract.expiry.toordinal() for contract in contracts], dtype=np.int32)
    morning = np.array([contract.settles is Settles.AM for contract in contracts], dtype=np.bool_)
    return Columns(
        np.array([float(contract.strike or 0) for contract in contracts]),
        np.array([float(contract.right.sign if contract.right else 0) for contract in contracts]),
        np.array([what.per_index for what in products]),
        np.array([float(_carried(contract)) for contract in contracts]),
        days.astype(np.float64),
        morning,
        clock.expiry(days, morning),
        quote_rules(products),
        np.array([contract.is_option for contract in contracts], dtype=np.bool_),
    )


def one_expiry(contract: Contract, strikes: F64, sign: float, clock: VarianceClock) -> Columns:
    """The columns of many strikes of one expiry, from a contract that has its expiry."""
    count = len(strikes)
    row = lay_out((contract,), clock)
    rules = np.repeat(row.rules, count, axis=1)
    full = np.ones(count)
    return Columns(
        np.ascontiguousarray(strikes), full * sign, full * row.per_index[0], full * row.carried[0],
        full * row.expiry[0], np.repeat(row.morning, count), full * row.variance[0], rules,
        np.ones(count, dtype=np.bool_),
    )  # fmt: skip


def _carried(contract: Contract) -> int:
    """The date to which the index is carried forward to price a contract."""
    if not contract.future:
        return contract.expiry.toordinal()
    return future_contract(contract.root, contract.future).expiry.toordinal()


def forwards(columns: Columns, now: Instant, spot_shock: float = 0.0) -> F64:
    """The forward of each contract, in its own points: index x exp((r - q) x years) x share of index."""
    years = np.maximum(columns.carried - now.day, 0.0) / 365.0
    growth = now.carry.rate - now.carry.dividend_yield
    level: F64 = columns.per_index * (now.index * (1.0 + spot_shock)) * np.exp(growth * years)
    return level


def mark(columns: Columns, now: Instant, shock: Shock) -> Marks:
    """All contracts at one instant; an option past its expiry, or off the clock, is NaN with age inf."""
    count = len(columns.strike)
    table = np.zeros((ROWS, count))
    forward = forwards(columns, now, shock.spot)
    if not count:
        return Marks(table, forward)
    years = _years_left(columns, now, shock)
    sd = _deviations(columns, now, shock, forward, years)
    greeks = np.empty((6, count))
    with np.errstate(divide="ignore", invalid="ignore"):
        vol = sd / np.sqrt(years)
    sign = np.where(columns.option, columns.sign, 1.0)
    rate = np.full(count, now.carry.rate)
    black76_into(forward, np.maximum(columns.strike, 1e-9), years, vol, sign, rate, greeks)
    _premiums(columns, now, forward, years, rate, greeks)
    table[MID], table[VOL] = greeks[0], vol
    table[DELTA], table[GAMMA], table[THETA], table[VEGA] = (
        greeks[1],
        greeks[2],
        greeks[3],
        greeks[4],
    )
    _futures(columns, forward, table)
    _quotes(columns, now, shock, forward, table)
    return Marks(table, forward)


def _years_left(columns: Columns, now: Instant, shock: Shock) -> F64:
    """Calendar years to each expiry's fixing; NaN once it has passed."""
    fixing = np.where(columns.morning, 0.0, now.length)
    minutes = (columns.expiry - now.day) * 1440.0 + fixing - now.minute - shock.minutes
    return np.where(minutes > 0.0, minutes / MINUTES_A_YEAR, np.nan)


def _deviations(columns: Columns, now: Instant, shock: Shock, forward: F64, years: F64) -> F64:
    """Total standard deviation at each strike: the level, the smile, the shock."""
    left = columns.variance - now.variance
    today = (columns.expiry == now.day) & ~columns.morning & (now.share > 0.0)
    sd = np.empty(len(left))
    atm_sd_into(now.vix, left, today, now.share, sd)
    with np.errstate(divide="ignore"):
        k = np.log(np.maximum(columns.strike, 1e-9) / forward)
    smile_into(k, sd, now.vix, left, sd)
    if shock.vol or shock.wing:
        shock_into(sd, k, columns.expiry - now.day, years, shock, sd)
    return sd


def _premiums(
    columns: Columns, now: Instant, forward: F64, years: F64, rate: F64, greeks: F64
) -> None:
    """Cut the out-of-the-money part of each premium in place; intrinsic value is never cut."""
    if not now.cut.any:
        return
    intrinsic = np.maximum(columns.sign * (forward - columns.strike), 0.0) * np.exp(-rate * years)
    delta = np.abs(greeks[1])
    inside = intrinsic > 0.0
    left = np.empty(len(delta))
    haircut_into(
        np.where(inside, 1.0 - delta, delta), np.where(inside, -columns.sign, columns.sign),
        now.cut.put16, now.cut.put5, now.cut.call16, left,
    )  # fmt: skip
    greeks[0] = intrinsic + (greeks[0] - intrinsic) * left


def _futures(columns: Columns, forward: F64, table: F64) -> None:
    """Futures and shares have their forward as price and a delta of one."""
    if columns.option.all():
        return
    plain = ~columns.option
    table[MID][plain] = forward[plain]
    table[DELTA][plain] = 1.0
    for row in (VOL, GAMMA, THETA, VEGA):
        table[row][plain] = 0.0


def _quotes(columns: Columns, now: Instant, shock: Shock, forward: F64, table: F64) -> None:
    """Bid and ask around the model's price, on the tick; the mid is then half way between."""
    delta = np.abs(table[DELTA])
    intrinsic = np.maximum(columns.sign * (forward - columns.strike), 0.0)
    otm = np.where(columns.option, np.maximum(table[MID] - intrinsic, 0.0), 0.0)
    quote_into(
        table[MID], delta, otm, columns.expiry - now.day, columns.rules,
        now.spreads * shock.spread, table[BID], table[ASK],
    )  # fmt: skip
    table[MID] = 0.5 * (table[BID] + table[ASK])
    table[AGE] = np.where(np.isnan(table[MID]), np.inf, 0.0)
