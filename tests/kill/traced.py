"""The unmodified command in a process whose steps are counted, and which can be killed at one of them.

    KILL_TRACE=FILE KILL_JOURNAL=FILE python -m tests.kill paper ...   every step as a line of JSON
    KILL_AT='["submit commit Sent", 1, "after"]' ...                  SIGKILL there
    KILL_LEDGER=FILE  the exchange's ledger, to know what it has accepted before it answers
    KILL_LOOKS=FILE   when the first look of the loop was over, in seconds of real time
    KILL_PAGES=N, KILL_BYTES=N   the journal's pages, or the bytes of any file, that there is room for
    KILL_BUILD=NAME   a program with a planted fault (planted.py)

Nothing of the program is changed by it: what commits, sends, receives and renames is wrapped.
"""

import json
import os
import resource
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx2

from tomking.brokers.tastytrade.broker import TastytradeBroker
from tomking.brokers.tastytrade.news import News
from tomking.core.dealings import Acknowledged
from tomking.core.facts import Fact, LegFilled, OrderEnded, Sent, Settled
from tomking.core.order import Order, Purpose
from tomking.engine import journal
from tomking.engine.journal import SqliteJournal
from tomking.wire.line import Line
from tomking.wire.orders import short_name

BEFORE, AFTER = "before", "after"
#: A stop and the target beside it, of which the first to trade ends the other.
PAIR = "pair"
#: Seconds an exchange may take to accept what was sent to it.
ACCEPTS_WITHIN_S = 5.0
#: A step, which one of its name it is, and on which side of it.
Point = tuple[str, int, str]


@dataclass(slots=True)
class Steps:
    """What is counted: steps by name, and to which kind of dealing each order belongs.

    ``ledger`` and ``journal`` are read while a trace is made, to know whether the exchange has just then
    something that is not journalled.
    """

    ledger: Path | None = None
    journal: Path | None = None
    at: Point | None = None
    trace: TextIO | None = None
    orders: dict[str, str] = field(default_factory=dict[str, str])
    met: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.RLock)

    def meet(self, name: str, side: str) -> None:
        """A step is at hand, or over."""
        with self.lock:
            self.met[name, side] += 1
            point = (name, self.met[name, side], side)
            if self.trace is not None:
                print(json.dumps([*point, self.doubtful()]), file=self.trace, flush=True)
            if point == self.at:
                os.kill(os.getpid(), signal.SIGKILL)

    def doubtful(self) -> bool:
        """Whether the exchange has accepted, traded or ended something that the journal has not."""
        if self.ledger is None or self.journal is None or not self.journal.exists():
            return False
        there = _counts(
            self.ledger,
            "SELECT (SELECT count(*) FROM orders), (SELECT count(*) FROM fills),"
            " (SELECT count(*) FROM orders WHERE ended IS NOT NULL)",
        )
        here = _counts(
            self.journal,
            "SELECT sum(kind='Acknowledged'), sum(kind='LegFilled'), sum(kind='OrderEnded')"
            " FROM journal",
        )
        return any(there_is > here_is for there_is, here_is in zip(there, here, strict=True))

    def learn(self, order: Order) -> None:
        """Which kind of dealing an order is; a stop and the target beside it are a pair."""
        kind = order.purpose.value.lower()
        if order.replaces and order.purpose is not Purpose.ROLL:
            kind = "replace"
        if order.bracket:
            kind = PAIR
        kind = "submit" if kind == "open" else kind
        self.orders[order.id] = self.orders[short_name(order.id)] = kind

    def dealing(self, order: str) -> str:
        """The kind of dealing of an order by its name, ours or the one the broker has."""
        return self.orders.get(order, "other")

    def ending(self, order: str) -> str:
        """The kind of an order's end that is asked for."""
        return f"un{PAIR}" if self.dealing(order) == PAIR else "cancel"


def _counts(path: Path, query: str) -> tuple[int, ...]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as reader:
        try:
            return tuple(int(count or 0) for count in reader.execute(query).fetchone())
        except sqlite3.OperationalError:  # not begun yet
            return (0, 0, 0)


def wrap(steps: Steps) -> None:
    """Put every commit, send, receive and rename under watch."""
    _commits(steps)
    _sends(steps)
    _receives(steps)
    _hears(steps)
    _renames(steps)


def _commits(steps: Steps) -> None:
    append = SqliteJournal.append

    def watched(self: SqliteJournal, facts: Sequence[Fact]) -> int:
        name = named(steps, facts)
        steps.meet(name, BEFORE)
        done = append(self, facts)
        steps.meet(name, AFTER)
        return done

    SqliteJournal.append = watched  # type: ignore[method-assign]


def named(steps: Steps, facts: Iterable[Fact]) -> str:
    """A commit by what it is about: the last dealing among its facts, and their kinds."""
    dealing, kinds = "other", list[str]()
    for fact in facts:
        kind = type(fact).__name__
        if kind not in kinds:
            kinds.append(kind)
        match fact:
            case Sent(order=order):
                steps.learn(order)
                dealing = steps.dealing(order.id)
            case OrderEnded(order=order_id, how="cancelled"):
                dealing = steps.ending(order_id)
            case Acknowledged(order=order_id, number=number):
                dealing = steps.orders[number] = steps.dealing(order_id)
            case LegFilled(order=order_id) | OrderEnded(order=order_id):
                dealing = steps.dealing(order_id)
            case Settled():
                dealing = "settle"
            case _:
                pass
    return f"{dealing} commit {'+'.join(kinds)}"


def _sends(steps: Steps) -> None:
    send = Line.send

    def watched(self: Line, method: str, path: str, body: Any = None, *more: Any) -> Any:
        name = f"{asked(steps, method, path, body)} send"
        steps.meet(name, BEFORE)
        answer = send(self, method, path, body, *more)
        steps.meet(name, AFTER)
        return answer

    Line.send = watched  # type: ignore[method-assign]


def asked(steps: Steps, method: str, path: str, body: Any) -> str:
    """What a request is about."""
    what = path.rsplit("/", 1)[-1]
    if what in ("dry-run", "clock"):
        return what
    if method == "DELETE":
        return steps.ending(what)
    if method in ("POST", "PUT") and isinstance(body, dict):
        return steps.dealing(identifier(body))
    return f"look {what}"


def identifier(body: Any) -> str:
    """What an order is found by: of orders that know of each other the first."""
    first = body["orders"][0] if "orders" in body else body
    return str(first.get("external-identifier"))


def _receives(steps: Steps) -> None:
    sent, request = Line._sent, httpx2.AsyncClient.request

    async def watched(
        self: Line, method: str, path: str, query: Any = None, body: Any = None
    ) -> Any:
        name = f"{asked(steps, method, path, body)} receive"
        answer = await sent(self, method, path, query=query, body=body)
        steps.meet(name, AFTER)
        return answer

    async def asked_there(self: Any, method: str, url: Any, **more: Any) -> Any:
        name, wire = (
            asked(steps, method, str(url), more.get("json")),
            more.pop("extensions", None) or {},
        )
        if method == "GET" or name in ("dry-run", "clock") or "orders" not in str(url):
            return await request(self, method, url, extensions=wire, **more)
        accepted = _accepted(steps, f"{name} accepted", str(url), more.get("json"))
        return await request(self, method, url, extensions={**wire, "trace": accepted}, **more)

    Line._sent = watched  # type: ignore[method-assign]
    httpx2.AsyncClient.request = asked_there  # type: ignore[method-assign]


def _accepted(steps: Steps, name: str, url: str, body: Any) -> Callable[..., Any]:
    """A request has left whole: wait until the exchange has written it down, before it is heard."""

    async def trace(event: str, info: Any) -> None:
        if event == "http11.send_request_body.complete":
            _wait_for(steps.ledger, url, body)
            steps.meet(name, AFTER)

    return trace


def _wait_for(ledger: Path | None, url: str, body: Any) -> None:
    if ledger is None:
        return
    if body is None:
        query = (
            "SELECT count(*) FROM orders WHERE number=? "
            "AND (ended IS NOT NULL OR status LIKE '%Cancel%')"
        )
        key: object = int(url.rsplit("/", 1)[-1])
    else:
        query, key = (
            "SELECT count(*) FROM orders WHERE external_identifier=?",
            identifier(body),
        )
    until = time.monotonic() + ACCEPTS_WITHIN_S
    with closing(sqlite3.connect(f"{ledger.resolve().as_uri()}?mode=ro", uri=True)) as reader:
        while time.monotonic() < until and not reader.execute(query, (key,)).fetchone()[0]:
            time.sleep(0.001)


def _hears(steps: Steps) -> None:
    hear = News.hear

    def watched(self: News, text: str) -> None:
        name = told(steps, text)
        steps.meet(name, BEFORE)
        hear(self, text)
        steps.meet(name, AFTER)

    News.hear = watched  # type: ignore[method-assign]


def told(steps: Steps, text: str) -> str:
    """What a message of the account stream is about."""
    try:
        said = json.loads(text)
    except ValueError:
        return "other hear"
    data = said.get("data") if isinstance(said, dict) else None
    if isinstance(data, dict) and said.get("type") == "ComplexOrder":
        return f"{steps.dealing(identifier(data))} hear both"
    if not isinstance(data, dict) or said.get("type") != "Order":
        return f"other hear {said.get('type') or said.get('action')}"
    dealing = steps.dealing(str(data.get("external-identifier")))
    return f"{dealing} hear {data.get('status')}"


def _renames(steps: Steps) -> None:
    for name in ("replace", "rename"):
        _rename(steps, name, getattr(os, name))


def _rename(steps: Steps, name: str, does: Callable[..., None]) -> None:
    def watched(src: Any, dst: Any, **more: Any) -> None:
        place = Path(os.fspath(dst))  # a backup is named by its time, which no second run has
        step = f"rename {'a backup' if place.parent.name == 'backups' else place.name}"
        steps.meet(step, BEFORE)
        does(src, dst, **more)
        steps.meet(step, AFTER)

    setattr(os, name, watched)


def _first_look(path: Path) -> None:
    """Write down when the first look of the loop has asked the broker what became of everything."""
    poll = TastytradeBroker.poll

    def watched(self: TastytradeBroker, now: Any) -> Iterable[Fact]:
        facts = poll(self, now)
        if not path.exists():
            path.write_text(str(time.time()))
        return facts

    TastytradeBroker.poll = watched  # type: ignore[method-assign]


def _full_at(pages: int) -> None:
    """The journal meets a full disk once it has so many pages."""
    connected = journal._connected

    def limited(path: Path, mode: str) -> sqlite3.Connection:
        connection = connected(path, mode)
        if mode != "ro":
            connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    journal._connected = limited


def run(arguments: Sequence[str], environment: dict[str, str]) -> None:
    """The command, watched as the environment says. It exits by itself."""
    from tests.kill import planted

    from tomking.app.main import main

    steps = Steps()
    if ledger := environment.get("KILL_LEDGER"):
        steps.ledger = Path(ledger)
    if point := environment.get("KILL_AT"):
        name, nth, side = json.loads(point)
        steps.at = (name, nth, side)
    if trace := environment.get("KILL_TRACE"):
        steps.trace = Path(trace).open("a")  # noqa: SIM115
        steps.journal = Path(environment["KILL_JOURNAL"])
    if looks := environment.get("KILL_LOOKS"):
        _first_look(Path(looks))
    if pages := environment.get("KILL_PAGES"):
        _full_at(int(pages))
    if most := environment.get("KILL_BYTES"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(most), int(most)))
    if build := environment.get("KILL_BUILD"):
        planted.BUILDS[build]()
    wrap(steps)
    raise SystemExit(main(list(arguments)))
