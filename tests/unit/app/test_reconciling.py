"""An account's journal against the broker: every contract, and every cent."""

from decimal import Decimal

import pytest

from tomking.app.account_now import folded
from tomking.app.reconciling import Reconciled, reconciled
from tomking.core.dealings import ForeignHeld
from tomking.core.facts import Fact
from worlds import accounts

pytestmark = pytest.mark.unit
SYMBOLS = [
    "./ESZ5 EW1Z5 251205P5950", "./ESZ5 EW1Z5 251205P5920", "./ESZ5 EW1Z5 251205C6090",
    "./ESZ5 EW1Z5 251205C6120",
]  # fmt: skip
#: $100,000, the condor's $400 and its $6 of fees.
CASH = Decimal("100394.00")


def rows(*counts: int) -> list[dict[str, str]]:
    return [
        {
            "symbol": symbol, "quantity": str(abs(count)),
            "quantity-direction": "Short" if count < 0 else "Long",
        }
        for symbol, count in zip(SYMBOLS, counts, strict=True)
    ]  # fmt: skip


def found(there: list[dict[str, str]], cash: Decimal = CASH, *more: Fact) -> Reconciled:
    facts = [accounts.began(), accounts.compared(), *accounts.condor(), *more]
    return reconciled(folded(facts), there, cash)


def test_the_same_contracts_and_the_same_cash_agree() -> None:
    seen = found(rows(-2, 2, -2, 2))
    assert seen.differences == ()
    assert [one.ours for one in seen.holdings] == [-2, 2, 2, -2]


@pytest.mark.parametrize(
    ("there", "said"),
    [
        (rows(-2, 1, -2, 2), "./ESZ5 EW1Z5 251205P5920: 2 of ours and 0 of others here, 1 there"),
        (rows(2, 2, -2, 2), "./ESZ5 EW1Z5 251205P5950: -2 of ours and 0 of others here, 2 there"),
        (rows(-2, 2, -2, 2)[:3], "251205C6120: 2 of ours and 0 of others here, 0 there"),
    ],
)
def test_a_contract_that_differs_is_named_with_both_counts(
    there: list[dict[str, str]], said: str
) -> None:
    (difference,) = found(there).differences
    assert difference.endswith(said)


def test_a_cent_of_cash_is_a_difference() -> None:
    seen = found(rows(-2, 2, -2, 2), CASH - Decimal("0.01"))
    assert seen.cash_difference == Decimal("-0.01")
    assert seen.differences == ("cash: $100,394.00 here, $100,393.99 there",)


def test_what_is_not_ours_is_counted_apart_and_is_no_difference() -> None:
    shares = {"symbol": "AAPL", "quantity": "100", "quantity-direction": "Long"}
    seen = found([*rows(-2, 2, -2, 2), shares], CASH, ForeignHeld(accounts.AT, "AAPL", 100))
    assert seen.differences == ()
    assert [(one.ours, one.foreign) for one in seen.holdings if one.symbol == "AAPL"] == [(0, 100)]
    gone = found(rows(-2, 2, -2, 2), CASH, ForeignHeld(accounts.AT, "AAPL", 100))
    assert gone.differences == ("AAPL: 0 of ours and 100 of others here, 0 there",)


def test_before_the_first_look_what_is_there_already_is_nobodys() -> None:
    shares = {"symbol": "AAPL", "quantity": "100", "quantity-direction": "Long"}
    seen = reconciled(folded([accounts.began()]), [shares], Decimal(100_000))
    assert seen.differences == ()
    assert [(one.ours, one.foreign, one.theirs) for one in seen.holdings] == [(0, 100, 100)]
