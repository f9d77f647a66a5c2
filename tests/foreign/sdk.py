"""The broker's official Python client, call by call, against the server the environment names, over TLS.

Runs in an environment of its own, where that client is installed; prints a line of JSON for each call.
"""

import json
import os
import sys
import time
from collections.abc import Callable

from tastytrade_sdk import Tastytrade
from tastytrade_sdk.api import BadRequest, NotFound, Unauthorized, Unprocessable
from tastytrade_sdk.exceptions import TastytradeSdkException

ACCOUNT, WAIT_S = os.environ["ACCOUNT"], 10.0


def logged_in() -> Tastytrade:
    at = os.environ["HOST"]
    return Tastytrade(at).login(os.environ["CLIENT_SECRET"], os.environ["REFRESH_TOKEN"])


def order(price: str) -> dict[str, object]:
    leg = {"instrument-type": "Equity", "symbol": "F", "quantity": 1, "action": "Buy to Open"}
    return {
        "time-in-force": "GTC", "order-type": "Limit", "price": price, "price-effect": "Debit",
        "legs": [leg],
    }  # fmt: skip


def refused(kind: type[BaseException], call: Callable[[], object]) -> None:
    try:
        call()
    except kind:
        return
    raise AssertionError(f"no {kind.__name__}")


def login() -> None:
    refused(Unauthorized, lambda: Tastytrade(os.environ["HOST"]).login("nobody", "nothing"))
    tasty = logged_in()
    tasty.api.post("/sessions/validate")
    tasty.logout()
    refused(Unauthorized, lambda: tasty.api.post("/sessions/validate"))


def accounts() -> None:
    said = logged_in().api.get("/customers/me/accounts")["data"]["items"]
    assert said[0]["account"]["account-number"] == ACCOUNT
    balance = logged_in().api.get(f"/accounts/{ACCOUNT}/balances")["data"]
    assert balance["account-number"] == ACCOUNT


def lives_of_an_order() -> None:
    api, path = logged_in().api, f"/accounts/{ACCOUNT}/orders"
    assert api.post(f"{path}/dry-run", data=order("2.0"))["data"]["buying-power-effect"]
    number = api.post(path, data=order("2.0"))["data"]["order"]["id"]
    assert api.get(f"{path}/{number}")["data"]["id"] == number
    number = api.put(f"{path}/{number}", data=order("2.01"))["data"]["id"]
    api.delete(f"{path}/{number}")
    live = api.get(f"{path}/live")["data"]["items"]
    assert {row["status"] for row in live if row["id"] == number} <= {
        "Cancel Requested",
        "Cancelled",
    }


def errors() -> None:
    api, path = logged_in().api, f"/accounts/{ACCOUNT}/orders"
    refused(NotFound, lambda: api.get(f"{path}/99999999"))
    refused(BadRequest, lambda: api.post(path, data={"order-type": "Sometimes"}))
    huge = order("2.0")
    huge["legs"] = [dict(huge["legs"][0], quantity=900_000)]
    refused(Unprocessable, lambda: api.post(path, data=huge))


def lists() -> None:
    api = logged_in().api
    both = [("symbol[]", "SPY"), ("symbol[]", "AAPL")]
    assert len(api.get("/instruments/equities", params=both)["data"]["items"]) == 2
    assert api.get("/market-metrics", params={"symbols": "SPY"})["data"]["items"]


def streamed(compact: bool) -> Callable[[], None]:
    def stream() -> None:
        tasty, quotes, greeks = logged_in(), [], []
        chain = tasty.api.get("/option-chains/SPY/nested")["data"]["items"][0]
        call = chain["expirations"][0]["strikes"][0]["call"]
        fields = {"Quote": ["eventSymbol", "askPrice"], "Greeks": ["eventSymbol", "delta"]}
        feed = tasty.market_data.subscribe(
            ["SPY"] if compact else ["SPY", call], on_quote=quotes.append, on_greeks=greeks.append,
            event_fields=fields if compact else None,
        )  # fmt: skip
        feed.open()
        late = time.monotonic() + WAIT_S
        while not (quotes and (greeks or compact)) and time.monotonic() < late:
            time.sleep(0.05)
        assert {row["symbol"] for row in quotes} >= {"SPY"}, quotes
        if not compact:
            assert {row["symbol"] for row in greeks} == {call}, greeks
        else:  # this client takes one event a frame, where the feed sends as many as there are
            assert all(row.keys() == {"eventSymbol", "askPrice", "symbol"} for row in quotes)

    return stream


CALLS: dict[str, Callable[[], None]] = {
    "login": login, "accounts": accounts, "lives of an order": lives_of_an_order, "errors": errors,
    "lists": lists, "stream, compact": streamed(True), "stream, full": streamed(False),
}  # fmt: skip

failed = 0
for name, call in CALLS.items():
    flaw = ""
    try:
        call()
    except (TastytradeSdkException, AssertionError, LookupError, TypeError, OSError) as wrong:
        failed, flaw = failed + 1, f"{type(wrong).__name__}: {wrong}"[:300]
    sys.stdout.write(json.dumps({"suite": "sdk", "name": name, "flaw": flaw}) + "\n")
    sys.stdout.flush()
os._exit(1 if failed else 0)  # its threads never end by themselves
