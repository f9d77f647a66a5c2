"""Day scenarios: a day as text, and what every gate says about what is asked on it.

A file is lines of ``key: value`` and a ``#`` for remarks. The lines before the first ``asks`` set the
scene; each ``asks`` is followed by what is expected of it.

::

    at: 2024-08-05 10:30
    market: price=5200 opened=5150 vol=0.50 vix=45 half=0.5 age=0 vix_age=0
    yesterday: close=5346.5 vix=23.39
    events: FOMC 14:00
    account: cash=100000 day_start=105000 peak=110000 streak=1 phase=4
    reasons: day loss
    done: 10
    rung: NO_ENTRY
    record: friday_0dte won=9 lost=21 each=50
    limits: stage=1 dte_min.lt112=35
    quote: 5300 C 5.10 4.90
    holds: lt112 MES 3 x -2 4500 P @ 8.00 until 2024-11-29
    works: friday_0dte ES 1 x -1 5300 C, +1 5330 C @ 4.00 until 2024-08-05
    asks: open friday_0dte ES 1 x -1 5300 C, +1 5330 C @ 4.00 until 2024-08-05
    expect: refused at VIX
    fails: R-VIX-02 R-VIX-04
    passes: R-EVT-01

``asks: close NAME`` takes down the holding with that strategy's name, ``@`` a net credit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from math import isnan
from pathlib import Path
from typing import Any

from tomking.core.calendar import NEW_YORK
from tomking.core.facts import Fact, Sent
from tomking.core.order import Leg, Order, Purpose
from tomking.core.product import PRODUCTS
from tomking.core.reading import Reading, first_failure
from tomking.core.rung import Rung
from tomking.core.value import value
from tomking.exchange.account import NOT_ASKED, margin_refusals
from tomking.exchange.collateral import Collateral
from tomking.market.listing import front_future
from tomking.market.snapshot import MID
from tomking.portfolio.book import Book, empty_book, fold
from tomking.portfolio.columns import columns_of
from tomking.portfolio.fees import TASTYTRADE
from tomking.portfolio.marks import of_options
from tomking.portfolio.power import buying_power
from tomking.portfolio.preview import Preview
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.outcomes import Outcome
from tomking.risk.rungs import KillLadder
from tomking.risk.standing import Standing, start
from tomking.risk.tally import Tally
from tomking.risk.verdict import Approved
from tomking.risk.view import View, view_of
from worlds.board import Board, board, day_of
from worlds.orders import fills, option

MONEY = ("day_start", "week_start", "month_start", "peak")
MARKET = {"vix": "vix_points", "half": "half_width", "age": "age_s", "vix_age": "vix_age_s"}


@value
class Asked:
    """One order of a scenario, what every gate answered and what was expected."""

    text: str
    verdict: str
    readings: tuple[Reading, ...]
    expected: str
    passes: tuple[str, ...]
    fails: tuple[str, ...]


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """The keys and values of a file, in order."""
    for line in path.read_text(encoding="utf-8").splitlines():
        text = line.split("#")[0].strip()
        if text:
            key, _, rest = text.partition(":")
            yield key.strip(), rest.strip()


def pairs(text: str) -> dict[str, Any]:
    """``a=1 b=x`` as a mapping; numbers where they are some."""
    found: dict[str, Any] = {}
    for part in text.split():
        name, _, figure = part.partition("=")
        try:
            found[name] = int(figure) if figure.lstrip("-").isdigit() else float(figure)
        except ValueError:
            found[name] = figure
    return found


def tables(given: Mapping[str, Any]) -> dict[str, Any]:
    """Figures in which ``dte_min.lt112`` is the row of a table by name."""
    found: dict[str, Any] = {}
    for key, figure in given.items():
        name, dot, row = key.partition(".")
        found[name] = (*found.get(name, ()), (row, float(figure))) if dot else figure
    return found


@value
class Scene:
    """The lines before the first ``asks``."""

    at: datetime
    market: Mapping[str, Any]
    yesterday: Mapping[str, Any]
    events: Mapping[str, str]
    account: Mapping[str, Any]
    reasons: frozenset[str]
    limits: Limits
    quotes: tuple[str, ...]
    holds: tuple[str, ...]
    works: tuple[str, ...]
    record: tuple[str, ...]
    rung: Rung


def scene_of(rows: list[tuple[str, str]]) -> Scene:
    """The scene of a file."""
    one = dict(rows)
    several: dict[str, tuple[str, ...]] = {
        key: tuple(text for name, text in rows if name == key)
        for key in ("quote", "holds", "works", "events", "reasons", "record")
    }
    events = dict(text.partition(" ")[::2] for text in several["events"])
    at = datetime.fromisoformat(one["at"]).replace(tzinfo=NEW_YORK)
    return Scene(
        at, pairs(one.get("market", "")), pairs(one.get("yesterday", "")), events,
        pairs(one.get("account", "")), frozenset(several["reasons"]),
        Limits(**tables(pairs(one.get("limits", "")))), several["quote"], several["holds"],
        several["works"], several["record"], Rung[one.get("rung", "NORMAL")],
    )  # fmt: skip


def board_of(scene: Scene) -> Board:
    """The market of a scene."""
    known = day_of(
        scene.at.date(),
        vix_previous=float(scene.yesterday.get("vix", 16.0)),
        previous_close=float(scene.yesterday.get("close", 6000.0)),
        blocked=scene.events,
        indicators={k: float(v) for k, v in scene.yesterday.items() if k not in ("vix", "close")},
    )
    figures = {MARKET.get(name, name): float(x) for name, x in scene.market.items()}
    return replace(board(), at=scene.at, day=known, **figures)


def wanted(text: str, scene: Scene, purpose: Purpose = Purpose.OPEN, row: int = 0) -> Order:
    """``friday_0dte ES 1 x -1 5300 C, +1 5330 C @ 4.00 until 2024-08-05`` as an order."""
    head, _, tail = text.partition(" x ")
    strategy, root, units = head.split()
    packed, _, rest = tail.partition(" @ ")
    limit, _, until = rest.partition(" until ")
    expiry = date.fromisoformat(until or scene.at.date().isoformat())
    future = front_future("ES", expiry).future
    name = f"{strategy}/{scene.at.date()}/{row}"
    legs = tuple(
        Leg(option(rest_, expiry, root, future), int(count), "all")
        for count, rest_ in (part.strip().split(" ", 1) for part in packed.split(","))
    )
    return Order(
        f"{name}/open", 1, purpose, strategy, name, legs, int(units), Decimal(limit.split(",")[0])
    )


def book_of(scene: Scene) -> Book:
    """What a scene holds and has working."""
    cash = Decimal(str(scene.account.get("cash", 100_000)))
    facts: list[Fact] = []
    for row, text in enumerate(scene.holds):
        opened = wanted(text, scene, row=row)
        prices = text.partition(" @ ")[2].partition(" until ")[0].split(",")
        facts += [Sent(scene.at, opened), *fills(opened, (p.strip() for p in prices), scene.at)]
    book = fold(empty_book(cash), facts)
    book = replace(book, working={}, cash=cash)
    works = [Sent(scene.at, wanted(text, scene, row=90 + n)) for n, text in enumerate(scene.works)]
    return fold(book, works)


def standing_of(scene: Scene, cash: Decimal) -> Standing:
    """What a scene remembers."""
    known = start(cash, scene.limits)
    given = {k: v for k, v in scene.account.items() if k not in ("cash", "done")}
    figures = {k: Decimal(str(v)) if k in MONEY else v for k, v in given.items()}
    done = frozenset(f"x/{n}/open" for n in range(int(scene.account.get("done", 0))))
    return replace(
        known, **figures, reasons=scene.reasons, done=done, recent=tuple(map(recent, scene.record)),
        ladder=KillLadder(scene.rung), tallies=tuple(map(tally, scene.record)),
    )  # fmt: skip


def recent(text: str) -> tuple[str, tuple[Outcome, ...]]:
    """``friday_0dte won=9 lost=11 each=50`` as a record: the losses first, of 100 dollars each."""
    strategy, _, rest = text.partition(" ")
    told = pairs(rest)
    pnl = [Decimal(-100)] * told["lost"] + [Decimal(told["each"])] * told["won"]
    ended = datetime(2024, 1, 2, tzinfo=NEW_YORK)
    return strategy, tuple(Outcome(ended, dollars, False, 100.0) for dollars in pnl)


def tally(text: str) -> tuple[str, Tally]:
    """The same record as it is counted."""
    strategy, _, rest = text.partition(" ")
    told = pairs(rest)
    won, lost = told["won"], told["lost"]
    return strategy, Tally(won, lost, 0, Decimal(told["each"] * won), Decimal(100 * lost))


def view_on(scene: Scene) -> View:
    """The view of a scene; typed quotes are put on the board."""
    book = book_of(scene)
    market = board_of(scene)
    quotes = {}
    for text in scene.quotes:
        strike, right, bid, ask, *until = text.split()
        expiry = date.fromisoformat(until[0]) if until else scene.at.date()
        for root in ("ES", "MES"):
            future = front_future("ES", expiry).future
            quotes[option(f"{strike} {right}", expiry, root, future)] = (float(bid), float(ask))
    cash = Decimal(str(scene.account.get("cash", 100_000)))
    return view_of(
        replace(market, quotes=quotes), book, standing_of(scene, cash), scene.limits, TASTYTRADE
    )


def asked_order(text: str, scene: Scene, seen: View) -> Order:
    """The order of an ``asks`` line."""
    how, _, rest = text.partition(" ")
    if how != "close":
        return wanted(rest, scene, row=50)
    name, _, limit = rest.partition(" @ ")
    head, _, units = name.partition(" times ")
    position = next(seen.book.of(head.strip()))
    count, legs = position.legs_to_close
    return Order(
        f"{position.id}/close", 1, Purpose.CLOSE, position.strategy, position.campaign, legs,
        count * int(units or 1), Decimal(limit), closes=position.id,
    )  # fmt: skip


def play(path: Path) -> tuple[Asked, ...]:
    """Every order of a scenario put before the gates."""
    rows = list(lines(path))
    first = next(row for row, (key, _) in enumerate(rows) if key == "asks")
    scene = scene_of(rows[:first])
    seen = view_on(scene)
    starts = [row for row, (key, _) in enumerate(rows) if key == "asks"] + [len(rows)]
    return tuple(_asked(rows[begin:end], scene, seen) for begin, end in pairwise(starts))


def quoted(order: Order, seen: View) -> bool:
    """Whether every leg has a quote; a root nobody lists has none."""
    if order.root not in PRODUCTS:
        return False
    known: list[float] = seen.market.marks(columns_of(order.legs)).table[MID].tolist()
    return not any(isnan(mid) for mid in known)


def _asked(rows: list[tuple[str, str]], scene: Scene, seen: View) -> Asked:
    given = dict(rows)
    order = asked_order(given["asks"], scene, seen)
    collateral = Collateral(scene.limits.house)
    dry_run = NOT_ASKED
    if order.purpose.adds_risk and quoted(order, seen):  # no dry run of what nobody quotes
        dry = Preview(
            *collateral.change(seen.book.holdings, order, seen.market), Decimal(0), "estimate"
        )
        worth = Decimal(str(seen.net_liq or 0.0))
        options = Decimal(str(of_options(seen.book.legs, seen.marks)))
        free = replace(dry, buying_power=buying_power(worth, options, dry.before))
        dry_run = replace(dry, refusals=margin_refusals(free))
    verdict = judge(order, seen, dry_run)
    failed = first_failure(verdict.readings)
    said = "approved" if isinstance(verdict, Approved) else f"refused at {failed and failed.stage}"
    return Asked(
        given["asks"], said, verdict.readings, given["expect"],
        tuple(given.get("passes", "").split()), tuple(given.get("fails", "").split()),
    )  # fmt: skip
