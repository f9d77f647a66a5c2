"""What holds a hedge: nobody's plan. It is bought in an emergency and left to a person, or to expire."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR

from tomking.core.contract import Contract
from tomking.core.money import points
from tomking.core.order import Leg, Order, Purpose, Structure
from tomking.core.product import product
from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.core.venue import on_step, step_of
from tomking.portfolio.book import Position
from tomking.portfolio.columns import columns_of
from tomking.portfolio.package import natural
from tomking.risk.view import View
from tomking.strategies.slots import Slots
from tomking.strategies.stay import StayRule


@value
class Hedged:
    """A strategy without slots, rules and targets, under whose name a desk keeps its hedges."""

    name: str = "hedge"
    roots: Sequence[str] = ()
    slots: Sequence[Slots] = ()
    watch_min: int = 60

    def enter(self, view: View, root: str) -> Structure | Skip:
        """Nothing, ever: only an alarm asks for a hedge."""
        return Skip(())

    def rules(self, position: Position) -> Sequence[StayRule]:
        """None: a hedge is not managed."""
        return ()

    def target(self, position: Position) -> float | None:
        """None."""
        return None


HEDGES = Hedged()


def bought(view: View, legs: Sequence[tuple[Contract, int]], units: int, why: str) -> Order:
    """The REDUCE order that buys so many units of a hedge at the far side of today's quotes.

    Parameters
    ----------
    legs
        Signed contracts of one unit, all of them opening.
    """
    name = f"{HEDGES.name}/{view.session.day}"
    wanted = tuple(Leg(contract, count, HEDGES.name) for contract, count in legs)
    columns = columns_of(wanted, units)
    far = points(natural(view.market.marks(columns), columns, units))
    step = step_of(product(wanted[0].contract.root), far, len(wanted), is_option=True)
    return Order(
        f"{name}/reduce", 1, Purpose.REDUCE, HEDGES.name, name, wanted, units,
        on_step(far, step, ROUND_FLOOR), why=why,
    )  # fmt: skip
