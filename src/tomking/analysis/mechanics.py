"""How strategies go about their business, in counts alone: entries, exits, changes, who said no.

For runs whose prices are too much of an invention to count money on. No figure here is in dollars.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tomking.analysis.funnel import Funnel, funnels
from tomking.analysis.tallies import Asked
from tomking.analysis.trades import EXPIRED, reason_of
from tomking.core.facts import CampaignClosed, Fact, LegFilled, Reviewed, Sent, Settled
from tomking.core.order import Order, Purpose
from tomking.core.value import value

#: What it is about, what was done or answered, and how often; the commonest first.
Counts = tuple[tuple[str, str, int], ...]


@value
class Mechanic:
    """One strategy: campaigns begun and ended, exits (tranche, reason), changes (change, answer)."""

    name: str
    title: str
    entered: int
    closed: int
    exits: Counts
    changes: Counts
    funnel: Funnel

    @property
    def open(self) -> int:
        """Campaigns that are held at the end."""
        return self.entered - self.closed


def mechanics(facts: Sequence[Fact], asked: Sequence[Asked]) -> tuple[Mechanic, ...]:
    """What each strategy did in a journal, whatever it earned."""
    sent = {fact.order.id: fact.order for fact in facts if isinstance(fact, Sent)}
    traded = {fact.order: sent[fact.order] for fact in facts if isinstance(fact, LegFilled)}
    opened = {order.campaign: order for order in traded.values() if order.purpose is Purpose.OPEN}
    ended = [fact for fact in facts if isinstance(fact, CampaignClosed)]
    reached = funnels(facts, asked, {name: order.root for name, order in opened.items()})
    return tuple(
        Mechanic(
            one.name,
            one.title,
            sum(order.strategy == one.name for order in opened.values()),
            sum(fact.strategy == one.name for fact in ended),
            _counted(_exits(one.name, traded, facts)),
            _counted(_changes(one.name, facts)),
            funnel,
        )
        for one, funnel in zip(asked, reached, strict=True)
    )


def _counted(found: Iterator[tuple[str, str]]) -> Counts:
    return tuple((*key, times) for key, times in Counter(found).most_common())


def _exits(
    name: str, traded: Mapping[str, Order], facts: Sequence[Fact]
) -> Iterator[tuple[str, str]]:
    """Every closing order that traded, and every expiry of a tranche."""
    mine = [order for order in traded.values() if order.strategy == name]
    for order in mine:
        if order.purpose is Purpose.CLOSE:
            yield order.closes.rpartition(":")[2], reason_of(order)
    tranches = {leg.contract: leg.tranche for order in mine for leg in order.legs if leg.opens}
    over = {
        (fact.at, tranches[fact.contract])
        for fact in facts
        if isinstance(fact, Settled) and fact.contract in tranches
    }
    yield from ((tranche, EXPIRED) for _, tranche in over)


def _changes(name: str, facts: Sequence[Fact]) -> Iterator[tuple[str, str]]:
    """Every new answer to an adjustment or a renewal that came due."""
    for fact in facts:
        if isinstance(fact, Reviewed) and fact.strategy == name:
            yield change(fact.matter), fact.outcome


def change(matter: str) -> str:
    """What is to be done to what is held, without the position and the day.

    >>> change("ipmcc/2018-01-03/open:leap/rolled"), change("ipmcc/2018-01-03/weekly/2018-01-12")
    ('rolled', 'weekly sold again')
    """
    head, _, tail = matter.rpartition("/")
    return tail if ":" in head else f"{head.rpartition('/')[2]} sold again"
