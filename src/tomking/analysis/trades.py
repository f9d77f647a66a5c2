"""Trades as a person counts them: one row a campaign, with the reasons it began and ended."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias

from tomking.analysis.closings import closings
from tomking.core.facts import CampaignClosed, Fact, Judged, LegFilled, Sent, Settled
from tomking.core.money import ZERO, cents
from tomking.core.order import Order, Purpose
from tomking.core.product import product
from tomking.core.value import value

TARGET = "profit target"
EXPIRED = "expired"

Fill: TypeAlias = tuple[Order, LegFilled]


@value
class Ending:
    """How one tranche ended: ``reason`` is the name of the rule, ``why`` what it measured."""

    at: datetime
    tranche: str
    reason: str
    why: str


@value
class Trade:
    """A campaign from its first fill to its last; ``closed`` is ``None`` while anything is held.

    ``credit`` is the money received (+) or paid (-) at entry before fees; ``pnl`` is after ``fees`` and
    counts what is still held at its mark. ``labels`` were written when the opening order was judged.
    """

    campaign: str
    strategy: str
    shape: str
    root: str
    units: int
    legs: str
    opened: datetime
    closed: datetime | None
    credit: Decimal
    pnl: Decimal
    fees: Decimal
    why_in: str
    exits: tuple[Ending, ...]
    labels: Mapping[str, str]

    @property
    def days(self) -> int | None:
        """Calendar days it was held; ``None`` while it is."""
        return None if self.closed is None else (self.closed.date() - self.opened.date()).days

    @property
    def scratch(self) -> bool:
        """Whether it made or lost no more than its fees."""
        return abs(self.pnl) <= self.fees

    @property
    def won(self) -> bool:
        """Whether it earned more than its fees again."""
        return self.pnl > 0 and not self.scratch

    @property
    def lost(self) -> bool:
        """Whether it lost more than its fees."""
        return self.pnl < 0 and not self.scratch


@value
class Held:
    """A campaign that is still open: profit at the last mark after fees, and its fees, in dollars."""

    pnl: Decimal
    fees: Decimal


def trades(facts: Sequence[Fact], held: Mapping[str, Held]) -> tuple[Trade, ...]:
    """Every campaign with a fill, oldest first; ``held`` values those that are still open.

    Raises
    ------
    KeyError
        If a campaign is open and ``held`` does not value it.
    """
    sent = {fact.order.id: fact.order for fact in facts if isinstance(fact, Sent)}
    labels = {
        fact.order.id: fact.labels
        for fact in facts
        if isinstance(fact, Judged) and fact.approved and fact.order.purpose is Purpose.OPEN
    }
    ends = closings(facts)
    settled = [fact for fact in facts if isinstance(fact, Settled)]
    fills: dict[str, list[Fill]] = {}
    for fact in facts:
        if isinstance(fact, LegFilled):
            order = sent[fact.order]
            fills.setdefault(order.campaign, []).append((order, fact))
    return tuple(
        _trade(name, mine, ends.get(name), held, labels, settled) for name, mine in fills.items()
    )


def entered(facts: Iterable[Fact]) -> Mapping[str, str]:
    """Every campaign with a fill, and the root of its first order."""
    sent: dict[str, Order] = {}
    found: dict[str, str] = {}
    for fact in facts:
        if isinstance(fact, Sent):
            sent[fact.order.id] = fact.order
        elif isinstance(fact, LegFilled):
            order = sent[fact.order]
            found.setdefault(order.campaign, order.root)
    return found


def _trade(
    name: str,
    fills: Sequence[Fill],
    end: CampaignClosed | None,
    held: Mapping[str, Held],
    labels: Mapping[str, Mapping[str, str]],
    settled: Sequence[Settled],
) -> Trade:
    order, first = fills[0]
    pnl, fees = (held[name].pnl, held[name].fees) if end is None else (end.pnl, end.fees)
    credit = sum(
        (
            -cents(fill.quantity * fill.price * product(fill.contract.root).multiplier)
            for by, fill in fills
            if by.purpose is Purpose.OPEN
        ),
        ZERO,
    )
    ways = (*_closed(fills), *_expired(fills, settled))
    return Trade(
        name, order.strategy, order.why.partition(",")[0], order.root, order.units, _legs(order),
        first.at, None if end is None else end.at, credit, pnl, fees, order.why,
        _once(ways), dict(labels.get(order.id, {})),
    )  # fmt: skip


def _closed(fills: Sequence[Fill]) -> Iterator[Ending]:
    """Exits by order: a resting one is the profit target, any other names the rule that broke.

    What a roll closes ends too, what it opens does not.
    """
    for order, fill in fills:
        if not order.legs[fill.leg].opens:
            yield Ending(fill.at, order.closes.rpartition(":")[2], reason_of(order), order.why)


def reason_of(order: Order) -> str:
    """What a closing order was sent for: the target, or the name of the rule, without what it measured.

    One sent because an adjustment was refused names its position before that.
    """
    if order.rests:
        return TARGET
    why = order.why.partition(": ")[0]
    return why.rpartition("/")[2] if why.startswith(f"{order.campaign}/") else why


def _expired(fills: Sequence[Fill], settled: Sequence[Settled]) -> Iterator[Ending]:
    """Exits by expiry: what was held of a contract on the day it was fixed."""
    tranches = {leg.contract: leg.tranche for order, _ in fills for leg in order.legs if leg.opens}
    for fact in settled:
        before = [fill for _, fill in fills if fill.contract == fact.contract]
        quantity = sum(fill.quantity for fill in before if fill.at <= fact.at)
        if fact.contract in tranches and quantity:
            why = f"{_ended(fact)} at {fact.fixed}"
            yield Ending(fact.at, tranches[fact.contract], EXPIRED, why)


def _ended(fact: Settled) -> str:
    """``expired``, or what came before that: ``assigned early, for the dividend of $1.99``."""
    return f"{fact.settlement.replace('_', ' ')} {fact.note}" if fact.note else "expired"


def _once(ways: Iterable[Ending]) -> tuple[Ending, ...]:
    """The first exit of each tranche and reason, in order of time."""
    found: dict[tuple[str, str], Ending] = {}
    for way in sorted(ways, key=lambda way: way.at):
        found.setdefault((way.tranche, way.reason), way)
    return tuple(found.values())


def _legs(order: Order) -> str:
    """The legs of an order in one line: ``2014-01-10: −1 4360P, +1 4330P``."""
    parts: list[str] = []
    expiry = None
    for leg in order.legs:
        contract = leg.contract
        day = f"{contract.expiry}: " if contract.expiry != expiry else ""
        expiry = contract.expiry
        sign = "+" if leg.quantity > 0 else "−"
        strike = "" if contract.strike is None else f"{contract.strike.normalize():f}"
        right = "" if contract.right is None else contract.right.value[0]
        parts.append(f"{day}{sign}{abs(leg.quantity)} {strike}{right}")
    return ", ".join(parts)
