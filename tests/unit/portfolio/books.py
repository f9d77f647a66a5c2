"""Random small books of options, with shares or without, for the tests of margin."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import strategies as st

from tomking.core.contract import Right, Settles
from tomking.core.product import Kind
from tomking.portfolio.margin.leg import MarginLeg, Underlying

EXPIRIES = (date(2026, 6, 19), date(2026, 7, 17), date(2026, 9, 18))
STRIKES = (60, 80, 85, 90, 95, 100, 105, 110, 115, 140)
SPOT = 100.0
UNDERLYING = Underlying("ACME", SPOT, Kind.ETF)

Book = tuple[MarginLeg, ...]


def option(
    right: Right, strike: float, expiry: date, quantity: int, over: float, settles: Settles
) -> MarginLeg:
    """An option near 100 whose mark is ``over`` points above its intrinsic value."""
    worth = max(right.sign * (SPOT - strike), 0.0) + over
    return MarginLeg(right, float(strike), expiry, quantity, round(worth, 2), settles)


def shares(count: int) -> MarginLeg:
    return MarginLeg(None, 0.0, date.max, count, SPOT)


def random_leg(rng: Random, expiries: Sequence[date]) -> MarginLeg:
    """An option that is fixed at the close, in seven of eight cases."""
    return option(
        rng.choice((Right.CALL, Right.PUT)),
        rng.choice(STRIKES),
        rng.choice(expiries),
        rng.choice((-2, -1, -1, 1, 1, 2)),
        rng.uniform(0.05, 6.0),
        rng.choice((Settles.PM,) * 7 + (Settles.AM,)),
    )


def random_book(seed: int) -> Book:
    """Up to six legs; half of the books have one expiry, one in three has shares."""
    rng = Random(seed)
    expiries = EXPIRIES[: rng.choice((1, 1, 2, 3))]
    legs = [random_leg(rng, expiries) for _ in range(rng.randint(1, 6))]
    if seed % 3 == 0:
        legs[0] = shares(rng.choice((-200, -100, 50, 100, 100, 150, 200)))
    return tuple(legs)


options = st.builds(
    option,
    st.sampled_from(Right),
    st.sampled_from(STRIKES),
    st.sampled_from(EXPIRIES),
    st.sampled_from((-2, -1, 1, 2)),
    st.integers(5, 600).map(lambda cents: cents / 100),
    st.sampled_from(Settles),
)
stocks = st.sampled_from((-200, -100, 50, 100, 150, 200)).map(shares)
option_books = st.lists(options, min_size=1, max_size=5).map(tuple)
books = st.tuples(option_books, st.lists(stocks, max_size=1)).map(
    lambda parts: (*parts[0], *parts[1])
)


def times(book: Book, count: int) -> Book:
    """``count`` times a book."""
    return tuple(replace(leg, quantity=count * leg.quantity) for leg in book)


def singles(book: Book) -> list[MarginLeg]:
    """The same book in lots of one contract, and of a hundred shares."""
    lots: list[MarginLeg] = []
    for leg in book:
        size = 100 if leg.right is None else 1
        whole, rest = divmod(abs(leg.quantity), size)
        sign = 1 if leg.quantity > 0 else -1
        lots += [replace(leg, quantity=sign * n) for n in [size] * whole + [rest] * (rest > 0)]
    return lots
