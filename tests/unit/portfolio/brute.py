"""A second opinion on margin that shares nothing with the room but its values.

Contracts are counted one by one and every way to use each of them is tried: uncovered, covered in
some expiry, on a lot of shares. The positions with shares carry the names they have in the rule
books.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import product

from tomking.core.contract import Right
from tomking.portfolio.margin.house import House
from tomking.portfolio.margin.leg import MarginLeg

SPOT = 100.0
CALL, PUT = Right.CALL, Right.PUT
Counts = tuple[int, ...]
#: What a lot needs, in dollars a share, from the short it carries and the long that protects it.
Lot = Callable[[MarginLeg | None, MarginLeg | None], float | None]


def uncovered(leg: MarginLeg, house: House) -> float:
    """One short contract by itself, in dollars, written out."""
    if leg.right is CALL:
        out, basis = max(leg.strike - SPOT, 0.0), SPOT
    else:
        out, basis = max(SPOT - leg.strike, 0.0), leg.strike
    first = house.rate * SPOT - out + leg.price
    second = house.minimum_rate * basis + leg.price
    return max(100.0 * first, 100.0 * second, house.floor)


def pool(naked: Sequence[tuple[MarginLeg, int]], house: House) -> float:
    """Uncovered contracts together: the greater side and the other side's premium."""
    need, premium = {CALL: 0.0, PUT: 0.0}, {CALL: 0.0, PUT: 0.0}
    for leg, count in naked:
        assert leg.right is not None
        need[leg.right] += count * uncovered(leg, house)
        premium[leg.right] += count * 100.0 * leg.price
    by_calls, by_puts = need[CALL] + premium[PUT], need[PUT] + premium[CALL]
    if abs(need[CALL] - need[PUT]) < 1e-6:
        return min(by_calls, by_puts)
    return by_calls if need[CALL] > need[PUT] else by_puts


def worth(leg: MarginLeg, spot: float) -> float:
    """Intrinsic value in dollars."""
    return 100.0 * max(spot - leg.strike if leg.right is CALL else leg.strike - spot, 0.0)


def loss(shorts: Sequence[tuple[MarginLeg, int]], longs: Sequence[tuple[MarginLeg, int]]) -> float:
    """The most that can be lost together at expiry, far away too; infinite if a short has no long."""
    for right in Right:
        sold = sum(count for leg, count in shorts if leg.right is right)
        if sold > sum(count for leg, count in longs if leg.right is right):
            return float("inf")
    spots = {0.0, 1e4, 1e5} | {leg.strike for leg, _ in (*shorts, *longs)}
    return max(
        0.0,
        *(
            sum(count * worth(leg, s) for leg, count in shorts)
            - sum(count * worth(leg, s) for leg, count in longs)
            for s in spots
        ),
    )


def shared_out(count: int, places: int) -> Iterator[Counts]:
    """Every way to put contracts into places; what is left over stands nowhere."""
    if not places:
        yield ()
        return
    for here in range(count + 1):
        for rest in shared_out(count - here, places - 1):
            yield (here, *rest)


def options_need(book: Sequence[MarginLeg], house: House) -> Callable[[Counts], float]:
    """What so many contracts of each leg need, without shares."""
    sold = [k for k, leg in enumerate(book) if leg.quantity < 0]
    held = [k for k, leg in enumerate(book) if leg.quantity > 0]
    days = sorted({(book[k].expiry, book[k].settles) for k in sold})

    def serves(k: int, day: tuple[object, object]) -> bool:
        leg = book[k]
        same = leg.expiry == day[0]
        return leg.settles is day[1] and (same or (house.calendars and leg.expiry > day[0]))  # type: ignore[operator]

    places = {k: [d for d, day in enumerate(days) if serves(k, day)] for k in held}

    @cache
    def lost(day: int, shorts: Counts, longs: Counts) -> float:
        return loss(
            [(book[k], n) for k, n in zip(sold, shorts, strict=True) if n],
            [(book[k], n) for k, n in zip(held, longs, strict=True) if n],
        )

    @cache
    def covered(shorts: Counts, counts: Counts) -> float:
        """The least that covered shorts can lose, over every place for every long contract."""
        ends = [(book[k].expiry, book[k].settles) for k in sold]
        by_day = [
            tuple(n * (end == day) for end, n in zip(ends, shorts, strict=True)) for day in days
        ]
        best = float("inf")
        for seats in product(
            *(shared_out(n, len(places[k])) for k, n in zip(held, counts, strict=True))
        ):
            total = 0.0
            for d, mine in enumerate(by_day):
                if any(mine):
                    given = tuple(
                        seat[places[k].index(d)] if d in places[k] else 0
                        for k, seat in zip(held, seats, strict=True)
                    )
                    total += lost(d, mine, given)
                    if total >= best:
                        break
            best = min(best, total)
        return best

    @cache
    def needed(counts: Counts) -> float:
        shorts, longs = tuple(counts[k] for k in sold), tuple(counts[k] for k in held)
        ways = []
        for naked in product(*(range(n + 1) for n in shorts)):
            alone = pool([(book[k], n) for k, n in zip(sold, naked, strict=True)], house)
            ways.append((alone, tuple(n - x for n, x in zip(shorts, naked, strict=True))))
        best = float("inf")
        for alone, rest in sorted(ways):
            if alone >= best:
                break
            best = min(best, alone + covered(rest, longs))
        return best

    return needed


def second_opinion(legs: Sequence[MarginLeg], house: House) -> tuple[float, float]:
    """What a book needs when it is opened and from then on."""
    book = [leg for leg in legs if leg.right is not None]
    count = sum(leg.quantity for leg in legs if leg.right is None)
    need = options_need(book, house)
    everything = tuple(abs(leg.quantity) for leg in book)
    if not count:
        return need(everything), need(everything)
    lots, odd = divmod(abs(count), 100)
    answers = []
    for lot in (opened(count > 0, house), kept(count > 0, house)):
        alone = lot(None, None)
        assert alone is not None
        answers.append(odd * alone + beside(book, lots, lot, need, everything))
    return answers[0], answers[1]


def beside(
    book: Sequence[MarginLeg], lots: int, lot: Lot, need: Callable[[Counts], float], left: Counts
) -> float:
    """Lots one after the other, each with every short and every long it could have, or neither."""
    if not lots:
        return need(left)
    best = float("inf")
    shorts = [None, *(k for k, leg in enumerate(book) if leg.quantity < 0 and left[k])]
    longs = [None, *(k for k, leg in enumerate(book) if leg.quantity > 0 and left[k])]
    for short, long in product(shorts, longs):
        dollars = lot(None if short is None else book[short], None if long is None else book[long])
        if dollars is not None:
            rest = tuple(n - (k in (short, long)) for k, n in enumerate(left))
            best = min(best, 100.0 * dollars + beside(book, lots - 1, lot, need, rest))
    return best


def opened(is_long: bool, house: House) -> Lot:
    """Shares bought or sold short, and what they carry; longs are paid for and change nothing."""

    def lot(short: MarginLeg | None, long: MarginLeg | None) -> float | None:
        if long is not None:
            return None
        if short is None:
            return 0.50 * SPOT
        if is_long and short.right is CALL:
            inside = max(SPOT - short.strike, 0.0)
            return inside + 0.50 * (SPOT - inside if house.at_strike else SPOT)
        if not is_long and short.right is PUT:
            return 0.50 * SPOT + max(short.strike - SPOT, 0.0)
        return None

    return lot


def kept(is_long: bool, house: House) -> Lot:
    """Shares held on: the positions of the rule books by name."""
    own = 0.25 * SPOT if is_long else 0.30 * SPOT
    carried, protecting = (CALL, PUT) if is_long else (PUT, CALL)

    def covered_call(call: MarginLeg) -> float:
        inside, lower = max(SPOT - call.strike, 0.0), min(SPOT, call.strike)
        return max(inside + 0.25 * lower, min(SPOT, max(call.price, 0.25 * SPOT)))

    def covered_put(put: MarginLeg) -> float:
        return own + max(put.strike - SPOT, 0.0)

    def protective(long: MarginLeg) -> float:
        outside = max(SPOT - long.strike if is_long else long.strike - SPOT, 0.0)
        return min(0.10 * long.strike + outside, own)

    def collar(put: MarginLeg, call: MarginLeg) -> float:
        outside = max(SPOT - put.strike, 0.0)
        at_strike = max(SPOT - call.strike, 0.0) + 0.25 * call.strike
        return min(0.10 * put.strike + outside, at_strike)

    def reversal(put: MarginLeg, call: MarginLeg) -> float:
        return 0.10 * call.strike + max(call.strike - SPOT, 0.0)

    def lot(short: MarginLeg | None, long: MarginLeg | None) -> float | None:
        if (short and short.right is not carried) or (long and long.right is not protecting):
            return None
        if short is None:
            return own if long is None else protective(long)
        if long is None:
            return covered_call(short) if is_long else covered_put(short)
        put, call = (long, short) if is_long else (short, long)
        if (put.expiry, put.settles) != (call.expiry, call.settles) or put.strike > call.strike:
            return None
        return collar(put, call) if is_long else reversal(put, call)

    return lot
