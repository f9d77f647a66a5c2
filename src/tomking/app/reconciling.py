"""Our journal against the broker: what is held, contract by contract, and cash to the cent."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tomking.app.account_now import Folded
from tomking.brokers.tastytrade.comparing import held_here, held_there
from tomking.core.value import value
from tomking.wire.amounts import amount_of
from tomking.wire.line import Line


@value
class Holding:
    """A contract by the broker's symbol: of our orders, of nobody's here, and what the broker holds."""

    symbol: str
    ours: int
    foreign: int
    theirs: int

    @property
    def agrees(self) -> bool:
        """Whether what is counted here is what is there."""
        return self.ours + self.foreign == self.theirs


@value
class Reconciled:
    """Both books side by side."""

    holdings: tuple[Holding, ...]
    cash_here: Decimal
    cash_there: Decimal

    @property
    def cash_difference(self) -> Decimal:
        """What the broker has more (+) or less than our journal."""
        return self.cash_there - self.cash_here

    @property
    def differences(self) -> tuple[str, ...]:
        """Everything that differs, in words; empty when they agree."""
        found = [
            f"{one.symbol}: {one.ours} of ours and {one.foreign} of others here, {one.theirs} there"
            for one in self.holdings
            if not one.agrees
        ]
        if self.cash_difference:
            found.append(f"cash: ${self.cash_here:,.2f} here, ${self.cash_there:,.2f} there")
        return tuple(found)


def reconciled(told: Folded, rows: Sequence[Mapping[str, Any]], cash: Decimal) -> Reconciled:
    """What facts add up to beside the broker's rows of positions and its cash.

    An account that was never compared has no foreign holdings yet: what is there beyond its own
    orders is counted as such at the first look of a desk, and here too.
    """
    theirs, inbox = held_there(rows), told.inbox
    counted, foreign = held_here(inbox), dict(inbox.foreign_held)
    if inbox.differences is None:
        foreign = {name: count - counted.get(name, 0) for name, count in theirs.items()}
        counted = {
            name: counted.get(name, 0) + foreign.get(name, 0) for name in {*counted, *theirs}
        }
    holdings = tuple(
        Holding(
            name,
            counted.get(name, 0) - foreign.get(name, 0),
            foreign.get(name, 0),
            theirs.get(name, 0),
        )
        for name in sorted({*counted, *theirs, *(n for n, count in foreign.items() if count)})
    )
    return Reconciled(holdings, told.book.cash, cash)


def looked_up(told: Folded, line: Line) -> Reconciled:
    """The same with what the broker answers now."""
    rows = line.get(f"/accounts/{line.account}/positions").get("items", [])
    balance = line.get(f"/accounts/{line.account}/balances/USD")
    return reconciled(told, rows, amount_of(balance, "cash-balance"))
