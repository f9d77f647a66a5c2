"""Who is followed: what streams first, what is held, and the window of what could be traded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tomking.core.contract import Contract
from tomking.data.live.candles import DAILY, MINUTES, Series
from tomking.data.live.day import stands_on
from tomking.data.live.feed import Subscription
from tomking.data.live.fields import CANDLE
from tomking.data.live.names import (
    LEADING,
    LEADING_FUTURES,
    SPX,
    VIX,
    Names,
    front_of,
    subscriptions,
    underlying_of,
)

#: How far back daily candles are asked for: long after it, an average no longer knows where it began.
HISTORY = timedelta(days=3653)
#: The most contracts that stream because somebody asked for them beside the windows.
ASKED_MAX = 100


@dataclass(slots=True)
class Following:
    """The contracts that stream, by why they do; ``roots`` are those that are traded.

    ``asked`` are those that somebody wanted today though no window held them.
    """

    roots: tuple[str, ...]
    names: Names
    held: tuple[Contract, ...] = ()
    asked: dict[Contract, None] = field(default_factory=dict[Contract, None])
    windows: dict[str, Mapping[Contract, str]] = field(
        default_factory=dict[str, Mapping[Contract, str]]
    )
    fronts: dict[str, Contract] = field(default_factory=dict[str, Contract])

    def begin(self, day: date) -> None:
        """A new session: the front futures of its date, and windows that are still to be laid."""
        every = dict.fromkeys((*self.roots, *LEADING, *LEADING_FUTURES))
        found = ((root, front_of(root, day)) for root in every)
        self.fronts = {root: front for root, front in found if front is not None}
        self.windows.clear()
        self.asked.clear()
        self.names.keep(self.held)

    def lay(self, root: str, window: Mapping[Contract, str]) -> None:
        """The window of a root, by what its contracts stream under."""
        for contract, symbol in window.items():
            self.names.learn(contract, symbol)
        self.windows[root] = window

    def contracts(self) -> tuple[Contract, ...]:
        """All of them, what matters most first."""
        windows = tuple(contract for window in self.windows.values() for contract in window)
        options = (*self.held, *self.asked, *windows)
        on = (underlying_of(each) for each in options)
        return tuple(dict.fromkeys((*self.fronts.values(), *on, *options)))

    def also(self, contracts: Iterable[Contract]) -> bool:
        """Have these streamed too, for today; whether any is new. Of too many the oldest go."""
        new = [each for each in contracts if each not in self.asked]
        self.asked |= dict.fromkeys(new)
        for oldest in list(self.asked)[: max(0, len(self.asked) - ASKED_MAX)]:
            del self.asked[oldest]
        return bool(new)

    def symbols(self) -> dict[str, None]:
        """What all of them stream under, and what streams first though nobody trades it here."""
        ours = (self.names.symbol(contract) for contract in self.contracts())
        return dict.fromkeys(symbol for symbol in (*LEADING, *ours) if symbol)

    def daily(self) -> dict[str, Series]:
        """The daily candles each root's history is made of, and those of the index and of VIX."""
        made: dict[str, Series] = {}
        for root in (*self.roots, SPX, VIX):
            front = self.fronts.get(stands_on(root))
            if front is not None:
                made[stands_on(root)] = Series(self.names.symbol(front), DAILY)
        return made

    def candles(self, opens: datetime) -> tuple[Subscription, ...]:
        """Daily candles, and the minutes of this session of what is traded."""
        since, today = opens - HISTORY, {root: self.fronts.get(root) for root in self.roots}
        days = [_asked(each, since) for each in self.daily().values()]
        minutes = [_asked(Series(self.names.symbol(front), MINUTES), opens)
                   for front in today.values() if front is not None]  # fmt: skip
        return tuple(dict.fromkeys((*days, *minutes)))

    def wanted(self) -> Iterable[Subscription]:
        """Everything but candles."""
        return (each for symbol in self.symbols() for each in subscriptions(symbol))


def _asked(series: Series, since: datetime) -> Subscription:
    return Subscription(CANDLE, series.symbol, int(since.timestamp() * 1000))
