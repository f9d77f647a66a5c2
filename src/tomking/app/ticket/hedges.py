"""Hedges of a file's account: for each breached limit the cheapest that brings it back, or why none."""

from collections.abc import Mapping
from typing import Any

from tomking.app.ticket.document import dollars, leg_of, reading, readings
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.grid import Owner
from tomking.app.ticket.listed import exposed, quotes
from tomking.core.contract import Contract
from tomking.core.reading import Reading, Skip
from tomking.core.value import value
from tomking.report.words import money
from tomking.risk.hedge import (
    Proposal,
    cheapest,
    delta,
    hedges,
    measured,
    stress_loss,
    stress_margin,
)
from tomking.risk.limits import Limits


@value
class Breach:
    """A limit that does not hold, and what is proposed; ``mids`` are points of all on offer."""

    reading: Reading
    found: Proposal | Skip
    mids: Mapping[Contract, float]


def breaches(mine: Owner, asked: Ticket, limits: Limits) -> tuple[Breach, ...]:
    """What is breached of loss and margin under AUG5_LOW and of delta, each with its hedge."""
    offered = quotes(mine, asked)
    held, choice = exposed(mine, offered), hedges(offered)
    mids = {one.contract: one.mid for one in offered}
    return tuple(
        Breach(seen, cheapest(held, each, choice, limits), mids)
        for each in (stress_loss(limits), stress_margin(limits), delta(limits))
        if not (seen := measured(held, each)).passed
    )


def rows(found: tuple[Breach, ...]) -> list[tuple[str, str]]:
    """A line a breach: what it is, and the hedge or why there is none."""
    return [(str(one.reading), _said(one.found)) for one in found]


def _said(found: Proposal | Skip) -> str:
    if isinstance(found, Skip):
        return f"no hedge: {found}"
    after = "; ".join(str(seen) for seen in found.readings)
    return f"buy {found.units} x {found.hedge} for {money(found.cost)} before fees (MODEL): {after}"


def document(found: tuple[Breach, ...]) -> list[dict[str, Any]]:
    """Breaches in JSON."""
    return [reading(one.reading) | {"hedge": _hedge(one)} for one in found]


def _hedge(one: Breach) -> dict[str, Any]:
    """A proposal, or the readings of what came nearest."""
    found = one.found
    if isinstance(found, Skip):
        return {"legs": None, "readings": readings(found.readings)}
    return {
        "symbol": found.hedge.legs[0][0].root,
        "legs": [
            leg_of(held) | {"quantity": n * found.units, "mid": round(one.mids[held], 6)}
            for held, n in found.hedge.legs
        ],
        "debit_points": found.hedge.debit,
        "cost": dollars(found.cost),
        "evidence": "MODEL",
        "readings": readings(found.readings),
    }
