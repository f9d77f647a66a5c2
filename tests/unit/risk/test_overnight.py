"""The night: what is held is priced from the future, by the evening's volatilities."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from tomking.core.calendar import dte
from tomking.core.contract import Contract
from tomking.core.evidence import Evidence, Stamped
from tomking.core.product import product
from tomking.core.reading import Skip
from tomking.market.expiry import years_left
from tomking.market.listing import front_future
from tomking.market.path import vix_at, vix_day
from tomking.market.quoted import Underlying, quoted
from tomking.market.snapshot import MID
from tomking.portfolio.columns import columns
from tomking.portfolio.scenarios import term
from tomking.risk.limits import Limits
from tomking.risk.overnight import Evening, by_night, called_at, evening
from tomking.risk.view import View
from unit.pricing.plain import black76 as plain_black76
from worlds.board import FRIDAY, Board, board
from worlds.orders import book_with, order, view

pytestmark = [pytest.mark.unit, pytest.mark.risk]

LATE, AFTER = date(2026, 3, 20), timedelta(hours=10)
ES = front_future("ES", FRIDAY)
CLOSE = board(minute=385)


def kept(held: tuple[Contract, ...], at: Board = CLOSE) -> Evening:
    """The evening of a board, for whoever holds these."""
    marks = at.marks(columns([(each, 1) for each in held])).table[MID].tolist()
    on = [
        Underlying(product("ES"), at.price, future="ESZ25"),
        Underlying(product("SPX"), at.price),
        Underlying(product("GLD"), 250.0),
    ]
    priced = quoted(at.at, on, dict(zip(held, marks, strict=True)), vix=at.vix_points)
    return evening(priced, at, {"ES": ES}.get)


def night(move: float, hours: timedelta = AFTER) -> Board:
    """The board after a move of the future in the night, when no index has a price."""
    price = CLOSE.price * (1.0 + move)
    return replace(CLOSE, at=CLOSE.at + hours, price=price, roots=("ES", "MES"))


def told(text: str, now: Board, root: str = "ES", cash: str = "500000", **limits: Any) -> View:
    """An account that holds something, as the feed tells it in the night."""
    opened = order(text, expiry=LATE, root=root)
    book = book_with(CLOSE.at, (opened, ("10.00",) * len(opened.legs)), cash=cash)
    return view(now, book, limits=Limits(**limits))


def seen(text: str, move: float, root: str = "ES", cash: str = "500000", **limits: Any) -> View:
    """The same, priced from the future."""
    there = told(text, night(move), root, cash, **limits)
    found = by_night(there, kept(there.book.legs.contracts))
    assert isinstance(found, View)
    return found


@pytest.mark.parametrize("root", ["ES", "SPX"])
def test_a_put_is_worth_what_its_evening_volatility_makes_of_the_future(root: str) -> None:
    """Of the index too, which has no price at night."""
    found = seen("-1 5800 P", -0.05, root)
    vix = vix_at(16.0, vix_day(16.0), 0.95, 1.0)
    (contract,) = found.book.legs.contracts
    days, (terms, factors) = dte(LATE, found.market.at.date()), zip(*term(vix / 16.0), strict=True)
    vol = 0.15 * float(np.interp(days, terms, factors))
    years = years_left(contract, found.market.at)
    expected = plain_black76(5700.0, 5800.0, years, vol, -1.0, 0.0)[0]
    assert float(found.marks.table[MID, 0]) == pytest.approx(expected, rel=1e-4)
    assert found.market.vix.value == pytest.approx(vix)
    assert found.market.vix.evidence is Evidence.MODEL


def test_an_account_is_worth_as_much_less_as_its_legs_lose() -> None:
    calm, fallen = seen("-2 5800 P", 0.0), seen("-2 5800 P", -0.05)
    lost = 100.0 * (fallen.marks.table[MID, 0] - calm.marks.table[MID, 0])
    assert lost > 0.0
    assert calm.net_liq - fallen.net_liq == pytest.approx(lost)


def test_what_nothing_tells_of_at_night_stays_where_it_was() -> None:
    found = seen("-1 5800 P", -0.05)
    price = found.market.spot("GLD")
    assert isinstance(price, Stamped)
    assert price.value == 250.0


def test_without_a_price_of_the_future_nothing_is_said() -> None:
    dark = replace(night(0.0), roots=())
    there = told("-1 5800 P", dark)
    found = by_night(there, kept(there.book.legs.contracts))
    assert isinstance(found, Skip)
    assert "no price" in str(found)
    blind = by_night(told("-1 5800 P", night(0.0)), replace(kept(()), vix=float("nan")))
    assert isinstance(blind, Skip)
    assert "the evening had none" in str(blind)
    none = by_night(told("-1 5800 P", night(0.0)), replace(kept(()), futures={}))
    assert isinstance(none, Skip)
    assert "the evening had no price of it" in str(none)


def test_what_has_ended_and_is_not_settled_is_worth_what_it_ended_in_the_money_by() -> None:
    dead = order("-1 6010 P, -1 5900 P", expiry=FRIDAY)
    there = view(night(-0.05), book_with(CLOSE.at, (dead, ("10.00", "2.00"))))
    found = by_night(there, kept(there.book.legs.contracts))
    assert isinstance(found, View)
    assert found.marks.table[MID].tolist() == [10.0, 0.0]  # the evening stood at 6000


def test_the_margin_call_comes_nearer_as_the_future_falls() -> None:
    calm, fallen = (seen("-4 5800 P", move, cash="120000") for move in (0.0, -0.04))
    levels = [float(re.search(r"\((-[\d.]+)%\)", called_at(each))[1]) for each in (calm, fallen)]  # type: ignore[index]
    assert levels[0] < levels[1] < 0.0
    assert re.match(r"a margin call below SPX [\d,]+ \(-", called_at(calm))
    assert "at VIX" in called_at(calm)


def test_a_call_that_is_made_one_that_cannot_be_and_one_out_of_reach_are_told_apart() -> None:
    assert called_at(seen("-4 5800 P", -0.2, cash="50000")).startswith("a margin call now: $")
    assert called_at(seen("+1 5800 P", 0.0)) == "no margin call within reach"
    assert "cannot be called" in called_at(seen("+1 5800 P", 0.0, house="cash"))
