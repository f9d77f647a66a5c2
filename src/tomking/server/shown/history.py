"""What happened to an account as the broker's transactions: trades, deliveries, money."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Contract
from tomking.core.facts import CashMoved, DividendBooked, Fact, LegFilled, Settled
from tomking.core.money import ZERO
from tomking.core.product import product
from tomking.exchange.ledger import multiplier, size
from tomking.exchange.settlement import ASSIGNED, EXERCISED, EXPIRED
from tomking.portfolio.fees import Charge, charge
from tomking.server.door import Door
from tomking.server.shown.clock import instant
from tomking.server.shown.orders import underlying
from tomking.wire.amounts import plain, with_effect
from tomking.wire.symbols import trading_symbol
from tomking.wire.words import FUTURE, instrument_of

Shown = dict[str, Any]
TRADE, DELIVER, MONEY = "Trade", "Receive Deliver", "Money Movement"
#: The broker's words for what an expiry becomes.
_ENDS = {EXPIRED: "Expiration", ASSIGNED: "Assignment", EXERCISED: "Exercise"}


def transactions(door: Door) -> list[Shown]:
    """Everything that moved money or contracts, oldest first; a row's number never changes."""
    places = enumerate(door.facts, 1)
    return [row for place, fact in places for row in booked(door, place, fact)]


def booked(door: Door, place: int, fact: Fact) -> Iterator[Shown]:
    """What a fact was booked as, which follows from its place among all of them."""
    rows = [*_rows(door, fact), *_brought(fact, door.gained(place))]
    for part, row in enumerate(rows):
        yield {"id": 10 * place + part, "account-number": door.account, **row}


def _rows(door: Door, fact: Fact) -> Iterator[Shown]:
    match fact:
        case LegFilled():
            yield _trade(door, fact)
        case Settled():
            yield _removed(fact)
            if fact.delivered is not None:
                yield _delivered(fact, fact.delivered)
        case DividendBooked():
            yield _money(fact.at, "Dividend", fact.cash, str(fact))
        case CashMoved():
            kind = "Deposit" if fact.amount > 0 else "Withdrawal"
            yield _money(fact.at, kind, fact.amount, fact.why)
        case _:
            return


def _brought(fact: Fact, gain: Decimal) -> Iterator[Shown]:
    """What closing a future brought, which its trade does not say: the broker marks it to market."""
    if gain:
        assert isinstance(fact, LegFilled | Settled)
        future = fact.contract if isinstance(fact, LegFilled) else fact.delivered
        assert future is not None
        said = f"{future} marked to market as it was closed"
        yield _about(future, fact.at) | _money(fact.at, "Mark to Market", gain, said)


def _trade(door: Door, fact: LegFilled) -> Shown:
    """A leg that traded, with the parts of its fee."""
    entry = door.entries[int(fact.order.split("#")[0])]
    leg, contract = entry.order.legs[fact.leg], fact.contract
    traded, count = product(contract.root), fact.quantity * size(contract)
    fees = charge(traded, count, fact.price, leg.opens, contract.is_option, _day(fact.at))
    side = "Buy" if fact.quantity > 0 else "Sell"
    action = (
        side
        if instrument_of(contract) == FUTURE
        else f"{side} to {'Open' if leg.opens else 'Close'}"
    )
    value = (
        ZERO
        if instrument_of(contract) == FUTURE
        else -fact.quantity * fact.price * multiplier(contract)
    )
    return {
        **_about(contract, fact.at), "transaction-type": TRADE, "transaction-sub-type": action,
        "action": action, "description": str(fact), "quantity": plain(Decimal(abs(count))),
        "price": plain(fact.price), "order-id": entry.number, "exec-id": fact.fill,
        "ext-exec-id": fact.fill, "leg-count": len(entry.order.legs),
        "destination-venue": "TOMKING", "is-estimated-fee": False,
        **with_effect("value", value), **with_effect("commission", -_commission(fact, fees)),
        **with_effect("clearing-fees", -fees.clearing),
        **with_effect("regulatory-fees", -fees.regulatory),
        **with_effect("proprietary-index-option-fees", -fees.exchange),
        **with_effect("net-value", value - fact.fee),
    }  # fmt: skip


def _commission(fact: LegFilled, fees: Charge) -> Decimal:
    """What is left of the fee that was charged: a part of an order may have met the cap of its leg."""
    return fact.fee - fees.clearing - fees.regulatory - fees.exchange


def _removed(fact: Settled) -> Shown:
    """What ended, taken off at nothing, or for the cash it was settled in."""
    cash = f"Cash Settled {'Exercise' if fact.quantity > 0 else 'Assignment'}"
    word = _ENDS.get(fact.settlement, cash)
    return {
        **_about(fact.contract, fact.at), "transaction-type": DELIVER, "transaction-sub-type": word,
        "description": str(fact), "quantity": plain(Decimal(abs(fact.quantity))), "price": "0.0",
        "is-estimated-fee": False, **with_effect("value", fact.cash),
        **with_effect("net-value", fact.cash - fact.fee),
    }  # fmt: skip


def _delivered(fact: Settled, delivered: Contract) -> Shown:
    """What came in its place, at the strike."""
    count = fact.delivered_quantity * size(delivered)
    future = instrument_of(delivered) == FUTURE
    value = -fact.delivered_quantity * fact.delivered_price * multiplier(delivered)
    side = "Buy to Open" if count > 0 else "Sell to Open"
    paid = ZERO if future else value
    return {
        **_about(delivered, fact.at), "transaction-type": DELIVER, "transaction-sub-type": side,
        "action": side.split(maxsplit=1)[0] if future else side, "description": str(fact),
        "quantity": plain(Decimal(abs(count))), "price": plain(fact.delivered_price),
        "is-estimated-fee": False, **with_effect("value", paid), **with_effect("net-value", paid),
    }  # fmt: skip


def _money(at: datetime, kind: str, amount: Decimal, why: str) -> Shown:
    return {
        "transaction-type": MONEY, "transaction-sub-type": kind, "description": why,
        "executed-at": instant(at), "transaction-date": _day(at).isoformat(), "currency": "USD",
        "is-estimated-fee": False, **with_effect("value", amount), **with_effect("net-value", amount),
    }  # fmt: skip


def _about(contract: Contract, at: datetime) -> Shown:
    return {
        "symbol": trading_symbol(contract), "instrument-type": instrument_of(contract),
        "underlying-symbol": underlying(contract), "executed-at": instant(at),
        "created-at": instant(at), "transaction-date": _day(at).isoformat(), "currency": "USD",
    }  # fmt: skip


def _day(at: datetime) -> date:
    return at.astimezone(NEW_YORK).date()


def fees_on(door: Door, day: date) -> Decimal:
    """Dollars of fees paid on a day."""
    return sum((_fee(fact) for fact in door.facts if _day(fact.at) == day), ZERO)


def _fee(fact: Fact) -> Decimal:
    return fact.fee if isinstance(fact, LegFilled | Settled) else ZERO


def wanted(rows: Sequence[Shown], query: dict[str, list[str]]) -> list[Shown]:
    """The transactions a request asks for, by its filters; newest first unless it says otherwise."""
    types = {*query.get("type", []), *query.get("types[]", [])}
    kinds, symbols = set(query.get("sub-type[]", [])), set(query.get("symbol", []))
    unders = set(query.get("underlying-symbol", []))
    first, last = _edge(query, "start-date", ""), _edge(query, "end-date", "9999")
    found = [
        row
        for row in rows
        if (not types or row["transaction-type"] in types)
        and (not kinds or row["transaction-sub-type"] in kinds)
        and (not symbols or row.get("symbol") in symbols)
        and (not unders or row.get("underlying-symbol") in unders)
        and first <= row["transaction-date"] <= last
    ]
    return found if query.get("sort") == ["Asc"] else found[::-1]


def _edge(query: dict[str, list[str]], name: str, default: str) -> str:
    return query.get(name, [default])[0]
