"""The book as a fold: it equals its journal, keeps every cent and agrees with the venue's ledger."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract, Right
from tomking.core.facts import CampaignClosed, CashMoved, Fact, LegFilled, OrderEnded, Sent, Settled
from tomking.core.order import Leg, Order, Purpose, TimeInForce
from tomking.exchange import ledger as ledgers
from tomking.exchange.ledger import Ledger
from tomking.market.delivery import future_contract
from tomking.portfolio.book import Book, apply, empty_book, fold
from tomking.portfolio.holding import position_id
from worlds.board import FRIDAY, board
from worlds.orders import closing, fills, order, traded

pytestmark = pytest.mark.unit

AT = board().at
CASH = Decimal(100_000)
FUTURE = future_contract("ES", "ESZ25")
LT = "+1 5700 P, -1 5650 P, -2 5000 P"


def lt112(units: int = 1, name: str = "lt112/a") -> Order:
    """An LT112 of two tranches in one order."""
    whole = order(LT, "15.00", strategy="lt112", units=units, campaign=name)
    tranches = ("trap", "trap", "naked puts")
    return replace(
        whole,
        legs=tuple(replace(leg, tranche=t) for leg, t in zip(whole.legs, tranches, strict=True)),
    )


def settled(
    contract: Contract,
    quantity: int,
    price: float,
    *,
    fee: str = "0",
    delivers: bool = False,
    into: Contract = FUTURE,
) -> Settled:
    """An expiry: worthless, or into the future at the strike."""
    if not delivers or contract.right is None or contract.strike is None:
        return Settled(AT, "", contract, quantity, price, Decimal(0), Decimal(fee), "expired")
    way = "exercised" if quantity > 0 else "assigned"
    return Settled(
        AT, "", contract, quantity, price, Decimal(0), Decimal(fee), way, into,
        quantity * contract.right.sign, contract.strike,
    )  # fmt: skip


def check(book: Book) -> None:
    """What is true of every book."""
    rows = 0
    for position in book.positions.values():
        assert position.held
        assert all(quantity for _, quantity in position.held)
        assert position.row == rows
        rows += len(position.held)
        assert position.campaign in book.campaigns
    assert len(book.legs) == rows
    assert list(book.legs.contracts) == [c for p in book.positions.values() for c, _ in p.held]
    for name, campaign in book.campaigns.items():
        count = sum(p.campaign == name for p in book.positions.values())
        assert campaign.positions == count
        fees = sum((p.fees for p in book.positions.values() if p.campaign == name), Decimal(0))
        assert campaign.fees >= fees


def agrees(book: Book, ledger: Ledger) -> None:
    """The book against the venue's own ledger, written by other hands."""
    assert dict(book.holdings) == dict(ledger.holdings)
    basis = sum((position.basis for position in book.positions.values()), Decimal(0))
    assert book.cash + basis == ledger.cash - ledger.carried


def both(facts: list[Fact], cash: Decimal = CASH) -> tuple[Book, Ledger]:
    """Book and ledger after every fact, compared after every fact."""
    book, ledger = empty_book(cash), Ledger(cash)
    for fact in facts:
        book, ledger = apply(book, fact), ledgers.apply(ledger, fact)
        check(book)
        agrees(book, ledger)
    return book, ledger


# -- one order ---------------------------------------------------------------------------------


def test_an_order_becomes_a_position_for_each_tranche() -> None:
    book, _ = both(traded(lt112(), ("60.00", "51.00", "17.00"), AT, "3.30"))
    trap, naked = book.positions.values()
    assert trap.id == position_id(lt112(), "trap")
    assert (trap.premium, naked.premium) == (Decimal(-450), Decimal(1700))
    assert (trap.fees, naked.fees) == (Decimal("6.60"), Decimal("3.30"))
    assert book.cash == CASH - 450 + 1700 - Decimal("9.90")
    (campaign,) = book.campaigns.values()
    assert campaign.flow == Decimal("1240.10")
    assert campaign.positions == 2
    assert not book.working


def test_a_leg_that_has_not_traded_leaves_its_tranche_in_pieces() -> None:
    opened = lt112(units=2)
    first, *_ = fills(opened, ("60.00", "51.00", "17.00"), AT)
    book = fold(empty_book(CASH), [Sent(AT, opened), first])
    (piece,) = book.positions.values()
    assert not piece.whole
    assert piece.legs_to_close == (2, (Leg(opened.legs[0].contract, -1, "trap", opens=False),))
    assert not book.working[opened.id].complete
    book = fold(book, fills(opened, ("60.00", "51.00", "17.00"), AT)[1:])
    assert all(position.whole for position in book.positions.values())
    assert book.working[opened.id].complete


def test_half_of_a_leg_is_not_whole() -> None:
    opened = order("-1 6090 C, +1 6120 C", units=2)
    short, wing = fills(opened, ("5.00", "1.00"), AT)
    book = fold(empty_book(CASH), [Sent(AT, opened), replace(short, quantity=-1), wing])
    (piece,) = book.positions.values()
    assert not piece.whole
    assert piece.legs_to_close[0] == 1


def test_closing_takes_the_position_down_and_the_campaign_keeps_its_money() -> None:
    opened = order("-1 6090 C, +1 6120 C", units=3)
    facts = [
        *traded(opened, ("5.00", "1.00"), AT, "1.00"),
        *traded(closing(opened, "-2.00"), ("2.50", "0.50"), AT, "1.00"),
    ]
    book, _ = both(facts)
    assert not book.positions
    (campaign,) = book.campaigns.values()
    assert campaign.flow == Decimal(300) - Decimal(4)
    assert campaign.flow == book.cash - CASH
    over = CampaignClosed(AT, opened.campaign, "friday_0dte", AT, campaign.flow, campaign.fees)
    assert not apply(book, over).campaigns


def test_a_closing_order_closes_the_position_it_names() -> None:
    twins = [order("-1 6090 C, +1 6120 C", campaign=name) for name in ("a", "b")]
    facts = [fact for twin in twins for fact in traded(twin, ("5.00", "1.00"), AT)]
    facts += traded(closing(twins[1], "-2.00"), ("2.50", "0.50"), AT)
    book, _ = both(facts)
    assert [position.campaign for position in book.positions.values()] == ["a"]
    assert book.campaigns["b"].positions == 0


def test_an_order_that_ended_is_no_longer_working() -> None:
    opened = lt112()
    book = fold(empty_book(CASH), [Sent(AT, opened)])
    assert [working.order for working in book.opening()] == [opened]
    book = apply(book, OrderEnded(AT, opened.id, "rejected", "no"))
    assert not book.working
    assert apply(book, OrderEnded(AT, opened.id, "rejected", "no")) is book


def test_facts_that_touch_no_money_leave_the_book_as_it_is() -> None:
    book = empty_book(CASH)
    assert apply(book, OrderEnded(AT, "unknown#1", "cancelled")) is book


def test_money_moved_is_cash_and_remembered() -> None:
    book = fold(empty_book(CASH), [CashMoved(AT, Decimal(-500), "rent")])
    assert (book.cash, book.moved) == (CASH - 500, Decimal(-500))


# -- expiry ------------------------------------------------------------------------------------


def spread(text: str, units: int = 1, name: str = "x") -> list[Fact]:
    """A traded spread."""
    wanted = order(text, units=units, campaign=name)
    return traded(wanted, ("5.00", "1.00")[: len(wanted.legs)], AT)


def legs_of(facts: list[Fact]) -> list[Contract]:
    """The contracts that traded."""
    return [fact.contract for fact in facts if isinstance(fact, LegFilled)]


@pytest.mark.parametrize("units", [1, 2, 5])
def test_an_expiry_out_of_the_money_leaves_the_premium(units: int) -> None:
    facts = spread("-1 5910 P, +1 5880 P", units)
    short, wing = legs_of(facts)
    book, _ = both([*facts, settled(short, -units, 6000.0), settled(wing, units, 6000.0)])
    assert not book.positions
    assert book.campaigns["x"].flow == 200 * units


@pytest.mark.parametrize("units", [1, 2, 3, 7])
def test_both_legs_in_the_money_cancel_into_the_width(units: int) -> None:
    """A put spread 30 wide, assigned and exercised: what is left is the loss of 26 points."""
    facts = spread("-1 5910 P, +1 5880 P", units)
    short, wing = legs_of(facts)
    book, ledger = both(
        [
            *facts,
            settled(short, -units, 5800.0, delivers=True),
            settled(wing, units, 5800.0, delivers=True),
        ]
    )
    assert not book.positions
    assert not ledger.holdings
    assert book.campaigns["x"].flow == (4 - 30) * 50 * units


def test_one_leg_in_the_money_leaves_a_future_at_the_strike() -> None:
    facts = spread("-1 5910 P, +1 5880 P")
    short, wing = legs_of(facts)
    book, _ = both([*facts, settled(short, -1, 5900.0, delivers=True), settled(wing, 1, 5900.0)])
    (position,) = book.positions.values()
    assert position.held == ((FUTURE, 1),)
    assert position.basis == Decimal(-5910 * 50)
    assert book.cash == CASH + 200


@pytest.mark.parametrize("price", ["5890.25", "5930.00"])
def test_a_delivered_future_is_closed_at_its_gain(price: str) -> None:
    facts = spread("-1 5910 P, +1 5880 P")
    short, wing = legs_of(facts)
    facts += [settled(short, -1, 5900.0, delivers=True), settled(wing, 1, 5900.0)]
    name = "x/open:all"
    flat = Order(
        f"{name}/close", 1, Purpose.CLOSE, "friday_0dte", "x",
        (Leg(FUTURE, -1, "all", opens=False),), 1, Decimal(price), closes=name,
    )  # fmt: skip
    book, ledger = both([*facts, *traded(flat, (price,), AT, "2.00")])
    assert not book.positions
    assert book.campaigns["x"].flow == 200 + (Decimal(price) - 5910) * 50 - 2
    assert ledger.holdings == {}


def test_a_futures_own_end_pays_its_gain() -> None:
    facts = spread("-1 5910 P, +1 5880 P")
    short, wing = legs_of(facts)
    end = Settled(AT, "", FUTURE, 1, 5950.0, Decimal(2000), Decimal(0), "cash_settled")
    book, _ = both(
        [*facts, settled(short, -1, 5900.0, delivers=True), settled(wing, 1, 5900.0), end]
    )
    assert not book.positions
    assert book.campaigns["x"].flow == 200 + 2000


SHARES = st.lists(st.integers(1, 9), min_size=2, max_size=4)


@given(SHARES, st.sampled_from(["0.50", "0.37", "1.01"]))
def test_an_expiry_held_by_several_positions_is_shared_out_to_the_cent(
    units: list[int], fee: str
) -> None:
    """One put held short by several campaigns: each gets its own futures, and no cent is lost."""
    facts = [fact for row, n in enumerate(units) for fact in spread("-1 5910 P", n, f"c{row}")]
    (contract, *_) = legs_of(facts)
    total = sum(units)
    cost = str(Decimal(fee) * total)
    book, ledger = both([*facts, settled(contract, -total, 5900.0, fee=cost, delivers=True)])
    held = [dict(position.held) for position in book.positions.values()]
    assert held == [{FUTURE: n} for n in units]
    assert ledger.holdings == {FUTURE: total}
    flows = sum((campaign.flow for campaign in book.campaigns.values()), Decimal(0))
    assert flows == book.cash - CASH


def test_futures_of_two_campaigns_are_the_venues_when_one_of_them_is_closed() -> None:
    """The venue carries one average price; the account's cash is the venue's, whoever closes first."""
    facts = [*spread("-1 5910 P", 1, "a"), *spread("-1 5950 P", 1, "b")]
    low, high = legs_of(facts)
    facts += [
        settled(low, -1, 5900.0, delivers=True), settled(high, -1, 5900.0, delivers=True),
    ]  # fmt: skip
    flat = Order(
        "a/open:all/close", 1, Purpose.CLOSE, "friday_0dte", "a",
        (Leg(FUTURE, -1, "all", opens=False),), 1, Decimal(5900), closes="a/open:all",
    )  # fmt: skip
    both([*facts, *traded(flat, ("5900.00",), AT)])


# -- sequences ---------------------------------------------------------------------------------

PRICE = st.integers(1, 400).map(lambda n: str(Decimal(n) * Decimal("0.05")))
STRUCTURES = st.sampled_from(
    ["-1 6090 C, +1 6120 C", "-1 5910 P, +1 5880 P", "-1 5995 P, +1 5965 P, -1 6065 C, +1 6095 C"]
)


@st.composite
def histories(draw: Any) -> list[Fact]:
    """Campaigns opened, some in pieces, some closed, some cancelled, some expired; cash in and out."""
    facts: list[Fact] = []
    at: datetime = AT
    for row in range(draw(st.integers(1, 4))):
        at += timedelta(minutes=1)
        expiry = FRIDAY + timedelta(days=7 * row)
        text, units = draw(STRUCTURES), draw(st.integers(1, 3))
        wanted = order(text, units=units, campaign=f"c{row}", expiry=expiry)
        prices = [draw(PRICE) for _ in wanted.legs]
        done = draw(st.sampled_from(["closed", "open", "expired", "pieces", "unfilled"]))
        legs = fills(wanted, prices, at, "1.15")
        if done == "unfilled":
            facts += [Sent(at, wanted), OrderEnded(at, wanted.id, "cancelled")]
            continue
        if done == "pieces":
            kept = draw(st.integers(1, len(legs)))
            facts += [Sent(at, wanted), *legs[:kept], OrderEnded(at, wanted.id, "cancelled")]
            continue
        facts += [Sent(at, wanted), *legs, OrderEnded(at, wanted.id, "filled")]
        if done == "closed":
            shut = closing(wanted, "-1.00")
            facts += traded(shut, [draw(PRICE) for _ in shut.legs], at, "1.15")
        if done == "expired":
            price = float(draw(st.integers(5850, 6150)))
            facts += [_expiry(leg, price, row) for leg in legs]
        if draw(st.booleans()):
            facts.append(CashMoved(at, Decimal(draw(st.integers(-500, 500))), "moved"))
    return facts


#: A future for each campaign: two of them in one have a test of their own.
FUTURES = [future_contract("ES", code) for code in ("ESZ25", "ESH26", "ESM26", "ESU26")]


def _expiry(fact: LegFilled, price: float, row: int) -> Settled:
    """The end of one filled leg at a fixing."""
    contract = fact.contract
    assert contract.strike is not None
    way = 1 if contract.right is Right.CALL else -1
    inside = way * (price - float(contract.strike)) > 0
    return settled(
        contract,
        fact.quantity,
        price,
        fee="0.50" if inside else "0",
        delivers=inside,
        into=FUTURES[row],
    )


@given(histories())
def test_the_running_book_is_the_fold_of_its_journal_and_the_venues_ledger(
    facts: list[Fact],
) -> None:
    book, _ = both(facts)
    again = fold(empty_book(CASH), facts)
    assert (again.cash, again.moved, again.working) == (book.cash, book.moved, book.working)
    assert (again.positions, again.campaigns) == (book.positions, book.campaigns)
    flows = sum((campaign.flow for campaign in book.campaigns.values()), Decimal(0))
    assert book.cash == CASH + flows + book.moved


@given(histories(), st.integers(0, 30))
def test_a_restart_in_the_middle_changes_nothing(facts: list[Fact], cut: int) -> None:
    whole = fold(empty_book(CASH), facts)
    halves = fold(fold(empty_book(CASH), facts[:cut]), facts[cut:])
    assert (halves.cash, halves.positions, halves.campaigns) == (
        whole.cash, whole.positions, whole.campaigns,
    )  # fmt: skip


def test_independent_facts_may_come_in_any_order() -> None:
    """Two campaigns and a deposit do not know each other; the fills of one order may be reordered."""
    one, other = (order("-1 6090 C, +1 6120 C", campaign=name) for name in ("a", "b"))
    begin = fold(empty_book(CASH), [Sent(AT, one), Sent(AT, other)])
    facts: list[Fact] = [
        *fills(one, ("5.00", "1.00"), AT, "1.00"), *fills(other, ("4.00", "1.50"), AT, "1.00"),
        CashMoved(AT, Decimal(5), "in"),
    ]  # fmt: skip
    expected = fold(begin, facts)
    for shuffled in permutations(facts):
        book = fold(begin, shuffled)
        assert book.cash == expected.cash
        assert book.holdings == expected.holdings
        assert {n: (c.flow, c.fees) for n, c in book.campaigns.items()} == {
            n: (c.flow, c.fees) for n, c in expected.campaigns.items()
        }
        money = {n: (p.premium, p.fees, p.whole) for n, p in book.positions.items()}
        assert money == {n: (p.premium, p.fees, p.whole) for n, p in expected.positions.items()}


def test_positions_and_orders_are_found_by_strategy_and_purpose() -> None:
    opened = order("-1 6090 C, +1 6120 C")
    rest = replace(closing(opened, "-2.00"), tif=TimeInForce.GTC)
    facts: list[Fact] = [*traded(opened, ("5.00", "1.00"), AT), Sent(AT, rest)]
    book = fold(empty_book(CASH), facts)
    assert [position.strategy for position in book.of("friday_0dte")] == ["friday_0dte"]
    assert list(book.of("lt112")) == []
    assert [working.order for working in book.closing("friday_0dte/2025-12-05/open:all")] == [rest]
    assert list(book.opening()) == []
    assert date(2025, 12, 5) == FRIDAY
