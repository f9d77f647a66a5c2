"""``tomking plan``: today's slots, what each would trade now, and which reading would refuse it."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from tomking.app import strategies
from tomking.app.at_the_broker import asking, is_live, serves
from tomking.app.config.load import Settings, load
from tomking.app.desk_files import PAPER, DeskFiles, there
from tomking.app.key_ring import OsRing
from tomking.app.live import LIVE
from tomking.app.market_time import PaperTime
from tomking.app.now import now, precise
from tomking.app.plan_today import (
    NOT_ASKED,
    WOULD_SEND,
    Later,
    Planned,
    copy_of,
    planned,
    slots,
    tried_here,
)
from tomking.app.real_money import SEND
from tomking.app.runs import of_file
from tomking.app.screen import both_clocks, day_of, show, show_json
from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import ConfigError
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact, RunStarted
from tomking.core.reading import refusals
from tomking.data.embedded import window
from tomking.data.live.market import open_market
from tomking.data.live.window import wants
from tomking.data.modelled import ModelMarket
from tomking.market.sessions import session_of
from tomking.market.snapshot import Snapshot
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.limits import Limits
from tomking.strategies.plan import Strategy
from tomking.wire.line import Line

#: The market of `tomking exchange serve`: the same seed, so that both speak of one world.
SEED = 7
#: How often a slot of one strategy is written out before it becomes a range.
FEW = 3


def command(
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    day: Annotated[str | None, typer.Option(help="Ask the modelled market of a day.")] = None,
    minute: Annotated[int, typer.Option(min=0, max=389, help="At this minute of it.")] = 60,
    join: Annotated[
        Path | None, typer.Option(help="On paper: a file with the line an exchange printed.")
    ] = None,
    capital: Annotated[int, typer.Option(min=1, help="Dollars where no journal says.")] = 100_000,
    some: Annotated[
        str | None, typer.Option("--strategies", metavar="NAMES", help="Some, by name.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Show who is due today and ask each now: strikes, size, margin, and every reading against it.

    It is asked at the exchange or broker of the account if one answers, or with --day at the modelled
    market. Orders are sized and judged, never sent, and nothing is written. With neither the slots alone
    are shown.
    """
    files = there(account)
    settings = load(files.settings if files.settings.exists() else None)
    plans = strategies.chosen(some.split(",") if some else settings.strategies, settings.tunings)
    facts = _facts(files, Decimal(capital))
    asked = _Asked(files, facts, plans, settings.limits, Decimal(capital))
    if day is not None:
        at, source, found = asked.modelled(day_of(day), minute)
    elif join is not None or is_live(files) or serves(files, None) is not None:
        at, source, found = asked.at_the_broker(join)
    else:
        at, source = now(), "nobody: no exchange serves, and no --day names a modelled market"
        found = slots(plans, at.date())[0]
    later = slots(plans, at.date())[1]
    if json:
        show_json({
            "account": account, "at": at, "asked": source, "halted": files.halt.exists(),
            "held_back": held_back(settings) or None, "due": found, "later": later,
        })  # fmt: skip
        return
    held = held_back(settings)
    for line in page(account, at, source, found, later, halted=files.halt.exists(), held=held):
        show(line)


def held_back(settings: Settings) -> str:
    """Why an entry would not leave the desk by itself, by the settings; empty where it would."""
    why = [] if settings.execution == SEND else [f"desk.execution is {settings.execution}"]
    why += [] if settings.automatic_entry else ["desk.automatic_entry is false"]
    starts = "live" if settings.mode == LIVE else "run"
    return f"`tomking {starts}` would send no entry: {' and '.join(why)}" if why else ""


def _facts(files: DeskFiles, capital: Decimal) -> tuple[Fact, ...]:
    """The facts of an account; before it has any, what was decided already with some capital."""
    if files.journal.is_file():
        return of_file(files.journal)
    before = of_file(files.before) if files.before.is_file() else ()
    return (RunStarted(before[0].at, "plan", capital, ""), *before) if before else ()


class _Asked:
    """An account's facts and plans, to be asked somewhere."""

    def __init__(
        self,
        files: DeskFiles,
        facts: Sequence[Fact],
        plans: tuple[Strategy, ...],
        limits: Limits,
        capital: Decimal,
    ) -> None:
        self.files, self.facts, self.plans = files, facts, plans
        self.limits, self.capital = limits, capital

    def modelled(self, day: date, minute: int) -> tuple[datetime, str, tuple[Planned, ...]]:
        """Of the modelled market at a minute of a day."""
        session = session_of(day)
        if session is None:
            raise ConfigError(f"{day} has no session: choose a day on which the market was open")
        market: Snapshot = ModelMarket(window(), seed=SEED).at(
            session.at(min(minute, session.minutes - 1))
        )
        desk = copy_of(self.facts, self.plans, self.limits, self.capital, market.at)
        tries = tried_here(self.facts, self.capital, self.limits)
        return market.at, "MODEL: the modelled market", planned(desk, market, tries)

    def at_the_broker(self, join: Path | None) -> tuple[datetime, str, tuple[Planned, ...]]:
        """Of the exchange or the broker the account trades at."""
        live = is_live(self.files) and join is None
        evidence = Evidence.LIVE if live else Evidence.MODEL
        with asking(self.files, join, OsRing()) as line:
            at = precise() if live else PaperTime.of(line, Event(), lambda: False).now()
            worth, found = self._there(line, at, evidence)
            where = "the broker" if live else "the paper exchange"
            return at, f"{worth.name}: {where}", found

    def _there(
        self, line: Line, at: datetime, evidence: Evidence
    ) -> tuple[Evidence, tuple[Planned, ...]]:
        roots = tuple(dict.fromkeys(root for plan in self.plans for root in plan.roots))
        market = open_market(
            line,
            roots,
            evidence,
            precise,
            wanted=wants(self.plans),
            proves=evidence is Evidence.MODEL,
        )
        try:
            desk = copy_of(self.facts, self.plans, self.limits, self.capital, at)
            broker = TastytradeBroker(line, TASTYTRADE, at, self.limits.house)
            broker.remember(self.facts)
            market.follow(desk.book.holdings)
            now = market.at(at)
            return now.vix.evidence, planned(desk, now, broker.preview)
        finally:
            market.close()


def page(
    account: str,
    at: datetime,
    source: str,
    found: tuple[Planned, ...],
    later: tuple[Later, ...],
    *,
    halted: bool,
    held: str = "",
) -> Iterator[str]:
    """The plan of a day in lines."""
    here = at.astimezone(NEW_YORK)
    yield f"{account} on {here:%A %Y-%m-%d} at {both_clocks(at)}; asked: {source}"
    if halted:
        yield "HALTED: nothing that adds risk would be sent, whatever stands below."
    if held:
        yield f"{held}."
    for one in found:
        yield from _planned(one)
    if not found:
        yield "No strategy has a slot today."
    for other in later:
        next_at = (
            "within no year" if other.next_slot is None else f"{other.next_slot:%a %Y-%m-%d %H:%M}"
        )
        yield f"not today: {other.strategy}, next {next_at} New York"


def _planned(one: Planned) -> Iterator[str]:
    times = [f"{at.astimezone(NEW_YORK):%H:%M}" for at in one.due]
    when = (
        ", ".join(times) if len(times) <= FEW else f"{times[0]} to {times[-1]}, {len(times)} times"
    )
    yield f"\n{one.strategy}, due {when}: {one.answer}{f' ({one.why})' if one.why else ''}"
    for leg in one.legs:
        mid = "no quote" if leg.mid is None else f"{leg.mid:.2f}"
        yield f"  {leg.quantity:+d} {leg.contract} at {mid}"
    if one.legs:
        margin = "not known" if one.margin is None else f"${one.margin:,.2f}"
        how = f"{one.units} x at {one.limit}" if one.units else "0 x"
        yield f"  {how} (mid {one.credit}), margin {margin} more"
    yield from (
        f"  refused now at {seen.stage.value}: {seen} {seen.rule}".rstrip() for seen in one.against
    )
    if one.answer == WOULD_SEND:
        yield from (
            f"  passed over, the next fits: {seen} {seen.rule}" for seen in refusals(one.readings)
        )
    if one.answer == NOT_ASKED:
        yield "  not asked: there is no market to ask"
