"""An account against its limits: its own standing and book, on a market or by its files alone."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from math import nan
from pathlib import Path
from threading import Event

from tomking.app.account_now import AccountNow, account_now
from tomking.app.at_the_broker import asking, is_live, serves
from tomking.app.commanding import Known, known
from tomking.app.config.load import Settings
from tomking.app.desk_files import DeskFiles
from tomking.app.key_ring import OsRing
from tomking.app.market_time import PaperTime
from tomking.app.now import precise
from tomking.app.of_account import alone, of_account
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.headroom import Headroom, governed
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Evidence, Stamped
from tomking.core.value import value
from tomking.data.live.market import open_market
from tomking.market.quoted import quoted
from tomking.market.snapshot import Snapshot
from tomking.portfolio import marks as worth
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.margin.account import Terms, asked
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing, opened
from tomking.risk.usage import MarginOf, usage
from tomking.risk.view import View, view_of


@value
class Whose:
    """An account whose limits are asked: its files, its settings, its journal, and how it stands."""

    files: DeskFiles
    own: Settings
    there: Known
    now: AccountNow

    @property
    def settings(self) -> Settings:
        """Its settings, with what it is worth as their capital."""
        return replace(self.own, capital=self.net_liq)

    def order(self, asked: Ticket) -> Ticket:
        """A file of legs as one that is meant for it."""
        return replace(asked, past=self.standing(asked.at))

    @property
    def net_liq(self) -> Decimal:
        """Dollars it is worth: by heartbeat, last close or cash, and before a run by its settings."""
        if not self.there.began:
            return self.own.capital
        return self.now.net_liq or self.now.told.book.cash

    def standing(self, at: datetime) -> Standing:
        """Its standing as the session of an instant begins."""
        return opened(self.there.standing, at.astimezone(NEW_YORK).date())


def whose(account: str, **others: object) -> Whose:
    """An account by its files, beside which nothing it brings along is named.

    Raises
    ------
    ConfigError
        If there is none, its settings do not hold, or something of it is named.
    DataCorrupt
        If its journal does not hold.
    """
    alone(account, **others)
    files, settings = of_account(account)
    there = known(files, settings.limits, settings.capital)
    return Whose(files, settings, there, account_now(files))


def of_files(who: Whose, limits: Limits, vix: float | None) -> tuple[Headroom, str]:
    """The headroom by the files alone, and what its figures are: no market says what is held is worth.

    VIX is that of the last close and margin what it needed then, all of it or none.
    """
    at, book, closed = who.there.at, who.now.told.book, who.now.told.closed
    seen = closed.vix if vix is None and closed is not None else vix
    market = quoted(at, (), {}, 0.0, seen)
    marks = market.marks(book.legs)
    view = View(
        market, book, marks, worth.values(book.legs, marks), who.standing(at), limits, TASTYTRADE,
        float(who.net_liq),
    )  # fmt: skip
    held = {contract.root for contract in book.legs.contracts}
    needed = float(closed.requirement) if closed is not None else nan

    def margin_of(roots: Collection[str]) -> float:
        """All that is held, at the last close; a part of it nobody knows."""
        return 0.0 if not set(roots) & held else needed if held <= set(roots) else nan

    by = "its journal" if who.there.began else "its settings and what was decided before a run"
    if closed is not None:
        by = f"{by}, and of {closed.day} what the market said at the close"
    return _headroom(view, margin_of(held), margin_of), f"by {by}"


def of_market(who: Whose, limits: Limits, now: Snapshot) -> tuple[Headroom, str]:
    """The headroom on a market, margin by our own rules; what has no quote is unknown."""
    view = view_of(now, who.now.told.book, who.standing(now.at), limits, TASTYTRADE)

    def margin_of(roots: Collection[str]) -> float:
        """What our house asks for what is held on some roots."""
        return sum(_needed(view, root) for root in roots)

    held = {contract.root for contract in view.book.legs.contracts}
    there = f"{now.vix.evidence.name}: on the market of {now.at:%Y-%m-%d %H:%M}"
    return _headroom(view, margin_of(held), margin_of), there


def _needed(view: View, root: str) -> float:
    spot = view.market.spot(root)
    if not isinstance(spot, Stamped):
        return nan
    try:
        found = asked(
            root, view.book.legs, view.marks, spot.value, view.market.at, Terms(view.limits.house)
        )
    except QuoteMissing:
        return nan
    return float(found.maintenance)


def _headroom(view: View, margin: float, margin_of: MarginOf) -> Headroom:
    given = governed(view)
    return Headroom(view, given, usage(view, given, margin_of), (), margin)


@contextmanager
def market_there(who: Whose, join: Path | None) -> Iterator[Snapshot | None]:
    """The market where the account trades, looked at once; nothing if none serves."""
    files = who.files
    live = is_live(files) and join is None
    if not live and serves(files, join) is None:
        yield None
        return
    evidence = Evidence.LIVE if live else Evidence.MODEL
    holdings = who.now.told.book.holdings
    roots = tuple(dict.fromkeys(contract.root for contract in holdings))
    with asking(files, join, OsRing()) as line:
        at = precise() if live else PaperTime.of(line, Event(), lambda: False).now()
        market = open_market(line, roots, evidence, precise, proves=not live)
        try:
            market.follow(holdings)
            yield market.at(at)
        finally:
            market.close()
