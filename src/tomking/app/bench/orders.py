"""An order's way: from the decision to the exchange's word for it, over the local server.

The server is a process of its own, as on paper, and the line is the one that the adapter sends on.
Every order is followed by its cancel, so that none piles up; both are asked for without a pause.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from tomking.app.now import now
from tomking.wire.budget import Budget
from tomking.wire.keys import Keys
from tomking.wire.line import Line
from tomking.wire.session import Place

Row = dict[str, str | float]

#: Orders that are timed, and those before them that are not.
ORDERS, BEFORE = 200, 20
#: Milliseconds that 99 of 100 may take, and orders a second, that the project holds itself to.
WITHIN_MS, PACE_MIN = 20.0, 10.0
#: Nothing is held back: the figure is of the way, not of the budget.
UNBOUND = Budget(1_000_000, 1_000_000)


def rows() -> list[Row]:
    """The middle and the slow end of an order's way, and orders a second, without and with a ledger."""
    return [*_measured(ledger=False), *_measured(ledger=True)]


def _measured(*, ledger: bool) -> Iterator[Row]:
    which = "kept in a ledger" if ledger else "in memory"
    with TemporaryDirectory(prefix="tomking-bench-") as folder:
        kept = ["--ledger", str(Path(folder) / "ledger.db")] if ledger else []
        with served(kept) as line:
            sent, pace = timed(line)
    for share in (50, 99):
        took = float(np.percentile(sent, share))
        yield {
            "name": f"order to the local exchange, {which}, {share} of 100 within", "value": took,
            "unit": "ms", "peer": "bound", "peer_value": WITHIN_MS, "ratio": WITHIN_MS / took,
        }  # fmt: skip
    yield {
        "name": f"orders and their cancels, {which}", "value": pace, "unit": "orders/s",
        "peer": "bound", "peer_value": PACE_MIN, "ratio": pace / PACE_MIN,
    }  # fmt: skip


@contextmanager
def served(more: list[str]) -> Iterator[Line]:
    """A line to a server that ends with the block."""
    command = [str(Path(sys.executable).parent / "tomking"), "exchange", "serve", *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = json.loads(process.stdout.readline())
            keys = Keys(said["client_secret"], said["refresh_token"])
            place = Place(said["base_url"], said["streamer_url"])
            line = Line.open(keys, place, said["account_number"], now, UNBOUND)
            try:
                yield line
            finally:
                line.close()
        finally:
            process.terminate()


def timed(line: Line) -> tuple[list[float], float]:
    """Milliseconds of each order, and how many a second went through with their cancels."""
    path, body = f"/accounts/{line.account}/orders", _order(line)
    for _ in range(BEFORE):
        _sent(line, path, body)
    began = time.perf_counter()
    taken = [_sent(line, path, body) for _ in range(ORDERS)]
    return taken, ORDERS / (time.perf_counter() - began)


def _sent(line: Line, path: str, body: dict[str, Any]) -> float:
    """Milliseconds until an order was taken; its cancel is not counted."""
    began = time.perf_counter()
    answer = line.send("POST", path, body)
    took = 1000.0 * (time.perf_counter() - began)
    if answer.is_no:
        raise AssertionError(f"the order was refused, so nothing was measured: {answer.why}")
    line.send("DELETE", f"{path}/{answer.data['order']['id']}")
    return took


def _order(line: Line) -> dict[str, Any]:
    """A spread that nobody sells so cheaply, so that it rests."""
    chain = line.get("/option-chains/SPY/nested")["items"][0]
    strikes = chain["expirations"][3]["strikes"]
    far, near = strikes[len(strikes) // 2 - 5]["put"], strikes[len(strikes) // 2]["put"]
    legs = [
        {"instrument-type": "Equity Option", "symbol": each, "quantity": 1, "action": action}
        for each, action in ((near, "Buy to Open"), (far, "Sell to Open"))
    ]
    return {
        "time-in-force": "GTC", "order-type": "Limit", "price": "0.05", "price-effect": "Debit",
        "legs": legs,
    }  # fmt: skip
