"""A ticket's figures as a market, and its legs as columns and as a package."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.core.contract import Contract
from tomking.core.money import ZERO
from tomking.core.product import Product, product
from tomking.core.style import is_american
from tomking.market.expiry import years_left
from tomking.market.quoted import Quoted, Underlying, quoted
from tomking.market.snapshot import Legs
from tomking.pricing.chance import Package, World


def held_of(asked: Ticket) -> tuple[Priced, ...]:
    """What the account holds already, the file's own shares or futures among it."""
    return (*(asked.account.held if asked.account else ()), *asked.outright)


def net_of(legs: Iterable[Priced]) -> Mapping[Contract, int]:
    """How many of each contract, + long and - short, whatever the number of rows."""
    count: dict[Contract, int] = {}
    for leg in legs:
        count[leg.contract] = count.get(leg.contract, 0) + leg.quantity
    return count


def before(asked: Ticket) -> tuple[Priced, ...]:
    """The account without the order, one row a contract."""
    return _netted(held_of(asked))


def after(asked: Ticket) -> tuple[Priced, ...]:
    """The account once the order has filled: what it closes is gone."""
    return _netted((*asked.whole[: len(asked.legs)], *held_of(asked)))


def _netted(legs: Sequence[Priced]) -> tuple[Priced, ...]:
    """One row a contract at the first of its prices, and none of what comes to nothing."""
    prices = {leg.contract: leg.price for leg in reversed(legs)}
    return tuple(Priced(held, n, prices[held]) for held, n in net_of(legs).items() if n)


def products(asked: Ticket) -> Mapping[str, Product]:
    """The product of every root in the file; the file's own may be a stand-in."""
    roots = {leg.contract.root for leg in held_of(asked)} - {asked.product.root}
    return {asked.product.root: asked.product} | {root: product(root) for root in sorted(roots)}


def market_of(asked: Ticket) -> Quoted:
    """The typed figures as a snapshot; of two prices of one contract the order's counts."""
    spots = {asked.product.root: asked.price}
    if asked.account:
        spots = dict(asked.account.spots) | spots
    underlyings = [
        Underlying(
            on,
            float(spots[root]),
            asked.dividend_yield,
            asked.dividends,
            float(asked.leverage),
            asked.betas.get(root, 1.0),
        )
        if on is asked.product
        else Underlying(on, float(spots[root]), beta=asked.betas.get(root, 1.0))
        for root, on in products(asked).items()
    ]
    prices = {
        leg.contract: float(leg.price)
        for leg in (*held_of(asked), *reversed(asked.legs))
        if leg.contract.is_option
    }
    return quoted(asked.at, underlyings, prices, asked.rate, asked.vix)


def columns(legs: Sequence[Priced], on: Mapping[str, Product]) -> Legs:
    """Typed legs as a kernel marks them; shares count one by one."""
    contracts = tuple(leg.contract for leg in legs)
    return Legs(
        contracts,
        np.array([float(contract.strike or 0) for contract in contracts]),
        np.array([float(contract.right.sign if contract.right else 0) for contract in contracts]),
        np.array([float(leg.quantity) for leg in legs]),
        np.array([float(size(leg, on[leg.contract.root])) for leg in legs]),
    )


def size(leg: Priced, on: Product) -> int:
    """Dollars a point of one: of a contract its multiplier, of a share one."""
    return on.multiplier if leg.contract.is_option or on.is_future else 1


def worth_of(asked: Ticket) -> Decimal | None:
    """Dollars of an account's cash and holdings at the typed prices.

    Nothing where cash is not said, or where a future is held, whose gain so far nobody typed.
    """
    if asked.account is None or asked.account.cash is None:
        return None
    on, held = products(asked), held_of(asked)
    if any(not leg.contract.is_option and on[leg.contract.root].is_future for leg in held):
        return None
    dollars = (leg.quantity * leg.price * size(leg, on[leg.contract.root]) for leg in held)
    return sum(dollars, asked.account.cash)


def credit_points(legs: Iterable[Priced]) -> Decimal:
    """What one unit of some options brings (+) or costs (-) at the typed prices."""
    return -sum((leg.quantity * leg.price for leg in legs), ZERO)


def credit(asked: Ticket) -> Decimal:
    """Points a unit at which the order would trade: its limit, or else the typed prices."""
    limit = asked.order.limit
    return credit_points(asked.legs) if limit is None else limit


def premium(asked: Ticket) -> Decimal:
    """Dollars the whole order brings (+) or costs (-), before fees."""
    return credit(asked) * asked.order.units * asked.product.multiplier


def package(asked: Ticket, market: Quoted) -> Package:
    """The order at its size, and the file's shares or futures beside it from today's price on."""
    legs = asked.whole
    laid = columns(legs, {asked.product.root: asked.product})
    strike = np.where(laid.sign == 0.0, float(asked.price), laid.strike)
    vol = np.array([market.vols.get(leg.contract, 0.0) for leg in legs])
    years = np.array([years_left(leg.contract, asked.at) for leg in legs])
    return Package(
        strike,
        laid.sign,
        laid.quantity,
        laid.multiplier,
        vol,
        years,
        float(premium(asked)),
        np.array([is_american(leg.contract, asked.product) for leg in legs]),
    )


def world(asked: Ticket, market: Quoted) -> World:
    """The underlying as chances see it."""
    return World(float(asked.price), asked.rate, market.growth(asked.product.root))
