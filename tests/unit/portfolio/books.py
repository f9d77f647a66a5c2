"""Random small books of options, and a slow second opinion on what they need."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import product
from random import Random

from tomking.core.contract import Right
from tomking.core.product import Kind
from tomking.portfolio.margin.house import House
from tomking.portfolio.margin.leg import MarginLeg, Underlying

EXPIRIES = (date(2026, 6, 19), date(2026, 7, 17), date(2026, 9, 18))
SPOT = 100.0
UNDERLYING = Underlying("ACME", SPOT, Kind.ETF)


def random_leg(rng: Random, expiries: Sequence[date]) -> MarginLeg:
    """An option near 100 with a mark above its intrinsic value."""
    right = rng.choice((Right.CALL, Right.PUT))
    strike = float(rng.choice((60, 80, 85, 90, 95, 100, 105, 110, 115, 140)))
    worth = max(right.sign * (SPOT - strike), 0.0) + round(rng.uniform(0.05, 6.0), 2)
    quantity = rng.choice((-2, -1, -1, 1, 1, 2))
    return MarginLeg(right, strike, rng.choice(expiries), quantity, round(worth, 2))


def random_book(seed: int) -> tuple[MarginLeg, ...]:
    """Up to six legs; two thirds of the books have one expiry."""
    rng = Random(seed)
    expiries = EXPIRIES[:1] if seed % 3 else EXPIRIES[: rng.choice((2, 3))]
    return tuple(random_leg(rng, expiries) for _ in range(rng.randint(1, 6)))


def uncovered(leg: MarginLeg, house: House) -> float:
    """One short contract by itself, in dollars, written out."""
    if leg.right is Right.CALL:
        out, basis = max(leg.strike - SPOT, 0.0), SPOT
    else:
        out, basis = max(SPOT - leg.strike, 0.0), leg.strike
    first = house.rate * SPOT - out + leg.price
    second = house.minimum_rate * basis + leg.price
    return max(100.0 * first, 100.0 * second, house.floor)


def pool(naked: Sequence[MarginLeg], house: House) -> float:
    """Uncovered contracts together: the greater side and the other side's premium."""
    need = {Right.CALL: 0.0, Right.PUT: 0.0}
    premium = {Right.CALL: 0.0, Right.PUT: 0.0}
    for leg in naked:
        assert leg.right is not None
        need[leg.right] += uncovered(leg, house)
        premium[leg.right] += 100.0 * leg.price
    by_calls = need[Right.CALL] + premium[Right.PUT]
    by_puts = need[Right.PUT] + premium[Right.CALL]
    if abs(need[Right.CALL] - need[Right.PUT]) < 1e-6:
        return min(by_calls, by_puts)
    return by_calls if need[Right.CALL] > need[Right.PUT] else by_puts


def loss(shorts: Sequence[MarginLeg], longs: Sequence[MarginLeg]) -> float:
    """The most single contracts can lose together at expiry, in dollars; far spots are looked at too."""
    spots = {0.0, 1e4, 1e5} | {leg.strike for leg in (*shorts, *longs)}
    owed = (
        sum(leg.intrinsic(s) for leg in shorts) - sum(leg.intrinsic(s) for leg in longs)
        for s in spots
    )
    return max(0.0, 100.0 * max(owed))


def contracts(book: Sequence[MarginLeg], sign: int) -> list[MarginLeg]:
    """Single contracts of one sign."""
    return [leg for leg in book if leg.quantity * sign > 0 for _ in range(abs(leg.quantity))]


def is_covered(shorts: Sequence[MarginLeg], longs: Sequence[MarginLeg]) -> bool:
    """Whether every short has a long of its right."""
    return all(
        sum(leg.right is right for leg in shorts) <= sum(leg.right is right for leg in longs)
        for right in Right
    )


def places(
    longs: Sequence[MarginLeg], days: Sequence[date], relief: bool
) -> Iterator[tuple[date, ...]]:
    """Every way to put single long contracts beside the shorts of one day each."""
    open_to = [
        [day for day in days if leg.expiry == day or (relief and leg.expiry > day)] or [date.max]
        for leg in longs
    ]
    return product(*open_to)


def second_opinion(book: Sequence[MarginLeg], house: House) -> float:
    """The least of every choice of uncovered contracts and every place for every long contract."""
    shorts, longs = contracts(book, -1), contracts(book, 1)
    days = sorted({leg.expiry for leg in shorts})
    choices = {tuple(bits) for bits in product((False, True), repeat=len(shorts))}
    seats = {tuple(sorted(zip(map(id, longs), row, strict=True), key=str)): row
             for row in places(longs, days, house.calendars)}  # fmt: skip
    best = float("inf")
    for bare in choices:
        naked = [leg for leg, out in zip(shorts, bare, strict=True) if out]
        alone = pool(naked, house)
        if alone >= best:
            continue
        covered = [leg for leg, out in zip(shorts, bare, strict=True) if not out]
        for seat in seats.values():
            total = alone
            for day in days:
                here = [leg for leg in covered if leg.expiry == day]
                beside = [leg for leg, at in zip(longs, seat, strict=True) if at == day]
                if not is_covered(here, beside):
                    break
                total += loss(here, beside)
            else:
                best = min(best, total)
    return best
