"""The desk: what the loop holds between ticks - book, standing and what it has said before.

Book, standing and attempts are folded from the journal. Doubts, ladders and what was said are not:
forgetting them at a restart only makes the desk look at all it holds once more, leave an order at the
price it has, and say an answer again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.dealings import Unguarded
from tomking.core.errors import ConfigError, InvariantError
from tomking.core.facts import (
    CampaignClosed,
    Fact,
    LegFilled,
    OrderEnded,
    RunStarted,
    Sent,
    Settled,
)
from tomking.core.rung import Rung
from tomking.engine.hedged import HEDGES
from tomking.engine.orphans import Cut, cut_by
from tomking.engine.ports import Journal
from tomking.engine.walk import Walk
from tomking.market.snapshot import Snapshot
from tomking.portfolio import book as books
from tomking.portfolio.book import Book, empty_book
from tomking.portfolio.fees import FeeSchedule
from tomking.risk import standing as standings
from tomking.risk.alarms import Lately
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing
from tomking.risk.view import View, view_of
from tomking.strategies.plan import Plan, Strategy, Tending
from tomking.strategies.stay import StayRule

#: When an account began that has not.
NEVER = datetime.max.replace(tzinfo=UTC)
#: What a position that is held at a start is watched for.
START = "start"
#: A position, and the rule of its plan that was seen broken.
Doubt = tuple[str, StayRule]
Held = tuple[tuple[Contract, int], ...]


@dataclass(slots=True)
class Desk:
    """Strategies, limits, fees and a journal, with the book and the standing folded from it.

    ``doubts`` are stay rules seen broken once and ``leaving`` the positions of such, and those that a
    plan cuts back, by what for; ``unwanted`` are orders in the way of an exit, to be withdrawn at this
    look; ``said`` is the last answer recorded about an intent or a slot, so that only changes are
    written; ``attempts`` how often each intent was sent; ``held`` the strategies that hold something,
    ``ends`` the first day on which an option they sold ends; ``impatient`` whether an order that does
    not rest is working; ``walks`` the ladders of opening orders by intent; ``lately`` what was seen of
    the day; ``cut`` the positions that are not what their plan opened; ``began`` when its account did,
    ``sought`` when a close that was missed was last asked for.

    ``backstops`` is whether stops are sent to rest at the venue behind naked shorts. ``yielding`` and
    ``arming`` are positions whose resting orders were asked to end at the last look: for an exit, and
    for a stop to be tied to the target. ``armed_after`` is when one may be tried again, and
    ``unguarded`` what was held of those behind which the venue would not have one; ``beyond`` the
    orders that would have closed more than there was at the last look.
    """

    strategies: tuple[Strategy, ...]
    limits: Limits
    fees: FeeSchedule
    journal: Journal
    book: Book = field(default_factory=lambda: empty_book(Decimal(0)))
    standing: Standing = field(default_factory=Standing)
    doubts: set[Doubt] = field(default_factory=set[Doubt])
    leaving: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    unwanted: set[str] = field(default_factory=set[str])
    said: dict[str, str] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    ends: date = date.max
    began: datetime = NEVER
    sought: datetime | None = None
    cut: Mapping[str, Cut] = field(default_factory=dict[str, Cut])
    impatient: bool = False
    walks: dict[str, Walk] = field(default_factory=dict)
    lately: Lately = field(default_factory=Lately)
    backstops: bool = False
    yielding: set[str] = field(default_factory=set[str])
    arming: set[str] = field(default_factory=set[str])
    armed_after: dict[str, datetime] = field(default_factory=dict[str, datetime])
    unguarded: dict[str, Held] = field(default_factory=dict[str, Held])
    beyond: frozenset[str] = frozenset()

    @property
    def restless(self) -> bool:
        """Whether an order that does not wait is working, a doubt or an alarm wants a second look, or
        something was withdrawn for what follows.
        """
        follows = bool(self.doubts or self.yielding or self.arming)
        return self.impatient or follows or (bool(self.held) and self.poll_s is not None)

    def is_doubted(self, position: str) -> bool:
        """Whether a position wants another look: a rule of it was seen broken, or it makes way."""
        return position in self.yielding or any(name == position for name, _ in self.doubts)

    def is_leaving(self, position: str) -> bool:
        """Whether a position is looked at whoever is watched: doubted, given up, or making way."""
        return any(name == position for name, _ in self.leaving) or self.is_doubted(position)

    @property
    def poll_s(self) -> float | None:
        """Seconds between looks off the lowest rung (R-ALM-10); a backtest looks at its next minute."""
        normal = self.standing.ladder.rung is Rung.NORMAL
        return None if normal else self.limits.alarm_poll_s

    def strategy(self, name: str) -> Strategy:
        """The strategy of that name.

        Raises
        ------
        InvariantError
            If the desk has none: starting refuses what is held by an unknown one.
        """
        for strategy in (*self.strategies, HEDGES):
            if strategy.name == name:
                return strategy
        known = ", ".join(strategy.name for strategy in self.strategies) or "none"
        raise InvariantError(
            f"the desk has no strategy {name!r}, only {known}; stop, add it to the configuration and "
            "start again"
        )

    def tending(self, name: str) -> Tending | None:
        """The strategy of that name as one that tends what it holds; nothing if it does not."""
        strategy = self.strategy(name)
        return strategy if isinstance(strategy, Plan | Tending) else None

    def view(self, now: Snapshot) -> View:
        """Everything a decision may look at, at an instant."""
        standing = standings.opened(self.standing, now.day.session.day)
        return view_of(now, self.book, standing, self.limits, self.fees)

    def begin(self, start: RunStarted) -> None:
        """Start, or go on where the journal ends: replaying it is the only way to begin.

        Whoever is watched next, what is held is looked at until it is seen to be well: nobody knows what
        a desk that stopped had seen.
        """
        if next(self.journal.read(), None) is None:
            self.journal.append((start,))
        at = start.at
        for _, fact in self.journal.read():
            self.fold(fact)
            at = fact.at
        self.leaving = {(name, START) for name in self.book.positions}
        known = {strategy.name for strategy in (*self.strategies, HEDGES)}
        for position in self.book.positions.values():
            if position.strategy not in known:
                raise ConfigError(
                    f"{position.id} is held and its strategy {position.strategy} is not configured; "
                    "add it back, or close the position first"
                )
        self.note(self._over(at))  # a stop may have come between an end and what follows from it

    def note(self, facts: Iterable[Fact]) -> bool:
        """Write facts, fold them, and write what follows from them; whether there were any."""
        known = tuple(facts)
        if not known:
            return False
        self.journal.append(known)
        refused = list(self._refused(known))
        for fact in known:
            self.fold(fact)
        self.note([*refused, *self._ended(known)])
        return True

    def fold(self, fact: Fact) -> None:
        """Book, standing and attempts after a fact."""
        book = books.apply(self.book, fact)
        if book is not self.book:
            self.cut = cut_by(fact, self.book, book, self.cut)
            self.book = book
            self.held = frozenset(position.strategy for position in book.positions.values())
            self.impatient = any(not working.order.waits for working in book.working.values())
            self.ends = first_end(book)
            if self.leaving:
                self.leaving = {each for each in self.leaving if each[0] in book.positions}
            if self.doubts:
                self.doubts = {doubt for doubt in self.doubts if doubt[0] in book.positions}
            if self.walks:
                wanted = {working.order.intent for working in book.working.values()}
                self.walks = {name: walk for name, walk in self.walks.items() if name in wanted}
        self.standing = standings.apply(self.standing, fact, self.limits)
        if isinstance(fact, RunStarted):
            self.began = fact.at
        if isinstance(fact, Sent):
            self.attempts[fact.order.intent] = fact.order.attempt
        elif isinstance(fact, Unguarded) and fact.position in self.book.positions:
            self.unguarded[fact.position] = self.book.positions[fact.position].held

    def _refused(self, facts: Sequence[Fact]) -> Iterator[Unguarded]:
        """Positions whose stop the venue sent back."""
        for fact in facts:
            if isinstance(fact, OrderEnded) and fact.how == "rejected":
                there = self.book.working.get(fact.order)
                if there is not None and there.order.is_backstop:
                    yield Unguarded(fact.at, there.order.closes, fact.note)

    def _ended(self, facts: Sequence[Fact]) -> list[Fact]:
        """Campaigns of which nothing is held or being opened any more."""
        if not any(isinstance(fact, LegFilled | Settled | OrderEnded) for fact in facts):
            return []
        return self._over(facts[-1].at)

    def _over(self, at: datetime) -> list[Fact]:
        """Campaigns of which nothing is held or being opened, as facts of an instant."""
        opening = {working.order.campaign for working in self.book.adding()}
        return [
            CampaignClosed(
                at, name, campaign.strategy, campaign.opened, campaign.flow, campaign.fees
            )
            for name, campaign in self.book.campaigns.items()
            if not campaign.positions and name not in opening
        ]


def first_end(book: Book) -> date:
    """The first day on which an option that was sold ends; the last of all days without one."""
    sold = (
        contract.expiry
        for position in book.positions.values()
        for contract, quantity in position.held
        if contract.is_option and quantity < 0
    )
    return min(sold, default=date.max)
