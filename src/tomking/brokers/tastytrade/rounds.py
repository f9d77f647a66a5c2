"""When to look things up although nothing was told: orders, ledger, books. Figures, no requests."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Contract, Settles
from tomking.core.value import value
from tomking.market.snapshot import Snapshot

#: Without news an order at work is looked up this often, and books that differ where nobody counts.
OFTEN = timedelta(seconds=60)
#: What rests at the broker for days is looked up this often where requests are counted: its news stream.
#: So is what has ended and is not booked yet: the broker books it at night, of some not before the next.
SELDOM = timedelta(minutes=10)
#: The ledger is read and the books are compared this often whatever happens.
NOW_AND_THEN = timedelta(minutes=60)


@value
class Rounds:
    """When each thing was last looked up, and after how many gaps in the news the orders were.

    ``behind`` is the day of the oldest row of the ledger that could not be booked, if there is one, and
    ``resting`` how often an order is looked up that rests, an end that is not booked, and books that
    differ.
    """

    orders: datetime | None = None
    ledger: datetime | None = None
    books: datetime | None = None
    gaps: int = -1
    behind: date | None = None
    resting: timedelta = OFTEN

    @property
    def looked(self) -> bool:
        """Whether the orders were looked up at all since the start; a cancel only asks for it anew."""
        return self.gaps >= 0

    def unheard(self) -> "Rounds":
        """These, while no news comes: what rests is looked up as often as what is at work."""
        return replace(self, resting=OFTEN)

    def orders_due(
        self, at: datetime, gaps: int, *, doubt: bool, working: bool, resting: bool
    ) -> bool:
        """After a gap, while the fate of an order is not known, and now and then while one works."""
        if doubt or gaps != self.gaps:
            return True
        since = _since(self.orders, at)
        return (working and since >= OFTEN) or (resting and since >= self.resting)

    def ledger_due(self, now: Snapshot, held: Iterable[Contract], *, traded: bool) -> bool:
        """When something traded, when something held is over, and now and then."""
        if traded or _since(self.ledger, now.at) >= NOW_AND_THEN:
            return True
        return _since(self.ledger, now.at) >= self.resting and any(
            is_over(each, now) for each in held
        )

    def ledger_from(self, now: Snapshot, held: Iterable[Contract], since: datetime) -> date:
        """The first day to read: rows come late, so yesterday, the end of anything held that is over,
        and whatever was left unbooked.
        """
        yesterday = (self.ledger or since).date() - timedelta(days=1)
        over = (each.expiry for each in held if is_over(each, now))
        return min(yesterday, self.behind or yesterday, *over)

    def books_due(self, at: datetime, *, differ: bool) -> bool:
        """Now and then, and as often as what rests while they differ."""
        return _since(self.books, at) >= (self.resting if differ else NOW_AND_THEN)


def _since(last: datetime | None, at: datetime) -> timedelta:
    return timedelta.max if last is None else at - last


def is_over(contract: Contract, now: Snapshot) -> bool:
    """Whether a contract has been fixed by now."""
    session = now.day.session
    if contract.expiry != session.day or not contract.is_option:
        return contract.expiry < session.day
    morning = contract.settles is Settles.AM
    return now.at >= (session.opens if morning else session.at(session.minutes + AFTER_CLOSE))
