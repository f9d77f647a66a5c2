"""What holds a hedge: nobody's plan. It is bought in an emergency and left to a person, or to expire."""

from collections.abc import Sequence

from tomking.core.order import Structure
from tomking.core.reading import Skip
from tomking.core.value import value
from tomking.portfolio.book import Position
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
