"""Several modelled markets as one: each root is answered by its own, the day by the S&P 500's."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.calendar import AFTER_CLOSE
from tomking.core.contract import Contract, Expiry, Right
from tomking.core.errors import LookAhead
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip
from tomking.data.chain import ModelChain
from tomking.data.embedded import History, window
from tomking.data.families import NASDAQ, WTI
from tomking.data.modelled import ModelMarket
from tomking.data.several import SeveralMarkets, SeveralSnapshot
from tomking.market.delivery import future_contract
from tomking.market.events import Ahead
from tomking.market.sessions import session_of
from tomking.market.snapshot import MID, NO_SHOCK, VOL, Quote, Shock
from tomking.portfolio.columns import columns

pytestmark = pytest.mark.unit

DAY = date(2015, 9, 1)


@pytest.fixture(scope="module")
def known() -> History:
    return window()


@pytest.fixture(scope="module")
def market(known: History) -> SeveralMarkets:
    families = (NASDAQ, WTI)
    others = (ModelMarket(known, 1, family=family) for family in families)
    return SeveralMarkets((ModelMarket(known, 1), *others))


def at(minute: float, day: date = DAY) -> datetime:
    hours = session_of(day)
    assert hours is not None
    return hours.at(minute)


@pytest.fixture(scope="module")
def now(market: SeveralMarkets) -> SeveralSnapshot:
    return market.at(at(60))


def quote(now: SeveralSnapshot, root: str, right: Right, delta: float, dte: int) -> Quote:
    chain = now.chain(root)
    assert isinstance(chain, ModelChain)
    expiry = chain.expiry_near(dte, 20)
    assert isinstance(expiry, Expiry)
    found = chain.by_delta(expiry, right, delta)
    assert isinstance(found, Quote)
    return found


def price(seen: Stamped | Skip) -> float:
    assert isinstance(seen, Stamped)
    return seen.value


def test_vix_rate_and_session_are_those_of_the_s_and_p(
    now: SeveralSnapshot, known: History
) -> None:
    alone = ModelMarket(known, 1).at(now.at)
    assert now.vix == alone.vix
    assert (now.day.session, now.day.rate) == (alone.day.session, alone.day.rate)
    assert now.spot("SPX") == alone.spot("SPX")
    assert set(now.day.bars) == {"ES", "MES", "SPX", "SPY", "QQQ", "CL", "MCL", "VIX"}
    assert now.day.bars["VIX"].close[-1] == now.day.vix_previous.value
    assert {"ES volume", "QQQ dividends", "oil curve"} <= set(now.day.missing)


def test_opec_is_told_beside_the_events_of_the_index(market: SeveralMarkets) -> None:
    before = market.at(at(60, date(2015, 12, 1)))
    assert before.day.coming["OPEC"] == Ahead(3, 7)
    assert before.day.coming["NFP"] == Ahead(3, 7)
    assert "OPEC" in market.at(at(60, date(2015, 12, 4))).day.blocked


def test_a_root_of_nobody_has_no_price(now: SeveralSnapshot) -> None:
    assert isinstance(now.spot("GC"), Skip)
    assert isinstance(now.chain("GC"), Skip)


def test_marks_of_mixed_legs_are_those_of_each_market_in_the_order_of_the_legs(
    now: SeveralSnapshot,
) -> None:
    legs = [
        quote(now, "CL", Right.PUT, 0.2, 90).contract,
        quote(now, "SPY", Right.PUT, 0.2, 90).contract,
        quote(now, "QQQ", Right.CALL, 0.8, 365).contract,
        quote(now, "CL", Right.CALL, 0.2, 90).contract,
    ]
    for shock in (NO_SHOCK, Shock(spot=-0.05)):
        whole = now.marks(columns([(contract, 1) for contract in legs]), shock)
        for row, contract in enumerate(legs):
            alone = now.marks(columns([(contract, 1)]), shock)
            assert np.array_equal(whole.table[:, row], alone.table[:, 0])
            assert whole.spot[row] == alone.spot[0]


def test_every_quote_is_the_models_so_nothing_live_may_trade_on_it(now: SeveralSnapshot) -> None:
    found = (quote(now, "CL", Right.PUT, 0.06, 90), quote(now, "QQQ", Right.CALL, 0.8, 365))
    assert {one.evidence for one in found} == {Evidence.MODEL}
    assert now.day.indicators["CL"]["iv_rank"] >= 0.0


def test_oil_is_insured_at_yesterdays_volatility_all_day(
    market: SeveralMarkets, known: History
) -> None:
    oil = market.markets[2]
    row = oil.volatility.row(DAY)
    for minute in (0.0, 60.0, 389.0):
        assert oil.at(at(minute)).instant.vix == oil.volatility.close[row - 1]
    after = oil.at(at(390 + AFTER_CLOSE))
    assert after.instant.vix == oil.volatility.close[row]
    assert after.vix.evidence is Evidence.MODEL


def test_every_month_of_oil_stands_at_the_spot_price(now: SeveralSnapshot) -> None:
    months = (future_contract("CL", code) for code in ("CLV15", "CLZ15", "CLZ16"))
    assert {price(now.underlying(month)) for month in months} == {price(now.spot("CL"))}


def test_the_path_of_oil_ends_on_its_close_and_no_rule_knows_it_before(
    market: SeveralMarkets,
) -> None:
    oil = market.markets[2]
    close = float(oil.bars.close[oil.bars.row(DAY)])
    assert price(market.at(at(390)).spot("CL")) == close
    early = market.at(at(60))
    assert close not in set(early.day.bars["CL"].close.tolist()[-1:])
    assert early.day.previous_close["CL"] == oil.bars.close[oil.bars.row(DAY) - 1]
    opened = early.session_open("CL")
    assert isinstance(opened, Stamped)
    assert opened.evidence is Evidence.MODEL


def test_an_option_on_oil_is_fixed_at_the_price_of_its_future(market: SeveralMarkets) -> None:
    expiry = date(2015, 9, 17)
    put = Contract("CL", expiry, Right.PUT, Decimal("46.50"), "CLV15")
    with pytest.raises(LookAhead):
        market.at(at(60, expiry)).fixing(put)
    closed = market.at(at(390, expiry))
    assert price(closed.fixing(put)) == price(closed.spot("CL"))


def test_qqq_is_a_share_without_dividends(now: SeveralSnapshot) -> None:
    assert now.day.dividends.get("QQQ", ()) == ()
    assert price(now.spot("QQQ")) == pytest.approx(350.0, rel=0.15)
    call = quote(now, "QQQ", Right.CALL, 0.80, 365)
    marks = now.marks(columns([(call.contract, 1)]))
    assert float(marks.spot[0]) > price(now.spot("QQQ")) * 0.999  # carried by the rate alone
    assert 0.1 < marks.table[VOL, 0] < 0.6
    assert marks.table[MID, 0] > price(now.spot("QQQ")) - float(call.contract.strike or 0)
