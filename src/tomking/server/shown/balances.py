"""Balances, positions and margin as the broker's JSON."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import isnan
from typing import Any

from tomking.core.contract import Contract
from tomking.core.money import ZERO, cents
from tomking.core.product import product
from tomking.exchange.ledger import Ledger, is_future, multiplier, size
from tomking.market.snapshot import MID, Snapshot
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.power import buying_power
from tomking.server.door import Door
from tomking.server.shown.clock import instant
from tomking.server.shown.orders import underlying
from tomking.wire.amounts import plain, with_effect
from tomking.wire.symbols import trading_symbol
from tomking.wire.words import instrument_of

Shown = dict[str, Any]

#: Balances of things no account here can hold.
_NOT_HELD = (
    "long-cryptocurrency-value", "short-cryptocurrency-value", "cryptocurrency-margin-requirement",
    "unsettled-cryptocurrency-fiat-amount", "effective-cryptocurrency-buying-power",
    "closed-loop-available-balance", "equity-offering-margin-requirement", "long-bond-value",
    "bond-margin-requirement", "pending-cash", "pending-margin-interest", "maintenance-call-value",
    "reg-t-call-value", "day-trading-call-value", "day-equity-call-value", "day-trade-excess",
    "day-trading-buying-power", "futures-intraday-margin-requirement",
)  # fmt: skip


def worth_of(ledger: Ledger, now: Snapshot) -> dict[Contract, float]:
    """The mid of everything held, in points; NaN without a quote."""
    held = columns(tuple(ledger.holdings.items()))
    mids: list[float] = now.marks(held).table[MID].tolist()
    return dict(zip(held.contracts, mids, strict=True))


def values(ledger: Ledger, now: Snapshot) -> dict[str, Decimal]:
    """Dollars of what is held, by the broker's words for it, each without a sign."""
    sums: dict[str, Decimal] = {}
    for contract, mid in worth_of(ledger, now).items():
        held = ledger.holdings[contract]
        kind = "futures" if contract.future else ""
        kind += "-derivative" if contract.is_option else "" if contract.future else "equity"
        name = f"{'long' if held > 0 else 'short'}-{kind.lstrip('-')}-value"
        dollars = cents(abs(Decimal(repr(mid)) * held * multiplier(contract)))
        sums[name] = sums.get(name, ZERO) + dollars
    return sums


def balance(door: Door, now: Snapshot) -> Shown:
    """Everything the account has and owes, in dollars; only calls and pending money are unsigned.

    Raises
    ------
    QuoteMissing
        If something held has no mark.
    """
    ledger, net_liq = door.exchange.ledger, door.exchange.net_liq(now)
    needed, sums = door.exchange.requirement(now), values(ledger, now)
    options = sum(
        (Decimal(repr(mid)) * ledger.holdings[held] * multiplier(held)
         for held, mid in worth_of(ledger, now).items() if held.is_option), ZERO,
    )  # fmt: skip
    free = cents(buying_power(net_liq, options, needed))
    amounts = dict.fromkeys(_NOT_HELD, ZERO) | {
        name: sums.get(name, ZERO)
        for side in ("long", "short")
        for name in (f"{side}-equity-value", f"{side}-derivative-value", f"{side}-futures-value",
                     f"{side}-futures-derivative-value")
    } | {
        "cash-balance": ledger.cash, "margin-equity": cents(net_liq - options),
        "net-liquidating-value": cents(net_liq), "equity-buying-power": free,
        "derivative-buying-power": free, "available-trading-funds": free,
        "cash-available-to-withdraw": max(ZERO, min(free, ledger.cash)),
        "maintenance-requirement": needed, "reg-t-margin-requirement": needed,
        "futures-margin-requirement": needed, "futures-overnight-margin-requirement": needed,
        "used-derivative-buying-power": needed, "maintenance-excess": free,
        "long-margineable-value": sums.get("long-equity-value", ZERO),
        "short-margineable-value": sums.get("short-equity-value", ZERO),
    }  # fmt: skip
    return {
        "account-number": door.account, "currency": "USD",
        "snapshot-date": now.day.session.day.isoformat(), "updated-at": instant(now.at),
        **{name: plain(amount) for name, amount in amounts.items()},
    }  # fmt: skip


def positions(door: Door, now: Snapshot, *, with_marks: bool = False) -> Iterator[Shown]:
    """What is held: quantities unsigned, with the side in a word."""
    ledger = door.exchange.ledger
    for contract, mid in worth_of(ledger, now).items():
        yield _position(door, contract, mid, now, with_marks=with_marks)


def _position(
    door: Door, contract: Contract, mid: float, now: Snapshot, *, with_marks: bool
) -> Shown:
    ledger = door.exchange.ledger
    held, lot = ledger.holdings[contract], size(contract)
    since = door.held_since(contract) or now.at  # what the account began with has no fact
    entered = abs(ledger.entry(contract))
    last = (
        entered if isnan(mid) else Decimal(repr(round(mid, 6)))
    )  # all that is known without a quote
    made: Shown = {
        "account-number": door.account, "symbol": trading_symbol(contract),
        "instrument-type": instrument_of(contract), "underlying-symbol": underlying(contract),
        "quantity": plain(Decimal(abs(held) * lot)),
        "quantity-direction": "Long" if held > 0 else "Short",
        "close-price": plain(last), "average-open-price": plain(entered),
        "multiplier": 1 if lot > 1 else multiplier(contract),
        "cost-effect": "None" if is_future(contract) else "Debit" if held < 0 else "Credit",
        "is-suppressed": False, "is-frozen": False, "restricted-quantity": "0.0",
        "realized-day-gain": "0.0", "realized-day-gain-effect": "None",
        "realized-today": "0.0", "realized-today-effect": "None",
        "created-at": instant(since), "updated-at": instant(now.at),
    }  # fmt: skip
    if with_marks:
        made |= {
            "mark-price": made["close-price"],
            "mark": plain(cents(last * abs(held) * multiplier(contract))),
        }
    return made


def effective(symbol: str, root: str, today: date) -> Shown:
    """The broker's rates for an underlying, as shares of one; the floor in dollars a contract."""
    row = house_for(product(root).kind, symbol=root, on=today)
    rates = {
        "long-equity-initial": row.outright_rate, "long-equity-maintenance": row.long_rate,
        "short-equity-initial": row.outright_rate, "short-equity-maintenance": row.short_rate,
        "naked-option-standard": row.rate, "naked-option-minimum": row.minimum_rate,
        "naked-option-floor": row.floor,
    }  # fmt: skip
    return {"underlying-symbol": symbol} | {
        name: plain(Decimal(repr(rate))) for name, rate in rates.items()
    }


def margin_report(door: Door, now: Snapshot) -> Shown:
    """What all that is held needs; the exchange does not say it group by group."""
    needed = door.exchange.requirement(now)
    said = balance(door, now)
    return {
        "account-number": door.account, "description": "Total", "option-level": "No Restrictions",
        "margin-calculation-type": "Reg T", "last-state-timestamp": int(now.at.timestamp() * 1000),
        **with_effect("margin-requirement", -needed),
        **with_effect("maintenance-requirement", -needed),
        **with_effect("initial-requirement", -needed),
        **with_effect("reg-t-margin-requirement", -needed),
        "margin-equity": said["margin-equity"], "option-buying-power": said["derivative-buying-power"],
        "reg-t-option-buying-power": said["derivative-buying-power"],
        "maintenance-excess": said["maintenance-excess"], "groups": [],
    }  # fmt: skip
