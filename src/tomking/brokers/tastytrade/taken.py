"""What somebody else's order takes of ours: the account holds the difference, so ours is gone.

A person, or the broker itself, who closes a leg of ours leaves nothing to close. It leaves our books
with the money it brought, and the desk repairs what is left of its position.
"""

from collections.abc import Iterator
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.dealings import ForeignMoved, ForeignTraded
from tomking.core.facts import CLOSED_OUT, Fact, Settled
from tomking.core.money import ZERO, cents
from tomking.core.product import product


def closed_out(
    traded: ForeignTraded, contract: Contract | None, held: dict[Contract, int]
) -> Iterator[Fact]:
    """What of ours a part of somebody else's order took, which ``held`` then has no more.

    Shares are told by lots here and one by one there: those stay with whoever traded them.
    """
    mine = 0 if contract is None or not contract.is_option else held.get(contract, 0)
    if contract is None or mine * traded.quantity >= 0:
        return
    gone = -_sign(traded.quantity) * min(abs(mine), abs(traded.quantity))
    held[contract] = mine - gone
    who = f"by order {traded.number}, which is not ours"
    cash = cents(gone * traded.price * product(contract.root).multiplier)
    yield ForeignMoved(traded.at, traded.symbol, gone, "it closed what was ours")
    yield Settled(
        traded.at,
        "",
        contract,
        gone,
        float(traded.price),
        Decimal(cash),
        ZERO,
        CLOSED_OUT,
        note=who,
    )


def _sign(count: int) -> int:
    return (count > 0) - (count < 0)
