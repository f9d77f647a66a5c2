"""What would be entered today: each strategy that is due asked on the market as it is, nothing sent.

The desk is a copy in memory, folded from the account's facts; what it would write is forgotten.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from tomking.app.story import due, next_slot
from tomking.core.calendar import NEW_YORK
from tomking.core.facts import Fact, RunStarted
from tomking.core.money import points, usd
from tomking.core.order import Order, Purpose, Structure
from tomking.core.reading import Reading, Sense, Skip, Stage, refusals
from tomking.core.value import value
from tomking.engine.desk import Desk
from tomking.engine.entries import already, entry, intent_of
from tomking.engine.memory import MemoryJournal
from tomking.engine.offer import UNKNOWN
from tomking.exchange import ledger as ledgers
from tomking.exchange.account import Account
from tomking.exchange.ledger import Ledger
from tomking.market.snapshot import MID, Snapshot
from tomking.portfolio.columns import columns_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.package import package_mid
from tomking.portfolio.preview import Preview
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.view import View
from tomking.strategies.plan import Plan, Strategy

#: How an order is tried without being sent.
Tries = Callable[[Order, Snapshot], Preview]
WOULD_SEND, REFUSED, DONE, NOT_ASKED = "would send", "refused", "done today", "not asked"


@value
class WouldBe:
    """A leg that would be traded: signed per unit, and its mid now in points."""

    contract: str
    quantity: int
    mid: float | None


@value
class Planned:
    """A strategy that is due today: when, and what came of asking it now.

    ``limit`` is its first price and ``credit`` its mid, net per unit in points. ``margin`` is what it
    would add to the requirement, in dollars, of one unit where none fits: ``units`` is 0 then.
    ``against`` are the readings that refuse it, ``readings`` all of them: one that failed and is not
    against it passed a larger contract over.
    """

    strategy: str
    due: tuple[datetime, ...]
    answer: str
    legs: tuple[WouldBe, ...] = ()
    units: int = 0
    limit: Decimal | None = None
    credit: Decimal | None = None
    margin: Decimal | None = None
    why: str = ""
    against: tuple[Reading, ...] = ()
    readings: tuple[Reading, ...] = ()


@value
class Later:
    """A strategy without a slot today, and when it is asked next."""

    strategy: str
    next_slot: datetime | None


def slots(
    strategies: Iterable[Strategy], day: date
) -> tuple[tuple[Planned, ...], tuple[Later, ...]]:
    """Who is due on a day and when, nobody asked yet; and of the others when they are."""
    mine, others = [], []
    for strategy in strategies:
        instants = due(strategy, day)
        if instants:
            mine.append(Planned(strategy.name, instants, NOT_ASKED))
        else:
            others.append(Later(strategy.name, next_slot(strategy, day)))
    return tuple(mine), tuple(others)


def copy_of(
    facts: Sequence[Fact],
    strategies: tuple[Strategy, ...],
    limits: Limits,
    capital: Decimal,
    at: datetime,
) -> Desk:
    """A desk as the facts leave it, in memory; an account without any begins with some capital."""
    desk = Desk(strategies, limits, TASTYTRADE, MemoryJournal())
    for fact in facts or (RunStarted(at, "plan", capital, ""),):
        desk.fold(fact)
    return desk


def planned(desk: Desk, now: Snapshot, tries: Tries) -> tuple[Planned, ...]:
    """Every strategy that is due on the day of a market, asked now, each as if it were the only one."""
    day = now.at.astimezone(NEW_YORK).date()
    return tuple(
        _asked(desk, now, strategy, due(strategy, day), tries)
        for strategy in desk.strategies
        if due(strategy, day)
    )


def _asked(
    desk: Desk, now: Snapshot, strategy: Strategy, when: tuple[datetime, ...], tries: Tries
) -> Planned:
    """What a strategy wants now, and what every gate says of it."""
    view = desk.view(now)
    if already(desk, view, strategy):
        return Planned(strategy.name, when, DONE)
    wish = entry(desk, view, strategy)
    if isinstance(wish, Skip):
        return _of_none(view, strategy, when, wish, tries)
    order = wish.order
    try:
        seen = tries(order, now)
    except UNKNOWN as missing:
        blind = Reading(
            "margin preview", Stage.DATA, Sense.IS, str(missing), "a quote", "", "R-MRG-05"
        )
        return _with(order, now, when, (*wish.readings, blind), None, (blind,))
    verdict = judge(order, view, seen)
    return _with(
        order, now, when, (*wish.readings, *verdict.readings), seen.change, verdict.readings
    )


def _of_none(
    view: View, strategy: Strategy, when: tuple[datetime, ...], wish: Skip, tries: Tries
) -> Planned:
    """What is refused before there is an order: one unit of what the plan chose, or would choose."""
    wanted, how = _chosen(view, strategy)
    if wanted is None:
        return Planned(
            strategy.name, when, REFUSED, against=refusals(wish.readings), readings=wish.readings
        )
    order = Order(
        intent_of(strategy, view), 1, Purpose.OPEN, strategy.name, wanted.campaign, wanted.legs, 1,
        None, why=f"{wanted.shape}, {how}; one unit is shown",
    )  # fmt: skip
    try:
        margin = tries(replace(order, limit=points(wanted.credit)), view.market).change
    except UNKNOWN:
        margin = None
    return replace(_with(order, view.market, when, wish.readings, margin, wish.readings), units=0)


def _chosen(view: View, strategy: Strategy) -> tuple[Structure | None, str]:
    """What a plan chose, or would without the rules that refuse it, and which of the two it is.

    Of a plan that is code nothing can be taken away.
    """
    forms: list[tuple[Strategy, str]] = [(strategy, "none fits")]
    if isinstance(strategy, Plan):
        ready = replace(strategy, enter_when=())
        refused = "refused by a rule of its own"
        forms += [(ready, refused), (replace(ready, take_when=()), refused)]
    for form, how in forms:
        for root in strategy.roots:
            found = form.enter(view, root)
            if not isinstance(found, Skip):
                return found, how
    return None, ""


def _with(
    order: Order,
    now: Snapshot,
    when: tuple[datetime, ...],
    readings: tuple[Reading, ...],
    margin: Decimal | None,
    asked: tuple[Reading, ...],
) -> Planned:
    """An order that would be, with its prices now; ``asked`` are the readings that decide about it.

    The others may hold what passed a larger contract over, which is no refusal of this one.
    """
    columns = columns_of(order.legs, order.units)
    marks = now.marks(columns)
    mids: list[float] = marks.table[MID].tolist()
    legs = tuple(
        WouldBe(str(leg.contract), leg.quantity, mid if mid == mid else None)
        for leg, mid in zip(order.legs, mids, strict=True)
    )
    worth = package_mid(marks, columns, order.units)
    failed = refusals(asked)
    return Planned(
        order.strategy, when, REFUSED if failed else WOULD_SEND, legs, order.units, order.limit,
        usd(worth) if worth == worth else None, margin, order.why, failed, readings,
    )  # fmt: skip


def tried_here(facts: Iterable[Fact], capital: Decimal, limits: Limits) -> Tries:
    """The dry run of our own exchange with the account's facts, where no broker is asked."""
    ledger = Ledger(capital)
    for fact in facts:
        ledger = (
            Ledger(fact.capital) if isinstance(fact, RunStarted) else ledgers.apply(ledger, fact)
        )
    account = Account(ledger, TASTYTRADE, limits.house)
    return lambda order, now: account.dry_run(order, now, Decimal(0))
