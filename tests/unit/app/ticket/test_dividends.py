"""Cash dividends of a file: what they price, the eve of a short call, and what is refused."""

from typing import Any

import pytest

from tomking.app.ticket.dividends import eve_said, eves
from tomking.app.ticket.market import after, columns, market_of, products
from tomking.core.errors import ConfigError
from tomking.market.snapshot import DELTA, MID, VOL, Shock
from tomking.pricing.black import PRICE
from tomking.pricing.dividends import american_with_dividends, call_exercise_spots
from worlds.tickets import LT112, SPREAD, changed, read

pytestmark = pytest.mark.unit

PAID = [{"ex_date": "2026-06-18", "amount": 1.85}]
CALLS = changed(changed(SPREAD, "dividend_yield", ...), "legs", [
    {"right": "C", "strike": 590, "expiry": "2026-06-26", "quantity": -1, "price": 15.10},
    {"right": "C", "strike": 620, "expiry": "2026-07-17", "quantity": 1, "price": 5.55},
]) | {"dividends": PAID}  # fmt: skip


def with_(**changes: Any) -> dict[str, Any]:
    return CALLS | changes


def test_an_option_is_priced_by_the_lattice_at_the_volatility_its_price_implies() -> None:
    asked = read(CALLS)
    market, legs = market_of(asked), columns(asked.legs, products(asked))
    here, down = market.marks(legs), market.marks(legs, Shock(-0.05))
    assert here.table[MID].tolist() == [15.10, 5.55]
    (short, _), ex = asked.legs, (13 * 24 - 1) / 24 / 365
    years = (21 * 24 + 5.5) / 24 / 365
    vol = market.vols[short.contract]
    for spot, table in ((600.0, here.table), (570.0, down.table)):
        price = american_with_dividends(spot, 590, years, vol, 1, 0.04, [ex], [1.85])
        assert table[MID, 0] == pytest.approx(price[PRICE, 0], abs=2e-4)
        assert table[DELTA, 0] == pytest.approx(price[1, 0], abs=1e-4)
    assert here.table[VOL, 0] == vol


def test_the_yield_takes_as_much_out_of_the_forward_until_the_last_leg_expires() -> None:
    asked = read(CALLS)
    assert asked.dividend_yield == pytest.approx(1.85 / 600 / (42.23 / 365), rel=0.01)
    later = read(with_(dividends=[{"ex_date": "2026-12-18", "amount": 2}]))
    assert later.dividend_yield == 0.0
    assert market_of(later).growth("SPY") == asked.rate


def test_the_eve_of_a_short_call_is_the_lattice_s_and_longs_and_puts_have_none() -> None:
    asked = read(CALLS)
    market = market_of(asked)
    (eve,) = eves(after(asked), asked.dividends, asked.product, market)
    vol = market.vols[eve.contract]
    turn = call_exercise_spots(
        590, (21 * 24 + 5.5) / 24 / 365, vol, 0.04, [(13 * 24 - 1) / 24 / 365], [1.85]
    )[0, 0]
    assert eve.price == pytest.approx(turn, abs=1e-3)
    assert eve_said(eve).startswith("590 C is exercised on the eve of 2026-06-18 from 605.14 on")
    assert eves(after(asked), (), asked.product, market) == ()
    puts = read(changed(SPREAD, "dividend_yield", ...) | {"dividends": PAID})
    assert eves(after(puts), puts.dividends, puts.product, market_of(puts)) == ()


def test_a_call_that_expires_before_the_ex_date_has_no_eve() -> None:
    asked = read(with_(dividends=[{"ex_date": "2026-06-29", "amount": 1.85}]))
    assert eves(after(asked), asked.dividends, asked.product, market_of(asked)) == ()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (with_(dividend_yield=0.012), "dividends: the file has a dividend_yield too"),
        (with_(dividends={}), "dividends: an object is not a list"),
        (with_(dividends=[{"ex_date": "2026-06-18"}]), r"dividends\[0\].amount: is missing"),
        (with_(dividends=[PAID[0] | {"amount": 0}]), r"dividends\[0\].amount: 0 is not above 0"),
        (with_(dividends=[PAID[0] | {"amount": 600}]), "more than a share is worth, 600"),
        (
            with_(dividends=[PAID[0] | {"ex_date": "2026-06-05"}]),
            r"dividends\[0\].ex_date: 2026-06-05 is not after 2026-06-05: leave it out",
        ),
        (with_(dividends=[PAID[0] | {"ex_dat": 1}]), "unknown key; did you mean 'ex_date'"),
        (with_(dividends=PAID * 41), "41 are too many: at most 40"),
        (LT112 | {"dividends": PAID}, "options on ES deliver no shares: leave them out"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_place(file: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(file)
