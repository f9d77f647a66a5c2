"""How near a short option is to being assigned: a score that is shown and never a gate.

Source: rulebook 23 with the weights of its JavaScript generation, 27.17. A European option on cash has
no early assignment and nothing is delivered, so its score is nought.
"""

from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from math import isnan

from tomking.core.calendar import dte
from tomking.core.contract import Contract, Right
from tomking.core.evidence import Stamped
from tomking.core.product import Delivers, product
from tomking.core.style import is_american
from tomking.core.value import value
from tomking.market.snapshot import DELTA, MID
from tomking.portfolio.columns import columns
from tomking.risk.view import View


class Urgency(StrEnum):
    """What a score asks for."""

    CLOSE_NOW = "close now"
    CLOSE_TODAY = "close today"
    WATCH = "watch"
    NONE = "nothing"


#: (at least, points) by days to expiry at most; by share in the money or delta above; by days to the
#: ex-date at most; and the scores from which something is asked for.
EXPIRY = ((0, 50), (1, 40), (3, 25), (7, 10))
MONEY = ((0.10, 0.80, 40), (0.05, 0.70, 25), (0.02, 0.60, 15))
PIN = ((0, 0.02, 35), (1, 0.03, 20))
EX_DATE_NEAR, EX_DATE = 0.02, ((10, 20), (30, 10))
ASKS = ((80, Urgency.CLOSE_NOW), (60, Urgency.CLOSE_TODAY), (40, Urgency.WATCH))


@value
class ShortOption:
    """What is looked at of a short option.

    ``in_the_money`` is the distance from the strike as a share of the price, + in the money and - out;
    ``delta`` is without sign, ``None`` when it is not known. ``ex_days`` are calendar days to the next
    ex-date, ``dividend`` its points, ``put`` what the put of the same strike is worth.
    """

    right: Right
    days: int
    in_the_money: float
    delta: float | None = None
    ex_days: int | None = None
    dividend: float = 0.0
    put: float | None = None


def score(short: ShortOption) -> int:
    """Points; from 40 on something is asked for (R-SCO-02).

    >>> score(ShortOption(Right.PUT, 0, 0.12)), score(ShortOption(Right.PUT, 1, -0.01))
    (90, 60)
    >>> score(ShortOption(Right.CALL, 2, -0.05, delta=0.72)), score(ShortOption(Right.PUT, 30, -0.1))
    (50, 0)
    """
    return _expiry(short) + _money(short) + _dividend(short) + _pin(short)


def urgency(points: int) -> Urgency:
    """What a score asks for.

    >>> [urgency(points).value for points in (80, 79, 60, 40, 39)]
    ['close now', 'close today', 'close today', 'watch', 'nothing']
    """
    return next((asked for least, asked in ASKS if points >= least), Urgency.NONE)


def pays_to_exercise(short: ShortOption) -> bool | None:
    """Whether the holder of a call gains by taking the dividend (R-SCO-03): it exceeds the put's value.

    ``None`` when there is no dividend ahead, or nobody says what the put is worth.
    """
    if short.right is not Right.CALL or short.ex_days is None or short.put is None:
        return None
    return short.in_the_money > 0.0 and short.dividend > short.put


def _expiry(short: ShortOption) -> int:
    return next((points for days, points in EXPIRY if short.days <= days), 0)


def _money(short: ShortOption) -> int:
    delta = short.delta or 0.0
    rows = (
        points for inside, least, points in MONEY if short.in_the_money > inside or delta > least
    )
    return next(rows, 0)


def _dividend(short: ShortOption) -> int:
    """A short call before an ex-date: tomorrow's counts when it is near the money, next week's in it."""
    days = short.ex_days
    if short.right is not Right.CALL or days is None:
        return 0
    if days <= 1 and short.in_the_money >= -EX_DATE_NEAR:
        return 45
    if days <= 5 and short.in_the_money > 0.0:
        return 35
    return next((points for most, points in EX_DATE if days <= most), 0)


def _pin(short: ShortOption) -> int:
    """Near the strike at the end nobody knows what will be delivered."""
    near = abs(short.in_the_money)
    return next(
        (points for days, within, points in PIN if short.days == days and near <= within), 0
    )


def shorts(view: View) -> Iterator[tuple[Contract, ShortOption]]:
    """Every short option of the book that can be assigned, as it stands now."""
    table = view.marks.table
    for row, (contract, quantity) in enumerate(
        pair for position in view.book.positions.values() for pair in position.held
    ):
        if quantity < 0 and contract.is_option and can_be_assigned(contract):
            delta = abs(float(table[DELTA, row]))
            seen = _short(view, contract, None if isnan(delta) else delta)
            if seen is not None:
                yield contract, seen


def can_be_assigned(contract: Contract) -> bool:
    """Whether being short an option can end in something delivered, or before its expiry."""
    return is_american(contract) or product(contract.root).delivers is not Delivers.CASH


def _short(view: View, contract: Contract, delta: float | None) -> ShortOption | None:
    """A short option with all that is known of it; ``None`` without a price of what it is on."""
    spot = view.market.underlying(contract)
    if not isinstance(spot, Stamped) or contract.right is None or contract.strike is None:
        return None
    today = view.session.day
    inside = contract.right.sign * (spot.value - float(contract.strike)) / spot.value
    ahead = [
        paid for paid in view.market.day.dividends.get(contract.root, ()) if paid.ex_date >= today
    ]
    first = min(ahead, key=lambda paid: paid.ex_date, default=None)
    put = replace(contract, right=Right.PUT)
    worth = float(view.market.marks(columns(((put, 1),))).table[MID, 0]) if first else float("nan")
    return ShortOption(
        contract.right, dte(contract.expiry, today), inside, delta,
        dte(first.ex_date, today) if first else None, float(first.amount) if first else 0.0,
        None if isnan(worth) else worth,
    )  # fmt: skip
