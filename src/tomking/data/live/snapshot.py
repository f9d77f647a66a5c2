"""The live market at one instant: a frozen view of the cache, read when asked.

Prices, quotes and Greeks are the feed's; other worlds are priced at implied volatilities (``worth``).
What the feed has not told, or told too long ago, is a skip or NaN and never a stand-in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import nan

import numpy as np

from tomking.core.calendar import Session
from tomking.core.contract import Contract, Settles
from tomking.core.errors import DataError
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip, Stage, skip
from tomking.data.live import quotes
from tomking.data.live.cache import View
from tomking.data.live.candles import OPEN, since, weighted
from tomking.data.live.chain import LiveChain
from tomking.data.live.day import Known, carried_by, day_of
from tomking.data.live.fields import DAY_CLOSE, DAY_ID, DAY_OPEN, IS_FINAL, SUMMARY
from tomking.data.live.following import Following
from tomking.data.live.listed import Listed
from tomking.data.live.marker import Marker
from tomking.data.live.names import VIX, days_number, is_index, underlying_of
from tomking.data.live.worth import Carried
from tomking.market.bars import F64
from tomking.market.landscape import Axes, Landscape
from tomking.market.quoted import Quoted
from tomking.market.snapshot import NO_SHOCK, Day, Legs, Marks, Shock

#: How late after the open its first minute may begin and still hold the opening price.
OPENS_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Sources:
    """What the snapshots of a day have in common.

    ``chains`` are by root; ``symbol`` says what a contract streams under, ``front`` what stands for a
    root, ``minutes`` gives today's one-minute candles of a symbol. The day was made of what was
    ``known`` of these ``roots``. ``missed`` gathers what was asked for and does not stream.
    """

    day: Day
    carried: Carried
    evidence: Evidence
    chains: Mapping[str, Listed]
    symbol: Callable[[Contract], str]
    front: Callable[[str], Contract | None]
    minutes: Callable[[str], F64]
    known: Known
    roots: tuple[str, ...]
    missed: set[Contract] = field(default_factory=set[Contract])


def sources_of(
    session: Session,
    known: Known,
    following: Following,
    chains: Mapping[str, Listed],
    minutes: Callable[[str], F64],
) -> Sources:
    """What the snapshots of a session have in common, from what was told before its open."""
    roots = following.roots
    return Sources(
        day_of(session, known, roots), carried_by(session.day, known.rate, roots), known.evidence,
        chains, following.names.symbol, following.fronts.get, minutes, known, roots,
    )  # fmt: skip


@dataclass(slots=True)
class LiveSnapshot:
    """The market as the feed had told it at an instant."""

    at: datetime
    view: View
    sources: Sources
    _chains: dict[str, LiveChain] = field(default_factory=dict[str, LiveChain])
    _marker: Marker = field(init=False)

    def __post_init__(self) -> None:
        place = self.sources
        self._marker = Marker(self.at, self.view, place.symbol, self.underlying, place.carried)

    @property
    def day(self) -> Day:
        """What was known before the open."""
        return self.sources.day

    @property
    def minute(self) -> float:
        """Minutes since the session's open."""
        return self.day.session.minute(self.at)

    @property
    def vix(self) -> Stamped:
        """VIX now; NaN, which passes no rule, when the feed does not tell it."""
        try:
            return self._stamped(quotes.last(self.view, VIX))
        except DataError:
            return Stamped(nan, self.at, self.sources.evidence)

    def spot(self, root: str) -> Stamped | Skip:
        """The price of a root's front future, index or share now."""
        front = self.sources.front(root)
        return _no(root, f"{root} is not followed") if front is None else self.underlying(front)

    def underlying(self, contract: Contract) -> Stamped | Skip:
        """The price of a contract's own future, index or share now."""
        symbol = self.sources.symbol(underlying_of(contract))
        try:
            ask = quotes.last if is_index(contract.root) else quotes.middle
            return self._stamped(ask(self.view, symbol))
        except DataError as wrong:
            return _no(contract.root, str(wrong))

    def session_open(self, root: str) -> Stamped | Skip:
        """The price of the same thing at today's open: of its first minute, or of the feed's day.

        The day of a future began the evening before; only its minutes know the session's open.
        """
        front, opens = self.sources.front(root), self.day.session.opens
        if front is None or self.at < opens:
            return _no(f"{root} open", "not followed" if front is None else "not open yet")
        symbol = self.sources.symbol(front)
        first = since(self.sources.minutes(symbol), opens, opens + OPENS_WITHIN)
        price = float(first[0, OPEN]) if len(first) else nan
        if np.isnan(price) and not front.future:
            price = self._of_today(symbol, DAY_OPEN)
        if not price > 0.0:
            return _no(f"{root} open", "the feed has not told it")
        return Stamped(price, opens, self.sources.evidence)

    def vwap(self, root: str) -> float:
        """The volume-weighted price of today's minutes so far; NaN if the feed gives no volume."""
        front = self.sources.front(root)
        if front is None:
            return nan
        minutes = self.sources.minutes(self.sources.symbol(front))
        return weighted(since(minutes, self.day.session.opens, self.at))

    def chain(self, root: str) -> LiveChain | Skip:
        """The options of a root as they stream."""
        listed = self.sources.chains.get(root)
        if listed is None:
            return skip(f"{root} options", Stage.DATA, f"no chain of {root} is followed", "a chain")
        if root not in self._chains:
            self._chains[root] = LiveChain(
                listed, self.view, self.at, self.sources.evidence, self._marker.implied,
                self.sources.missed,
            )  # fmt: skip
        return self._chains[root]

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Every leg as it is quoted, or repriced; a leg without a quote has an infinite age."""
        return self._marker.marks(legs, shock)

    def landscape(self, legs: Legs, axes: Axes) -> Landscape:
        """What a table of worlds needs to know of the legs; volatilities stay with their strikes."""
        return self._marker.landscape(legs, axes)

    def quoted(self, legs: Legs) -> Quoted:
        """The market of some legs alone, each at the volatility of its own quote."""
        return self._marker.quoted(legs.contracts)

    def fixing(self, contract: Contract) -> Stamped | Skip:
        """The official close of what expires today, once the feed says that it is the final one."""
        what = f"{contract} fixing"
        if contract.expiry != self.day.session.day:
            return _no(what, "it does not expire today")
        if contract.settles is Settles.AM:
            return _no(what, "the feed has no settlement value of the morning")
        symbol = self.sources.symbol(underlying_of(contract))
        close, final = self._of_today(symbol, DAY_CLOSE), self._of_today(symbol, IS_FINAL)
        if not (close > 0.0 and final == 1.0):
            return _no(what, "the official close is not told yet")
        return Stamped(close, self.day.session.closes, self.sources.evidence)

    def _stamped(self, price: quotes.Price) -> Stamped:
        true_at = self.at - timedelta(seconds=price.age_s)
        return Stamped(price.points, true_at, self.sources.evidence)

    def _of_today(self, symbol: str, row: int) -> float:
        """A figure of the feed's day; NaN if that is another day."""
        number, _ = self.view.figure(symbol, DAY_ID, SUMMARY)
        found, _ = self.view.figure(symbol, row, SUMMARY)
        return found if number == days_number(self.day.session.day) else nan


def _no(what: str, why: str) -> Skip:
    return skip(f"{what} price", Stage.DATA, why, "a price")
