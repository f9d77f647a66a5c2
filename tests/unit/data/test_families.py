"""What stands in for QQQ and crude oil, and what of it is invented."""

from datetime import date

import numpy as np
import pytest

from tomking.core.evidence import Evidence
from tomking.data.embedded import History, nasdaq, window, wti
from tomking.data.families import (
    FAMILIES,
    NASDAQ,
    OIL_FLOOR,
    SP500,
    WTI,
    family_of,
    invented,
    nasdaq_rows,
    nasdaq_volatility,
    oil_rows,
    oil_volatility,
    realised,
)
from tomking.market.bars import Bars

pytestmark = pytest.mark.unit

YEAR = 252


@pytest.fixture(scope="module")
def known() -> History:
    return window()


def test_a_root_belongs_to_one_family_and_only_the_s_and_p_counts_money() -> None:
    roots = [root for family in FAMILIES for root in family.roots]
    assert sorted(roots) == ["CL", "ES", "MCL", "MES", "QQQ", "SPX", "SPY"]
    assert [family.name for family in FAMILIES if family.counted] == [SP500.name]
    assert family_of("GC") is None


@pytest.mark.parametrize(
    ("roots", "names"),
    [
        (("QQQ",), ["NASDAQ"]),
        (("CL", "MCL"), ["WTI"]),
        (("CL", "QQQ"), ["WTI", "NASDAQ"]),
        (("SPY", "QQQ"), []),  # a plan that can be counted is counted; its QQQ has no data
        (("GC",), []),
    ],
)
def test_roots_are_invented_when_none_of_them_is_counted(
    roots: tuple[str, ...], names: list[str]
) -> None:
    assert [family.name for family in invented(roots)] == names


def test_qqq_stands_at_about_500_at_the_end_and_at_its_old_price_when_taken_literally(
    known: History,
) -> None:
    share = NASDAQ.shares["QQQ"]
    assert nasdaq_rows(known).close[-1] * share == pytest.approx(500.0, abs=0.5)
    literal = nasdaq_rows(window(scale="literal"))
    assert literal.close[-1] * share == pytest.approx(154.26, abs=0.05)
    moves = np.diff(np.log(nasdaq_rows(known).close))
    assert np.allclose(moves, np.diff(np.log(nasdaq().close)))


def test_oil_is_dollars_a_barrel_as_they_were(known: History) -> None:
    rows = oil_rows(known)
    assert np.array_equal(rows.days, known.spx.days)
    day = date(2016, 2, 11)
    assert rows.close[rows.row(day)] == wti().close[wti().row(day)] == 26.19
    assert rows.evidence is Evidence.PROXY


def test_a_session_without_a_price_of_oil_has_the_last_one(known: History) -> None:
    rows = oil_rows(known)
    eve = rows.row(date(2018, 12, 24))
    assert rows.close[eve] == rows.close[eve - 1] == rows.high[eve] == rows.low[eve]


def test_highs_and_lows_of_oil_are_those_of_two_closes(known: History) -> None:
    rows = oil_rows(known)
    assert np.array_equal(rows.high[1:], np.maximum(rows.close[1:], rows.close[:-1]))
    assert np.array_equal(rows.low[1:], np.minimum(rows.close[1:], rows.close[:-1]))
    assert np.isnan(rows.open).all()


def test_volatility_of_oil_is_a_tenth_above_what_it_moved_and_20_at_the_least(
    known: History,
) -> None:
    rows, points = oil_rows(known), oil_volatility(known)
    row = rows.row(date(2015, 9, 1))
    moved = np.diff(np.log(rows.close[row - 63 : row + 1])).std() * np.sqrt(YEAR)
    assert points.close[row] == pytest.approx(110.0 * moved)
    calm = points.close[points.row(date(2014, 6, 2))]
    assert calm == OIL_FLOOR
    assert points.evidence is Evidence.MODEL


def test_volatility_of_nasdaq_is_vix_by_the_ratio_of_a_years_moves(known: History) -> None:
    points = nasdaq_volatility(known)
    day = date(2018, 2, 5)
    row = known.spx.row(day)
    both = (realised(bars.close, YEAR)[row] for bars in (nasdaq(), known.spx))
    ratio = next(both) / next(both)
    assert 1.1 < ratio < 1.6
    vix = known.vix.close[known.vix.row(day)]
    assert points.close[points.row(day)] == pytest.approx(vix * ratio)
    assert points.evidence is Evidence.MODEL


def test_what_is_realised_is_known_from_its_last_session_on_and_from_nothing_later() -> None:
    rng = np.random.default_rng(1)
    close = 100.0 * np.exp(np.cumsum(0.01 * rng.standard_normal(120)))
    found = realised(close, 63)
    assert np.isnan(found[:63]).all()
    assert not np.isnan(found[63:]).any()
    shaken = np.concatenate((close[:100], close[100:] * 1.5))
    assert np.array_equal(realised(shaken, 63)[:100], found[:100], equal_nan=True)


@pytest.mark.parametrize("family", [NASDAQ, WTI], ids=lambda family: family.name)
def test_every_session_of_the_window_has_a_row_and_a_volatility(
    family: object, known: History
) -> None:
    rows: Bars = family.rows(known)  # type: ignore[attr-defined]  # a family by its id
    points: Bars = family.volatility(known)  # type: ignore[attr-defined]
    mine = known.vix.days[1:][known.vix.days[1:] <= known.last.toordinal()]
    assert np.isin(mine, rows.days).all()
    assert np.isin(mine, points.days).all()
    assert (points.close[np.isin(points.days, mine)] > 6.0).all()
