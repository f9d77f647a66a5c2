"""Shares beside options: what shares need, and what a round lot needs that carries a short or is
protected by a long.

A lot is as many shares as a contract delivers. Long shares carry a short call and are protected by
a long put; shares sold short carry a short put and are protected by a long call. One formula for
buying and one for holding, whatever the pairing is called. Sources: Regulation T 220.12 and FINRA
4210(c), (f)(2)(H); margin formulas of Interactive Brokers as the Lean project quotes them;
tastytrade support 43000435320 (calls), 43000435328 (puts), 43000435351, 43000435359, 43000435364
(protected).
"""

from collections.abc import Iterator, Sequence

from tomking.core.contract import Right
from tomking.core.value import value
from tomking.portfolio.margin.house import AccountType, House
from tomking.portfolio.margin.least.lots import Lots, Pairing
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.naked import levered

#: Of the strike, for a lot that a long option protects (FINRA 4210(f)(2)(H)).
PROTECTED_RATE = 0.10


def bought_usd(price: float, is_long: bool, underlying: Underlying, house: House) -> float:
    """What one share needs when it is bought or sold short, in dollars; proceeds are not counted.

    >>> from tomking.core.product import Kind
    >>> from tomking.portfolio.margin.house import house_for
    >>> bought_usd(97.73, True, Underlying("IBM", 97.73, Kind.EQUITY), house_for(Kind.EQUITY))
    48.865
    """
    rate = max(house.outright_rate, levered(_held_rate(is_long, house), underlying, house))
    return _share_usd(price, rate, is_long, house)


def held_usd(price: float, is_long: bool, underlying: Underlying, house: House) -> float:
    """What one share needs from then on, in dollars.

    >>> from tomking.core.product import Kind
    >>> from tomking.portfolio.margin.house import house_for
    >>> acme, house = Underlying("ACME", 10.0, Kind.EQUITY), house_for(Kind.EQUITY)
    >>> held_usd(10.0, True, acme, house), held_usd(10.0, False, acme, house)
    (2.5, 5.0)
    """
    return _share_usd(price, levered(_held_rate(is_long, house), underlying, house), is_long, house)


def _held_rate(is_long: bool, house: House) -> float:
    return house.long_rate if is_long else house.short_rate


def _share_usd(price: float, rate: float, is_long: bool, house: House) -> float:
    """A rate of the price, and what cheap shares need at least (FINRA 4210(c))."""
    if is_long:
        return price if price < house.whole_below else rate * price
    return max(2.5, price) if price < 5.0 else max(5.0, rate * price)


def carrying_bought_usd(
    short: MarginLeg, is_long: bool, underlying: Underlying, house: House
) -> float:
    """What a lot under a short needs when it is bought, in dollars a share.

    Notes
    -----
    The shares' own need and what the short is in the money. A house may value shares under a call
    at no more than its strike: what they are worth above it is the holder's of the call, so it is
    needed in full.
    """
    spot = underlying.price
    valued = min(spot, short.strike) if is_long and house.at_strike else spot
    return bought_usd(valued, is_long, underlying, house) + short.intrinsic(spot)


def carrying_held_usd(
    short: MarginLeg, is_long: bool, underlying: Underlying, house: House
) -> float:
    """What a lot under a short needs from then on, in dollars a share.

    Notes
    -----
    Over a put: the shares' own need and what it is in the money. Under a call the same, with shares
    valued at no more than the strike; or, up to the shares' price, the call's mark or the shares'
    need, if that is more.
    """
    spot = underlying.price
    own = held_usd(spot, is_long, underlying, house)
    if not is_long:
        return own + short.intrinsic(spot)
    capped = held_usd(min(spot, short.strike), True, underlying, house) + short.intrinsic(spot)
    return max(capped, min(spot, max(short.price, own)))


def protected_usd(
    long: MarginLeg, short: MarginLeg | None, underlying: Underlying, house: House
) -> float:
    """What is enough from then on for a lot that a long protects, in dollars a share.

    Notes
    -----
    10 % of the strike and what the long is out of the money. For shares under a call it is also
    enough to have what shares at the call's strike need and what the call is in the money; the
    printed formula leaves the last term out, which is the same while the call is out of the money.
    """
    spot = underlying.price
    out = max(long.strike - spot if long.right is Right.CALL else spot - long.strike, 0.0)
    enough = PROTECTED_RATE * long.strike + out
    if short is None or short.right is Right.PUT:
        return enough
    at_strike = held_usd(short.strike, True, underlying, house) + short.intrinsic(spot)
    return min(enough, at_strike)


@value
class Shares:
    """Shares beside options: what they need by themselves, in dollars, and what their lots could be.

    ``bought`` and ``held`` are the needs when they are bought or sold short and from then on.
    """

    bought: float
    held: float
    lots_bought: Lots
    lots_held: Lots


def shares_of(
    count: int, options: Sequence[MarginLeg], underlying: Underlying, house: House
) -> Shares:
    """Shares beside options on them.

    Parameters
    ----------
    count
        Shares, + long and - short.
    options
        The legs they may be paired with, which the pairings number.
    """
    is_long, shares = count > 0, abs(count)
    bought = bought_usd(underlying.price, is_long, underlying, house)
    held = held_usd(underlying.price, is_long, underlying, house)
    lots = int(shares / underlying.multiplier)
    return Shares(
        bought * shares,
        held * shares,
        Lots(lots, tuple(_when_bought(options, is_long, underlying, house))),
        Lots(lots, tuple(_from_then_on(options, is_long, underlying, house))),
    )


def _carried(options: Sequence[MarginLeg], is_long: bool) -> list[int]:
    right = Right.CALL if is_long else Right.PUT
    return [k for k, leg in enumerate(options) if leg.quantity < 0 and leg.right is right]


def _protecting(options: Sequence[MarginLeg], is_long: bool, house: House) -> list[int]:
    """Longs that shares could be protected by; shares paid in full stay paid in full."""
    if house.account is not AccountType.MARGIN:
        return []
    right = Right.PUT if is_long else Right.CALL
    return [k for k, leg in enumerate(options) if leg.quantity > 0 and leg.right is right]


def _when_bought(
    options: Sequence[MarginLeg], is_long: bool, underlying: Underlying, house: House
) -> Iterator[Pairing]:
    own = bought_usd(underlying.price, is_long, underlying, house)
    for short in _carried(options, is_long):
        need = carrying_bought_usd(options[short], is_long, underlying, house)
        yield Pairing(short, None, (need - own) * underlying.multiplier)


def _from_then_on(
    options: Sequence[MarginLeg], is_long: bool, underlying: Underlying, house: House
) -> Iterator[Pairing]:
    """Pairings with a long only where they help; a long can always be left out."""
    own, size = held_usd(underlying.price, is_long, underlying, house), underlying.multiplier
    longs = _protecting(options, is_long, house)
    for long in longs:
        enough = protected_usd(options[long], None, underlying, house)
        if enough < own:
            yield Pairing(None, long, (enough - own) * size)
    for short in _carried(options, is_long):
        need = carrying_held_usd(options[short], is_long, underlying, house)
        yield Pairing(short, None, (need - own) * size)
        for long in longs:
            enough = protected_usd(options[long], options[short], underlying, house)
            if enough < need and _is_collar(options[short], options[long]):
                yield Pairing(short, long, (enough - own) * size)


def _is_collar(short: MarginLeg, long: MarginLeg) -> bool:
    """Whether a short and a long may stand on one lot: they end together, the call not below the put."""
    call, put = (short, long) if short.right is Right.CALL else (long, short)
    ends = (short.expiry, short.settles) == (long.expiry, long.settles)
    return ends and put.strike <= call.strike
