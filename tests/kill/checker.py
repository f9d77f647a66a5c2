"""Judge a trading desk after a crash by two files alone: the exchange's ledger and the desk's journal.

    python checker.py LEDGER JOURNAL

Prints a JSON object {"verdict", "faults", ...} and exits 0 when nothing forbidden is found, 1 otherwise.
It shares no code with tomking on purpose and needs nothing but Python's standard library: both files
are read by their published tables (docs/reference/exchange.md, scripts/verify_journal.py).

Forbidden are: a broken hash chain; an order the journal did not announce, or one that was sent twice;
two live orders for one intent; an intent filled beyond its units; a short option without its long that
no order meant to sell bare; an order that closes and has opened something; two that close one contract
of a position, neither in the place of the other nor tied to it; a half of what was sent as a pair; an
order at work that closes what is not held; a fill that is journalled twice or is not the exchange's;
another end of an order than the exchange's; a position opened while the books were known to differ; and
books that differ while no halt says so.
"""

import hashlib
import json
import pathlib
import sqlite3
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

#: Dollars a point. What is not listed is a fault, not a guess.
MULTIPLIERS = {"SPX": 100, "XSP": 100, "SPY": 100, "QQQ": 100, "IWM": 100}
#: How the exchange's last word for an order reads in the journal.
ENDS = {"Filled": "filled", "Cancelled": "cancelled", "Expired": "expired", "Rejected": "rejected",
        "Removed": "cancelled", "Partially Removed": "cancelled"}  # fmt: skip
#: Ends that say the exchange never had the order, or turned it away at once.
NEVER = ("lapsed", "rejected")
OPENS = ("OPEN", "ROLL")
NAME_MAX = 36

Rows = list[dict[str, Any]]


@dataclass
class Ledger:
    """What the exchange has written down."""

    orders: Rows
    fills: Rows
    holdings: dict[str, int]
    cash: Decimal

    def named(self, number: int) -> str:
        """The name of an order by its number."""
        return next(
            str(row["external_identifier"]) for row in self.orders if row["number"] == number
        )


@dataclass
class Journal:
    """What the desk has written down, by kind, with what follows from it."""

    facts: list[tuple[int, str, dict[str, Any]]]
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    holdings: Counter[str] = field(default_factory=Counter)
    cash: Decimal = Decimal(0)
    fills: Rows = field(default_factory=list)
    halts: dict[str, int] = field(default_factory=dict)
    opened_while_halted: list[str] = field(default_factory=list)


def read_ledger(path: pathlib.Path) -> Ledger:
    """The plain tables of the exchange."""
    orders, fills = _rows(path, "orders", "number"), _rows(path, "fills", "rowid")
    held = {str(row["symbol"]): int(row["quantity"]) for row in _rows(path, "holdings", "symbol")}
    (account,) = _rows(path, "accounts", "account")
    return Ledger(orders, fills, held, Decimal(account["cash"]))


def _rows(path: pathlib.Path, table: str, order: str) -> Rows:
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY {order}")]
    finally:
        connection.close()


def read_journal(path: pathlib.Path) -> Journal:
    """The facts of a journal whose chain holds; ``ValueError`` at the first that does not."""
    before, found = "0" * 64, list[tuple[int, str, dict[str, Any]]]()
    for count, row in enumerate(_rows(path, "journal", "seq"), 1):
        said = "\n".join((before, str(row["seq"]), row["at"], row["kind"], row["payload"]))
        if row["seq"] != count or row["prev_hash"] != before:
            raise ValueError(f"the journal's chain is broken at fact {count}")
        if row["hash"] != hashlib.sha256(said.encode()).hexdigest():
            raise ValueError(f"fact {count} of the journal was changed")
        before = row["hash"]
        found.append((row["seq"], row["kind"], json.loads(row["payload"])))
    journal = Journal(found)
    for seq, kind, fact in found:
        _fold(journal, seq, kind, fact)
    return journal


#: Money that came or went by itself: where a fact says how much, and its sign.
MONEY = {
    "RunStarted": ("capital", 1), "FeesDiffered": ("amount", -1), "CashMoved": ("amount", 1),
    "DividendBooked": ("cash", 1), "LegFilled": ("fee", -1), "Settled": ("fee", -1),
}  # fmt: skip


def _fold(journal: Journal, seq: int, kind: str, fact: dict[str, Any]) -> None:
    if kind in MONEY:
        name, sign = MONEY[kind]
        journal.cash += sign * Decimal(fact[name])
    if kind == "LegFilled":
        journal.fills.append(fact)
        _trade(journal, fact["contract"], int(fact["quantity"]), Decimal(fact["price"]))
    elif kind == "Settled":
        _settle(journal, fact)
    elif kind in ("ForeignHeld", "ForeignTraded"):
        _hold(journal, fact["symbol"], int(fact["quantity"]))
    elif kind == "Sent":
        _send(journal, fact["order"])
    elif kind == "OrderEnded":
        journal.ended[short_name(fact["order"])] = fact["how"]
    elif kind == "Halted":
        journal.halts[fact["reason"]] = seq
    elif kind == "Resumed":
        journal.halts.pop(fact["reason"], None)


def _send(journal: Journal, order: dict[str, Any]) -> None:
    journal.sent[short_name(order_id(order))] = order
    if "reconciling" in journal.halts and order["purpose"] in OPENS:
        journal.opened_while_halted.append(order_id(order))


def _settle(journal: Journal, fact: dict[str, Any]) -> None:
    _hold(journal, symbol_of(fact["contract"]), -int(fact["quantity"]))
    journal.cash += Decimal(fact["cash"])
    if fact.get("delivered") is not None:
        quantity = int(fact["delivered_quantity"])
        _trade(journal, fact["delivered"], quantity, Decimal(fact["delivered_price"]))


def _trade(journal: Journal, contract: dict[str, Any], quantity: int, price: Decimal) -> None:
    _hold(journal, symbol_of(contract), quantity)
    journal.cash -= quantity * price * MULTIPLIERS[contract["root"]]


def _hold(journal: Journal, symbol: str, quantity: int) -> None:
    journal.holdings[symbol] += quantity
    if not journal.holdings[symbol]:
        del journal.holdings[symbol]


def order_id(order: Mapping[str, Any]) -> str:
    """What an order is called: its intent and its attempt."""
    return f"{order['intent']}#{order['attempt']}"


def short_name(name: str) -> str:
    """The same as the exchange has it: whole, or its beginning and a digest."""
    if len(name) <= NAME_MAX:
        return name
    return f"{name[: NAME_MAX - 13]}~{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def symbol_of(contract: Mapping[str, Any]) -> str:
    """The OCC symbol of an option of the journal."""
    root, strike = contract["root"], int(Decimal(contract["strike"]) * 1000)
    if root == "SPX" and contract["settles"] == "PM":
        root = "SPXW"
    day = date.fromisoformat(contract["expiry"])
    return f"{root:<6}{day:%y%m%d}{contract['right'][0]}{strike:08d}"


def duplicates(ledger: Ledger, journal: Journal) -> Iterator[str]:
    """Orders nobody announced, names that are there twice, intents with two orders at once."""
    names = Counter(str(row["external_identifier"]) for row in ledger.orders)
    yield from (f"{name} is at the exchange {n} times" for name, n in names.items() if n > 1)
    yield from (
        f"{name} is at the exchange and was never announced in the journal"
        for name in names
        if name not in journal.sent
    )
    for intent, rows in _by_intent(ledger, journal).items():
        for one, other in pairwise(rows):
            over = one["ended"] is not None and one["ended"] <= other["received"]
            if not over and other["replaces"] != one["number"]:
                yield f"{intent} had two live orders, {one['number']} and {other['number']}"


def _by_intent(ledger: Ledger, journal: Journal) -> dict[str, Rows]:
    found: dict[str, Rows] = defaultdict(list)
    for row in ledger.orders:
        order = journal.sent.get(str(row["external_identifier"]))
        if order is not None:
            found[order["intent"]].append(row)
    return found


def overfilled(ledger: Ledger, journal: Journal) -> Iterator[str]:
    """Intents of which more has traded at the exchange than was ever wanted."""
    wanted: dict[str, dict[str, int]] = defaultdict(dict)
    traded: dict[str, Counter[str]] = defaultdict(Counter)
    for order in journal.sent.values():
        for leg in order["legs"]:
            symbol, count = symbol_of(leg["contract"]), abs(leg["quantity"]) * order["units"]
            wants = wanted[order["intent"]]
            wants[symbol] = max(wants.get(symbol, 0), count)
    for fill in ledger.fills:
        sent = journal.sent.get(ledger.named(fill["order_number"]))
        if sent is not None:
            traded[sent["intent"]][fill["symbol"]] += abs(fill["quantity"])
    for intent, counts in traded.items():
        for symbol, count in counts.items():
            if count > wanted[intent].get(symbol, 0):
                yield f"{intent} traded {count} {symbol} of {wanted[intent].get(symbol, 0)}"


def closers(ledger: Ledger, journal: Journal) -> Iterator[str]:
    """Orders that close and have opened, or stand beside one another, or stand when nothing is left."""
    held: Counter[str] = Counter()
    for fill in ledger.fills:
        symbol, count, name = fill["symbol"], fill["quantity"], ledger.named(fill["order_number"])
        there = held[symbol]
        if symbol in _closes(journal, name) and not (
            there * count < 0 and abs(count) <= abs(there)
        ):
            yield f"{name} was to close and traded {count} {symbol} where {there} were held"
        held[symbol] += count
    beside: dict[tuple[str, str], Rows] = defaultdict(list)
    for row in ledger.orders:
        name = str(row["external_identifier"])
        for symbol in _closes(journal, name):
            beside[journal.sent[name]["closes"], symbol].append(row)
            if row["ended"] is None and not ledger.holdings.get(symbol):
                yield f"{name} is at work to close {symbol}, which is not held"
    for (position, symbol), rows in beside.items():
        for one, other in combinations(sorted(rows, key=lambda row: row["received"]), 2):
            over = one["ended"] is not None and one["ended"] <= other["received"]
            as_one = one["complex_order"] and one["complex_order"] == other["complex_order"]
            if not over and not as_one and one["number"] not in _replaced(ledger, other):
                yield f"{position} had two orders to close {symbol}: {one['number']}, {other['number']}"


def _closes(journal: Journal, name: str) -> set[str]:
    """What an order was sent to close, by symbol."""
    legs = journal.sent[name]["legs"] if name in journal.sent else ()
    return {symbol_of(leg["contract"]) for leg in legs if not leg["opens"]}


def _replaced(ledger: Ledger, row: Mapping[str, Any]) -> Iterator[int]:
    """The numbers of what an order stands in for: the one before it, and that one's."""
    replaces = {each["number"]: each["replaces"] for each in ledger.orders}
    number = row["replaces"]
    while number is not None:
        yield number
        number = replaces.get(number)


def halves(ledger: Ledger, journal: Journal) -> Iterator[str]:
    """Orders sent as a pair of which the exchange has one alone, or both apart."""
    groups: dict[str, list[object]] = defaultdict(list)
    for row in ledger.orders:
        order = journal.sent.get(str(row["external_identifier"]))
        if order is not None and order.get("bracket"):
            groups[order["bracket"]].append(row["complex_order"])
    for name, numbers in groups.items():
        if len(numbers) != 2 or numbers[0] is None or numbers[0] != numbers[1]:
            yield f"the pair of {name} is not one order at the exchange: {numbers}"


def naked(ledger: Ledger, journal: Journal) -> Iterator[str]:
    """Shorts without their longs: after every package that traded, and in what is held."""
    held, bare = Counter[str](), meant_bare(journal)
    last = None
    for fill in ledger.fills:
        if last is not None and (fill["order_number"], fill["at"]) != last:
            yield from _uncovered(held, bare, f"before order {fill['order_number']} traded")
        held[fill["symbol"]] += fill["quantity"]
        last = (fill["order_number"], fill["at"])
    yield from _uncovered(ledger.holdings, bare, "in the end")


def meant_bare(journal: Journal) -> Counter[str]:
    """What orders were sent to sell with no long of its right beside it, at most, by symbol."""
    found: Counter[str] = Counter()
    for order in journal.sent.values():
        opens = [leg for leg in order["legs"] if leg["opens"]]
        bought = {leg["contract"]["right"] for leg in opens if leg["quantity"] > 0}
        for leg in opens:
            if leg["contract"]["right"] not in bought:
                symbol, count = symbol_of(leg["contract"]), -leg["quantity"] * order["units"]
                found[symbol] = max(found[symbol], count)
    return found


def _uncovered(held: Mapping[str, int], bare: Mapping[str, int], when: str) -> Iterator[str]:
    """More shorts of an underlying's right, besides those meant so, than longs that live as long."""
    sides: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for symbol, count in held.items():
        quantity = count if count > 0 else min(count + bare.get(symbol, 0), 0)
        sides[symbol[:6].strip(), symbol[12]].append((symbol[6:12], quantity))
    for (root, right), legs in sides.items():
        for expiry in {day for day, _ in legs}:
            later = [quantity for day, quantity in legs if day >= expiry]
            short = -sum(q for q in later if q < 0)
            if short > sum(q for q in later if q > 0):
                yield f"{root} {right} is short without its long {when}"


def misheard(ledger: Ledger, journal: Journal) -> Iterator[str]:
    """Fills that are journalled twice, or are not the exchange's; ends that are not its ends."""
    twice = [fill for fill, n in Counter(str(f["fill"]) for f in journal.fills).items() if n > 1]
    yield from (f"fill {fill} is journalled more than once" for fill in twice)
    theirs = Counter(
        (ledger.named(f["order_number"]), f["symbol"], f["quantity"], Decimal(f["price"]))
        for f in ledger.fills
    )
    ours = Counter(
        (short_name(f["order"]), symbol_of(f["contract"]), f["quantity"], Decimal(f["price"]))
        for f in journal.fills
    )
    yield from (f"{each} is journalled and did not trade" for each in (ours - theirs))
    if not journal.halts:
        yield from (f"{each} traded and is not journalled" for each in (theirs - ours))
    there = {str(row["external_identifier"]): row for row in ledger.orders}
    for name, how in journal.ended.items():
        row = there.get(name)
        if row is None and how not in NEVER:
            yield f"{name} {how} in the journal and never was at the exchange"
        elif row is not None and ENDS.get(row["status"]) != how:
            yield f"{name} {how} in the journal and is {row['status']} at the exchange"


def unequal(ledger: Ledger, journal: Journal) -> Iterator[str]:
    """Books that differ; what is still at work, or in doubt, on one side alone."""
    ours = dict(journal.holdings)
    for symbol in sorted({*ours, *ledger.holdings}):
        here, there = ours.get(symbol, 0), ledger.holdings.get(symbol, 0)
        if here != there:
            yield f"{symbol}: {here} in the journal, {there} at the exchange"
    if journal.cash != ledger.cash:
        yield f"cash: {journal.cash} in the journal, {ledger.cash} at the exchange"
    for row in ledger.orders:
        name = str(row["external_identifier"])
        if row["ended"] is not None and name in journal.sent and name not in journal.ended:
            yield f"{name} is {row['status']} at the exchange and not over in the journal"
    there_too = {str(row["external_identifier"]) for row in ledger.orders}
    for name in journal.sent:
        if name not in there_too and name not in journal.ended:
            yield f"{name} was announced, is not at the exchange, and nothing is said of it"


def judged(ledger_file: pathlib.Path, journal_file: pathlib.Path) -> dict[str, Any]:
    """The verdict: ``agree``, ``reconciling`` (books differ, and a halt says so) or ``FORBIDDEN``."""
    try:
        ledger, journal = read_ledger(ledger_file), read_journal(journal_file)
        faults = [
            *duplicates(ledger, journal), *overfilled(ledger, journal), *naked(ledger, journal),
            *closers(ledger, journal), *halves(ledger, journal), *misheard(ledger, journal),
            *(f"{name} was sent while reconciling" for name in journal.opened_while_halted),
        ]  # fmt: skip
        differ = list(unequal(ledger, journal))
    except (ValueError, KeyError, sqlite3.Error) as fault:
        return {
            "verdict": "FORBIDDEN",
            "faults": [f"{type(fault).__name__}: {fault}"],
            "differ": [],
        }
    halted = sorted(journal.halts)
    if differ and "reconciling" not in halted:
        faults += [f"{each}, and no halt says so" for each in differ]
    closed = any(kind == "SessionClosed" for _, kind, _ in journal.facts)
    verdict = "FORBIDDEN" if faults else "reconciling" if differ else "agree"
    return {
        "verdict": verdict, "faults": faults, "differ": differ, "halted": halted,
        "orders": len(ledger.orders), "fills": len(ledger.fills), "closed": closed,
    }  # fmt: skip


def main(words: Sequence[str]) -> int:
    """Exit code 0 for nothing forbidden, 1 for something, 2 for a wrong call."""
    if len(words) != 2:
        sys.stderr.write("usage: python checker.py LEDGER JOURNAL\n")
        return 2
    said = judged(pathlib.Path(words[0]), pathlib.Path(words[1]))
    sys.stdout.write(f"{json.dumps(said)}\n")
    return 1 if said["faults"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
