"""Structures are called what traders call them."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.portfolio.recognise import Signed, pattern, recognise, rows

pytestmark = pytest.mark.unit

DATA = Path(__file__).parents[2] / "data" / "margin"
NEAR, NEXT, FAR = date(2026, 6, 19), date(2026, 7, 17), date(2027, 1, 15)
DAYS = {"": NEAR, "n": NEXT, "f": FAR}
RIGHTS = {"C": Right.CALL, "P": Right.PUT}


def legs(text: str) -> list[Signed]:
    """``-1 110C, +1 105Cf, +100 shares``: a letter behind the right puts a leg further out."""
    found: list[Signed] = []
    for part in text.split(", "):
        count, what = part.split()
        if what == "shares":
            found.append((Contract("ACME", date.max), int(count)))
            continue
        strike, right, when = what.rstrip("CPnf"), what.strip("0123456789."), what[-1:]
        day = DAYS[when if when in "nf" else ""]
        found.append((Contract("ACME", day, RIGHTS[right[0]], Decimal(strike)), int(count)))
    return found


TABLE = [
    ("+1 100C", "long call"), ("-2 100C", "short call"),
    ("+1 100P", "long put"), ("-1 100P", "short put"),
    ("+300 shares", "long shares"), ("-150 shares", "short shares"),
    ("+1 100C, -1 105C", "call debit vertical, 5 wide"),
    ("-1 100C, +1 105C", "call credit vertical, 5 wide"),
    ("+1 105P, -1 100P", "put debit vertical, 5 wide"),
    ("-3 105P, +3 100P", "put credit vertical, 5 wide"),
    ("-1 100P, -1 100C", "short straddle"), ("+1 100P, +1 100C", "long straddle"),
    ("-1 95P, -1 105C", "short strangle"), ("+2 95P, +2 105C", "long strangle"),
    ("-1 105P, -1 95C", "short guts"), ("-2 95P, -1 105C", "ratio strangle 2x1"),
    ("+1 90P, -1 95P, -1 105C, +1 110C", "iron condor, 5 wide"),
    ("+1 80P, -1 95P, -1 105C, +1 110C", "iron condor, 15 and 5 wide"),
    ("-1 90P, +1 95P, +1 105C, -1 110C", "reverse iron condor, 5 wide"),
    ("+1 95P, -1 100P, -1 100C, +1 105C", "iron butterfly, 5 wide"),
    ("+1 90P, -1 100P, -1 100C, +1 105C", "broken wing iron butterfly, 10 and 5 wide"),
    ("-1 95P, +1 100P, +1 100C, -1 105C", "reverse iron butterfly, 5 wide"),
    ("+1 95C, -2 100C, +1 105C", "long call butterfly, 5 wide"),
    ("+1 95P, -2 100P, +1 105P", "long put butterfly, 5 wide"),
    ("-1 95P, +2 100P, -1 105P", "short put butterfly, 5 wide"),
    ("+1 85P, -2 100P, +1 105P", "broken wing put butterfly, 15 and 5 wide"),
    ("+1 95C, -3 100C, +2 105C", "unbalanced call butterfly 1-3-2, 5 wide"),
    ("+1 90C, -1 95C, -1 100C, +1 105C", "long call condor, 5 wide"),
    ("+1 80C, -1 95C, -1 100C, +1 105C", "broken wing call condor, 15 and 5 wide"),
    ("-1 90P, +1 95P, +1 105P, -1 110P", "short put condor, 5 and 10 wide"),
    ("+1 100C, -2 105C", "call ratio 1x2, 5 wide"), ("+1 100P, -2 95P", "put ratio 1x2, 5 wide"),
    ("+2 100P, -3 95P", "put ratio 2x3, 5 wide"),
    ("-1 100C, +2 105C", "call backspread 1x2, 5 wide"),
    ("-1 100P, +2 95P", "put backspread 1x2, 5 wide"),
    ("+3 100C, -1 105C", "call debit ratio 3x1, 5 wide"),
    ("-2 100C, +1 105C", "call credit ratio 2x1, 5 wide"),
    ("+1 100P, -1 95P, -2 80P", "1-1-2, 15 and 5 wide"),
    ("+4 100P, -4 95P, -8 80P", "1-1-2, 15 and 5 wide"),
    ("-1 90P, -1 105C, +1 110C", "jade lizard, 5 wide"),
    ("-1 100P, -1 100C, +1 110C", "big lizard, 10 wide"),
    ("+1 90P, -1 95P, -1 105C", "reverse jade lizard, 5 wide"),
    ("+1 95C, -1 100C, -1 105C", "call ladder, 5 wide"),
    ("+1 105P, -1 100P, -1 95P", "put ladder, 5 wide"),
    ("-1 95P, +1 105C", "bullish risk reversal"), ("+1 95P, -1 105C", "bearish risk reversal"),
    ("-1 100P, +1 100C", "synthetic long"), ("+1 100P, -1 100C", "synthetic short"),
    ("+1 95C, -1 105C, +1 105P, -1 95P", "long box, 10 wide"),
    ("-1 95C, +1 105C, -1 105P, +1 95P", "short box, 10 wide"),
    ("+100 shares, -1 105C", "covered call"), ("-100 shares, -1 95P", "covered put"),
    ("+100 shares, +1 95P", "protective put"), ("-100 shares, +1 105C", "protective call"),
    ("+200 shares, +2 95P, -2 105C", "collar"), ("-100 shares, -1 95P, +1 105C", "reverse collar"),
    ("+100 shares, +1 100P, -1 100C", "conversion"), ("-100 shares, -1 100P, +1 100C", "reversal"),
    ("+100 shares, -1 95P, -1 105C", "covered strangle"),
    ("+100 shares, -2 105C", "ratio call write 1x2"),
    ("+300 shares, -1 105C", "covered call on 1 of 3 lots"),
    ("+150 shares, -1 105C", "custom, 2 legs"),
    ("-1 100C, +1 100Cn", "call calendar"), ("-1 100P, +1 100Pn", "put calendar"),
    ("+1 100C, -1 100Cn", "short call calendar"),
    ("-1 105C, +1 100Cn", "call diagonal"), ("-1 105C, +1 110Cf", "call diagonal"),
    ("-1 105C, +1 70Cf", "poor man's covered call"),
    ("-1 95P, +1 130Pf", "poor man's covered put"),
    ("-1 95P, +1 90Pn", "put diagonal"), ("+1 105C, -1 100Cn", "short call diagonal"),
    ("-1 95P, -1 105C, +1 95Pn, +1 105Cn", "double calendar"),
    ("-1 95P, -1 105C, +1 90Pn, +1 110Cn", "double diagonal"),
    ("-2 80P, +1 100Pf, -1 95Pf", "calendarised 1-1-2, 5 wide"),
    ("+1 90P, -1 95P, -1 105C, +2 110C", "custom, 4 legs"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name"), TABLE)
def test_a_structure_is_called_what_traders_call_it(text: str, name: str) -> None:
    assert str(recognise(legs(text), spot=100.0)) == name


@pytest.mark.parametrize(("text", "name"), TABLE)
def test_neither_the_order_nor_the_lots_of_legs_change_a_name(text: str, name: str) -> None:
    again = [(c, n - 1) for c, n in reversed(legs(text))] + [(c, 1) for c, _ in legs(text)]
    assert str(recognise(again, spot=100.0)) == name


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.name))
def test_every_row_of_the_table_names_something(row: object) -> None:
    """A row that stands behind a row of the same pattern without a condition would never be read."""
    shapes = [(one.shape.pattern, one.holds) for one in rows()]
    mine = (row.shape.pattern, row.holds)  # type: ignore[attr-defined]
    before = shapes[: shapes.index(mine)]
    always = rows()[0].holds
    assert (mine[0], always) not in before


PUBLISHED = {
    "112-etf": "1-1-2", "112-xsp": "1-1-2", "ratio-1x2-call": "call ratio 1x2",
    "bwb-put": "broken wing put butterfly", "jade-lizard": "jade lizard",
    "wide-spread-min": "put credit vertical", "pmcc-etf": "poor man's covered call",
    "diagonal-above": "call diagonal", "calendar-index": "put calendar",
    "short-diagonal": "short call calendar", "iron-condor-unequal": "iron condor",
    "strangle-2x1": "ratio strangle 2x1", "cheap-put-floor": "short put",
    "fly-debit": "long call butterfly", "overlap-covered": "two call debit verticals",
    "box-short": "short box", "cboe-manual-short-put": "short put",
    "cboe-manual-put-spread": "put credit vertical", "cboe-manual-p45-straddle": "short straddle",
    "msft-short-call": "short call", "ib-iron-condor": "iron condor",
    "optionshouse-short-put-fly": "short put butterfly", "mcmillan-ratio": "call ratio 1x2",
    "universal-spread": "call credit vertical", "lean-fly-greedy-error": "two call debit verticals",
    "tt-naked-put": "short put", "tt-naked-call": "short call", "tt-strangle": "short strangle",
    "tt-iron-condor": "iron condor", "tt-credit-vertical": "call credit vertical",
    "tt-debit-vertical": "call debit vertical", "tt-long-calendar": "call calendar",
    "tt-short-calendar": "short call calendar", "tt-short-butterfly": "short put butterfly",
    "two_bear_call_spreads": "two call credit verticals",
    "overlapping_bull_call_spreads": "two call debit verticals",
    "full_coverage_book": "custom, 8 legs", "true_butterfly": "long call butterfly",
    "distant_long_call": "broken wing call condor", "distant_long_put": "broken wing put condor",
    "short_calendar": "short call calendar", "long_calendar": "call calendar",
    "covered_call": "covered call", "finra-floor-reddit": "short put", "apex-floor": "short put",
    "tt-cash-secured-put": "short put", "ib-exact-call-ladder": "call ladder",
    "ladder": "call ladder", "long_after_covered_book": "custom, 5 legs",
}  # fmt: skip


@pytest.mark.parametrize("file", ["derived", "misc", "tastytrade", "lean_matcher"])
def test_every_published_margin_case_is_named(file: str) -> None:
    cases = json.loads((DATA / f"{file}.json").read_text(encoding="utf-8"))["cases"]
    named = {}
    for case in cases:
        held = [
            (
                Contract(
                    "X", date.fromisoformat(leg["expiry"]), RIGHTS[leg["right"]],
                    Decimal(str(leg["strike"])),
                ),
                leg["quantity"],
            )
            for leg in case["legs"]
        ]  # fmt: skip
        if "shares" in case:
            held.append((Contract("X", date.max), case["shares"]))
        named[case["id"]] = recognise(held, spot=case["underlying"]["price"]).name
    assert named == {key: PUBLISHED[key] for key in named}


def test_both_shipped_plans_are_named() -> None:
    es = [(Contract("ES", NEAR, right, Decimal(strike)), n) for n, strike, right in (
        (1, 5900, Right.PUT), (-1, 5850, Right.PUT), (-2, 5100, Right.PUT),
    )]  # fmt: skip
    assert recognise(es, future=True).name == "1-1-2"
    for right, short, wing in ((Right.CALL, 6090, 6120), (Right.PUT, 5910, 5880)):
        spread = [
            (Contract("ES", NEAR, right, Decimal(short)), -1),
            (Contract("ES", NEAR, right, Decimal(wing)), 1),
        ]
        assert str(recognise(spread)) == f"{right.value.lower()} credit vertical, 30 wide"


def test_a_future_beside_options_counts_in_contracts() -> None:
    future, call = Contract("ES", date.max), Contract("ES", NEAR, Right.CALL, Decimal(6100))
    assert recognise([(future, 1)], future=True).name == "long future"
    assert recognise([(future, 1), (call, -1)], future=True).name == "covered call"


def test_nothing_is_custom_too() -> None:
    assert recognise([]).name == "custom, 0 legs"


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(1, 40), st.booleans()), max_size=30))
def test_any_set_of_legs_has_a_name_and_as_many_units_as_divide_it(
    drawn: list[tuple[int, int, bool]],
) -> None:
    held = [
        (Contract("X", NEAR, Right.CALL if call else Right.PUT, Decimal(strike)), n)
        for n, strike, call in drawn
    ]
    found = recognise(held)
    assert found.name
    assert all(width > 0 for width in found.widths)
    total: dict[Contract, int] = {}
    for contract, n in held:
        total[contract] = total.get(contract, 0) + n
    assert all(n % found.units == 0 for n in total.values())
    twice = recognise([(contract, 2 * n) for contract, n in held])
    assert (twice.name, twice.widths) == (found.name, found.widths)


def test_a_pattern_is_written_as_the_table_writes_it() -> None:
    assert pattern(tuple(legs("+1 100C, -2 105C"))) == "+1Ca -2Cb"
    assert pattern(tuple(legs("-1 105C, +1 70Cf"))) == "-1Cb1 +1Ca2"
