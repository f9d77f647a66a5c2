"""Short names for the contracts, orders, books and views of the tests."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from tomking.core.contract import Contract, Right
from tomking.core.facts import Fact, LegFilled, OrderEnded, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.market.snapshot import Snapshot
from tomking.portfolio.book import Book, empty_book, fold
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.preview import Preview
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing, start
from tomking.risk.view import View, view_of
from worlds.board import FRIDAY

RIGHTS = {"C": Right.CALL, "P": Right.PUT}
Wanted = tuple[int, Contract]


def option(text: str, expiry: date = FRIDAY, root: str = "ES", future: str = "ESZ25") -> Contract:
    """An option from ``6090 C``."""
    strike, right = text.split()
    named = future.replace("ES", root, 1) if root in ("ES", "MES") else ""
    return Contract(root, expiry, RIGHTS[right], Decimal(strike), named)


def legs_of(text: str, expiry: date = FRIDAY, root: str = "ES") -> tuple[Wanted, ...]:
    """Signed contracts from ``-1 6090 C, +1 6120 C``."""
    parts = (part.strip().split(" ", 1) for part in text.split(","))
    return tuple((int(count), option(rest, expiry, root)) for count, rest in parts)


def order(
    text: str,
    limit: str = "4.00",
    *,
    strategy: str = "friday_0dte",
    units: int = 1,
    expiry: date = FRIDAY,
    root: str = "ES",
    campaign: str = "",
    tranche: str = "all",
    attempt: int = 1,
    day: date = FRIDAY,
) -> Order:
    """An opening order."""
    name = campaign or f"{strategy}/{day}"
    legs = tuple(Leg(c, n, tranche) for n, c in legs_of(text, expiry, root))
    return Order(f"{name}/open", attempt, Purpose.OPEN, strategy, name, legs, units, Decimal(limit))


def closing(opened: Order, limit: str, tranche: str = "all", **changes: object) -> Order:
    """The order that takes a tranche of an opening order down."""
    legs = tuple(
        Leg(leg.contract, -leg.quantity, tranche, opens=False)
        for leg in opened.legs
        if leg.tranche == tranche
    )
    position = f"{opened.intent}:{tranche}"
    fields: dict[str, object] = {
        "intent": f"{position}/close", "attempt": 1, "purpose": Purpose.CLOSE,
        "strategy": opened.strategy, "campaign": opened.campaign, "legs": legs,
        "units": opened.units, "limit": Decimal(limit), "closes": position,
    }  # fmt: skip
    return Order(**(fields | changes))  # type: ignore[arg-type]  # fields of an order, some replaced


def fills(
    wanted: Order, prices: Iterable[str], at: datetime, fee: str = "0"
) -> tuple[LegFilled, ...]:
    """Every leg of an order traded in full."""
    return tuple(
        LegFilled(
            at, wanted.id, row, leg.contract, leg.quantity * wanted.units, Decimal(price),
            Decimal(fee), f"{wanted.id}/{row}",
        )
        for row, (leg, price) in enumerate(zip(wanted.legs, prices, strict=True))
    )  # fmt: skip


def traded(wanted: Order, prices: Iterable[str], at: datetime, fee: str = "0") -> list[Fact]:
    """An order that was sent, filled whole and ended."""
    return [Sent(at, wanted), *fills(wanted, prices, at, fee), OrderEnded(at, wanted.id, "filled")]


def book_with(at: datetime, *trades: tuple[Order, Iterable[str]], cash: str = "100000") -> Book:
    """A book in which some orders have traded."""
    facts = [fact for wanted, prices in trades for fact in traded(wanted, prices, at)]
    return fold(empty_book(Decimal(cash)), facts)


def view(
    market: Snapshot,
    book: Book | None = None,
    *,
    standing: Standing | None = None,
    limits: Limits | None = None,
    cash: str = "100000",
) -> View:
    """A view of a market with a book, a standing and limits."""
    rules = limits or Limits()
    held = empty_book(Decimal(cash)) if book is None else book
    remembered = start(Decimal(cash), rules) if standing is None else standing
    return view_of(market, held, remembered, rules, TASTYTRADE)


def preview(before: str = "0", after: str = "3000", alone: str = "3000") -> Preview:
    """A dry run."""
    return Preview(Decimal(before), Decimal(after), Decimal(alone), Decimal(0), "estimate")
