"""Files of legs as people write them, to be changed one figure at a time."""

import json
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.app.main import main
from tomking.app.ticket.file import Ticket, ticket
from tomking.app.ticket.source import parsed
from tomking.core.calendar import NEW_YORK
from tomking.core.errors import Exit

NOW = datetime(2026, 6, 5, 10, 30, tzinfo=NEW_YORK)
#: A put credit vertical on SPY, two units, for an account of $60,000.
SPREAD: dict[str, Any] = {
    "underlying": {"symbol": "SPY", "price": 600, "kind": "etf"},
    "house": "tastytrade",
    "at": "2026-06-05T10:30",
    "rate": 0.04,
    "dividend_yield": 0.012,
    "vix": 17.5,
    "legs": [
        {"right": "P", "strike": 580, "expiry": "2026-07-17", "quantity": -1, "price": 6.40},
        {"right": "P", "strike": 570, "expiry": "2026-07-17", "quantity": 1, "price": 4.55},
    ],
    "order": {"limit": 1.80, "units": 2},
    "account": {"net_liq": 60000, "cash": 60000, "held": []},
}
#: The long-term 1-1-2 as the plan writes it.
LT112: dict[str, Any] = {
    "underlying": {"symbol": "ES", "price": 6010, "kind": "future"},
    "house": "tastytrade",
    "at": "2026-06-03T10:00",
    "vix": 17.5,
    "legs": [
        {"right": "P", "strike": 5750, "expiry": "2026-09-30", "quantity": 1, "price": 92.0},
        {"right": "P", "strike": 5700, "expiry": "2026-09-30", "quantity": -1, "price": 83.5},
        {"right": "P", "strike": 4900, "expiry": "2026-09-30", "quantity": -2, "price": 17.0},
    ],
    "order": {"limit": 25.0},
    "account": {"net_liq": 100000},
}
#: A condor that expires today, as Friday 0DTE sells it.
CONDOR: dict[str, Any] = {
    "underlying": {"symbol": "MES", "price": 6010, "kind": "future"},
    "house": "tastytrade",
    "at": "2026-06-05T10:30",
    "vix": 17.5,
    "legs": [
        {"right": "P", "strike": 5970, "expiry": "2026-06-05", "quantity": -1, "price": 5.2},
        {"right": "P", "strike": 5940, "expiry": "2026-06-05", "quantity": 1, "price": 2.2},
        {"right": "C", "strike": 6045, "expiry": "2026-06-05", "quantity": -1, "price": 4.1},
        {"right": "C", "strike": 6075, "expiry": "2026-06-05", "quantity": 1, "price": 1.0},
    ],
    "order": {"limit": 6.05, "units": 2},
    "account": {"net_liq": 44500},
}


def changed(base: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy with the figure at ``legs.0.strike`` changed; ``...`` takes it away."""
    whole = deepcopy(base)
    *path, last = [int(part) if part.isdigit() else part for part in place.split(".")]
    at: Any = whole
    for part in path:
        at = at[part]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return whole


def read(x: dict[str, Any], now: datetime = NOW) -> Ticket:
    """A file as the program reads it: through text, so that numbers are exact."""
    return ticket(parsed(json.dumps(x), "the file"), now)


def written(here: Path, x: Any) -> str:
    """A file that holds this: text as it is, anything else as JSON."""
    path = here / "order.json"
    path.write_text(x if isinstance(x, str) else json.dumps(x), encoding="utf-8")
    return str(path)


def answer(words: list[str], capsys: pytest.CaptureFixture[str]) -> Any:
    """What a command prints as JSON, every number exact; its exit code is what the answer says."""
    code = main([*words, "--json"])
    shown = capsys.readouterr()
    assert shown.err == ""
    said = json.loads(shown.out, parse_float=Decimal)
    against = [
        one for one in (*said.get("limits", ()), *said.get("objections", ())) if not one["passed"]
    ]
    assert code == (Exit.REFUSED if against else Exit.OK)
    return said


def refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, one sentence that names the place, for a program as a document too, and no more."""
    assert main(words) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.startswith("tomking: ")
    assert shown.err.count("\n") == 1
    if "--json" not in words:
        assert shown.out == ""
        return
    document = json.loads(shown.out)
    assert document["exit_code"] == 2
    assert shown.err == f"tomking: {document['error']}\n"
