"""What has been marked at an instant: every contract once, whoever asks for it and beside what."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tomking.core.contract import Contract
from tomking.market.snapshot import AGE, Marks

Contracts = tuple[Contract, ...]
Priced = Callable[[Contracts], Marks]


@dataclass(slots=True)
class Sheet:
    """The marks of an instant in one world, a column each contract.

    A book, the venue's holdings and an order with what it meets are different sets of much the same
    contracts, and a contract's mark does not depend on what stands beside it.
    """

    places: dict[Contract, int] = field(default_factory=dict[Contract, int])
    known: Marks | None = None

    def marks(self, contracts: Contracts, priced: Priced) -> Marks:
        """The marks of some contracts; those not asked for before are priced by one call."""
        places = self.places
        missing = tuple(dict.fromkeys(each for each in contracts if each not in places))
        if missing:
            made = priced(missing)
            for place, contract in enumerate(missing, len(places)):
                places[contract] = place
            self.known = made if self.known is None else _beside(self.known, made)
            if len(missing) == len(places) == len(contracts):
                return made
        if self.known is None:  # nothing was asked for
            return priced(contracts)
        rows = [places[contract] for contract in contracts]
        table = self.known.table.take(rows, axis=1)
        table.setflags(write=False)
        return Marks(table, self.known.spot.take(rows))


def unquoted(known: Sequence[bool], made: Marks) -> Marks:
    """The marks of those that are known, with a column of nothing for each of the others."""
    here = np.array(known, dtype=np.bool_)
    table, spot = np.full((len(made.table), len(known)), np.nan), np.full(len(known), np.nan)
    table[AGE] = np.inf
    table[:, here], spot[here] = made.table, made.spot
    return Marks(table, spot)


def _beside(known: Marks, made: Marks) -> Marks:
    return Marks(np.hstack((known.table, made.table)), np.concatenate((known.spot, made.spot)))
