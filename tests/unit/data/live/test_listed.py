"""Chains as the venue lists them: read whatever is odd in them, and cut to a window."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from tomking.core.contract import Contract, Expiry, Right, Settles
from tomking.core.errors import Transient
from tomking.data.live.compact import Oddities
from tomking.data.live.listed import Listed, Strikes, listed, path_of
from tomking.data.live.listings import KEPT, Listings
from tomking.data.live.names import Names, front_of, subscriptions
from tomking.data.live.window import CONTRACTS_MAX, HEDGES_MAX, Want, hedging, laid
from tomking.strategies.picks import Expires

pytestmark = pytest.mark.unit

TODAY = date(2026, 6, 5)


def strike(price: str, root: str = "SPXW", day: str = "260605", **changes: Any) -> dict[str, Any]:
    """A strike as the venue shows it; a change of ``None`` takes a key away."""
    number = f"{int(Decimal(price) * 1000):08d}"
    shown = {
        "strike-price": price, "call": f"{root:6}{day}C{number}", "put": f"{root:6}{day}P{number}",
        "call-streamer-symbol": f".{root}{day}C{price}", "put-streamer-symbol": f".{root}{day}P{price}",
    } | changes  # fmt: skip
    return {key: said for key, said in shown.items() if said is not None}


def chain(*strikes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A chain of one expiration."""
    row = {"expiration-date": "2026-06-05", "expiration-type": "Weekly", "strikes": list(strikes)}
    whole = {"option-chain-type": "Standard", "shares-per-contract": 100, "expirations": [row]}
    return {"items": [whole | changes]}


def read(data: Any, root: str = "SPX") -> tuple[Listed, Oddities]:
    """What is read of a chain, and what is reported."""
    odd = Oddities()
    return listed(root, data, TODAY, odd), odd


def test_an_expiry_is_what_its_symbols_say() -> None:
    found, odd = read(chain(strike("6005"), strike("6000.0")))
    (expiry,) = found.expiries
    assert (expiry.day, expiry.settles, expiry.future) == (TODAY, Settles.PM, "")
    assert found.strikes[expiry].prices.tolist() == [6000.0, 6005.0]
    put = found.contract(expiry, Right.PUT, 1)
    assert put == Contract("SPX", TODAY, Right.PUT, Decimal(6005))
    assert found.strikes[expiry].symbols[Right.PUT][1] == ".SPXW260605P6005"
    assert odd.count == 0


def test_series_whose_names_are_not_known_here_are_read_from_the_chain() -> None:
    row = {
        "strike-price": "22000", "call": "./NQM6 QN1M6 260605C22000",
        "put": "./NQM6 QN1M6 260605P22000",
        "call-streamer-symbol": "./QN1M26C22000:XCME", "put-streamer-symbol": "./QN1M26P22000:XCME",
    }  # fmt: skip
    expiry = {"expiration-date": "2026-06-05", "expiration-type": "End-Of-Month", "strikes": [row]}
    found, odd = read({"futures": [], "option-chains": [{"expirations": [expiry]}]}, "NQ")
    assert found.expiries == (Expiry(TODAY, Settles.PM, "eom", "NQM26"),)
    assert odd.count == 0


def test_an_expiry_fixed_this_morning_is_over() -> None:
    found, _ = read(chain(strike("6000", "SPX")))
    assert found.expiries == ()


@pytest.mark.parametrize(
    "odd_one",
    [
        strike("6010", **{"call-streamer-symbol": None}),
        strike("6010", **{"put-streamer-symbol": ""}),
        strike("6010", **{"strike-price": "six"}),
        strike("6010", **{"strike-price": None}),
    ],
)
def test_an_odd_strike_is_left_out_and_reported(odd_one: dict[str, Any]) -> None:
    found, odd = read(chain(strike("6000"), odd_one, strike("6020")))
    assert found.strikes[found.expiries[0]].prices.tolist() == [6000.0, 6020.0]
    assert odd.count == 1
    assert "is odd" in odd.last[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (chain(strike("6000"), **{"shares-per-contract": 37}), "not a standard one"),
        (chain(strike("6000"), **{"option-chain-type": "Non-standard"}), "not a standard one"),
        (chain(strike("6000", "SPY")), "can be read"),
        (chain({"call": "nonsense"}), "can be read"),
        (chain(), "can be read"),
    ],
)
def test_a_chain_that_is_not_of_the_root_is_reported(data: Any, said: str) -> None:
    found, odd = read(data)
    assert found.expiries == ()
    assert said in odd.last[0]


@pytest.mark.parametrize("data", [None, [], {}, {"items": []}])
def test_an_empty_answer_is_an_empty_chain(data: Any) -> None:
    assert read(data)[0].expiries == ()


def test_futures_and_shares_are_asked_for_in_different_places() -> None:
    assert path_of("ES") == "/futures-option-chains/ES/nested"
    assert path_of("SPX") == "/option-chains/SPX/nested"


class Line:
    """A line that counts, and fails when it is told to."""

    def __init__(self) -> None:
        self.asked, self.fails = 0, False

    def get(self, path: str, **query: Any) -> Any:
        """A chain."""
        self.asked += 1
        if self.fails:
            raise Transient("nobody answers")
        return chain(strike("6000"))


def test_a_chain_is_kept_for_half_a_minute_and_the_last_one_stays_when_none_can_be_had() -> None:
    line, odd = Line(), Oddities()
    now = [datetime(2026, 6, 5, 15, tzinfo=UTC)]
    listings = Listings(line, odd)
    first = listings.chain("SPX", now[0])
    assert first is listings.chain("SPX", now[0])
    assert line.asked == 1
    line.fails = True
    now[0] += KEPT
    assert listings.chain("SPX", now[0]) is first
    assert line.asked == 2
    assert "no chain of SPX" in odd.last[0]
    assert Listings(line, odd).chain("SPX", now[0]) is None


def test_yesterdays_chain_is_none_of_today() -> None:
    line, now = Line(), datetime(2026, 6, 5, 15, tzinfo=UTC)
    listings = Listings(line, Oddities())
    assert listings.chain("SPX", now) is not None
    line.fails = True
    assert listings.chain("SPX", now + timedelta(days=1)) is None


def wide(count: int = 2001, days: int = 0) -> Listed:
    """A chain of many strikes five points apart, around 6000."""
    expiry = Expiry(TODAY + timedelta(days), Settles.PM, "weekly")
    exact = tuple(Decimal(6000 + 5 * (n - count // 2)) for n in range(count))
    symbols = {right: tuple(f"{right}{each}" for each in exact) for right in Right}
    return Listed(
        "SPX", (expiry,), {expiry: Strikes(np.array([float(x) for x in exact]), exact, symbols)}
    )


def test_a_window_goes_from_a_far_put_to_a_far_call() -> None:
    found = laid(wide(), (Want("SPX", Expires(0, 0)),), 6000.0, 20.0, TODAY)
    strikes = {
        right: sorted(float(c.strike or 0) for c in found if c.right is right) for right in Right
    }
    assert strikes[Right.PUT][0] == 5785.0  # three and a half moves of 63 points
    assert strikes[Right.CALL][-1] == 6180.0  # at least three per cent
    assert strikes[Right.CALL][0] <= 5940.0
    symbol = found[Contract("SPX", TODAY, Right.PUT, Decimal(6000))]
    assert symbol == "PUT6000"


def test_a_window_is_bounded_and_whole_near_the_price() -> None:
    found = laid(wide(days=120), (Want("SPX", Expires(120, 10)),), 6000.0, 20.0, TODAY)
    assert len(found) <= CONTRACTS_MAX
    puts = sorted(float(c.strike or 0) for c in found if c.right is Right.PUT)
    near = [each for each in puts if abs(each - 6000.0) <= 600.0]
    assert np.diff(near).tolist() == [5.0] * (len(near) - 1)
    assert puts[0] < 4200.0


def test_nothing_is_laid_for_what_nobody_wants_or_is_not_listed() -> None:
    assert laid(wide(), (), 6000.0, 16.0, TODAY) == {}
    assert laid(wide(), (Want("ES", Expires(0, 0)),), 6000.0, 16.0, TODAY) == {}
    assert laid(wide(), (Want("SPX", Expires(45, 5)),), 6000.0, 16.0, TODAY) == {}


def test_what_is_asked_of_a_symbol_follows_from_what_it_is() -> None:
    kinds = {name: [each.kind for each in subscriptions(name)] for name in (".SPXW1", "SPX", "SPY")}
    assert kinds == {
        ".SPXW1": ["Quote", "Greeks"], "SPX": ["Trade", "Summary"],
        "SPY": ["Quote", "Trade", "Summary"],
    }  # fmt: skip


def test_a_symbol_is_the_venues_own_else_by_rule_else_none() -> None:
    names = Names()
    put = Contract("SPX", TODAY, Right.PUT, Decimal(6000))
    assert names.symbol(put) == ".SPXW260605P6000"
    names.learn(put, ".OTHER")
    assert names.symbol(put) == ".OTHER"
    assert names.contracts[".OTHER"] == put
    assert names.symbol(Contract("NQ", TODAY, Right.PUT, Decimal(1), "NQM26")) == ""


def test_what_is_held_keeps_the_venues_name_and_all_else_is_learnt_anew() -> None:
    names = Names()
    held, over = (Contract("SPX", TODAY, Right.PUT, Decimal(k)) for k in (6000, 6010))
    names.learn(held, ".HELD")
    names.learn(over, ".OVER")
    names.keep((held,))
    assert names.contracts == {".HELD": held}
    assert names.symbol(over) == ".SPXW260605P6010"


PUTS = frozenset({Right.PUT})


def test_hedges_are_looked_for_a_month_to_two_away() -> None:
    assert hedging(("ES",)) == tuple(
        Want("ES", Expires(days, 7), PUTS, hedge=True) for days in (30, 45, 60)
    )


def test_of_what_only_sells_puts_puts_alone_are_subscribed() -> None:
    puts = Want("SPX", Expires(0, 0), PUTS)
    both = laid(wide(), (Want("SPX", Expires(0, 0)),), 6000.0, 20.0, TODAY)
    alone = laid(wide(), (puts,), 6000.0, 20.0, TODAY)
    assert {each.right for each in both} == set(Right)
    assert alone == {each: symbol for each, symbol in both.items() if each.right is Right.PUT}
    assert laid(wide(), (puts, Want("SPX", Expires(0, 0))), 6000.0, 20.0, TODAY) == both


def test_hedges_alone_want_few_puts_none_of_them_in_the_money() -> None:
    hedge = Want("SPX", Expires(45, 7), PUTS, hedge=True)
    found = laid(wide(days=45), (hedge,), 6000.0, 20.0, TODAY)
    strikes = sorted(float(each.strike or 0) for each in found)
    assert len(found) <= HEDGES_MAX
    assert {each.right for each in found} == {Right.PUT}
    assert strikes[-1] <= 6000.0
    assert strikes[0] < 4600.0
    assert set(np.diff(strikes[:-1])) == {40.0}  # equally coarse up to the strike at the price


def test_what_is_traded_and_hedged_with_has_the_window_of_what_is_traded() -> None:
    traded, hedge = Want("SPX", Expires(45, 7)), Want("SPX", Expires(45, 7), PUTS, hedge=True)
    alone = laid(wide(days=45), (traded,), 6000.0, 20.0, TODAY)
    for both in ((traded, hedge), (hedge, traded)):
        assert laid(wide(days=45), both, 6000.0, 20.0, TODAY) == alone


def test_what_stands_for_a_root_is_its_front_future_or_itself() -> None:
    front = front_of("ES", TODAY)
    assert front is not None
    assert front.future == "ESM26"
    assert front_of("SPY", TODAY) == Contract("SPY", date.max)
    assert front_of("USO", TODAY) is None
