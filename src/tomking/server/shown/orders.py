"""Orders as the broker's JSON: the order itself, its dry run, its fees."""

from collections.abc import Iterator
from typing import Any

from tomking.core.contract import Contract
from tomking.core.product import SINGLY
from tomking.server.entry import Entry, Fill
from tomking.server.shown.clock import instant, millis
from tomking.wire.amounts import plain
from tomking.wire.orders import Asked, price_of
from tomking.wire.symbols import future_symbol, trading_symbol
from tomking.wire.words import ALIVE, EQUITY, FUTURE, TIMES_IN_FORCE, instrument_of, lot_of

Shown = dict[str, Any]


def shown(entry: Entry, account: str) -> Shown:
    """An order; what it does not have is left out, as the broker does."""
    asked, order = entry.asked, entry.order
    first = order.legs[0].contract
    made: Shown = {
        "account-number": account,
        "time-in-force": TIMES_IN_FORCE[asked.tif],
        "order-type": asked.type,
        "size": order.units,
        "underlying-symbol": underlying(first),
        "underlying-instrument-type": FUTURE if first.future else EQUITY,
        "status": entry.word,
        "cancellable": entry.word in ALIVE - {"Cancel Requested"},
        "editable": entry.word in ALIVE - {"Cancel Requested", "Contingent"},
        "edited": bool(entry.replaced_by),
        "received-at": instant(entry.received),
        "updated-at": millis(entry.updated) if entry.number else 0,
        "leg-count": len(order.legs),
        "global-request-id": f"local-{entry.number}",
        "legs": [_leg(entry, place) for place in range(len(order.legs))],
    }
    return made | dict(_sometimes(entry))


def underlying(contract: Contract) -> str:
    """The symbol of what a contract is on: its future, or its root."""
    return future_symbol(contract.future) if contract.future else contract.root.removesuffix(SINGLY)


def _sometimes(entry: Entry) -> Iterator[tuple[str, object]]:
    """What an order has only now and then."""
    if entry.number:
        yield "id", entry.number
    yield from _prices(entry.asked)
    yield from _lives(entry)
    others = {
        "replaces-order-id": entry.replaces, "replacing-order-id": entry.replaced_by,
        "complex-order-id": entry.group, "complex-order-tag": entry.tag,
        "external-identifier": entry.asked.name, "source": entry.asked.source,
    }  # fmt: skip
    yield from ((name, said) for name, said in others.items() if said)


def _prices(asked: Asked) -> Iterator[tuple[str, object]]:
    if asked.limit is not None:
        yield from price_of(asked.limit).items()
    if asked.trigger is not None:
        yield "stop-trigger", plain(asked.trigger)
    if asked.until is not None:
        yield "gtc-date", asked.until.isoformat()


def _lives(entry: Entry) -> Iterator[tuple[str, object]]:
    if entry.live is not None:
        yield "live-at", instant(entry.live)
    if entry.ended is not None:
        yield "terminal-at", instant(entry.ended)
        if entry.word == "Cancelled":
            yield "cancelled-at", instant(entry.ended)
    if entry.word == "Rejected":
        yield "reject-reason", entry.note


def _leg(entry: Entry, place: int) -> Shown:
    asked = entry.asked.legs[place]
    lot = lot_of(asked.contract)
    return {
        "instrument-type": instrument_of(asked.contract),
        "symbol": trading_symbol(asked.contract),
        "quantity": abs(asked.quantity) * lot,
        "remaining-quantity": (abs(asked.quantity) - entry.filled(place)) * lot,
        "action": _action(entry, place),
        "fills": [_fill(fill, lot) for fill in entry.fills if fill.leg == place],
    }


def _action(entry: Entry, place: int) -> str:
    """What a leg was asked to do, or does where the broker turned a close into an open."""
    asked, leg = entry.asked.legs[place], entry.order.legs[place]
    side = "Buy" if asked.quantity > 0 else "Sell"
    if asked.opens is None:
        return side
    return f"{side} to {'Open' if leg.opens else 'Close'}"


def _fill(fill: Fill, lot: int) -> Shown:
    return {
        "fill-id": fill.id,
        "ext-group-fill-id": fill.id,
        "ext-exec-id": fill.id,
        "quantity": fill.quantity * lot,
        "fill-price": plain(fill.price),
        "filled-at": instant(fill.at),
        "destination-venue": "TOMKING",
    }
