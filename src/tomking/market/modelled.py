"""Marks on the modelled surface: contracts as columns in, bid, ask, mid and Greeks out.

Everything here is MODEL. One call prices all legs of a book, or the strikes of a chain, as of one
instant; a stress is the same call under a shock. Nothing random enters a price that is not in the
path.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from math import floor
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tomking.core.contract import Contract, Settles
from tomking.core.product import PRODUCTS, Product
from tomking.core.style import is_american
from tomking.core.value import value
from tomking.market.bars import F64
from tomking.market.carry import Carry
from tomking.market.delivery import future_contract
from tomking.market.marking import (
    FORWARD,
    LEFT,
    MINUTES_A_DAY,
    RATE,
    SCRATCH_ROWS,
    SD,
    VOL,
    YEARS,
    K,
    after,
    before,
    volatilities,
)  # fmt: skip
from tomking.market.sessions import session_of
from tomking.market.snapshot import MID, NO_SHOCK, Marks, Shock
from tomking.market.spread import haircut_into, quote_rules, quoted_into
from tomking.market.surface import deviations_into, shock_into
from tomking.market.variance import VarianceClock, share_to_close
from tomking.pricing.american import american_slopes
from tomking.pricing.black import black76_into

ROWS = 9
#: The price of each root as a share of the S&P 500.
SHARES: Mapping[str, float] = MappingProxyType({root: p.per_index for root, p in PRODUCTS.items()})
#: The open of a session, in minutes from midnight.
OPEN_MINUTE = 570.0


@value
class Cut:
    """How much of a modelled premium a sensitivity run takes away, as fractions (spread.haircut)."""

    put16: float = 0.0
    put5: float = 0.0
    call16: float = 0.0

    @property
    def any(self) -> bool:
        """Whether anything is cut at all."""
        return bool(self.put16 or self.put5 or self.call16)


@value
class Instant:
    """What the model needs of a moment: the index, VIX, time, rates, and how the run is told to
    differ.

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
    """Contracts laid out for the kernels, once per set of legs; ``carried`` is where the forward
    points.

    ``black_sign`` is the sign the formula is given: a future is priced as a call and overwritten.

    ``early`` are the places of American options, ``on_share`` says which of those are on a share.

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
    black_sign: F64
    early: NDArray[np.intp]
    on_share: NDArray[np.bool_]


def lay_out(
    contracts: Sequence[Contract], clock: VarianceClock, shares: Mapping[str, float] = SHARES
) -> Columns:
    """The columns of some contracts; ``shares`` are the prices of roots as multiples of the index."""
    products: list[Product] = [PRODUCTS[contract.root] for contract in contracts]
    days = np.array([contract.expiry.toordinal() for contract in contracts], dtype=np.int32)
    morning = np.array([contract.settles is Settles.AM for contract in contracts], dtype=np.bool_)
    return Columns(
        np.array([float(contract.strike or 0) for contract in contracts]),
        np.array([float(contract.right.sign if contract.right else 0) for contract in contracts]),
        np.array([shares[what.root] for what in products]),
        np.array([float(_carried(contract)) for contract in contracts]),
        days.astype(np.float64),
        morning,
        clock.expiry(days, morning),
        quote_rules(products),
        np.array([contract.is_option for contract in contracts], dtype=np.bool_),
        np.array([float(contract.right.sign if contract.right else 1) for contract in contracts]),
        *_styles(contracts),
    )


def _styles(contracts: Sequence[Contract]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where American options stand, and which of them are on a share."""
    early = [row for row, contract in enumerate(contracts) if is_american(contract)]
    on_share = [not contracts[row].future for row in early]
    return np.array(early, dtype=np.intp), np.array(on_share, dtype=np.bool_)


def strikes_of(row: Columns, strikes: F64, sign: float) -> Columns:
    """The columns of many strikes of the expiry that a one-row layout stands for."""
    count = len(strikes)
    signs = np.full(count, sign)
    if count == 1:  # every other column of the row serves as it is
        return Columns(
            strikes, signs, row.per_index, row.carried, row.expiry, row.morning, row.variance,
            row.rules, row.option, signs, row.early, row.on_share,
        )  # fmt: skip
    return Columns(
        strikes, signs, row.per_index.repeat(count), row.carried.repeat(count),
        row.expiry.repeat(count), row.morning.repeat(count), row.variance.repeat(count),
        row.rules.repeat(count, axis=1), row.option.repeat(count), signs,
        np.arange(count if row.early.size else 0), row.on_share.repeat(count),
    )  # fmt: skip


def _carried(contract: Contract) -> int:
    """The date to which the index is carried forward to price a contract; a share not at all."""
    if contract.right is None and not contract.future:
        return 0
    if not contract.future:
        return contract.expiry.toordinal()
    return future_contract(contract.root, contract.future).expiry.toordinal()


def forwards(columns: Columns, now: Instant, spot_shock: float = 0.0) -> F64:
    """The forward of each contract, in its own points: index x exp((r - q) x years) x share of index."""
    years = np.maximum(columns.carried - now.day, 0.0) / 365.0
    growth = now.carry.rate - now.carry.dividend_yield
    level: F64 = columns.per_index * (now.index * (1.0 + spot_shock)) * np.exp(growth * years)
    return level


def later(now: Instant, minutes: float, clock: VarianceClock) -> Instant:
    """The instant some minutes on, index and VIX where they are: variance and days have gone by."""
    since_midnight = OPEN_MINUTE + now.minute + minutes
    days = floor(since_midnight / MINUTES_A_DAY)
    day, minute = now.day + days, since_midnight - days * MINUTES_A_DAY - OPEN_MINUTE
    hours = session_of(date.fromordinal(day))
    on = hours is not None and 0.0 <= minute < hours.minutes
    share = share_to_close(minute, float(hours.minutes)) if on and hours else 0.0
    return replace(now, day=day, minute=minute, share=share, variance=clock.at(day, minute))


def mark(columns: Columns, now: Instant, shock: Shock = NO_SHOCK, *, smooth: bool = False) -> Marks:
    """All contracts at one instant; an option past its expiry, or off the clock, is NaN with age inf.

    A shocked world has no ticks: its prices are smooth in the shock. Time that goes by is no part of the
    shock here but another instant (``later``), which has none either when it is ``smooth``.
    """
    count = len(columns.strike)
    table = np.zeros((ROWS, count))
    if not count:
        return Marks(table, np.zeros(0))
    scratch = worked_out(columns, now, shock)
    greeks = np.empty((6, count))
    black76_into(
        scratch[FORWARD], columns.strike, scratch[YEARS], scratch[VOL], columns.black_sign,
        scratch[RATE], greeks,
    )  # fmt: skip
    if columns.early.size:
        _exercised(columns, now, shock, scratch, greeks)
    _premiums(columns, now, scratch, greeks)
    otm, delta, dte = scratch[SD], scratch[K], scratch[LEFT]  # their work is done: reused
    after(
        columns.strike, columns.sign, columns.option, columns.expiry, float(now.day), scratch,
        greeks, table, otm, delta, dte,
    )  # fmt: skip
    if columns.on_share.any():
        _exercisable(columns, now.index * (1.0 + shock.spot), table, otm)
    quoted_into(
        delta, otm, dte, columns.rules, now.spreads * shock.spread, table,
        on_tick=not smooth and (shock is NO_SHOCK or shock == NO_SHOCK),
    )  # fmt: skip
    table.setflags(write=False)  # several may look at it
    return Marks(table, scratch[FORWARD])


def _exercisable(columns: Columns, index: float, table: F64, otm: F64) -> None:
    """What options on a share are worth beyond exercise at once, in place: widths are of that."""
    at = columns.early[columns.on_share]
    inside = columns.sign[at] * (columns.per_index[at] * index - columns.strike[at])
    otm[at] = np.minimum(otm[at], np.maximum(table[MID, at] - np.maximum(inside, 0.0), 0.0))


def worked_out(columns: Columns, now: Instant, shock: Shock = NO_SHOCK) -> F64:
    """What the formula is given: forwards, years, volatilities (the rows of ``marking.before``)."""
    count = len(columns.strike)
    scratch, today = np.empty((SCRATCH_ROWS, count)), np.empty(count, dtype=np.bool_)
    before(
        columns.strike, columns.per_index, columns.carried, columns.expiry, columns.morning,
        columns.variance, now.index * (1.0 + shock.spot),
        now.carry.rate - now.carry.dividend_yield, now.carry.rate, float(now.day),
        now.minute, now.length, now.variance, now.share, scratch, today,
    )  # fmt: skip
    _deviations(columns, now, shock, scratch, today)
    return scratch


def _exercised(columns: Columns, now: Instant, shock: Shock, scratch: F64, greeks: F64) -> None:
    """American options instead of European ones, at the same volatilities, in place.

    A future's yield is the rate; a share stands at its part of the index and yields what that does.
    """
    at, carry = columns.early, now.carry
    share = columns.per_index[at] * now.index * (1.0 + shock.spot)
    spot = np.where(columns.on_share, share, scratch[FORWARD, at])
    yields = np.where(columns.on_share, carry.dividend_yield, carry.rate)
    greeks[:, at] = american_slopes(
        spot, columns.strike[at], scratch[YEARS, at], scratch[VOL, at], columns.black_sign[at],
        carry.rate, yields,
    )  # fmt: skip


def _deviations(
    columns: Columns, now: Instant, shock: Shock, scratch: F64, today: NDArray[np.bool_]
) -> None:
    """Total standard deviation at each strike, and the volatility it is: level, smile, shock."""
    years, k, sd = scratch[YEARS], scratch[K], scratch[SD]
    deviations_into(now.vix, scratch[LEFT], today, now.share, k, years, sd, scratch[VOL])
    if shock.vol or shock.wing:
        shock_into(sd, k, columns.expiry - now.day, years, shock, sd)
        volatilities(scratch)


def _premiums(columns: Columns, now: Instant, scratch: F64, greeks: F64) -> None:
    """Cut the out-of-the-money part of each premium in place; intrinsic value is never cut."""
    if not now.cut.any:
        return
    forward = scratch[FORWARD]
    discount = np.exp(-now.carry.rate * scratch[YEARS])
    intrinsic = np.maximum(columns.sign * (forward - columns.strike), 0.0) * discount
    delta: F64 = np.abs(greeks[1])
    inside = intrinsic > 0.0
    left = np.empty(len(delta))
    haircut_into(
        np.where(inside, 1.0 - delta, delta), np.where(inside, -columns.sign, columns.sign),
        now.cut.put16, now.cut.put5, now.cut.call16, left,
    )  # fmt: skip
    greeks[0] = intrinsic + (greeks[0] - intrinsic) * left
