"""The server over HTTP, judged by the broker's own client: what it sends, and what it can read back."""

from decimal import Decimal

import pytest
from tastytrade.order import (
    InstrumentType,
    Leg,
    LimitOrder,
    OrderAction,
    OrderStatus,
    OrderTimeInForce,
)
from tastytrade.utils import TastytradeError

from worlds.served import Served, play, put, sold_spread

pytestmark = [
    pytest.mark.integration,
    # The client hands its HTTP library bodies in an old way.
    pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning"),
]


def test_a_wrong_secret_gets_nobody_in() -> None:
    async def scene(there: Served) -> None:
        there.tokens.revoked = True
        with pytest.raises(TastytradeError):
            await there.session.refresh(force=True)

    play(scene)


def test_a_token_that_is_over_is_refused_before_anything_is_looked_at() -> None:
    async def scene(there: Served) -> None:
        there.clock.pass_minutes(16)
        with pytest.raises(TastytradeError, match="invalid or has expired"):
            await there.account.get_balances(there.session)

    play(scene)


def test_a_dry_run_says_what_a_spread_needs_and_takes_nothing() -> None:
    async def scene(there: Served) -> None:
        effect = await there.account.get_order_buying_power_effect(
            there.session, sold_spread(there, 1.0)
        )
        said = await there.account.place_order(there.session, sold_spread(there, 1.0), dry_run=True)
        assert said.buying_power_effect is not None
        assert effect == said.buying_power_effect
        assert effect.change_in_margin_requirement < 0
        assert said.fee_calculation is not None
        assert said.fee_calculation.commission == Decimal("-4.0")
        assert effect.impact == -effect.change_in_buying_power
        assert not there.world.doors[there.account.account_number].entries

    play(scene)


def test_an_order_trades_when_the_quotes_allow_it_and_the_account_shows_it() -> None:
    async def scene(there: Served) -> None:
        before = await there.account.get_balances(there.session)
        placed = await there.account.place_order(
            there.session, sold_spread(there, 0.05), dry_run=False
        )
        assert placed.order.status is OrderStatus.RECEIVED
        there.clock.pass_minutes(2)
        order = await there.account.get_order(there.session, placed.order.id)
        assert order.status is OrderStatus.FILLED
        assert order.external_identifier == "ours/1"
        assert [leg.remaining_quantity for leg in order.legs] == [0, 0]
        assert all(leg.fills for leg in order.legs)
        held = await there.account.get_positions(there.session)
        assert [(each.quantity, each.quantity_direction) for each in held] == [
            (2, "Short"), (2, "Long"),
        ]  # fmt: skip
        after = await there.account.get_balances(there.session)
        brought = -sum(
            (fill.fill_price * fill.quantity * (-1 if "Sell" in leg.action else 1) * 100
             for leg in order.legs for fill in leg.fills or []), Decimal(0),
        )  # fmt: skip
        paid = there.world.doors[there.account.account_number].exchange.ledger.fees
        assert after.cash_balance == before.cash_balance + brought - paid

    play(scene)


def test_a_resting_order_is_replaced_under_a_new_number_and_cancelled() -> None:
    async def scene(there: Served) -> None:
        gtc = OrderTimeInForce.GTC
        placed = await there.account.place_order(
            there.session, sold_spread(there, 4.0, gtc), dry_run=False
        )
        there.clock.pass_minutes(2)
        order = await there.account.get_order(there.session, placed.order.id)
        assert order.status is OrderStatus.LIVE
        other = sold_spread(there, 3.5, gtc)
        new = await there.account.replace_order(there.session, order.id, other)
        assert new.id != order.id
        assert new.price == Decimal("3.5")
        there.clock.pass_minutes(2)
        old = await there.account.get_order(there.session, order.id)
        assert old.status is OrderStatus.CANCELLED
        assert old.replacing_order_id == new.id
        await there.account.delete_order(there.session, new.id)
        there.clock.pass_minutes(2)
        live = await there.account.get_live_orders(there.session)
        assert {each.status for each in live} == {OrderStatus.CANCELLED}
        with pytest.raises(TastytradeError, match="cannot be cancelled"):
            await there.account.delete_order(there.session, new.id)
        assert not await there.account.get_positions(there.session)

    play(scene)


def test_a_hundred_shares_are_a_hundred_shares_all_the_way() -> None:
    async def scene(there: Served) -> None:
        leg = Leg(
            instrument_type=InstrumentType.EQUITY, symbol="SPY",
            action=OrderAction.BUY_TO_OPEN, quantity=Decimal(100),
        )  # fmt: skip
        wanted = LimitOrder(time_in_force=OrderTimeInForce.DAY, legs=[leg], price=Decimal(-600))
        before = (await there.account.get_balances(there.session)).cash_balance
        placed = await there.account.place_order(there.session, wanted, dry_run=False)
        there.clock.pass_minutes(2)
        order = await there.account.get_order(there.session, placed.order.id)
        assert (order.legs[0].quantity, order.legs[0].remaining_quantity) == (100, 0)
        (fill,) = order.legs[0].fills or []
        assert fill.quantity == 100
        (held,) = await there.account.get_positions(there.session)
        assert (held.symbol, held.quantity, held.multiplier) == ("SPY", 100, 1)
        after = (await there.account.get_balances(there.session)).cash_balance
        assert before - after == pytest.approx(fill.fill_price * 100, abs=Decimal(1))

    play(scene)


def test_what_the_account_cannot_carry_is_refused_with_its_figures() -> None:
    async def scene(there: Served) -> None:
        symbol, bid, _ = put(there, 0.30)
        leg = Leg(
            instrument_type=InstrumentType.EQUITY_OPTION, symbol=symbol,
            action=OrderAction.SELL_TO_OPEN, quantity=Decimal(200),
        )  # fmt: skip
        naked = LimitOrder(
            time_in_force=OrderTimeInForce.DAY,  legs=[leg],
            price=Decimal(str(round(bid, 2))),
        )  # fmt: skip
        effect = await there.account.get_order_buying_power_effect(there.session, naked)
        assert effect.new_buying_power < 0
        with pytest.raises(TastytradeError, match="margin_check_failed"):
            await there.account.place_order(there.session, naked, dry_run=False)

    play(scene)


@pytest.mark.parametrize(
    "path", ["/accounts/5WT99999/balances", "/accounts/5WT00001/orders/77", "/nothing"]
)
def test_what_is_not_there_is_said_in_the_brokers_words(path: str) -> None:
    async def scene(there: Served) -> None:
        with pytest.raises(TastytradeError, match=r"not_permitted|record_not_found|not_found"):
            await there.session._get(path)

    play(scene)


def test_an_order_of_the_evening_waits_for_the_morning() -> None:
    async def scene(there: Served) -> None:
        there.clock.pass_minutes(400)  # half past five in the afternoon
        there.world.look()
        await there.session.refresh(force=True)
        placed = await there.account.place_order(
            there.session, sold_spread(there, 0.05), dry_run=False
        )
        assert [said.code for said in placed.warnings or []] == ["tif.next_valid_session"]
        there.clock.pass_minutes(60)
        await there.session.refresh(force=True)
        order = await there.account.get_order(there.session, placed.order.id)
        assert order.status is OrderStatus.RECEIVED
        there.clock.pass_minutes(16 * 60)
        there.world.look()
        there.clock.pass_minutes(5)
        await there.session.refresh(force=True)
        order = await there.account.get_order(there.session, placed.order.id)
        assert order.status is OrderStatus.FILLED

    play(scene)


def test_an_order_of_the_evening_can_be_taken_back_before_the_morning() -> None:
    async def scene(there: Served) -> None:
        there.clock.pass_minutes(400)
        await there.session.refresh(force=True)
        placed = await there.account.place_order(
            there.session, sold_spread(there, 0.05), dry_run=False
        )
        await there.account.delete_order(there.session, placed.order.id)
        order = await there.account.get_order(there.session, placed.order.id)
        assert order.status is OrderStatus.CANCELLED
        there.clock.pass_minutes(17 * 60)
        there.world.look()
        assert not there.world.doors[there.account.account_number].exchange.holdings()

    play(scene)


@pytest.mark.parametrize("strict", [False, True])
def test_closing_what_is_not_held_opens_with_a_warning_or_is_refused(strict: bool) -> None:
    async def scene(there: Served) -> None:
        symbol, _, ask = put(there, 0.30)
        body = {
            "time-in-force": "Day", "order-type": "Limit", "price": str(round(ask, 2)),
            "price-effect": "Debit",
            "advanced-instructions": {"strict-position-effect-validation": strict},
            "legs": [
                {"instrument-type": "Equity Option", "symbol": symbol, "action": "Buy to Close",
                 "quantity": 1}
            ],
        }  # fmt: skip
        path = f"/accounts/{there.account.account_number}/orders"
        answer = await there.session._client.post(path, json=body)
        said = answer.json()
        if strict:
            assert answer.status_code == 422
            codes = [each["code"] for each in said["error"]["errors"]]
            assert codes == ["closing_with_no_position"]
            assert not there.world.doors[there.account.account_number].entries
        else:
            assert answer.status_code == 201
            assert [each["code"] for each in said["data"]["warnings"]] == [
                "closing_with_no_position"
            ]
            assert said["data"]["order"]["legs"][0]["action"] == "Buy to Open"

    play(scene)
