"""The modelled chain of an index root at the instant of a file, for what nobody typed a price of."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from math import exp

import numpy as np

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.grid import Owner
from tomking.core.calendar import session
from tomking.core.product import PRODUCTS
from tomking.data.chain import ModelChain
from tomking.data.families import SP500
from tomking.market.carry import Carry
from tomking.market.delivery import future_contract
from tomking.market.modelled import Cut, Instant
from tomking.market.quoted import quoted
from tomking.market.sessions import session_of, sessions_between
from tomking.market.sessions_table import LAST_YEAR
from tomking.market.snapshot import Quote
from tomking.market.variance import VarianceClock, share_to_close, variance_clock
from tomking.risk.hedge import Exposed, listed

#: How far behind and ahead the variance clock of an instant reaches, in days.
BEHIND, AHEAD = 30, 900


def chain_of(
    root: str, at: datetime, price: float, vix: float, carry: Carry, future: str = ""
) -> ModelChain:
    """The options of ES, MES, SPX or SPY at an instant; MODEL.

    Parameters
    ----------
    price
        Of the index or share, or of the future that is named, in points.
    vix
        Index points.
    """
    assert root in SP500.roots, f"{root} has no listing rules"
    hours = session_of(at.date()) or session(at.date())
    minute = min(max(hours.minute(at), 0.0), float(hours.minutes))
    day, index = at.date().toordinal(), price
    if future:
        years = max((future_contract(root, future).expiry - at.date()).days, 0) / 365.0
        index = price * exp(-(carry.rate - carry.dividend_yield) * years)
    clock = _clock(at.year)
    now = Instant(
        index / PRODUCTS[root].per_index, vix, day, minute, float(hours.minutes),
        share_to_close(minute, float(hours.minutes)) if minute < hours.minutes else 0.0,
        clock.at(day, minute), carry, Cut(),
    )  # fmt: skip
    return ModelChain(root, at, now, clock, {})


@cache
def _clock(year: int) -> VarianceClock:
    """The variance clock of a year and of what is listed in it."""
    first, last = (
        date(year, 1, 1) - timedelta(days=BEHIND),
        date(year, 1, 1) + timedelta(days=AHEAD),
    )
    sessions = sessions_between(first, min(last, date(LAST_YEAR, 12, 31)))
    days = np.array([each.day.toordinal() for each in sessions], dtype=np.int32)
    return variance_clock(days, np.array([each.early for each in sessions], dtype=np.bool_))


def quotes(mine: Owner, asked: Ticket) -> tuple[Quote, ...]:
    """The puts listed on the index roots an account holds, but for those typed; none without a VIX."""
    if asked.vix is None:
        return ()
    roots = dict.fromkeys(one.root for one in mine.holdings.contracts if one.root in SP500.roots)
    carry = Carry(asked.rate, asked.dividend_yield, "of the file")
    found: list[Quote] = []
    for root in roots:
        months = (one.future for one in mine.holdings.contracts if one.root == root)
        price = mine.market.underlyings[root].price
        chain = chain_of(root, asked.at, price, asked.vix, carry, next(months, ""))
        found += listed(chain, asked.at.date())
    return tuple(one for one in found if one.contract not in mine.market.prices)


def exposed(mine: Owner, offered: Sequence[Quote]) -> Exposed:
    """The account in a market that has a price for what is offered too: the middle of its quotes."""
    here = mine.market
    prices = {**here.prices, **{one.contract: one.mid for one in offered}}
    more = quoted(here.at, list(here.underlyings.values()), prices, here.rate, here.vix.value)
    return Exposed(mine.holdings, mine.cash, more, mine.terms)
