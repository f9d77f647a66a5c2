"""Faults of an order's life: half-told fills, answers that lie, races, trades nobody here sent."""

import asyncio
import time

import aiohttp
import httpx2
import pytest

from tomking.core.errors import ConfigError, OutcomeUnknown
from tomking.server import orders
from tomking.server.faults import Fault, Kind, faults_in
from worlds.served import NUMBER, put_in
from worlds.standing import standing

pytestmark = pytest.mark.integration

ORDERS = f"/accounts/{NUMBER}/orders"
POSITIONS = f"/accounts/{NUMBER}/positions"
COMPLEX = f"/accounts/{NUMBER}/complex-orders"


def spread(there, price="4.0", quantity=1):
    """A put spread sold, for more than anybody pays unless a price is given."""
    near, far = put_in(there.world, 0.30)[0], put_in(there.world, 0.20)[0]
    legs = [
        {"instrument-type": "Equity Option", "symbol": symbol, "quantity": quantity, "action": act}
        for symbol, act in ((near, "Sell to Open"), (far, "Buy to Open"))
    ]
    return {"order-type": "Limit", "time-in-force": "Day", "price": price,
            "price-effect": "Credit", "legs": legs}  # fmt: skip


def placed(there, line, **more):
    return line.send("POST", ORDERS, spread(there, **more)).data["order"]["id"]


def test_an_order_may_be_taken_though_the_answer_says_that_it_failed():
    with standing() as there:
        line = there.line()
        there.wrong(Fault(Kind.UNSURE, ORDERS, "POST", status=503))
        with pytest.raises(OutcomeUnknown, match="503"):
            placed(there, line)
        assert [row["id"] for row in line.get(ORDERS)["items"]] == [1]


def test_a_half_open_connection_says_nothing_and_is_cut_and_nothing_was_done():
    with standing() as there:
        line = there.line()
        there.wrong(Fault(Kind.SILENT, ORDERS, "POST", seconds=0.2))
        began = time.perf_counter()
        with pytest.raises(OutcomeUnknown):
            placed(there, line)
        assert time.perf_counter() - began >= 0.2
        assert line.get(ORDERS)["items"] == []


def test_a_token_that_is_revoked_early_is_gone_and_the_others_are_not():
    with standing() as there:
        other = there.tokens.make(there.clock())
        there.wrong(Fault(Kind.REVOKED, POSITIONS))
        assert there.asked(POSITIONS).status_code == 401
        assert there.tokens.knows(other, there.clock())
        assert there.asked(POSITIONS).status_code == 200


def test_a_field_is_missing_from_an_answer_once():
    with standing() as there:
        line = there.line()
        placed(there, line)
        there.wrong(Fault(Kind.LACKING, ORDERS, "GET", field="legs"))
        assert "legs" not in line.get(ORDERS)["items"][0]
        assert "legs" in line.get(ORDERS)["items"][0]


def test_an_order_is_filled_before_its_cancel_arrives():
    with standing() as there:
        line = there.line()
        number = placed(there, line)
        there.wrong(Fault(Kind.RACED, f"{ORDERS}/*", "DELETE"))
        said = line.send("DELETE", f"{ORDERS}/{number}")
        assert (said.status, said.codes[-1]) == (422, "cannot_update_order")
        assert line.get(f"{ORDERS}/{number}")["status"] == "Filled"
        assert len(line.get(POSITIONS)["items"]) == 2


def test_one_side_of_a_pair_is_filled_before_the_cancel_of_both_arrives():
    with standing() as there:
        line, opened = there.line(), spread(there)
        placed(there, line, price="0.05")
        there.clock.pass_minutes(2)
        sides = [
            {**leg, "action": turned}
            for leg, turned in zip(opened["legs"], ("Buy to Close", "Sell to Close"), strict=True)
        ]
        pair = [
            opened | {"price": price, "price-effect": "Debit", "legs": sides}
            for price in ("0.05", "0.10")
        ]
        said = line.send("POST", COMPLEX, {"type": "OCO", "orders": pair})
        number = said.data["complex-order"]["id"]
        there.clock.pass_minutes(2)
        there.wrong(Fault(Kind.RACED, f"{COMPLEX}/*", "DELETE"))
        assert not line.send("DELETE", f"{COMPLEX}/{number}").is_no
        found = [row["status"] for row in line.get(f"{COMPLEX}/{number}")["orders"]]
        assert found == ["Filled", "Cancelled"]
        assert line.get(POSITIONS)["items"] == []


def test_a_race_is_lost_by_every_order_where_none_is_named_and_at_its_own_limit():
    with standing() as there:
        line = there.line()
        numbers = [placed(there, line, price="4.0"), placed(there, line, price="5.0")]
        there.wrong(Fault(Kind.RACED, POSITIONS))
        assert line.get(POSITIONS)["items"]
        for number, price in zip(numbers, (4, 5), strict=True):
            order = line.get(f"{ORDERS}/{number}")
            sold, bought = (float(leg["fills"][0]["fill-price"]) for leg in order["legs"])
            assert sold - bought == pytest.approx(price)


def test_a_replaced_order_waits_and_cannot_be_met():
    with standing() as there:
        line = there.line()
        number = placed(there, line)
        line.send("PUT", f"{ORDERS}/{number}", spread(there, "4.1"))
        door = there.world.doors[NUMBER]
        assert door.meet(2, there.look()) == []


def test_part_of_an_order_is_met_where_so_much_is_asked_for():
    with standing() as there:
        line = there.line()
        number = placed(there, line, quantity=3)
        door = there.world.doors[NUMBER]
        (entry,) = door.meet(number, there.look(), units=2)
        assert (entry.word, entry.filled(0), entry.filled(1)) == ("Received", 2, 2)
        (entry,) = door.meet(number, there.look())
        assert (entry.word, entry.filled(0)) == ("Filled", 3)


async def _heard(there):
    """What the account stream says of an order that trades, up to its end."""
    said = []
    async with aiohttp.ClientSession() as http, http.ws_connect(there.place.streamer_url) as socket:
        token = there.tokens.make(there.clock())
        await socket.send_json({"action": "connect", "value": [NUMBER], "auth-token": token})
        await socket.receive()
        headers = {"Authorization": token}
        async with http.post(
            there.place.base_url + ORDERS, json=spread(there, "0.05"), headers=headers
        ):
            there.clock.pass_minutes(2)
        async with http.get(there.place.base_url + POSITIONS, headers=headers):
            pass
        await socket.send_json({"action": "heartbeat", "auth-token": token, "request-id": 9})
        async for message in socket:
            row = message.json()
            if row.get("request-id") == 9:
                return said
            if row["type"] == "Order":
                fills = tuple(len(leg["fills"]) for leg in row["data"]["legs"])
                said.append((row["data"]["status"], fills))
    return said


@pytest.mark.parametrize(
    ("kind", "early"), [(Kind.HALVED, ("Live", (1, 0))), (Kind.EARLY, ("Filled", (0, 0)))]
)
def test_an_order_that_traded_is_told_too_early_and_then_whole(kind, early):
    with standing() as there:
        there.wrong(Fault(kind, "/streamer"))
        said = asyncio.run(_heard(there))
        assert said == [("Received", (0, 0)), early, ("Filled", (1, 1))]


def test_faults_of_fills_wait_for_an_order_that_traded():
    with standing() as there:
        faults = there.faults
        there.wrong(Fault(Kind.EARLY))
        assert faults.strike("WS", "/streamer", stream=True) is None
        assert faults.strike("WS", "/streamer", stream=True, fills=True) is not None


def test_somebody_trades_by_hand_and_the_client_hears_of_an_order_it_never_sent():
    with standing() as there:
        line = there.line()
        body = {"order": spread(there, "0.05")}
        number = line.send("POST", "/__paper/hand", body).data["order"]["id"]
        there.clock.pass_minutes(2)
        found = line.get(f"{ORDERS}/{number}")
        assert (found["status"], found["source"]) == ("Filled", "hand")
        assert "external-identifier" not in found


def test_the_broker_closes_a_leg_and_leaves_the_others():
    with standing() as there:
        line = there.line()
        placed(there, line, price="0.05")
        there.clock.pass_minutes(2)
        first, second = line.get(POSITIONS)["items"]
        done = line.send("POST", "/__paper/close", {"symbol": first["symbol"]})
        assert not done.is_no
        (left,) = line.get(POSITIONS)["items"]
        assert left["symbol"] == second["symbol"]


def test_what_rests_to_close_a_leg_is_ended_when_the_broker_closes_it():
    with standing() as there:
        line, opened = there.line(), spread(there)
        placed(there, line, price="0.05")
        there.clock.pass_minutes(2)
        legs = [
            leg | {"action": action}
            for leg, action in zip(opened["legs"], ("Buy to Close", "Sell to Close"), strict=True)
        ]
        resting = opened | {"price": "0.05", "price-effect": "Debit", "legs": legs}
        number = line.send("POST", ORDERS, resting).data["order"]["id"]
        there.clock.pass_minutes(2)
        done = line.send("POST", "/__paper/close", {"symbol": legs[0]["symbol"]})
        assert not done.is_no, done.why
        assert line.get(f"{ORDERS}/{number}")["status"] == "Cancelled"
        (left,) = line.get(POSITIONS)["items"]
        assert left["symbol"] == legs[1]["symbol"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("close", {"symbol": "SPY"}, 404),
        ("close", {"account": "nobody", "symbol": "SPY"}, 404),
        ("hand", {}, 400),
        ("hand", {"order": {"order-type": "Sometimes"}}, 400),
    ],
)
def test_what_cannot_be_done_by_hand_is_said(path, body, status):
    with standing() as there:
        answer = httpx2.post(f"{there.place.base_url}/__paper/{path}", json=body)
        assert answer.status_code == status


def test_a_fault_names_a_field_by_a_text():
    with pytest.raises(ConfigError, match="texts"):
        faults_in([{"kind": "missing", "field": 3}])


def test_what_was_done_is_not_said_to_be_refused():
    with pytest.raises(ConfigError, match="500"):
        faults_in([{"kind": "error-after", "status": 429}])


def test_an_order_that_is_over_is_not_met():
    with standing() as there:
        line = there.line()
        placed(there, line, price="0.05")
        there.clock.pass_minutes(2)
        there.look()
        before = len(there.world.doors[NUMBER].facts)
        orders.met(there.world, there.world.doors[NUMBER])
        assert len(there.world.doors[NUMBER].facts) == before
