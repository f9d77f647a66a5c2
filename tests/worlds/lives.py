"""The life of a trade as text: what a trader sees on a few days, and what the desk then does.

A file is a head, and steps. The head names the plan, the account and the market; a step is a line that
begins with a date, says what the clock asks and what has changed, and is followed by what is written::

    plan: strangle
    account: cash=400000
    market: price=6000 vol=0.18 vix=18

    2025-09-09 10:15 asked
        sends open -1 5215 P, -1 6905 C
    2025-09-09 10:16
        fills -1 5215 P
        sends target
    2025-09-10 10:30 watched vix=31
    ...

The clock says ``asked`` (its slot), ``watched`` (a look at what it holds), ``sold-again`` (a slot at
which it renews what is gone) or ``evening`` (after the close). A figure stays until it is changed;
``dividend`` is ``AMOUNT:DATE`` and ``event`` is ``NAME:DATE``. Each indented line is one thing the desk
wrote, in order and by a part of its words; a step without any wrote nothing. ``holds`` is what is held
afterwards.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract
from tomking.core.evidence import Evidence, Stamped
from tomking.core.facts import (
    CampaignClosed,
    Considered,
    Fact,
    Judged,
    LegFilled,
    OrderEnded,
    Reviewed,
    Sent,
    Settled,
)
from tomking.core.order import Order, Purpose
from tomking.core.reading import first_failure, refusals
from tomking.core.restraints import Halted
from tomking.engine.ports import Tick
from tomking.market.carry import Dividend
from tomking.market.events import Ahead
from tomking.market.snapshot import DAYS_AHEAD, Day
from tomking.portfolio.book import Book
from tomking.risk.limits import Limits
from tomking.strategies.bear_trap import BEAR_TRAP
from tomking.strategies.broken_wing import BROKEN_WING
from tomking.strategies.butterfly import BUTTERFLY
from tomking.strategies.butterfly_0dte import BUTTERFLY_0DTE
from tomking.strategies.diagonal import CALENDAR, DIAGONAL
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.friday_0dte_forms import FRIDAY_0DTE_BROKEN
from tomking.strategies.ipmcc import IPMCC, IPMCC_QQQ
from tomking.strategies.iron_butterfly import IRON_BUTTERFLY
from tomking.strategies.iron_condor import IRON_CONDOR
from tomking.strategies.leap_ladder import LEAP_LADDER
from tomking.strategies.leap_protect import LEAP_PROTECT
from tomking.strategies.lt112 import LT112
from tomking.strategies.lt112_calendarised import LT112_CALENDARISED
from tomking.strategies.lt112_hedge import LT112_HEDGE
from tomking.strategies.lt112_whole import LT112_WHOLE
from tomking.strategies.lt112_xl import LT112_XL
from tomking.strategies.plan import Plan
from tomking.strategies.put_ratio import PUT_RATIO
from tomking.strategies.strangle import STRANGLE, STRANGLE_CL, STRANGLE_GC
from tomking.strategies.tune import tune
from worlds.board import ROOTS, SHARES, Board, board, day_of
from worlds.days import pairs
from worlds.desk import Bench, bench

PLANS = {
    plan.name: plan
    for plan in (
        FRIDAY_0DTE, FRIDAY_0DTE_BROKEN, LT112, LT112_CALENDARISED, LT112_HEDGE, LT112_WHOLE,
        LT112_XL, STRANGLE, STRANGLE_CL, STRANGLE_GC, IPMCC, IPMCC_QQQ,
        LEAP_LADDER, LEAP_PROTECT, BEAR_TRAP, BUTTERFLY_0DTE, PUT_RATIO, IRON_CONDOR,
        IRON_BUTTERFLY, BUTTERFLY, BROKEN_WING, DIAGONAL, CALENDAR,
    )
}  # fmt: skip
#: Figures of the day before, which the board's own figures do not hold.
INDICATORS = {"iv_rank": 0.5, "range20": 0.05}
DAILY = ("ema8", "ema21", "atr", "iv_rank", "range20", "rsi")
#: Figures that do not grow with the price.
PURE = frozenset({"rsi", "iv_rank", "range20", "bb_position"})
BOARD = {"vix": "vix_points", "half": "half_width", "age": "age_s"}
BLIND = float("nan")


@dataclass(frozen=True)
class Step:
    """A look: the instant, what the clock asks, the market and what is expected of it."""

    at: datetime
    asks: frozenset[str]
    market: Mapping[str, Any]
    expected: tuple[str, ...]
    holds: str | None


@dataclass(frozen=True)
class Life:
    """A whole file."""

    plan: Plan
    cash: str
    limits: Limits
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Seen:
    """What a step wrote and left, beside what was expected."""

    step: Step
    told: tuple[str, ...]
    held: str


def life_of(path: Path) -> Life:
    """A life from its file."""
    rows = [line.split("#")[0].rstrip() for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row]
    first = next(n for n, row in enumerate(rows) if row[0].isdigit())
    head = dict(row.split(": ", 1) for row in rows[:first])
    limits = Limits(walk_mode="natural", **pairs(head.get("limits", "")))
    cash = str(pairs(head["account"])["cash"])
    plan = tune(PLANS[head["plan"]], pairs(head.get("tune", "")))
    return Life(plan, cash, limits, tuple(_steps(rows[first:], head.get("market", ""))))


def _steps(rows: Sequence[str], market: str) -> Iterator[Step]:
    """The steps, each with the market as changed so far."""
    known, starts = pairs(market), [n for n, row in enumerate(rows) if row[0].isdigit()]
    for begin, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        day, clock, *rest = rows[begin].split()
        at = datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=NEW_YORK)
        known = known | pairs(" ".join(part for part in rest if "=" in part))
        lines = [row.strip() for row in rows[begin + 1 : end]]
        held = [line.removeprefix("holds").strip() for line in lines if line.startswith("holds")]
        yield Step(
            at,
            frozenset(part for part in rest if "=" not in part),
            known,
            tuple(line for line in lines if not line.startswith("holds")),
            held[0] if held else None,
        )


def board_at(step: Step, before: Mapping[str, Any]) -> Board:
    """The market of a step; ``before`` is what the last session ended with."""
    known = step.market
    figures = {BOARD.get(k, k): float(v) for k, v in known.items() if _is_of_board(k)}
    if known.get("open"):
        figures["opened"] = float(known["open"])
    blind = {"bars": {}} if known.get("history") == "none" else {}
    return replace(board(), at=step.at, day=replace(_day(step, before), **blind), **figures)


def _is_of_board(key: str) -> bool:
    return key in ("price", "vol", "vix", "half", "age", "grid", "skew")


def _day(step: Step, before: Mapping[str, Any]) -> Day:
    """What is known before the open of a step's day, each root on its own scale."""
    known, today = step.market, step.at.date()
    daily = {key: float(known[key]) for key in DAILY if key in known}
    dated = {key: str(known.get(key, "")).split(":") for key in ("dividend", "event")}
    day = day_of(
        today,
        vix_previous=float(before.get("vix", 16.0)),
        previous_close=float(before.get("price", 6000.0)),
        indicators=INDICATORS | daily,
        high=float(known.get("high", 7000.0)),
    )
    scale = SHARES
    coming, blocked = dict(day.coming), {}
    if len(dated["event"]) == 2:
        name, when = dated["event"][0], date.fromisoformat(dated["event"][1])
        away = (when - today).days
        coming[name] = Ahead(away if 0 <= away <= DAYS_AHEAD else None, DAYS_AHEAD)
        blocked = {name: "14:00"} if when == today else {}
    paid = dict(day.dividends)
    if len(dated["dividend"]) == 2 and date.fromisoformat(dated["dividend"][1]) >= today:
        amount, when = dated["dividend"]
        paid |= {"SPY": (Dividend(date.fromisoformat(when), Decimal(amount)),)}
    return replace(
        day,
        indicators={
            root: {k: v if k in PURE else v * scale[root] for k, v in day.indicators[root].items()}
            for root in ROOTS
        },
        previous_close={root: close * scale[root] for root, close in day.previous_close.items()},
        vix_previous=Stamped(day.vix_previous.value, day.session.opens, Evidence.MODEL),
        coming=coming,
        blocked=blocked,
        dividends=paid,
    )


def play(path: Path) -> tuple[Seen, ...]:
    """Every step of a life, played through the loop with the real exchange behind it."""
    life = life_of(path)
    boards, before, last = {}, {}, {}
    for step in life.steps:
        if last and last["day"] != step.at.date():
            before = last
        boards[step.at] = board_at(step, before)
        last = {**step.market, "day": step.at.date()}
    on = bench((life.plan,), lambda now: boards[now], cash=life.cash, limits=life.limits)
    return tuple(_seen(step, on, life.plan) for step in life.steps)


def _seen(step: Step, on: Bench, plan: Plan) -> Seen:
    names, nobody = frozenset({plan.name}), frozenset[str]()
    tick = Tick(
        step.at,
        names if "asked" in step.asks else nobody,
        nobody,
        names if "watched" in step.asks else nobody,
        names if "sold-again" in step.asks else nobody,
        closing="evening" in step.asks,
    )
    on.brake.on = step.market.get("brake") == "on"
    facts = on.play(tick)
    return Seen(step, tuple(told(facts)), held(on.desk.book))


def told(facts: Sequence[Fact]) -> Iterator[str]:
    """What was written, in the words of a trader; the fills of an order are one thing."""
    for _, group in groupby(facts, key=lambda f: f.order if isinstance(f, LegFilled) else id(f)):
        together = list(group)
        match together[0]:
            case LegFilled():
                fills = (f for f in together if isinstance(f, LegFilled))
                yield f"fills {', '.join(_part(f.contract, f.quantity) for f in fills)}"
            case Sent(_, order):
                yield f"sends {_kind(order)} {_legs(order)} ({order.why})"
            case Judged(_, order, readings, _, approved) if not approved:
                failed = first_failure(readings)
                yield f"refuses {_kind(order)}: {failed and failed.rule} {failed}"
            case Considered(_, _, _, outcome, readings) if outcome == "skipped":
                yield (
                    f"skips {' '.join(sorted({r.rule for r in refusals(readings)}))}: "
                    + "; ".join(f"{r.rule} {r}" for r in readings if not r.passed)
                )
            case Reviewed(_, _, matter, outcome, readings) if outcome != "sent":
                why = "; ".join(f"{r.rule} {r}" for r in readings if not r.passed)
                yield f"reviews {matter.rpartition('/')[2]}: {outcome} {why}"
            case OrderEnded(_, order_id, how, note) if how != "filled":
                yield f"ends {order_id.rpartition('/')[2]}: {how} {note}"
            case Settled() as fact:
                yield f"settles {_part(fact.contract, fact.quantity)}: {fact.settlement} {fact.note}"
            case CampaignClosed() as fact:
                yield f"over {'won' if fact.pnl > 0 else 'lost'} {fact.campaign}"
            case Halted() as fact:
                yield f"halts {fact.reason}"
            case _:
                pass


def _kind(order: Order) -> str:
    if order.rests:
        return "target"
    return {Purpose.OPEN: "open", Purpose.ROLL: "roll"}.get(order.purpose, "close")


def _legs(order: Order) -> str:
    return ", ".join(_part(leg.contract, leg.quantity * order.units) for leg in order.legs)


def _part(contract: Contract, quantity: int) -> str:
    if contract.right is None:
        return f"{quantity:+d} {contract.root}"
    return f"{quantity:+d} {contract.strike} {contract.right.value[0]} {contract.expiry:%m-%d}"


def held(book: Book) -> str:
    """What a book holds, position after position."""
    parts = (pair for position in book.positions.values() for pair in position.held)
    return ", ".join(_part(contract, quantity) for contract, quantity in parts) or "nothing"
