"""What a file holds as campaigns, so that those who count campaigns can count.

A file does not say which legs were opened together: options of one underlying that end on one day are
taken for one campaign, and shares or futures for part of the first of their underlying. What a file's
order opens is a campaign of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import gcd

from tomking.app.ticket.file import Ticket, Wanted
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.market import net_of, products, size
from tomking.core.contract import Contract
from tomking.core.money import ZERO
from tomking.portfolio.book import Position

#: The campaign of the file's order, and whose a holding is that no plan trades.
ORDER, NOBODY = "ticket", "held"
TAKEN = "what is held of one underlying and one expiry is counted as one campaign"
#: Whose trade some legs are.
NameOf = Callable[[Ticket], str]
Groups = Mapping[tuple[str, date | None], tuple[Priced, ...]]


def nobody(_: Ticket) -> str:
    """Nobody's trade."""
    return NOBODY


def held(asked: Ticket, name_of: NameOf = nobody) -> Mapping[str, Position]:
    """What the account holds before the order; what the order closes a part of is its own campaign."""
    closes = {leg.contract for leg in asked.legs if not leg.opens}
    return dict(_positions(asked, _held_of(asked), closes, name_of))


def with_order(
    asked: Ticket, name_of: NameOf = nobody, strategy: str = ORDER
) -> Mapping[str, Position]:
    """What the account holds once the order has filled: what it closes is gone."""
    units = asked.order.units
    gone = (replace(leg, quantity=leg.quantity * units) for leg in asked.legs if not leg.opens)
    left = dict(_positions(asked, (*_held_of(asked), *gone), frozenset(), name_of))
    opens = [replace(leg, quantity=leg.quantity * units) for leg in asked.legs if leg.opens]
    if opens:
        left[ORDER] = _position(asked, ORDER, ORDER, strategy, opens)
    return left


def _held_of(asked: Ticket) -> tuple[Priced, ...]:
    """The holdings; a file's own shares belong to its order."""
    return asked.account.held if asked.account else ()


def _positions(
    asked: Ticket, legs: Sequence[Priced], closes: Iterable[Contract], name_of: NameOf
) -> Iterator[tuple[str, Position]]:
    mine = frozenset(closes)
    for (root, day), group in grouped(legs).items():
        name = f"{NOBODY}/{root}/{day or 'outright'}"
        campaign = ORDER if any(leg.contract in mine for leg in group) else name
        yield name, _position(asked, name, campaign, name_of(_alone(asked, group)), group)


def grouped(legs: Sequence[Priced]) -> Groups:
    """Netted legs by underlying and expiry; shares and futures with the first expiry there is."""
    prices = {leg.contract: leg.price for leg in reversed(legs)}
    net = [Priced(contract, n, prices[contract]) for contract, n in net_of(legs).items() if n]
    first: dict[str, date] = {}
    for leg in net:
        root, day = leg.contract.root, leg.contract.expiry
        if leg.contract.is_option:
            first[root] = min(first.get(root, day), day)
    found: dict[tuple[str, date | None], tuple[Priced, ...]] = {}
    for leg in net:
        root = leg.contract.root
        key = root, leg.contract.expiry if leg.contract.is_option else first.get(root)
        found[key] = (*found.get(key, ()), leg)
    return found


def _alone(asked: Ticket, group: Sequence[Priced]) -> Ticket:
    """A campaign as an order of its own, so that a plan may know it for its trade."""
    root = group[0].contract.root
    units = gcd(*(leg.quantity for leg in group))
    legs = tuple(replace(leg, quantity=leg.quantity // units, opens=True) for leg in group)
    return replace(
        asked, product=products(asked)[root], legs=legs, shares=0, order=Wanted(units=units)
    )


def _position(
    asked: Ticket, name: str, campaign: str, strategy: str, legs: Sequence[Priced]
) -> Position:
    """Some legs as a position; what it was sold for is taken to be what it is worth now."""
    on = products(asked)
    worth = sum(
        (
            leg.price * leg.quantity * size(leg, on[leg.contract.root])
            for leg in legs
            if leg.contract.is_option
        ),
        Decimal(0),
    )
    pairs = tuple((leg.contract, leg.quantity) for leg in legs)
    return Position(
        name, strategy, campaign, NOBODY, legs[0].contract.root, pairs, 1, -worth, -worth, ZERO, ZERO,
        asked.at,
    )  # fmt: skip
