"""Everything a report says about one run, folded from its facts once."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from tomking.analysis.alarms import Raised, alarms
from tomking.analysis.attribution import Slice, attribution
from tomking.analysis.equity import WINDOWS, Curve, Month, Window, curve, months, window
from tomking.analysis.funnel import Funnel, funnels, refused_orders
from tomking.analysis.performance import Performance, performance
from tomking.analysis.rejections import Rejection, rejections
from tomking.analysis.results import Result, results
from tomking.analysis.tallies import Asked, Tally, tally
from tomking.analysis.trades import Held, Trade, entered, trades
from tomking.core.facts import Fact
from tomking.core.product import PRODUCTS
from tomking.core.restraints import Halted
from tomking.core.value import value


@value
class Summary:
    """A run in figures. Money in dollars, exact; ``locks`` counts what tripped a breaker.

    ``hedges`` are the campaigns of no strategy that was asked: what an emergency bought;
    ``alarms`` what was raised and what came of it.
    """

    capital: Decimal
    final: Decimal
    curve: Curve
    performance: Performance
    months: tuple[Month, ...]
    windows: tuple[Window, ...]
    tallies: tuple[Tally, ...]
    funnels: tuple[Funnel, ...]
    trades: tuple[Trade, ...]
    slices: tuple[Slice, ...]
    refused: tuple[tuple[str, str, str, int], ...]
    locks: tuple[tuple[str, int], ...]
    rejections: tuple[Rejection, ...]
    results: tuple[Result, ...]
    hedges: tuple[Trade, ...] = ()
    alarms: tuple[Raised, ...] = ()

    @property
    def pnl(self) -> Decimal:
        """What was earned, open positions at their last mark."""
        return self.final - self.capital

    @property
    def sessions(self) -> int:
        """How many sessions were traded."""
        return len(self.curve.days) - 1

    @property
    def first(self) -> date:
        """The first session."""
        return self.curve.days[0]

    @property
    def last(self) -> date:
        """The last session."""
        return self.curve.days[-1]

    @property
    def too_early(self) -> int:
        """Trades in a root that was not listed yet on the day they were opened."""
        return sum(trade.opened.date() < PRODUCTS[trade.root].listed for trade in self.trades)


def summarise(
    facts: Sequence[Fact],
    asked: Sequence[Asked],
    capital: Decimal,
    final: Decimal,
    held: Mapping[str, Held],
    seed: int,
) -> Summary:
    """The figures of a run.

    Parameters
    ----------
    facts
        The whole journal of the run, in order.
    capital, final
        Net liq before the first and after the last session, in dollars.
    held
        The campaigns still open at the end, valued at their last mark.
    seed
        Of the bootstrap behind the intervals.
    """
    names = {strategy.name for strategy in asked}
    path, all_ = curve(facts, capital), trades(facts, held)
    found = tuple(trade for trade in all_ if trade.strategy in names)
    roots = entered(facts)
    funnel = funnels(facts, asked, roots)
    return Summary(
        capital, final, path, performance(path), months(path),
        tuple(window(path, *stretch) for stretch in WINDOWS),
        tuple(
            tally(strategy, reached.candidates, found, seed)
            for strategy, reached in zip(asked, funnel, strict=True)
        ),
        funnel, found, attribution(found), refused_orders(facts),
        tuple(Counter(fact.reason for fact in facts if isinstance(fact, Halted)).most_common()),
        rejections(facts, roots), results(found),
        tuple(trade for trade in all_ if trade.strategy not in names), alarms(facts),
    )  # fmt: skip
