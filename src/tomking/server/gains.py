"""What closing futures brought: it moves cash, is in no fact and is worked out from all of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.facts import Fact, LegFilled, Settled
from tomking.core.money import ZERO
from tomking.exchange.ledger import Ledger, apply, is_future, trade


@dataclass(slots=True)
class Gains:
    """A ledger of futures alone, and what each fact brought by its place; places count from one."""

    book: Ledger = field(default_factory=lambda: Ledger(ZERO))
    brought: list[Decimal] = field(default_factory=list[Decimal])

    def at(self, place: int, facts: Sequence[Fact]) -> Decimal:
        """What the fact at a place brought, in dollars."""
        for fact in facts[len(self.brought) :]:
            self.brought.append(self._after(fact))
        return self.brought[place - 1]

    def _after(self, fact: Fact) -> Decimal:
        match fact:
            case LegFilled() if is_future(fact.contract):
                return self._traded(fact.contract, fact.quantity, fact.price)
            case Settled() if is_future(fact.contract):
                self.book = apply(self.book, fact)  # its cash is in the fact
            case Settled() if fact.delivered is not None and is_future(fact.delivered):
                price = fact.delivered_price
                return self._traded(fact.delivered, fact.delivered_quantity, price)
            case _:
                pass
        return ZERO

    def _traded(self, contract: Contract, quantity: int, price: Decimal) -> Decimal:
        before = self.book.realised.get(contract, ZERO)
        self.book = trade(self.book, contract, quantity, price)
        return self.book.realised.get(contract, ZERO) - before
