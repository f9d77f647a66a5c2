"""What holders of options do: early exercise against our shorts, and contrary exercise at a pin.

Pure functions of what is held, how it is quoted at the close, the dividends known and a policy.
Holders decide after the close of a session, and a notice is booked that same evening, dated as the
clearing house dates it: nothing can be traded between the notice and the open, nothing has to be
remembered overnight, and shares short on the ex-date are there when the dividend is owed.

Our own longs follow the table of ``settlement`` and are never exercised early: what time value is
left is sold, not thrown away (rulebook 23).
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import blake2b
from math import isnan
from typing import Protocol

from tomking.core.contract import Contract, Right
from tomking.core.errors import ConfigError
from tomking.core.money import ZERO
from tomking.core.near import did_you_mean
from tomking.core.product import Delivers, product
from tomking.core.style import is_american
from tomking.core.value import value
from tomking.market.carry import Dividend
from tomking.pricing.american import exercise_boundary

#: Share of holders who exercise the evening before an ex-date when they should: "more than half" of the
#: open contracts were not exercised, 1996 to 2006 (Pool, Stoll and Whaley, Journal of Financial
#: Markets, 2008).
DILIGENT = 0.5
#: Share of holders who act against the table within a tick of the strike: an assumption, no source.
CONTRARY = 0.25


class Mode(StrEnum):
    """How holders act: never early, always when it pays, or each by a draw."""

    OFF = "off"
    RATIONAL = "rational"
    SEEDED = "seeded"


def mode_named(name: str) -> Mode:
    """How holders act, by its name.

    Raises
    ------
    ConfigError
        If there is none of that name.

    >>> mode_named("seeded")
    <Mode.SEEDED: 'seeded'>
    """
    try:
        return Mode(name)
    except ValueError:
        near = did_you_mean(name, [mode.value for mode in Mode])
        raise ConfigError(f"unknown early exercise {name!r}{near}") from None


@value
class EarlyExercise:
    """How the holders on the other side act.

    ``seed`` and the two shares count for ``SEEDED`` alone: each of our short contracts draws by
    itself whether its holder is one of the ``diligent`` share who exercise when it pays, and at a
    pin one of the ``contrary`` share who do not follow the table.
    """

    mode: Mode
    seed: int = 0
    diligent: float = DILIGENT
    contrary: float = CONTRARY


OFF, RATIONAL = EarlyExercise(Mode.OFF), EarlyExercise(Mode.RATIONAL)


def seeded(seed: int, diligent: float = DILIGENT, contrary: float = CONTRARY) -> EarlyExercise:
    """Holders who act by a draw, the same for the same seed, contract and day."""
    return EarlyExercise(Mode.SEEDED, seed, diligent, contrary)


@value
class Seen:
    """A short option as its holder sees it at the close.

    ``price`` is its mid and ``underlying`` the price of the future or share, in points; ``vol`` and
    ``rate`` are annual fractions, ``years`` to expiry; ``dividends`` those known of its root.
    """

    contract: Contract
    quantity: int
    price: float
    underlying: float
    vol: float
    years: float
    rate: float
    dividends: tuple[Dividend, ...] = ()

    @property
    def intrinsic(self) -> float:
        """What exercise would bring, in points."""
        right, strike = self.contract.right, self.contract.strike
        if right is None or strike is None:
            return 0.0
        return max(right.sign * (self.underlying - float(strike)), 0.0)

    @property
    def extrinsic(self) -> float:
        """What exercise would throw away, in points; negative where the quote has none.

        Prices lie on ticks: what a subtraction adds behind the eighth place is not a price.
        """
        return round(self.price - self.intrinsic, 8)


class Boundary(Protocol):
    """Whether an option is so deep in the money that holding it earns nothing more."""

    def __call__(self, seen: Seen, /) -> bool:
        """True at and beyond the exercise boundary."""
        ...


def no_time_value(seen: Seen, /) -> bool:
    """A boundary read off the quote: it is worth no more than exercise brings."""
    return seen.intrinsic > 0.0 and seen.extrinsic <= 0.0


def rational(seen: Seen, /) -> bool:
    """The boundary of the mathematics: at and beyond it waiting earns nothing more.

    A future's yield is the rate; of a share none is counted, since its dividends are known one by one,
    so that a call is not exercised for a yield and a put no later than with one. Whatever the
    volatility says, a quote without time value leaves nothing to wait for.
    """
    right, strike = seen.contract.right, seen.contract.strike
    if right is None or strike is None or no_time_value(seen) or not seen.vol > 0.0:
        return no_time_value(seen)
    yields = seen.rate if product(seen.contract.root).is_future else 0.0
    edge = exercise_boundary(float(strike), seen.years, seen.vol, right.sign, seen.rate, yields)
    beyond = right.sign * (seen.underlying - float(edge[0])) >= 0.0
    return seen.intrinsic > 0.0 and beyond


def is_contrary_allowed(contract: Contract) -> bool:
    """Whether a holder may act against the table at expiry: where shares are delivered.

    An index option pays cash and nobody may refuse; CME forbids it for European series. For its
    American ones it is allowed (CME, contrary option exercise instructions) and not modelled.
    """
    return product(contract.root).delivers is Delivers.SHARES


def lost_dividend(seen: Seen, tomorrow: date) -> Decimal:
    """The dividend a holder would lose by not exercising a call this evening, in points; else nothing.

    It is worth exercising for when it is more than the time value thrown away, which can only be so
    the evening before an ex-date (Hull, *Options, Futures, and Other Derivatives*, chapter 15).
    """
    if seen.contract.right is not Right.CALL or not seen.intrinsic:
        return ZERO
    paid = sum((each.amount for each in seen.dividends if each.ex_date == tomorrow), ZERO)
    return paid if seen.extrinsic < float(paid) else ZERO


def exercised(
    seen: Seen, day: date, tomorrow: date, policy: EarlyExercise, boundary: Boundary
) -> tuple[int, str]:
    """How many of a short option are assigned this evening, as a count, and why.

    A price that is not known calls for nothing.
    """
    if policy.mode is Mode.OFF or not is_american(seen.contract) or isnan(seen.price):
        return 0, ""
    paid = lost_dividend(seen, tomorrow)
    if not paid and not boundary(seen):
        return 0, ""
    why = f"early, for the dividend of ${paid}" if paid else "early, beyond the exercise boundary"
    count = abs(seen.quantity)
    if policy.mode is Mode.SEEDED:
        count = drawn(policy.seed, seen.contract, day, count, policy.diligent)
    return count, why


def contrary(
    contract: Contract, quantity: int, away: Decimal, day: date, policy: EarlyExercise
) -> int:
    """How many of the short contracts go against the table at expiry, as a count.

    Parameters
    ----------
    away
        How far the fixing stands from the strike, in points, whatever the side.
    """
    pinned = away <= product(contract.root).underlying_tick
    if policy.mode is not Mode.SEEDED or quantity >= 0 or not pinned:
        return 0
    if not is_contrary_allowed(contract):
        return 0
    return drawn(policy.seed, contract, day, abs(quantity), policy.contrary)


def drawn(seed: int, contract: Contract, day: date, count: int, share: float) -> int:
    """How many of ``count`` contracts are hit when each is with a chance of ``share``.

    A contract's draw depends on seed, contract, day and its number alone: whatever else is held and
    in whatever order, it meets the same fate, and one contract more does not change the others'.
    """
    return sum(chance < share for chance in _chances(seed, contract, day, count))


def _chances(seed: int, contract: Contract, day: date, count: int) -> Sequence[float]:
    """Numbers from 0 to 1, one a contract."""
    name = f"{seed}/{contract}/{contract.future}/{day}"
    return [
        int.from_bytes(blake2b(f"{name}/{number}".encode(), digest_size=8).digest()) / 2.0**64
        for number in range(count)
    ]
