"""The margin rule: one for any options and shares of one underlying; it knows no names of
strategies.

Minimise, over which shorts stay uncovered, the largest intrinsic loss of what is covered plus the
pooled requirement of what is not (SR-CBOE-2012-043; FINRA Regulatory Notice 12-44; FINRA
4210(f)(2)). Lots of shares may carry shorts and be protected by longs instead: ``shares.py``. Futures
and options on them do not come here: accounts of those are scanned, ``scan.py``.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial

from tomking.core.errors import ConfigError, QuoteMissing
from tomking.core.money import worked_out
from tomking.core.product import Delivers
from tomking.portfolio.margin.cash import check_shares, secured_usd
from tomking.portfolio.margin.house import BOUND, UNIVERSAL, AccountType, House
from tomking.portfolio.margin.least.problem import Answer
from tomking.portfolio.margin.least.solve import least
from tomking.portfolio.margin.leg import Margin, MarginLeg, Uncovered, Underlying
from tomking.portfolio.margin.loan import owed_surely_usd
from tomking.portfolio.margin.naked import naked_usd
from tomking.portfolio.margin.shares import shares_of


def requirement(legs: Iterable[MarginLeg], underlying: Underlying, house: House) -> Margin:
    """What a venue asks for a set of legs on one underlying.

    Parameters
    ----------
    legs
        Options of any right, strike and expiry, each at its mark, and the shares themselves, which
        may cover and be covered. What is on another underlying never covers: ask for it by itself.
        Whoever asks for a future all the same is told a rate on its notional, charged apart.
    underlying
        Price in points, which is the shares' price too, kind, leverage and dollars a point.
    house
        Rates, from :func:`~tomking.portfolio.margin.house.house_for`.

    Returns
    -------
    Margin
        Dollars to the cent: the least of every lawful way, whatever the size of the book.

    Raises
    ------
    QuoteMissing
        If the underlying or a leg has no mark: margin is then unknown, not zero.
    ConfigError
        If an account that may not borrow cannot hold the legs, or nobody can: an index has no shares.

    Notes
    -----
    McMillan, *Options as a Strategic Investment*: long 40 call, two short 45 calls at 3.00, underlying
    44; one short is covered, the other needs 20 % of 4,400 less 100 plus 300.

    >>> from datetime import date
    >>> from tomking.core.contract import Right
    >>> from tomking.core.product import Kind
    >>> from tomking.portfolio.margin.house import house_for
    >>> day = date(2026, 6, 19)
    >>> book = (MarginLeg(Right.CALL, 40, day, 1, 5.0), MarginLeg(Right.CALL, 45, day, -2, 3.0))
    >>> str(requirement(book, Underlying("ACME", 44.0, Kind.EQUITY), house_for(Kind.EQUITY)).requirement)
    '1080.00'
    """
    held = merged(legs)
    _check(held, underlying)
    options = tuple(leg for leg in held if leg.right is not None)
    others = tuple(leg for leg in held if leg.right is None)
    first, later = _answers(options, others, underlying, house)
    is_bound = house.method == UNIVERSAL and not (first.is_exact and later.is_exact)
    opened, kept = (worked_out(answer.need) for answer in (first, later))
    paid = sum(leg.quantity * leg.price for leg in options) * underlying.multiplier
    effect = opened + worked_out(paid)
    return Margin(opened, effect, _uncovered(first), BOUND if is_bound else house.method, kept)


def _answers(
    options: Sequence[MarginLeg],
    others: Sequence[MarginLeg],
    underlying: Underlying,
    house: House,
) -> tuple[Answer, Answer]:
    """What options and shares need when they are bought, and what from then on."""
    if house.account is not AccountType.MARGIN:
        check_shares(others, underlying)
    if house.account is AccountType.CASH:
        need = secured_usd(options, others, underlying)
        answer = Answer(need, (), need)
        return answer, answer
    solved = partial(
        least, options, underlying.multiplier, house.calendars,
        partial(naked_usd, underlying=underlying, house=house),
    )  # fmt: skip
    if others and underlying.delivers is Delivers.SHARES:
        shares = shares_of(sum(leg.quantity for leg in others), options, underlying, house)
        first, later = solved(shares.lots_bought), solved(shares.lots_held)
        return _with(shares.bought, first), _with(shares.held, later)
    answer = solved()
    if others:
        value = sum(abs(leg.quantity) * leg.price for leg in others) * underlying.multiplier
        answer = _with(value * house.outright_rate, answer)
    elif house.loan_rate:
        owed = house.loan_rate * owed_surely_usd(options, underlying.multiplier)
        answer = Answer(max(answer.need, owed), answer.uncovered, max(answer.floor, owed))
    return answer, answer


def _with(dollars: float, answer: Answer) -> Answer:
    """An answer and what is needed beside it in any case."""
    return Answer(answer.need + dollars, answer.uncovered, answer.floor + dollars)


def merged(legs: Iterable[MarginLeg]) -> tuple[MarginLeg, ...]:
    """Lots of one contract at one mark as one leg, in a fixed order; longs and shorts are kept apart."""
    lots: dict[tuple[object, ...], tuple[MarginLeg, int]] = {}
    for leg in legs:
        if leg.quantity:
            key = (leg.right, leg.strike, leg.expiry, leg.settles, leg.price, leg.quantity > 0)
            first, sum_so_far = lots.get(key, (leg, 0))
            lots[key] = (first, sum_so_far + leg.quantity)
    whole = (
        leg if leg.quantity == count else replace(leg, quantity=count)
        for leg, count in lots.values()
    )
    return tuple(sorted(whole, key=_order))


def _order(leg: MarginLeg) -> tuple[object, ...]:
    return (leg.expiry, leg.settles, leg.right or "", leg.strike, leg.quantity > 0, leg.price)


def _check(legs: Sequence[MarginLeg], underlying: Underlying) -> None:
    if not (math.isfinite(underlying.price) and underlying.price > 0.0):
        raise QuoteMissing(
            f"no price of {underlying.symbol}, so margin is unknown: wait for a quote or ask the venue"
        )
    for leg in legs:
        if leg.right is None and underlying.delivers is Delivers.CASH:
            raise ConfigError(
                f"{leg.quantity:,} of {underlying.symbol} cannot be held, as it is of the kind "
                f"{underlying.kind} and pays cash: leave them out"
            )
        if not math.isfinite(leg.price):
            raise QuoteMissing(
                f"no mark for {underlying.symbol} {leg.expiry} {leg.strike:g} {leg.right}, so margin "
                "is unknown: wait for a quote or ask the venue for a dry run"
            )


def _uncovered(answer: Answer) -> tuple[Uncovered, ...]:
    """The uncovered shorts, in the order of the book."""
    left = sorted(answer.uncovered, key=lambda pair: _order(pair[0]))
    return tuple(
        Uncovered(leg.right, leg.strike, leg.expiry, count, leg.settles)
        for leg, count in left
        if count and leg.right is not None
    )
