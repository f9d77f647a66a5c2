"""The endpoints of a paper service, used by the paper session of the broker's Python client."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import httpx2
import pytest
import tastytrade.paper
from tastytrade.order import (
    FillBehavior,
    InstrumentType,
    Leg,
    LimitOrder,
    OrderAction,
    OrderStatus,
    OrderTimeInForce,
)
from tastytrade.paper import PaperSession
from tastytrade.utils import TastytradeError

from tomking.server.file import LedgerFile
from tomking.server.keeping import keeper, taken_up
from tomking.server.tokens import Tokens
from worlds.served import NUMBER, put_in, world_at
from worlds.standing import standing

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]
KEY = {"X-Api-Key": "secret"}


def play(there, scene):
    async def run():
        tastytrade.paper.PAPER_URL = there.place.base_url
        async with PaperSession("secret") as session:
            await scene(session)

    asyncio.run(run())


def dear(there, quantity=2, **more):
    """A put bought for a cent, which nobody sells by himself."""
    leg = Leg(
        instrument_type=InstrumentType.EQUITY_OPTION, symbol=put_in(there.world, 0.3)[0],
        action=OrderAction.BUY_TO_OPEN, quantity=Decimal(quantity),
    )  # fmt: skip
    return LimitOrder(
        time_in_force=OrderTimeInForce.DAY, legs=[leg], price=Decimal("-0.01"), **more
    )


def test_an_account_is_opened_paid_into_and_closed():
    with standing() as there:

        async def scene(session):
            mine = await session.create_account("mine", "Cash", 5_000)
            assert (mine.account_number, mine.margin_or_cash) == ("5WT00002", "Cash")
            await session.deposit(mine, Decimal("250.50"))
            await session.deposit(mine, Decimal("-50.50"))
            assert (await mine.get_balances(session)).cash_balance == 5_200
            rows = await mine.get_history(session)
            assert sum(row.net_value for row in rows) == 5_200
            with pytest.raises(TastytradeError, match="not so much"):
                await session.deposit(mine, Decimal(-10_000))
            await session.delete_account(mine)
            with pytest.raises(TastytradeError):
                await mine.get_balances(session)
            again = await session.create_account("again")
            assert again.account_number == "5WT00003"

        play(there, scene)


def test_orders_of_one_account_are_not_those_of_another():
    with standing() as there:

        async def scene(session):
            mine = await session.create_account("mine")
            await mine.place_order(session, dear(there), dry_run=False)
            assert len(await mine.get_positions(session)) == 1
            assert not there.world.doors[NUMBER].entries

        play(there, scene)


@pytest.mark.parametrize(
    ("behavior", "more", "words"),
    [
        (FillBehavior.IMMEDIATE, {}, ["Filled", "Filled", "Filled"]),
        (FillBehavior.NEVER, {}, ["Live", "Live", "Live"]),
        (FillBehavior.REJECT, {}, ["Rejected", "Rejected", "Rejected"]),
        (FillBehavior.DELAYED, {"delay": 60}, ["Live", "Filled", "Filled"]),
        (FillBehavior.PARTIAL, {}, ["Received", "Live", "Live"]),
        ("scheduled", {"minutes": 4}, ["Live", "Live", "Filled"]),
    ],
)
def test_an_order_meets_with_what_it_asks_for(behavior, more, words):
    with standing() as there:
        if "minutes" in more:
            more = {"schedule": there.clock() + timedelta(minutes=more["minutes"])}

        async def scene(session):
            mine = await session.create_account("mine")
            order = dear(there, behavior=behavior, **more)
            number = (await mine.place_order(session, order, dry_run=False)).order.id
            seen = []
            for minutes in (2, 3, 0):
                seen.append(str((await mine.get_order(session, number)).status))
                there.clock.pass_minutes(minutes)
            assert seen == words
            (leg,) = (await mine.get_order(session, number)).legs
            traded = {"Filled": 2, "Rejected": 0}.get(words[-1], 0)
            part = 1 if behavior is FillBehavior.PARTIAL else traded
            assert sum(fill.quantity for fill in leg.fills) == part
            if part:
                assert leg.fills[0].fill_price == Decimal("0.01")

        play(there, scene)


def test_an_order_kept_aside_is_cancelled_like_any_other():
    with standing() as there:

        async def scene(session):
            mine = await session.create_account("mine")
            order = dear(there, behavior=FillBehavior.NEVER)
            number = (await mine.place_order(session, order, dry_run=False)).order.id
            await mine.delete_order(session, number)
            assert (await mine.get_order(session, number)).status is OrderStatus.CANCELLED

        play(there, scene)


def test_without_the_key_an_order_trades_as_the_quotes_allow():
    with standing() as there:
        line = there.line()
        leg = {"instrument-type": "Equity", "symbol": "F", "quantity": 1, "action": "Buy to Open"}
        body = {"order-type": "Limit", "time-in-force": "Day", "price": "2.0",
                "price-effect": "Debit", "behavior": "immediate", "legs": [leg]}  # fmt: skip
        number = line.send("POST", f"/accounts/{NUMBER}/orders", body).data["order"]["id"]
        there.clock.pass_minutes(2)
        assert line.get(f"/accounts/{NUMBER}/orders/{number}")["status"] == "Live"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/accounts", {"margin_or_cash": "Both"}, 400),
        ("POST", "/accounts", {"initial_deposit": -1}, 400),
        ("POST", "/accounts", {"initial_deposit": "much"}, 400),
        ("POST", "/accounts", {"initial_deposit": 0.001}, 400),
        ("DELETE", "/accounts?account_number=nobody", None, 403),
        ("DELETE", f"/accounts?account_number={NUMBER}", None, 422),
        ("POST", f"/accounts/deposit?account_number={NUMBER}&amount=0", None, 400),
        ("POST", f"/accounts/{NUMBER}/orders", {"behavior": "sometimes"}, 400),
        ("POST", f"/accounts/{NUMBER}/orders", {"behavior": "delayed", "delay": "soon"}, 400),
        ("POST", f"/accounts/{NUMBER}/orders", {"behavior": "delayed", "delay": -1}, 400),
        ("POST", f"/accounts/{NUMBER}/orders", {"behavior": "scheduled"}, 400),
        ("POST", f"/accounts/{NUMBER}/orders",
         {"behavior": "scheduled", "schedule": "2017-06-07T12:00:00"}, 400),
    ],
)  # fmt: skip
def test_what_a_paper_service_refuses(method, path, body, status):
    with standing() as there:
        if body is not None and "behavior" in body:
            leg = {"instrument-type": "Equity", "symbol": "F", "quantity": 1,
                   "action": "Buy to Open"}  # fmt: skip
            body = body | {"order-type": "Market", "time-in-force": "Day", "legs": [leg]}
        answer = httpx2.request(method, there.place.base_url + path, json=body, headers=KEY)
        assert answer.status_code == status


def test_a_wrong_key_is_none():
    with standing() as there:
        answer = httpx2.post(f"{there.place.base_url}/accounts", headers={"X-Api-Key": "guess"})
        assert answer.status_code == 401


def test_accounts_and_what_they_keep_aside_outlive_a_restart(tmp_path):
    path, tokens = tmp_path / "ledger.db", Tokens("secret", "refresh")
    with standing() as there:

        async def scene(session):
            there.world.keep = keeper(
                LedgerFile.opened(path, "terms"), there.world, tokens, {}
            )  # where the server runs is another thread: the world is moved from here alone
            mine = await session.create_account("mine")
            await session.delete_account(await session.create_account("gone"))
            await mine.place_order(
                session, dear(there, behavior=FillBehavior.DELAYED, delay=600), dry_run=False
            )

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tomking.server.file._connected", _shared)
            play(there, scene)
            other, clock = world_at()
            taken_up(LedgerFile.opened(path, "terms"), other, tokens, {})
    assert set(other.doors) == {NUMBER, "5WT00002"}
    mine = other.doors["5WT00002"]
    assert [entry.word for entry in mine.entries.values()] == ["Live"]
    assert other.open_account("tastytrade").account == "5WT00004"
    clock.pass_minutes(11)
    other.look()
    assert [entry.word for entry in mine.entries.values()] == ["Filled"]


def _shared(path):
    import sqlite3

    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    return connection
