"""A desk's heartbeat, made of the desk."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from math import isnan

from tomking.core.order import Leg
from tomking.engine.desk import Desk
from tomking.engine.heartbeat import Heartbeat, Line
from tomking.portfolio.book import Position, Working
from tomking.risk.switches import off_on


def pulse(
    desk: Desk,
    *,
    pid: int,
    at: datetime,
    mode: str,
    net_liq: float,
    next_due: datetime | None,
    last_seq: int,
    last_hash: str = "",
    profits: Mapping[str, float] | None = None,
    leaves: tuple[bool, bool] = (True, True),
    tonight: str = "",
) -> Heartbeat:
    """What a desk says of itself at an instant; a net liq of NaN is not known.

    ``leaves`` is whether entries and exits leave it by themselves.
    """
    return Heartbeat(
        pid, at, mode, desk.standing.ladder.rung.name, tuple(sorted(desk.standing.reasons)),
        "" if isnan(net_liq) else f"{net_liq:.2f}",
        tuple(Line(held.id, holding(held)) for held in desk.book.positions.values()),
        tuple(Line(there.order.id, wanted(there)) for there in desk.book.working.values()),
        next_due, last_seq,
        tuple((name, f"{made:.2f}") for name, made in (profits or {}).items() if not isnan(made)),
        tuple(Line(one.strategy, one.why) for one in off_on(desk.standing.off, at.date())),
        last_hash, *leaves, tonight,
    )  # fmt: skip


def holding(held: Position) -> str:
    """``-2 ES 5000 P 2026-03-31``: what is held of a position."""
    return ", ".join(f"{quantity:+d} {contract}" for contract, quantity in held.held)


def wanted(there: Working) -> str:
    """A working order: its purpose, its legs, its limit and how many units are left."""
    order = there.order
    return f"{order.purpose.name} {legs(order.legs)} at {order.limit} x {order.units}"


def legs(each: Iterable[Leg]) -> str:
    """Legs of one unit, signed."""
    return ", ".join(f"{leg.quantity:+d} {leg.contract}" for leg in each)
