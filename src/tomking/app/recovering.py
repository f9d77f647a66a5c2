"""What a start of an account's desk finds and does about it, told without doing it.

Start-up and recovery are one path: this page is that path read from the journal. What no start mends by
itself are orphans: shorts whose long is gone, ranked by what they can lose.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from tomking.app.account_now import AccountNow, Folded
from tomking.app.held_now import AtWork, orders
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract, Right
from tomking.core.order import Leg, Order, Purpose
from tomking.core.product import product
from tomking.core.value import value
from tomking.engine.entries import PATIENCE_MIN
from tomking.engine.exits import residue
from tomking.portfolio.book import Position
from tomking.portfolio.holding import position_of
from tomking.strategies.plan import Plan, Strategy
from tomking.wire.symbols import trading_symbol
from tomking.wire.words import action_of


@value
class Unconfirmed:
    """An order that was sent and of whose fate nothing is written."""

    order: str
    sent: datetime
    does: str = "looked for at the broker, never sent again; not found for 30 seconds it has lapsed"


@value
class Standing:
    """An order at work, and what a start does about it."""

    order: AtWork
    does: str


@value
class Orphan:
    """Shorts of a position whose long is gone: how many, and the order that closes them.

    ``unbounded`` says whether nothing bounds the loss; ``notional`` is what they are of, in dollars.
    """

    position: str
    contract: str
    count: int
    unbounded: bool
    notional: Decimal
    expiry: date
    closing: str
    at_work: tuple[str, ...]
    why: str


@value
class Recovery:
    """Everything a start would find. ``over`` are held contracts whose day has gone by."""

    unconfirmed: tuple[Unconfirmed, ...]
    standing: tuple[Standing, ...]
    differences: tuple[str, ...]
    halted: tuple[tuple[str, str], ...]
    residues: tuple[tuple[str, str], ...]
    over: tuple[str, ...]
    orphans: tuple[Orphan, ...]

    @property
    def clean(self) -> bool:
        """Whether there is nothing to recover."""
        return not (
            self.unconfirmed or self.standing or self.differences or self.residues or self.over
            or self.orphans
        )  # fmt: skip


def recovery(now: AccountNow) -> Recovery:
    """What a start would find."""
    told = now.told
    held = tuple(told.book.positions.values())
    today = now.at.astimezone(NEW_YORK).date()
    unsure = [
        Unconfirmed(told.inbox.orders[name].id, sent)
        for name, sent in told.inbox.unconfirmed.items()
    ]
    return Recovery(
        tuple(unsure),
        tuple(Standing(order, _does(order)) for order in orders(now)),
        told.inbox.differences or (),
        tuple(sorted(told.halted.items())),
        tuple((each.id, why) for each in held if (why := residue(each))),
        tuple(str(leg) for each in held for leg in each.expiry_legs if leg.expiry < today),
        orphans(told, now.plans),
    )


def _does(order: AtWork) -> str:
    """What a start does about an order at work."""
    if order.purpose in (Purpose.OPEN, Purpose.ROLL):
        return f"looked up, and withdrawn once it is {PATIENCE_MIN} minutes old and has not traded"
    if order.tif != "day":
        return "left at work; an exit of the plan replaces it"
    return "looked up, and priced again while what it closes is held"


def orphans(told: Folded, plans: Mapping[str, Strategy]) -> tuple[Orphan, ...]:
    """Shorts without the long they were sold with, those that may lose most first."""
    found = [
        orphan
        for held in told.book.positions.values()
        for orphan in _of_position(held, told, plans.get(held.strategy))
    ]
    return tuple(sorted(found, key=lambda one: (not one.unbounded, -one.notional, one.expiry)))


def _of_position(held: Position, told: Folded, plan: Strategy | None) -> Iterator[Orphan]:
    alone = _uncovered(held, told, plan)
    for right in Right:
        shorts = [(leg, -n) for leg, n in held.held if leg.right is right and n < 0]
        longs = sum(n for leg, n in held.held if leg.right is right and n > 0)
        count = sum(n for _, n in shorts)
        spare = count - longs if not alone else count
        opened = told.opened.get((held.id, right))
        bare = spare - (0 if alone else _bare_by_plan(held, opened, right, count))
        why = alone or "the long it was sold with is gone"
        for contract, n in sorted(shorts, key=lambda one: one[0].expiry):
            part = min(n, max(bare, 0))
            if part:
                yield _orphan(held, contract, part, told, why)
            bare -= part


def _bare_by_plan(held: Position, order: Order | None, right: Right, shorts: int) -> int:
    """How many of so many shorts have no long by the order that opened them; all, where unknown."""
    legs = [
        leg
        for leg in (() if order is None else order.legs)
        if order is not None and position_of(order, leg) == held.id and leg.contract.right is right
    ]
    sold = -sum(leg.quantity for leg in legs if leg.quantity < 0)
    bought = sum(leg.quantity for leg in legs if leg.quantity > 0)
    return shorts if not sold else -(-shorts * max(sold - bought, 0) // sold)


def _uncovered(held: Position, told: Folded, plan: Strategy | None) -> str:
    """Why a tranche stands alone that another of its campaign should cover; empty if none should."""
    if not isinstance(plan, Plan):
        return ""
    covering = {each.name for each in plan.tranches if held.tranche in each.covers}
    there = {
        each.tranche for each in told.book.positions.values() if each.campaign == held.campaign
    }
    gone = covering and not covering & there
    return f"{', '.join(sorted(covering))}, which covered it, is gone" if gone else ""


def _orphan(held: Position, contract: Contract, count: int, told: Folded, why: str) -> Orphan:
    bought = Leg(contract, count, held.tranche, opens=False)
    notional = (contract.strike or Decimal(0)) * product(contract.root).multiplier * count
    at_work = tuple(
        f"{told.numbers.get(there.order.id, 'no number')} ({there.order.id})"
        for there in told.book.working.values()
        if any(position_of(there.order, leg) == held.id for leg in there.order.legs)
    )
    return Orphan(
        held.id, str(contract), count, contract.right is Right.CALL, notional, contract.expiry,
        f"{action_of(bought)} {count} {contract} ({trading_symbol(contract)})", at_work, why,
    )  # fmt: skip
