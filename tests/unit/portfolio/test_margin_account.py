"""From holdings to a requirement: which engine is asked, with what, and what it is told is missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tomking.core.contract import Contract, Right
from tomking.core.errors import DataCorrupt, QuoteMissing
from tomking.core.product import PRODUCTS, Kind
from tomking.market.snapshot import MID, VOL, Legs, Marks
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import Terms, scan_of
from tomking.portfolio.margin.account import asked as asked_of
from tomking.portfolio.margin.house import house_for
from tomking.portfolio.margin.leg import MarginLeg, Underlying
from tomking.portfolio.margin.rule import requirement
from worlds.board import FRIDAY, board
from worlds.orders import option

pytestmark = [pytest.mark.unit, pytest.mark.risk]

LATE = date(2026, 3, 20)
SHORT = option("5600 P", LATE)
BOOK = columns([(SHORT, -2), (option("5700 P", LATE), 1), (option("5800 P", FRIDAY, "SPX"), -1)])
AT = board()
SPY = Contract("SPY", date.max)


def asked(root: str, legs: Legs, marks: Marks | None = None, house: str = "tastytrade") -> Decimal:
    spot = AT.price * (0.1 if root == "SPY" else 1.0)
    seen = AT.marks(legs) if marks is None else marks
    return asked_of(root, legs, seen, spot, AT.at, Terms(house)).requirement


def test_a_future_s_root_is_scanned_and_an_index_meets_the_rule() -> None:
    marks = AT.marks(BOOK)
    assert asked("ES", BOOK) == scan_of("ES", BOOK, marks, AT.at, Terms()).requirement
    leg = MarginLeg(Right.PUT, 5800.0, FRIDAY, -1, float(marks.table[MID, 2]))
    kind = Kind.BROAD_INDEX
    whole = requirement([leg], Underlying("SPX", 6000.0, kind), house_for(kind, symbol="SPX"))
    assert asked("SPX", BOOK) == whole.requirement


@pytest.mark.parametrize(
    ("house", "need"), [("exchange", "164370.00"), ("tastytrade", "167962.50")]
)
def test_an_es_put_deep_in_the_money_needs_its_price_and_a_range_of_its_future(
    house: str, need: str
) -> None:
    """3,000 points of 50 dollars, and 4.79 % of 6,000 points as the future falls; by factor 1 or 1.25.

    That deep it moves with the future, whatever volatility does: 0.0479 x 6,000 x 50 = 14,370.
    """
    legs = columns([(option("9000 P", LATE), -1)])
    marks = AT.marks(legs)
    marks.table[MID], marks.table[VOL], marks.spot[:] = 3000.0, 0.10, 6000.0
    assert asked("ES", legs, marks, house) == Decimal(need)


def test_a_root_is_scanned_as_the_terms_describe_it() -> None:
    """A contract of a tenth, which nobody knows, has the range of the large one."""
    tenth = replace(PRODUCTS["MES"], root="ES", micro_of="ES")
    legs = columns([(SHORT, -2)])
    small = asked_of("ES", legs, AT.marks(legs), 6000.0, AT.at, Terms(products={"ES": tenth}))
    assert float(small.requirement) == pytest.approx(float(asked("ES", legs)) / 10, abs=0.01)


def test_other_roots_and_nothing_held_are_left_out() -> None:
    alone = columns([(SHORT, -2), (option("5700 P", LATE), 1)])
    padded = columns([(SHORT, -2), (option("5700 P", LATE), 1), (option("5000 P", LATE), 0)])
    assert asked("ES", BOOK) == asked("ES", alone) == asked("ES", padded)
    assert asked("MES", BOOK) == asked("ES", columns(())) == 0


def test_what_is_left_out_need_not_have_a_mark() -> None:
    marks = AT.marks(BOOK)
    marks.table[MID, 2] = np.nan
    assert asked("ES", BOOK, marks) == asked("ES", BOOK)
    with pytest.raises(QuoteMissing, match="unknown"):
        asked("SPX", BOOK, marks)


@pytest.mark.parametrize("gone", ["mark", "underlying"])
def test_a_scan_without_a_mark_is_unknown_and_not_nought(gone: str) -> None:
    marks = AT.marks(BOOK)
    (marks.table[MID] if gone == "mark" else marks.spot)[0] = np.nan
    with pytest.raises(QuoteMissing, match="5600 P"):
        asked("ES", BOOK, marks)


def test_a_missing_volatility_is_implied_from_the_mark() -> None:
    marks = AT.marks(BOOK)
    bare = replace(marks, table=marks.table.copy())
    bare.table[VOL] = np.nan
    assert float(asked("ES", BOOK, bare)) == pytest.approx(float(asked("ES", BOOK)), rel=5e-3)


def test_a_price_below_intrinsic_value_counts_as_that_and_an_impossible_one_is_said() -> None:
    legs = columns([(option("6400 P", LATE), -1)])
    marks = AT.marks(legs)
    marks.table[VOL], marks.table[MID] = np.nan, 395.0
    assert asked("ES", legs, marks) > 395 * 50
    marks.table[MID] = 6400.0
    with pytest.raises(DataCorrupt, match="6400 P"):
        asked("ES", legs, marks)


def test_shares_beside_options_reach_the_rule_one_by_one() -> None:
    """A hundred delivered by assignment need half their value, and nothing covers a put."""
    legs = columns([(SPY, 1)])
    assert asked("SPY", legs) == Decimal("30000.00")
    both = columns([(SPY, 1), (option("550 P", LATE, "SPY"), -1)])
    assert asked("SPY", both) > asked("SPY", legs)
