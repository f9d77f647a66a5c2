"""Requests about complex orders: several at once that know of each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from tomking.core.errors import QuoteMissing
from tomking.core.venue import Code
from tomking.market.snapshot import Snapshot
from tomking.portfolio.preview import Preview
from tomking.server.answers import Answer, Json, Problem, one
from tomking.server.door import Door, Wanted
from tomking.server.entry import Entry
from tomking.server.group import SHAPES, Group, parts
from tomking.server.orders import asked_of
from tomking.server.shown.dry_run import buying_power_effect, fees_of, objections
from tomking.server.shown.orders import shown
from tomking.server.world import World

Body = Mapping[str, Any]


def dry_run(world: World, door: Door, body: Body) -> Answer:
    """What a complex order needs and costs, which is what the first of it does."""
    now = world.look()
    wanted = _wanted(door, body, now)
    entries, said = _tried(door, wanted, now)
    if said.refusals:
        raise _refused(said)
    return one(_data(Group(0, wanted.type, (), 0), entries, said, now, door), 201)


def place(world: World, door: Door, body: Body) -> Answer:
    """Take all of it, or none."""
    return world.as_one(lambda: _placed(world, door, body))


def _placed(world: World, door: Door, body: Body) -> Answer:
    now = world.look()
    wanted = _wanted(door, body, now)
    said = _tried(door, wanted, now)[1]
    if said.refusals:
        raise _refused(said)
    group = door.place_together(wanted, now)
    world.look()
    entries = [door.entries[number] for number in group.numbers]
    world.tell(door, entries, now)
    return one(_data(group, entries, said, now, door), 201)


def cancel(world: World, door: Door, number: int) -> Answer:
    """Ask for the end of all that still works of it."""
    return world.as_one(lambda: _cancelled(world, door, number))


def _cancelled(world: World, door: Door, number: int) -> Answer:
    now, group = world.look(), found(door, number)
    for each in group.numbers:
        if door.entries[each].ended is None:
            door.cancel(each, now)
    world.tell(door, [door.entries[each] for each in group.numbers], now)
    return one(complex_of(door, group))


def found(door: Door, number: int) -> Group:
    """A complex order of the account."""
    if number not in door.groups:
        raise Problem(404, "record_not_found", f"Couldn't find complex order {number}")
    return door.groups[number]


def complex_of(door: Door, group: Group) -> Json:
    """A complex order with its orders as they stand."""
    return _shown(group, [door.entries[number] for number in group.numbers], door.account)


def live(door: Door) -> Iterator[Json]:
    """Complex orders, newest first."""
    return (complex_of(door, group) for group in reversed(door.groups.values()))


def _wanted(door: Door, body: Body, now: Snapshot) -> Wanted:
    kind, first, together = parts(body)
    trigger = asked_of(door, first, now) if first is not None else None
    return Wanted(kind, tuple(asked_of(door, each, now) for each in together), trigger)


def _tried(door: Door, wanted: Wanted, now: Snapshot) -> tuple[list[Entry], Preview]:
    try:
        return door.tried_together(wanted, now)
    except QuoteMissing as missing:
        raise Problem(422, Code.MARGIN.value, str(missing)) from missing


def _data(group: Group, entries: list[Entry], said: Preview, now: Snapshot, door: Door) -> Json:
    opening, closing = fees_of(entries[0], now)
    return {
        "complex-order": _shown(group, entries, door.account),
        "warnings": [],
        "buying-power-effect": buying_power_effect(said, entries[0]),
        "fee-calculation": opening,
        "closing-fee-calculation": closing,
    }


def _shown(group: Group, entries: list[Entry], account: str) -> Json:
    rows = [shown(entry, account) for entry in entries]
    triggered = SHAPES[group.type][0]
    made: Json = {"account-number": account, "type": group.type}
    made["orders"] = rows[1:] if triggered else rows
    if triggered:
        made["trigger-order"] = rows[0]
    if group.number:
        made["id"] = group.number
    return made


def _refused(said: Preview) -> Problem:
    errors = tuple(objections(said.refusals))
    return Problem(422, "preflight_check_failure", "One or more preflight checks failed", errors)
