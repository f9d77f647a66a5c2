"""Requests about orders: dry runs, placing, replacing, cancelling, looking them up."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from tomking.core.errors import QuoteMissing, Rejected
from tomking.core.money import ZERO
from tomking.core.venue import Code
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview
from tomking.server.answers import Answer, Json, Problem, one
from tomking.server.door import Door
from tomking.server.entry import Entry, is_waiting
from tomking.server.fates import AS_QUOTED, fate_of
from tomking.server.figures import figure, flaw
from tomking.server.shown.balances import balance
from tomking.server.shown.clock import instant
from tomking.server.shown.dry_run import (
    NO_FEES,
    buying_power_effect,
    fees_of,
    objections,
    warnings,
)
from tomking.server.shown.orders import shown
from tomking.server.world import World
from tomking.wire.amounts import CREDIT, DEBIT, amount_of, plain, with_effect
from tomking.wire.orders import PRICE_MAX, Asked, asked_in
from tomking.wire.words import EQUITY

Body = Mapping[str, Any]
#: Trying an order, or taking it.
Act = Callable[[Asked, Snapshot, int], tuple[Entry, Preview]]
#: An order for an amount of money.
NOTIONAL = "Notional Market"


def dry_run(world: World, door: Door, body: Body, number: int = 0) -> Answer:
    """What an order, or what would replace one, needs and costs; 422 with the same data if refused."""
    now = world.look()
    entry, said = _margined(door.tried, asked_of(door, body, now, number), now, number)
    data = _data(door, entry, said, now)
    if said.refusals:
        raise _refused(said, data)
    return one(data, 201)


def place(world: World, door: Door, body: Body, number: int = 0, *, fated: bool = False) -> Answer:
    """Take an order, or what replaces one; ``fated`` is one that may say how it is to be filled."""
    return world.as_one(lambda: _placed(world, door, body, number, fated=fated))


def _placed(world: World, door: Door, body: Body, number: int, *, fated: bool) -> Answer:
    now = world.look()
    asked = asked_of(door, body, now, number)
    if number:
        _same_legs(asked, door.entries[number])
    fate = fate_of(body, now.at, abs(asked.units)) if fated else AS_QUOTED
    entry, said = _margined(partial(door.place, fate=fate), asked, now, number)
    if said.refusals:
        raise _refused(said, _data(door, entry, said, now))
    world.tell(door, [entry, *([door.entries[number]] if number else [])], now)
    data = _data(door, entry, said, now)
    return one(data["order"]) if number else one(data, 201)


def notional(world: World, door: Door, body: Body) -> Answer:
    """A dry run of an order for so many dollars of a share; parts of shares are not traded here."""
    now = world.look()
    value, row = _value_of(body), (body.get("legs") or [{}])
    if not isinstance(row, list) or not isinstance(row[0], dict):
        raise flaw("legs", "are objects")
    leg: Json = row[0] | {"quantity": "0", "remaining-quantity": "0", "fills": []}
    order = {
        "account-number": door.account, "time-in-force": body.get("time-in-force", "Day"),
        "order-type": NOTIONAL, "size": 0, "underlying-symbol": leg.get("symbol", ""),
        "underlying-instrument-type": EQUITY, "status": "Received", "cancellable": True,
        "editable": True, "edited": False, "updated-at": 0, "received-at": instant(now.at),
        "legs": [leg], **with_effect("value", value),
    }  # fmt: skip
    free = amount_of(balance(door, now), "derivative-buying-power")
    effect = {
        **with_effect("change-in-margin-requirement", value),
        **with_effect("change-in-buying-power", value), **with_effect("current-buying-power", free),
        **with_effect("new-buying-power", free + value),
        **with_effect("isolated-order-margin-requirement", value), "is-spread": False,
        "impact": plain(abs(value)), "effect": DEBIT if value < 0 else CREDIT,
    }  # fmt: skip
    data = {"order": order, "warnings": [], "notes": [], "buying-power-effect": effect}
    return one(data | {"fee-calculation": NO_FEES}, 201)


def _value_of(body: Body) -> Decimal:
    """For how much money an order is."""
    size = figure(body.get("value"), "value", ZERO, PRICE_MAX)
    return -size if body.get("value-effect") == DEBIT else size


def cancel(world: World, door: Door, number: int) -> Answer:
    """Ask for the end of an order."""
    return world.as_one(lambda: _cancelled(world, door, number))


def _cancelled(world: World, door: Door, number: int) -> Answer:
    now, _ = world.look(), found(door, number)
    try:
        entry = door.cancel(number, now)
    except Rejected as refused:
        raise Problem(422, Code.CANNOT_UPDATE.value, str(refused)) from refused
    world.tell(door, [entry], now)
    return one(shown(entry, door.account))


def met(world: World, door: Door, number: int = 0, units: int = 0) -> None:
    """Let somebody take an order, or all that work, whatever the quotes say: for tests of clients.

    Of a complex order all that works; what waits for its trigger goes on waiting.
    """
    now = world.look()
    group = door.groups.get(number)
    wanted = group.numbers if group else [number] if number else list(door.entries)
    for each in [n for n in wanted if n in door.entries and not is_waiting(door.entries[n])]:
        if door.entries[each].ended is None:
            changed = door.meet(each, now, units)
            if changed:
                world.tell(door, changed, now)


def found(door: Door, number: int) -> Entry:
    """An order of the account."""
    if number not in door.entries:
        raise Problem(404, "record_not_found", f"Couldn't find order {number}")
    return door.entries[number]


def asked_of(door: Door, body: Body, now: Snapshot, number: int = 0) -> Asked:
    """The order a body describes; one that would replace another may have what is left of its legs."""
    old = found(door, number) if number else None
    if old is not None and old.ended is not None:
        message = f"order {number} is {old.word} and cannot be replaced any more"
        raise Problem(422, Code.CANNOT_UPDATE.value, message)
    asked = asked_in(body, now.at.date(), old.left if old else ())
    if isinstance(asked, tuple):
        errors = tuple({"domain": each.domain, "reason": each.reason} for each in asked)
        raise Problem(400, Code.VALIDATION.value, "Request validation failed", errors)
    return replace(asked, name=asked.name or old.asked.name) if old else asked


def _same_legs(asked: Asked, old: Entry) -> None:
    """Refuse a replacement of other legs or quantities: at the broker it takes none of its own."""
    if Counter(asked.legs) != Counter(old.left):
        message = (
            f"what replaces order {old.number} has the legs of it that have not traded: cancel it "
            "and send another for other legs or quantities"
        )
        raise Problem(422, Code.CANNOT_UPDATE.value, message)


def _margined(act: Act, asked: Asked, now: Snapshot, number: int) -> tuple[Entry, Preview]:
    """What nobody can work out the margin of is refused."""
    try:
        return act(asked, now, number)
    except QuoteMissing as missing:
        raise Problem(422, Code.MARGIN.value, str(missing)) from missing


def _data(door: Door, entry: Entry, said: Preview, now: Snapshot) -> Json:
    opening, closing = fees_of(entry, now)
    return {
        "order": shown(entry, door.account),
        "warnings": warnings(entry, now),
        "notes": [],
        "buying-power-effect": buying_power_effect(said, entry),
        "fee-calculation": opening,
        "closing-fee-calculation": closing,
    }


def _refused(said: Preview, data: Json) -> Problem:
    errors = tuple(objections(said.refusals))
    message = "One or more preflight checks failed"
    return Problem(422, "preflight_check_failure", message, errors, data)
