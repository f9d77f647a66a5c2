"""A paper day on a page: each order by the broker's number, its life, what expired, what it cost."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from tomking.analysis.closings import closings
from tomking.core.dealings import Acknowledged
from tomking.core.facts import (
    Fact,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    SessionClosed,
    Settled,
)
from tomking.core.money import ZERO
from tomking.core.order import Order
from tomking.core.value import value
from tomking.report.contents import PaperDay
from tomking.report.plain import Record
from tomking.report.tables import Table
from tomking.report.words import MINUS, NONE, many

ORDERS = ("Broker's number", "Order", "Sent", "For", "What became of it", "Fees")
EXPIRED = ("Contract", "Held", "Settled at", "Brought", "Fee")


@value
class Line:
    """One order: the broker's number, when it went, its fills in the order they came, and its end."""

    number: str
    order: Order
    sent: datetime
    fills: tuple[LegFilled, ...]
    ended: OrderEnded | None

    @property
    def fees(self) -> Decimal:
        """What its fills cost."""
        return sum((fill.fee for fill in self.fills), ZERO)


def lines(facts: Sequence[Fact]) -> tuple[Line, ...]:
    """Every order that was sent, in order."""
    numbers = {fact.order: fact.number for fact in facts if isinstance(fact, Acknowledged)}
    ends = {fact.order: fact for fact in facts if isinstance(fact, OrderEnded)}
    fills = [fact for fact in facts if isinstance(fact, LegFilled)]
    return tuple(
        Line(
            numbers.get(fact.order.id, ""), fact.order, fact.at,
            tuple(fill for fill in fills if fill.order == fact.order.id), ends.get(fact.order.id),
        )
        for fact in facts if isinstance(fact, Sent)
    )  # fmt: skip


def orders(paper: PaperDay) -> Table:
    """The life of each order."""
    return Table(ORDERS, tuple(_row(line) for line in lines(paper.facts)))


def _row(line: Line) -> tuple[str, ...]:
    price = "the market" if line.order.limit is None else f"{line.order.limit}"
    return (
        line.number or NONE,
        f"{line.order.id}: {line.order.purpose.value.lower()}, {line.order.why}",
        f"{line.sent:%H:%M:%S}",
        f"{line.order.units} at {price}",
        "; ".join(_life(line)),
        _dollars(line.fees) if line.fills else NONE,
    )


def _life(line: Line) -> Iterator[str]:
    """Fills and the end, with their instants."""
    for fill in line.fills:
        verb = "bought" if fill.quantity > 0 else "sold"
        price = f"{fill.price.normalize():f}"
        yield f"{fill.at:%H:%M:%S} {verb} {abs(fill.quantity)} {fill.contract} at {price}"
    if line.ended is None:
        yield "at work"
    elif not line.fills or line.ended.how != "filled":
        yield f"{line.ended.at:%H:%M:%S} {line.ended.how}"


def expired(paper: PaperDay) -> Table:
    """What was held to its end."""
    rows = (
        (f"{fact.contract}", f"{fact.quantity:+d}", fact.fixed, _dollars(fact.cash),
         _dollars(fact.fee))
        for fact in paper.facts if isinstance(fact, Settled)
    )  # fmt: skip
    return Table(EXPIRED, tuple(rows))


def said(paper: PaperDay) -> str:
    """The day in a few sentences: what it opened, closed and let expire, and what it made."""
    done = closings(paper.facts).values()
    trades = "; ".join(
        f"{each.campaign} made {_dollars(each.pnl, sign=True)} after {_dollars(each.fees)} of fees"
        for each in done
    )
    close = next((f"The account closed at {_dollars(fact.net_liq)}, from {_dollars(began)}."
                  for fact in reversed(paper.facts) if isinstance(fact, SessionClosed)
                  for began in (_capital(paper.facts),)), "The day did not close.")  # fmt: skip
    return f"{trades or 'Nothing was traded to its end'}. {close}"


def streamed(paper: PaperDay) -> str:
    """What the streams told, and what the day took."""
    told = paper.streams
    again = many(max(told.connections - 1, 0), "reconnect")
    return (
        f"{told.events:,} events of {told.symbols:,} symbols came over the market feed, "
        f"with {again} and {told.odd:,} that could not be read; the loop looked {told.looks:,} times. "
        f"The whole day took {told.elapsed_s:.0f} s, the start of its exchange included."
    )


def record(paper: PaperDay) -> Record:
    """The day as plain data."""
    told = paper.streams
    return {
        "day": paper.day.isoformat(),
        "command": paper.command,
        "orders": [
            {
                "number": line.number,
                "order": line.order.id,
                "purpose": line.order.purpose.value,
                "sent": line.sent.isoformat(),
                "ended": None if line.ended is None else line.ended.how,
                "fills": [str(fill) for fill in line.fills],
                "fees": str(line.fees),
            }
            for line in lines(paper.facts)
        ],
        "expired": [str(fact) for fact in paper.facts if isinstance(fact, Settled)],
        "streams": {
            "events": told.events,
            "connections": told.connections,
            "symbols": told.symbols,
            "odd": told.odd,
            "looks": told.looks,
        },
        "elapsed_s": round(told.elapsed_s, 3),
    }


def _capital(facts: Sequence[Fact]) -> Decimal:
    return next((fact.capital for fact in facts if isinstance(fact, RunStarted)), ZERO)


def _dollars(amount: Decimal, *, sign: bool = False) -> str:
    """Dollars and cents, a sign before them."""
    before = MINUS if amount < 0 else "+" if sign else ""
    return f"{before}${abs(amount):,.2f}"
