"""Parts of settlements, dividends and what nets: the book against the venue's ledger, to the cent."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.core.facts import DividendBooked, Fact, LegFilled, Sent, Settled
from tomking.core.order import Leg, Order, Purpose
from tomking.exchange.settlement import share_of
from tomking.market.delivery import future_contract
from tomking.portfolio.book import Book, Position
from unit.portfolio.test_book import both
from worlds.board import FRIDAY, board
from worlds.orders import fills, order

pytestmark = pytest.mark.unit

AT = board().at
FUTURE, SHARE = future_contract("ES", "ESZ25"), share_of("SPY")
LATER = date(2026, 1, 16)


def held(text: str, price: str, name: str, *, root: str = "ES", minutes: int = 0) -> list[Fact]:
    """One option bought or sold by a campaign; later ones are younger."""
    wanted = order(text, campaign=name, root=root, expiry=LATER if root == "SPY" else FRIDAY)
    at = AT + timedelta(minutes=minutes)
    return [Sent(at, wanted), *fills(wanted, (price,), at)]


def option(facts: list[Fact]) -> Contract:
    """The contract that traded."""
    return next(fact.contract for fact in facts if isinstance(fact, LegFilled))


def taken(contract: Contract, quantity: int, price: float, fee: str = "0") -> Settled:
    """Assigned (-) or exercised (+) into the future or the share."""
    assert contract.right is not None
    assert contract.strike is not None
    into = FUTURE if contract.root == "ES" else SHARE
    how = "exercised" if quantity > 0 else "assigned"
    return Settled(
        AT, "", contract, quantity, price, Decimal(0), Decimal(fee), how, into,
        quantity * contract.right.sign, contract.strike,
    )  # fmt: skip


def paid(lots: int, each: str) -> DividendBooked:
    """A dividend on lots of 100 shares."""
    cash = (lots * 100 * Decimal(each)).quantize(Decimal("0.01"))
    return DividendBooked(AT, SHARE, lots * 100, Decimal(each), cash)


def flatten(position: str, contract: Contract, quantity: int, price: str) -> list[Fact]:
    """An outright order that traded."""
    campaign = position.partition("/")[0]
    way = 1 if quantity > 0 else -1
    wanted = Order(
        f"{position}/close", 1, Purpose.CLOSE, "friday_0dte", campaign,
        (Leg(contract, way, "all", opens=False),), abs(quantity), Decimal(price), closes=position,
    )  # fmt: skip
    return [Sent(AT, wanted), *fills(wanted, (price,), AT, "1.20")]


def flows(book: Book) -> dict[str, Decimal]:
    """What each campaign has made so far."""
    return {name: campaign.flow for name, campaign in book.campaigns.items()}


def of(book: Book, name: str) -> Position:
    """The one position of a campaign."""
    return next(p for p in book.positions.values() if p.campaign == name)


PARTS = [
    # assigned, left short and long futures of a (oldest, 2), b (3), c (youngest, 1)
    (1, {"a": (1, 1), "b": (3, 0), "c": (1, 0)}),
    (2, {"a": (0, 2), "b": (3, 0), "c": (1, 0)}),
    (4, {"a": (0, 2), "b": (1, 2), "c": (1, 0)}),
    (6, {"a": (0, 2), "b": (0, 3), "c": (0, 1)}),
]


@pytest.mark.parametrize(("count", "expected"), PARTS)
def test_the_oldest_position_bears_an_assignment_first(
    count: int, expected: dict[str, tuple[int, int]]
) -> None:
    opened = [
        *held("-3 5910 P", "5.00", "b", minutes=1), *held("-2 5910 P", "4.00", "a"),
        *held("-1 5910 P", "6.00", "c", minutes=2),
    ]  # fmt: skip
    put = option(opened)
    book, _ = both([*opened, taken(put, -count, 5900.0, "1.01")])
    for name, (short, future) in expected.items():
        assert dict(of(book, name).held) == {
            contract: n for contract, n in ((put, -short), (FUTURE, future)) if n
        }
        assert of(book, name).assigned is (future > 0)
    assert sum(flows(book).values()) == book.cash - 100_000


def test_a_fee_that_does_not_divide_is_shared_out_to_the_cent() -> None:
    opened = [fact for n in range(3) for fact in held("-1 5910 P", "5.00", f"c{n}", minutes=n)]
    book, _ = both([*opened, taken(option(opened), -3, 5900.0, "1.00")])
    assert [str(250 - flow) for flow in flows(book).values()] == ["0.33", "0.34", "0.33"]


def test_a_dividend_is_shared_out_to_the_cent_and_is_profit_of_its_campaign() -> None:
    opened = [
        fact for n in range(3) for fact in held("-1 600 P", "5.00", f"c{n}", root="SPY", minutes=n)
    ]
    whole = taken(option(opened), -3, 590.0)
    before, _ = both([*opened, whole])
    book, ledger = both([*opened, whole, paid(3, "1.99333")])
    gained = [flows(book)[name] - flows(before)[name] for name in flows(book)]
    assert [str(each) for each in gained] == ["199.33", "199.34", "199.33"]
    premiums = [position.premium for position in before.positions.values()]
    assert [p.premium - was for p, was in zip(book.positions.values(), premiums, strict=True)] == (
        gained
    )
    assert ledger.realised[SHARE] == Decimal("598.00")


def test_shares_short_owe_the_dividend() -> None:
    opened = held("-2 580 C", "21.00", "a", root="SPY")
    book, _ = both([*opened, taken(option(opened), -2, 600.0), paid(-2, "1.99")])
    assert dict(of(book, "a").held) == {SHARE: -2}
    assert flows(book)["a"] == 4200 + 116_000 - 398


# -- what nets ---------------------------------------------------------------------------------


def test_opposite_futures_of_two_campaigns_net_as_the_venue_nets_them() -> None:
    """5910 put and 5950 call, both assigned at 5930: each lost 20 points less than it seems."""
    facts = [*held("-1 5910 P", "5.00", "a"), *held("-1 5950 C", "6.00", "b", minutes=1)]
    put, call = option(facts), option(facts[2:])
    book, ledger = both([*facts, taken(put, -1, 5900.0), taken(call, -1, 5960.0)])
    assert not book.positions
    assert not ledger.holdings
    assert flows(book) == {"a": 250 + 50 * 50, "b": 300 - 10 * 50}  # at 5960, the last price


def test_opposite_futures_of_different_size_leave_the_difference_to_the_youngest() -> None:
    facts = [
        *held("-2 5910 P", "5.00", "a"), *held("-2 5910 P", "5.00", "b", minutes=1),
        *held("-3 5950 C", "6.00", "c", minutes=2),
    ]  # fmt: skip
    put, call = option(facts), option(facts[4:])
    book, ledger = both([*facts, taken(put, -4, 5900.0), taken(call, -3, 5960.0)])
    assert {p.campaign: p.held for p in book.positions.values()} == {"b": ((FUTURE, 1),)}
    assert ledger.holdings == {FUTURE: 1}
    book, ledger = both(
        [*facts, taken(put, -4, 5900.0), taken(call, -3, 5960.0),
         *flatten("b/open:all", FUTURE, -1, "5955.00")]
    )  # fmt: skip
    assert (dict(book.positions), dict(ledger.holdings)) == ({}, {})


def test_a_quarterly_that_delivers_both_ways_leaves_no_future_nobody_can_end() -> None:
    """Both futures die in the same barrier; the account holds none, so no end is ever told."""
    facts = [*held("-1 6100 P", "90.00", "a"), *held("-1 6000 C", "60.00", "b", minutes=1)]
    put, call = option(facts), option(facts[2:])
    book, _ = both([*facts, taken(put, -1, 6050.0), taken(call, -1, 6050.0)])
    assert not book.positions
    assert flows(book) == {"a": 4500 - 50 * 50, "b": 3000 - 50 * 50}


@pytest.mark.parametrize("price", [None, float("nan")])
def test_opposite_futures_net_at_what_they_were_delivered_at_where_no_fixing_is_known(
    price,
) -> None:
    facts = [*held("-1 6100 P", "90.00", "a"), *held("-1 6000 C", "60.00", "b", minutes=1)]
    put, call = option(facts), option(facts[2:])
    ends = [taken(put, -1, 6050.0), taken(call, -1, 6050.0)]
    book, _ = both([*facts, *(replace(each, price=price) for each in ends)])
    assert not book.positions
    assert flows(book) == {"a": 4500 - 100 * 50, "b": 3000}
    assert book.cash.is_finite()


def test_opposite_shares_net_too() -> None:
    facts = [
        *held("-1 610 P", "12.00", "a", root="SPY"),
        *held("-1 590 C", "13.00", "b", root="SPY", minutes=1),
    ]
    put, call = option(facts), option(facts[2:])
    book, ledger = both([*facts, taken(put, -1, 600.0), taken(call, -1, 600.0)])
    assert not book.positions
    assert not ledger.holdings
    assert flows(book) == {"a": 1200 - 1000, "b": 1300 - 1000}


def test_a_future_ends_at_its_own_gain_and_not_at_the_account_s_average() -> None:
    facts = [*held("-1 5910 P", "5.00", "a"), *held("-2 5950 P", "6.00", "b", minutes=1)]
    low, high = option(facts), option(facts[2:])
    ends = Settled(
        AT, "", FUTURE, 3, 5940.0, Decimal((30 - 10 - 10) * 50), Decimal(0), "cash_settled"
    )
    book, _ = both([*facts, taken(low, -1, 5900.0), taken(high, -2, 5900.0), ends])
    assert flows(book) == {"a": 250 + 30 * 50, "b": 600 - 20 * 50}


# -- anything ----------------------------------------------------------------------------------

STRIKES = ("5890 P", "5910 P", "5930 P", "5905 C", "5920 C")


@st.composite
def days(draw: Any) -> list[Fact]:
    """Campaigns short of a few strikes, assigned in parts, flattened in parts at odd prices."""
    facts: list[Fact] = []
    short: dict[Contract, int] = {}
    for row in range(draw(st.integers(1, 5))):
        count, strike = draw(st.integers(1, 3)), draw(st.sampled_from(STRIKES))
        opened = held(f"-{count} {strike}", "7.35", f"c{row}", minutes=row)
        short[option(opened)] = short.get(option(opened), 0) + count
        facts += opened
    for contract, count in short.items():
        for part in (draw(st.integers(0, count)), count):
            if 0 < part <= short[contract]:
                fee = str(Decimal(draw(st.integers(0, 199))) / 100)
                facts.append(taken(contract, -part, draw(st.floats(5800, 6000)), fee))
                short[contract] -= part
    return facts


@given(days(), st.data())
def test_whatever_is_assigned_and_nets_the_book_is_the_venue_to_the_cent(
    facts: list[Fact], data: st.DataObject
) -> None:
    """Averages of three at three prices do not end: they are cut to the cent on both sides."""
    book, _ = both(facts)
    for name, position in tuple(book.positions.items()):
        for contract, n in position.outright:
            part = data.draw(st.integers(1, abs(n)))
            ticks = data.draw(st.integers(23_000, 24_500))
            way = -1 if n > 0 else 1
            facts = [*facts, *flatten(name, contract, way * part, str(Decimal(ticks) / 4))]
    book, ledger = both(facts)
    assert book.cash == 100_000 + sum(flows(book).values())
    assert book.cash == book.cash.quantize(Decimal("0.01"))
    assert ledger.cash == ledger.cash.quantize(Decimal("0.01"))


@pytest.mark.parametrize("right", Right)
def test_a_position_says_what_it_holds_outright(right: Right) -> None:
    opened = held(f"-1 5910 {right.value[0]}", "5.00", "a")
    book, _ = both(opened)
    assert (of(book, "a").outright, of(book, "a").assigned) == ((), False)
    book, _ = both([*opened, taken(option(opened), -1, 5900.0)])
    assert (of(book, "a").outright, of(book, "a").assigned) == (((FUTURE, -right.sign),), True)
