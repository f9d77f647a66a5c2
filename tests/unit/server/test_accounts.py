"""What an account has and what happened to it, read by the broker's own client and added up."""

from decimal import Decimal

import pytest
from tastytrade.order import (
    InstrumentType,
    Leg,
    LimitOrder,
    OrderAction,
    OrderStatus,
    OrderTimeInForce,
    OTOCOOrder,
    StopOrder,
)
from tastytrade.utils import TastytradeError

from worlds.served import NUMBER, Served, play, put, sold_spread

pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]
OPEN, CLOSE = OrderAction.BUY_TO_OPEN, OrderAction.SELL_TO_CLOSE


def test_transactions_add_up_to_the_cash() -> None:
    async def scene(there: Served) -> None:
        before = (await there.account.get_balances(there.session)).cash_balance
        await there.account.place_order(there.session, sold_spread(there, 0.05), dry_run=False)
        there.clock.pass_minutes(2)
        rows = await there.account.get_history(there.session)
        after = (await there.account.get_balances(there.session)).cash_balance
        assert len(rows) == 2
        assert sum(row.net_value for row in rows) == after - before
        parts = ("commission", "clearing_fees", "regulatory_fees", "proprietary_index_option_fees")
        fees = sum((getattr(row, part) for row in rows for part in parts), Decimal(0))
        assert fees == sum(row.net_value - row.value for row in rows)
        day = there.clock.at.date()
        assert (await there.account.get_total_fees(there.session, day)).total_fees == fees
        assert (await there.account.get_transaction(there.session, rows[0].id)) == rows[0]
        assert [row.id for row in rows] == sorted((row.id for row in rows), reverse=True)

    play(scene)


def test_what_expires_is_taken_off_and_told() -> None:
    async def scene(there: Served) -> None:
        door = there.world.doors[NUMBER]
        await there.account.place_order(there.session, sold_spread(there, 0.05), dry_run=False)
        there.clock.pass_minutes(2)
        there.world.look()
        (expiry,) = {contract.expiry for contract in door.exchange.holdings()}
        there.clock.at = there.clock.at.replace(
            year=expiry.year, month=expiry.month, day=expiry.day
        )
        there.world.look()
        there.clock.at = there.clock.at.replace(hour=18)
        there.world.look()
        await there.session.refresh(force=True)
        assert not await there.account.get_positions(there.session)
        rows = await there.account.get_history(there.session, types=["Receive Deliver"])
        assert {row.transaction_sub_type for row in rows} == {"Expiration"}
        live = await there.account.get_live_orders(there.session)
        assert not live

    play(scene)


def otoco(there: Served, first: float, target: float, stop: float) -> OTOCOOrder:
    """A put bought, with a target and a stop behind it."""
    symbol, kind = put(there, 0.30)[0], InstrumentType.EQUITY_OPTION
    legs = {
        action: [Leg(instrument_type=kind, symbol=symbol, action=action, quantity=Decimal(1))]
        for action in (OPEN, CLOSE)
    }
    gtc = OrderTimeInForce.GTC
    return OTOCOOrder(
        trigger_order=LimitOrder(time_in_force=gtc, legs=legs[OPEN], price=Decimal(str(-first))),
        take_profit=LimitOrder(time_in_force=gtc, legs=legs[CLOSE], price=Decimal(str(target))),
        stop_loss=StopOrder(
            time_in_force=OrderTimeInForce.DAY, legs=legs[CLOSE], stop_trigger=Decimal(str(stop))
        ),
    )


def test_what_stands_behind_a_trigger_waits_for_it_and_for_each_other() -> None:
    async def scene(there: Served) -> None:
        _, bid, ask = put(there, 0.30)
        wanted = otoco(there, first=round(ask, 2) + 0.5, target=round(bid * 3, 2), stop=0.02)
        said = await there.account.place_complex_order(there.session, wanted, dry_run=False)
        group = said.complex_order
        assert group.trigger_order is not None
        assert {order.status for order in group.orders} == {OrderStatus.CONTINGENT}
        there.clock.pass_minutes(2)
        there.world.look()
        there.clock.pass_minutes(2)
        group = await there.account.get_complex_order(there.session, group.id)
        assert group.trigger_order is not None
        assert group.trigger_order.status is OrderStatus.FILLED
        assert {order.status for order in group.orders} == {OrderStatus.LIVE}
        (held,) = await there.account.get_positions(there.session)
        assert (held.quantity, held.quantity_direction) == (1, "Long")
        await there.account.delete_complex_order(there.session, group.id)
        there.clock.pass_minutes(2)
        group = await there.account.get_complex_order(there.session, group.id)
        assert {order.status for order in group.orders} == {OrderStatus.CANCELLED}

    play(scene)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"type": "PAIRS"}, "is none of OCO, OTO, OTOCO"),
        ({"type": "OTOCO", "orders": [{}, {}]}, "is missing"),
        ({"type": "OCO", "trigger-order": {}, "orders": [{}, {}]}, "must be left out"),
        ({"type": "OCO", "orders": [{}]}, "are 2 to 2 in an OCO"),
        ({"type": "OCO", "orders": ["a", "b"]}, "are objects"),
    ],
)
def test_a_shape_that_is_none_is_refused(body: dict[str, object], reason: str) -> None:
    async def scene(there: Served) -> None:
        with pytest.raises(TastytradeError, match=reason):
            await there.session._post(f"/accounts/{NUMBER}/complex-orders", json=body)

    play(scene)


def test_a_position_is_as_old_as_the_first_trade_of_what_is_held() -> None:
    async def scene(there: Served) -> None:
        await there.account.place_order(there.session, sold_spread(there, 0.05), dry_run=False)
        there.clock.pass_minutes(2)
        begun = there.clock.at
        (first, _) = await there.account.get_positions(there.session)
        there.clock.pass_minutes(30)
        await there.session.refresh(force=True)
        (later, _) = await there.account.get_positions(there.session)
        assert first.created_at == later.created_at == begun
        assert later.updated_at > first.updated_at

    play(scene)
