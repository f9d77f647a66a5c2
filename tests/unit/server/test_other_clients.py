"""What other clients of the broker ask for in their own ways: older doors, other routes."""

import httpx2
import pytest

from tomking.core.errors import Rejected
from tomking.server.dxlink import Feed
from worlds.served import NUMBER, put_in, world_at
from worlds.standing import standing

pytestmark = pytest.mark.integration

ORDERS = f"/accounts/{NUMBER}/orders"


def buys(price):
    leg = {"instrument-type": "Equity", "symbol": "F", "quantity": 1, "action": "Buy to Open"}
    return {
        "time-in-force": "GTC", "order-type": "Limit", "price": price, "price-effect": "Debit",
        "legs": [leg],
    }  # fmt: skip


def heard(*frames):
    conversation = Feed(lambda token: token == "good")
    for frame in (
        {"type": "SETUP"},
        {"type": "AUTH", "token": "good"},
        {"type": "CHANNEL_REQUEST", "channel": 1, "service": "FEED"},
        *frames,
    ):
        conversation.hear(frame)
    return conversation


def test_the_feed_names_the_fields_of_a_kind_nobody_configured_before_its_first_event():
    adds = {"type": "FEED_SUBSCRIPTION", "channel": 1, "add": [{"type": "Quote", "symbol": "SPY"}]}
    conversation = heard({"type": "FEED_SETUP", "channel": 1}, adds)
    world, _ = world_at()
    config, data = conversation.news(world.look())
    assert config["type"] == "FEED_CONFIG"
    fields = config["eventFields"]["Quote"]
    kind, figures = data["data"]
    assert len(figures) == len(fields)
    assert dict(zip(fields, figures, strict=True))["eventType"] == kind == "Quote"


def test_fields_that_were_asked_for_are_sent_in_their_order_and_not_named_again():
    wanted = {"Quote": ["askPrice", "eventSymbol"]}
    conversation = heard(
        {"type": "FEED_SETUP", "channel": 1, "acceptEventFields": wanted},
        {"type": "FEED_SUBSCRIPTION", "channel": 1, "add": [{"type": "Quote", "symbol": "SPY"}]},
    )
    (data,) = conversation.news(world_at()[0].look())
    assert data["data"][1][1] == "SPY"


def test_the_older_way_in_takes_the_secret_and_the_refresh_token():
    with standing() as there, httpx2.Client(base_url=there.place.base_url) as client:
        wrong = client.post("/sessions", json={"login": "secret", "password": "guess"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "invalid_credentials")
        said = client.post("/sessions", json={"login": "secret", "password": "refresh"})
        token = {"Authorization": said.json()["data"]["session-token"]}
        assert client.post("/sessions/validate", headers=token).status_code == 201
        assert client.delete("/sessions", headers=token).status_code == 204
        assert client.post("/sessions/validate", headers=token).status_code == 401


def test_an_order_is_edited_as_it_is_replaced():
    with standing() as there:
        line = there.line()
        number = line.send("POST", ORDERS, buys("2.0")).data["order"]["id"]
        edit = {"order-type": "Limit", "price": "2.05", "price-effect": "Debit"}
        edited = line.send("PATCH", f"{ORDERS}/{number}", edit | {"time-in-force": "GTC"}).data
        assert (edited["replaces-order-id"], edited["price"]) == (number, "2.05")
        ended = line.send("DELETE", f"{ORDERS}/{edited['id']}", {}).data
        assert ended["status"] == "Cancel Requested"  # though it waits for the first to be gone


def test_the_customers_orders_are_those_of_every_account():
    with standing() as there:
        line = there.line()
        number = line.send("POST", ORDERS, buys("2.0")).data["order"]["id"]
        for path in ("/customers/me/orders", "/customers/me/orders/live"):
            assert [row["id"] for row in line.get(path)["items"]] == [number]


def test_chains_come_as_nothing_but_symbols_too():
    with standing() as there:
        rows = there.line().get("/option-chains/SPY/compact")["items"]
        assert put_in(there.world, 0.3)[0] in {name for row in rows for name in row["symbols"]}
        assert all(len(row["symbols"]) == len(row["streamer-symbols"]) for row in rows)


def test_margin_rates_are_told_by_underlying_and_of_no_others():
    with standing() as there:
        line = there.line()
        path = f"/accounts/{NUMBER}/margin-requirements"
        said = line.get(f"{path}/SPY/effective")
        assert (said["naked-option-standard"], said["naked-option-floor"]) == ("0.2", "250.0")
        with pytest.raises(Rejected):
            line.get(f"{path}/NOBODY/effective")


def test_the_margin_service_dry_runs_an_order():
    with standing() as there:
        path = f"/margin/accounts/{NUMBER}/dry-run"
        said = there.line().send("POST", path, buys("2.0")).data
        assert said["last-results"]["buying-power-impact-effect"] == "Debit"
        assert not there.line().get(ORDERS)["items"]


def test_what_the_account_is_worth_is_told_alone():
    with standing() as there:
        line = there.line()
        worth = line.get(f"/accounts/{NUMBER}/net-liq")["net-liquidating-value"]
        assert worth == line.get(f"/accounts/{NUMBER}/balances")["net-liquidating-value"]
