from decimal import Decimal
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.contract import Contract
from tomking.core.facts import Fact, LegFilled
from tomking.core.money import cents
from tomking.core.product import product
from tomking.exchange.fills import MID, spread_fraction
from tomking.exchange.ledger import Ledger, apply
from tomking.exchange.venue import Exchange
from tomking.portfolio.fees import TASTYTRADE
from unit.exchange.fakes import MONDAY, Quotes, call, market, order, put

pytestmark = pytest.mark.unit

#: Enough for any of these orders: what is conserved does not depend on it.
CASH = Decimal(5_000_000)

CONTRACTS = (
    put(5900, expiry=MONDAY),
    put(5800, expiry=MONDAY),
    call(6100, expiry=MONDAY),
    call(6200, "SPX", expiry=MONDAY),
    put(5700, "MES", expiry=MONDAY, future="MESZ25"),
)


@st.composite
def package(draw: st.DrawFn) -> tuple[tuple[int, Contract], ...]:
    root = draw(st.sampled_from(["ES", "SPX", "MES"]))
    listed = [contract for contract in CONTRACTS if contract.root == root]
    chosen = draw(st.lists(st.sampled_from(listed), min_size=1, max_size=3, unique=True))
    wanted = [draw(st.sampled_from([-2, -1, 1, 2])) for _ in chosen]
    return tuple(
        (each // gcd(*wanted), contract) for each, contract in zip(wanted, chosen, strict=True)
    )


def any_price(legs: tuple[tuple[int, Contract], ...]) -> str:
    """A limit every quote meets and the venue takes."""
    return "0.05" if all(quantity < 0 for quantity, _ in legs) else "-500"


@st.composite
def quoted(draw: st.DrawFn) -> Quotes:
    bids = [draw(st.integers(20, 90)) for _ in CONTRACTS]
    widths = [draw(st.integers(0, 9)) for _ in CONTRACTS]
    return {
        contract: (0.05 * bid, 0.05 * (bid + width))
        for contract, bid, width in zip(CONTRACTS, bids, widths, strict=True)
    }


def rounded_away(facts: list[Fact]) -> Decimal:
    """What whole cents left of the exact amounts of fills: five dollars a point make half cents."""
    exact = [
        fact.quantity * fact.price * product(fact.contract.root).multiplier
        for fact in facts
        if isinstance(fact, LegFilled)
    ]
    gone = sum((amount - cents(amount) for amount in exact), Decimal(0))
    assert abs(gone) <= len(exact) * Decimal("0.005")
    return gone


@given(package(), quoted(), st.integers(1, 4))
def test_a_fill_at_mid_moves_net_liq_by_the_fees_only(
    legs: tuple[tuple[int, Contract], ...], quotes: Quotes, units: int
) -> None:
    exchange = Exchange(CASH, TASTYTRADE, MID, "tastytrade")
    exchange.submit(order(any_price(legs), *legs, units=units), market(60, quotes))
    facts = exchange.step(market(61, quotes))
    assert exchange.holdings() == {contract: quantity * units for quantity, contract in legs}
    made = exchange.net_liq(market(61, quotes)) + exchange.ledger.fees - CASH
    assert abs(made - rounded_away(facts)) < Decimal("1e-9")


@given(package(), quoted(), st.integers(1, 4), st.floats(0.0, 1.0))
def test_what_a_fill_costs_beyond_fees_is_its_slippage_and_never_a_gain(
    legs: tuple[tuple[int, Contract], ...], quotes: Quotes, units: int, share: float
) -> None:
    exchange = Exchange(CASH, TASTYTRADE, spread_fraction(share), "tastytrade")
    exchange.submit(order(any_price(legs), *legs, units=units), market(60, quotes))
    facts = exchange.step(market(61, quotes))
    lost = CASH - exchange.net_liq(market(61, quotes)) - exchange.ledger.fees
    slipped = sum(fact.slippage for fact in facts if isinstance(fact, LegFilled))
    lost += rounded_away(facts)
    assert float(lost) >= -1e-6
    assert abs(float(lost) - slipped) < 1e-6


@given(st.lists(st.tuples(package(), quoted()), min_size=1, max_size=4))
def test_folding_the_facts_gives_the_venue_s_own_ledger(
    sent: list[tuple[tuple[tuple[int, Contract], ...], Quotes]],
) -> None:
    exchange, ledger, minute = Exchange(CASH, TASTYTRADE, MID, "tastytrade"), Ledger(CASH), 60.0
    for number, (legs, quotes) in enumerate(sent):
        exchange.submit(
            order(any_price(legs), *legs, intent=f"test/{number}"), market(minute, quotes)
        )
        minute += 1
        for fact in exchange.step(market(minute, quotes)):
            ledger = apply(ledger, fact)
    fixings = dict.fromkeys(CONTRACTS, 5950.0)
    for fact in exchange.step(market(390, day=MONDAY, fixings=fixings)):
        ledger = apply(ledger, fact)
    assert ledger == exchange.ledger
    assert not any(held.is_option for held in ledger.holdings)
