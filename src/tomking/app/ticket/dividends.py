"""Cash dividends of a file's share, and the eve on which a short call is to be expected assigned."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

import numpy as np

from tomking.app.ticket import fields
from tomking.app.ticket.fields import inside, members, wrong
from tomking.app.ticket.legs import Priced
from tomking.core.contract import Contract, Right
from tomking.core.money import ZERO
from tomking.core.product import Delivers, Product
from tomking.core.style import is_american
from tomking.core.value import value
from tomking.market.carry import Dividend
from tomking.market.cash_dividends import schedule, yield_of
from tomking.market.expiry import years_left
from tomking.market.quoted import Quoted
from tomking.market.sessions import is_known, is_open
from tomking.pricing.dividends import call_exercise_spots

DIVIDENDS_MAX = 40


@value
class Eve:
    """From which price of the share a call is rationally exercised on the eve of an ex-date."""

    contract: Contract
    ex_date: date
    price: float


def dividends(
    found: Mapping[str, Any], on: Product, price: Decimal, at: datetime
) -> tuple[Dividend, ...]:
    """The file's cash dividends, if there are any: still to come, and less than the share is worth."""
    if "dividends" not in found:
        return ()
    if on.delivers is not Delivers.SHARES:
        raise wrong("dividends", f"options on {on.root} deliver no shares: leave them out")
    if "dividend_yield" in found:
        raise wrong("dividends", "the file has a dividend_yield too: give one of the two")
    paid = fields.items(
        found["dividends"], "dividends", lambda x, place: _dividend(x, place, at), DIVIDENDS_MAX
    )
    if sum((each.amount for each in paid), ZERO) >= price:
        raise wrong("dividends", f"they are more than a share is worth, {price}")
    return tuple(sorted(paid, key=lambda each: each.ex_date))


def _dividend(x: Any, place: str, at: datetime) -> Dividend:
    found = members(x, place, ("ex_date", "amount"))
    day = fields.day(found["ex_date"], inside(place, "ex_date"))
    if day <= at.date():
        raise wrong(inside(place, "ex_date"), f"{day} is not after {at:%Y-%m-%d}: leave it out")
    if is_known(day) and not is_open(day):
        raise wrong(inside(place, "ex_date"), f"{day} is no trading day: check the date")
    return Dividend(day, fields.above_zero(found["amount"], inside(place, "amount")))


def yield_until(
    paid: Sequence[Dividend], price: Decimal, rate: float, at: datetime, legs: Sequence[Priced]
) -> float:
    """The yield that stands for cash dividends until the last leg expires."""
    last = max((years_left(leg.contract, at) for leg in legs), default=0.0)
    return yield_of(paid, float(price), rate, at, last) if paid and legs else 0.0


def eves(
    legs: Sequence[Priced], paid: Sequence[Dividend], on: Product, market: Quoted
) -> tuple[Eve, ...]:
    """For every short call that may be exercised early, from where it is, ex-date by ex-date."""
    return tuple(_eves(legs, paid, on, market)) if paid else ()


def _eves(
    legs: Sequence[Priced], paid: Sequence[Dividend], on: Product, market: Quoted
) -> Iterator[Eve]:
    ex, amounts = schedule(paid, market.at)
    for leg in legs:
        held, vol = leg.contract, market.vols.get(leg.contract, np.nan)
        short_call = leg.quantity < 0 and held.right is Right.CALL and held.root == on.root
        if not short_call or not is_american(held, on):
            continue
        years, strike = years_left(held, market.at), float(held.strike or 0)
        turns = call_exercise_spots(strike, years, vol, market.rate, ex, amounts)[:, 0].tolist()
        for each, turn in zip(paid, turns, strict=True):
            if isfinite(turn):
                yield Eve(held, each.ex_date, turn)


def eve_said(eve: Eve) -> str:
    """``600 C is exercised on the eve of 2026-06-19 from 612.30 on``."""
    return f"{eve.contract.strike:f} C is exercised on the eve of {eve.ex_date} from {eve.price:,.2f} on"
