"""A file of legs as values: one underlying, options on it, and the account they are meant for.

The format is a promise (``docs/reference/margin-file.md``). Nothing is guessed in place of a figure
that is needed; what may be left out has a default, and :attr:`Ticket.assumed` says which were taken.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from tomking.app.ticket import fields
from tomking.app.ticket.dividends import dividends, yield_until
from tomking.app.ticket.fields import members, wrong
from tomking.app.ticket.holdings import Account, account
from tomking.app.ticket.legs import Priced, leg, outright
from tomking.app.ticket.possible import check_outright
from tomking.app.ticket.underlying import has_row, underlying
from tomking.core.contract import Contract
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.order import TimeInForce
from tomking.core.product import PRODUCTS, Product
from tomking.core.value import value
from tomking.market.carry import Dividend
from tomking.market.sessions import is_known, is_open
from tomking.portfolio.margin.house import HOUSES
from tomking.risk.standing import Standing

LEGS_MAX = 100
BETA_MAX = 5.0
ACCOUNT_NEEDS = ("underlying", "house")
NEEDED = (*ACCOUNT_NEEDS, "legs")
OPTIONAL = (
    "shares", "at", "multiplier", "rate", "dividend_yield", "dividends", "vix", "order", "account",
    "betas",
)  # fmt: skip
TIFS = {"DAY": TimeInForce.DAY, "GTC": TimeInForce.GTC}


@value
class Wanted:
    """How the order is to be sent: units of the legs, and the net credit (+) or debit (-) a unit."""

    limit: Decimal | None = None
    units: int = 1
    tif: TimeInForce = TimeInForce.DAY


#: What a file says where the time of day stands beside its date.
CLOCK = "clock"


@value
class Ticket:
    """A whole file. ``legs`` are one unit of the order; ``product`` stands in for an unknown symbol.

    Of cash ``dividends`` the ``dividend_yield`` is what they come to until the last leg expires;
    ``betas`` are how many times roots move with the index where the file says so.
    ``past`` is the standing of the account it is meant for, where one is named.
    ``said`` are the keys the file has; ``assumed`` what was taken for those that say what the legs are.
    """

    product: Product
    price: Decimal
    leverage: Decimal
    house: str
    legs: tuple[Priced, ...]
    shares: int
    at: datetime
    rate: float
    dividend_yield: float
    vix: float | None
    order: Wanted
    account: Account | None
    dividends: tuple[Dividend, ...]
    betas: Mapping[str, float]
    said: frozenset[str]
    assumed: tuple[str, ...]
    past: Standing | None = None

    @property
    def outright(self) -> tuple[Priced, ...]:
        """The shares or futures of the file as a leg, if there are any."""
        if not self.shares:
            return ()
        held = outright(self.product, self.at, _contracts(self.legs))
        return (Priced(held, self.shares, self.price),)

    @property
    def whole(self) -> tuple[Priced, ...]:
        """Every leg at the size of the order; shares are a file's own number, whatever the units."""
        units = self.order.units
        return (
            *(replace(leg, quantity=leg.quantity * units) for leg in self.legs),
            *self.outright,
        )


def ticket(x: Any, now: datetime, *, orderless: bool = False) -> Ticket:
    """A file's JSON as a ticket.

    Parameters
    ----------
    now
        What ``at`` is when the file does not say.
    orderless
        Whether a file may be of an account alone, without legs.

    Raises
    ------
    ConfigError
        At the first fault, with its place.
    """
    found = members(x, "", ACCOUNT_NEEDS if orderless else NEEDED, (*OPTIONAL, "legs"))
    at = fields.instant(found["at"], "at") if "at" in found else now
    on, price, leverage = underlying(found)
    legs = fields.items(
        found.get("legs", []), "legs", lambda y, at_: leg(y, at_, on, price, at), LEGS_MAX
    )
    if not legs and not orderless:
        raise wrong("legs", "none are given: there is nothing to margin")
    shares = fields.count(found.get("shares", 0), "shares")
    check_outright(shares, on, "shares")
    paid = dividends(found, on, price, at)
    rate = fields.share(found.get("rate", 0), "rate")
    stands = yield_until(paid, price, rate, at, legs)
    mine = (
        account(found["account"], on, price, at, _contracts(legs)) if "account" in found else None
    )
    roots = {on.root, *(one.contract.root for one in (mine.held if mine else ()))}
    return Ticket(
        on, price, leverage,
        fields.word(tuple(HOUSES))(found["house"], "house"),
        legs,
        shares,
        at,
        rate,
        stands or fields.share(found.get("dividend_yield", 0), "dividend_yield"),
        fields.index_points(found["vix"], "vix") if "vix" in found else None,
        _order(found["order"]) if "order" in found else Wanted(),
        mine,
        paid,
        _betas(found["betas"], roots) if "betas" in found else {},
        _said(found),
        (*_assumed(found, on, at), *_closed_days(legs)),
    )  # fmt: skip


def with_vix(asked: Ticket, vix: float | None) -> Ticket:
    """A file that is told VIX beside it.

    Raises
    ------
    ConfigError
        If it says it already.
    """
    if vix is None:
        return asked
    if asked.vix is not None:
        raise ConfigError(f"the file says that VIX is {asked.vix:g}: drop --vix, or the file's")
    return replace(asked, vix=vix)


def _order(x: Any) -> Wanted:
    found = members(x, "order", (), ("limit", "units", "tif"))
    tif = fields.word(tuple(TIFS))(found.get("tif", "DAY"), "order.tif")
    return Wanted(
        fields.number(found["limit"], "order.limit") if "limit" in found else None,
        fields.counted(found.get("units", 1), "order.units"),
        TIFS[tif],
    )


def _betas(x: Any, roots: Collection[str]) -> Mapping[str, float]:
    """How many times roots move with the index, by symbol; of what is in the file."""
    found = members(x, "betas", (), tuple(x) if isinstance(x, dict) else ())
    betas: dict[str, float] = {}
    for name, figure in found.items():
        place = fields.inside("betas", name)
        beta = float(fields.number(figure, place))
        if abs(beta) > BETA_MAX:
            raise wrong(place, f"{beta:g} is not from -{BETA_MAX:g} to {BETA_MAX:g}")
        root = fields.symbol(name, place)
        if root not in roots:
            raise wrong(
                place, f"nothing in the file is of {root}{did_you_mean(root, sorted(roots))}"
            )
        betas[root] = beta
    return betas


def _contracts(legs: Sequence[Priced]) -> list[Contract]:
    return [each.contract for each in legs]


def _closed_days(legs: Sequence[Priced]) -> Iterator[str]:
    """Expiries on which nothing can expire, because nobody trades."""
    for day in sorted({contract.expiry for contract in _contracts(legs)}):
        if is_known(day) and not is_open(day):
            yield f"{day} is a market holiday, on which nothing expires: check the date"


def _said(found: Mapping[str, Any]) -> frozenset[str]:
    """What the file says; a date without a time says no ``CLOCK``."""
    timed = "at" in found and len(str(found["at"]).strip()) > len("2026-06-03")
    return frozenset((*found, *((CLOCK,) if timed else ())))


def _assumed(found: Mapping[str, Any], on: Product, at: datetime) -> Iterator[str]:
    """What the file left out and what was taken for it."""
    if "at" not in found:
        yield f"the time is now, {at:%Y-%m-%d %H:%M} New York"
    elif CLOCK not in _said(found):
        yield "a date without a time stands for its open, 09:30 New York"
    if not has_row(on) and "multiplier" not in found:
        yield "a contract is 100 shares"
    if on.root in PRODUCTS and not has_row(on):
        yield f"{on.root} is of the kind {on.kind}, and not the {PRODUCTS[on.root].name} of that name"
