"""``tomking divergence DAY``: a traded day beside the replay of its recording."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from math import isnan
from typing import Annotated

import typer

from tomking.analysis.divergence import Divergence, Kind, divergence
from tomking.app import strategies
from tomking.app.config.load import load
from tomking.app.desk_files import PAPER, there
from tomking.app.screen import day_of, show, show_json, show_table
from tomking.backtest.replay import Told, replay
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract
from tomking.core.dealings import WentOn
from tomking.core.errors import ConfigError, Exit
from tomking.core.facts import Considered, Fact, LegFilled, RunStarted, Sent
from tomking.core.money import signed
from tomking.data.recorded import RecordedMarket, Recording, read
from tomking.engine.hedged import HEDGES
from tomking.engine.journal import SqliteJournal
from tomking.exchange.fills import FORMS, model_named
from tomking.market.snapshot import MID
from tomking.portfolio.columns import columns
from tomking.portfolio.fees import TASTYTRADE

HEAD = ("", "intent", "difference", "$")


def command(
    day: Annotated[str, typer.Argument(metavar="DAY", help="A day that was traded and recorded.")],
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    fill: Annotated[
        str, typer.Option("--fill-model", help=f"Of the replay. {FORMS}")
    ] = "spread_fraction(0.5)",
    some: Annotated[
        str | None, typer.Option("--strategies", help="Instead of those the journal names.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Trade a recorded day again, and name every difference from what was traded.

    Each is one of price, timing, gate, fill and fee, with its money; exits 3 if they do not come to
    what the two days differ by.
    """
    on, files = day_of(day), there(account)
    settings = load(files.settings if files.settings.exists() else None)
    if not files.journal.is_file():
        raise ConfigError(f"{account} has no journal yet: trade a day with it first")
    before, here = parted([fact for _, fact in SqliteJournal.open(files.journal).read()], on)
    recording = read(files.folder, on)
    names = tuple(some.split(",")) if some else named((*before, *here))
    told = Told(
        strategies.chosen(names, settings.tunings),
        settings.limits,
        TASTYTRADE,
        model_named(fill),
        had_backstops((*before, *here)),
    )
    again = replay(recording, told, before)
    found = divergence(here, again, closing_marks(recording, (*before, *here, *again)))
    if json:
        show_json(_said(on, found, recording))
    else:
        _show(on, found, recording)
    return Exit.REFUSED if found.unexplained else Exit.OK


def parted(facts: Sequence[Fact], day: date) -> tuple[list[Fact], list[Fact]]:
    """What came before a day, how the account began included, and the facts of the day."""
    when = [fact.at.astimezone(NEW_YORK).date() for fact in facts]
    begins = (isinstance(fact, RunStarted) for fact in facts)
    early = [at < day or begun for at, begun in zip(when, begins, strict=True)]
    before = [fact for fact, so in zip(facts, early, strict=True) if so]
    today = zip(facts, when, early, strict=True)
    return before, [fact for fact, at, so in today if at == day and not so]


def named(facts: Sequence[Fact]) -> tuple[str, ...]:
    """The strategies that were asked or have traded."""
    asked = (fact.strategy for fact in facts if isinstance(fact, Considered))
    sent = (fact.order.strategy for fact in facts if isinstance(fact, Sent))
    return tuple(name for name in dict.fromkeys((*asked, *sent)) if name != HEDGES.name)


def had_backstops(facts: Sequence[Fact]) -> bool:
    """Whether stops rested behind naked shorts: by what the desk said of its settings last."""
    told = [each.settings for each in facts if isinstance(each, RunStarted | WentOn)]
    return bool(told) and "backstops=True" in told[-1]


def closing_marks(recording: Recording, facts: Sequence[Fact]) -> dict[Contract, Decimal]:
    """What everything that traded stood at when the day was last looked at."""
    traded = tuple(dict.fromkeys(each.contract for each in facts if isinstance(each, LegFilled)))
    last = RecordedMarket(recording).at(recording.ticks[-1].at)
    mids = last.marks(columns([(each, 1) for each in traded])).table[MID].tolist()
    known = zip(traded, mids, strict=True)
    return {each: Decimal(repr(mid)) for each, mid in known if not isnan(mid)}


def _said(on: date, found: Divergence, recording: Recording) -> dict[str, object]:
    return {
        "day": on, "orders": found.orders, "fills": found.fills,
        "here": found.here, "there": found.there, "total": found.total,
        "differences": [
            {"kind": each.kind.value, "intent": each.intent, "what": each.what, "money": each.money}
            for each in found.differences
        ],
        "by_kind": {kind.value: found.by_kind[kind] for kind in Kind},
        "explained": found.explained, "unexplained": found.unexplained,
        "torn_bytes": recording.torn,
    }  # fmt: skip


def _show(on: date, found: Divergence, recording: Recording) -> None:
    show(f"{on:%A} {on} beside the replay of its recording, {len(recording.ticks)} looks")
    if recording.torn:
        show(f"The recording ends in a torn block of {recording.torn:,} bytes, which is left out.")
    show(f"{found.orders} orders and {found.fills} fills on both days")
    if found.differences:
        rows = [
            (each.kind.value, each.intent, each.what, f"{each.money:+,.2f}")
            for each in found.differences
        ]
        show_table(HEAD, rows)
    else:
        show("No difference.")
    show(f"here beyond there: {signed(found.total)}, explained {signed(found.explained)}")
    show(f"unexplained: {signed(found.unexplained)}")
