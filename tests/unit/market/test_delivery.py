"""The ends of futures against published calendars, and the day to be out by."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import MONTH_CODES, Contract, Right, Settles
from tomking.core.errors import DataError
from tomking.core.product import PRODUCTS
from tomking.market.delivery import (
    ENDINGS,
    back,
    closing_only,
    first_notice,
    future_contract,
    held_until,
    last_day,
    out_by,
)
from tomking.market.sessions import is_open

pytestmark = pytest.mark.unit


def day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(text)


#: Code, last trade, first notice, out by. Read in public calendars where ``yes``, else counted from the
#: exchange's rule and recalled.
CALENDAR = """
CLF26  2025-12-19  2025-12-23  2025-12-12  notice
CLM26  2026-05-19  2026-05-21  2026-05-12  notice
MCLF26 2025-12-18  -           2025-12-11  -
GCG26  2026-02-25  2026-01-30  2026-01-23  notice
MGCG26 2026-02-25  2026-01-30  2026-01-23  -
SIH26  2026-03-27  2026-02-27  2026-02-20  notice
ZBH26  2026-03-20  2026-02-27  2026-02-20  -
ZNH26  2026-03-20  2026-02-27  2026-02-20  -
6EH26  2026-03-16  -           2026-03-09  -
6BM26  2026-06-15  -           2026-06-08  -
ZCH26  2026-03-13  2026-02-27  2026-02-20  notice
ZSF26  2026-01-14  2025-12-31  2025-12-23  -
ZWZ25  2025-12-12  2025-11-28  2025-11-20  -
LEG26  2026-02-27  2026-02-09  2026-02-02  -
LEJ13  2013-04-30  2013-04-08  2013-04-01  notice
LEZ15  2015-12-31  2015-12-07  2015-11-30  notice
HEG26  2026-02-13  -           2026-02-06  -
ESH26  2026-03-20  -           2026-03-13  -
ESM26  2026-06-18  -           2026-06-11  -
MNQU26 2026-09-18  -           2026-09-11  -
M2KZ25 2025-12-19  -           2025-12-12  -
GCJ09  2009-04-28  2009-03-31  2009-03-24  last
GCM09  2009-06-26  2009-05-29  2009-05-21  last
GCZ09  2009-12-29  2009-11-30  2009-11-20  last
GCQ10  2010-08-27  2010-07-30  2010-07-23  last
"""
ROWS = [line.split() for line in CALENDAR.strip().splitlines()]


@pytest.mark.parametrize(("code", "last", "notice", "out", "read"), ROWS)
def test_a_future_ends_as_its_calendar_says(
    code: str, last: str, notice: str, out: str, read: str
) -> None:
    root = code[:-3]
    assert last_day(root, code) == day(last)
    assert first_notice(root, code) == day(notice)
    assert out_by(root, code) == day(out)
    assert read in ("-", "notice", "last")


#: First notices of 2026 by contract month, F to Z, as a broker prints them.
NOTICES = {
    "CL": "1223 0122 0224 0324 0423 0521 0624 0723 0824 0924 1022 1124",
    "GC": "- 0130 - 0331 - 0529 - 0731 - 0930 - 1130",
    "SI": "1231 - 0227 - 0430 - 0630 - 0831 - - 1130",
    "ZC": "- - 0227 - 0430 - 0630 - 0831 - - 1130",
}


@pytest.mark.parametrize("root", NOTICES)
def test_a_year_of_first_notices_is_the_printed_one(root: str) -> None:
    for letter, text in zip(MONTH_CODES, NOTICES[root].split(), strict=True):
        if text != "-":
            year = 2025 if letter == "F" else 2026
            printed = date(year, int(text[:2]), int(text[2:]))
            assert first_notice(root, f"{root}{letter}26") == printed


def test_every_root_with_futures_has_an_ending() -> None:
    assert set(ENDINGS) == {root for root, product in PRODUCTS.items() if product.is_future}


CODES = st.sampled_from(sorted(ENDINGS)).flatmap(
    lambda root: st.builds(
        lambda letter, year: (root, f"{root}{letter}{year:02d}"),
        st.sampled_from(ENDINGS[root].months),
        st.integers(0, 31),
    )
)


@given(CODES)
def test_one_is_out_before_anything_ends_and_all_of_it_on_business_days(
    named: tuple[str, str],
) -> None:
    root, code = named
    ends, notice, out = last_day(root, code), first_notice(root, code), out_by(root, code)
    held = future_contract(root, code)
    assert out < held_until(held) <= ends
    assert notice is None or held_until(held) < notice
    assert out == back(min(notice or ends, ends), 5)
    assert all(is_open(each) for each in (ends, out, held_until(held), notice or ends))


@pytest.mark.parametrize(
    ("root", "code", "before", "after"),
    [("CL", "CLF26", False, True), ("ZC", "ZCH26", False, True), ("ES", "ESH26", False, False)],
)
def test_only_what_is_delivered_is_for_closing_only_and_only_late(
    root: str, code: str, before: bool, after: bool
) -> None:
    held, out = future_contract(root, code), out_by(root, code)
    assert closing_only(held, out) is before
    assert closing_only(held, out + timedelta(days=1)) is after


def test_an_option_or_a_share_is_never_for_closing_only() -> None:
    option = Contract("CL", date(2025, 12, 16), Right.PUT, Decimal(60), "CLF26")
    for contract in (option, Contract("SPY", date.max)):
        assert not closing_only(contract, date(2030, 1, 2))


def test_an_index_future_dies_in_the_morning_and_the_others_in_the_course_of_the_day() -> None:
    assert future_contract("NQ", "NQH26").settles is Settles.AM
    assert future_contract("CL", "CLF26").settles is Settles.PM


@pytest.mark.parametrize(
    ("root", "code"),
    [("ES", "ESF26"), ("ES", "MESH26"), ("ZC", "ZCF26"), ("CL", "CLA26"), ("SPX", "SPXH26"),
     ("CL", "CL"), ("CL", "")],
)  # fmt: skip
def test_a_code_that_names_no_future_is_refused(root: str, code: str) -> None:
    with pytest.raises(DataError, match=f"no {root} future"):
        future_contract(root, code)


def test_a_nearby_gold_month_is_listed_though_it_is_no_regular_one() -> None:
    assert last_day("GC", "GCF26") == date(2026, 1, 28)
