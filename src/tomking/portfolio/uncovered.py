"""Uncovered shorts: what no long of their campaign stands behind, and what closing a position costs.

A long option covers a short one that is worth no more whatever happens and lasts no longer. One long
covers one short: the dearest short takes the cheapest long that covers it.
"""

from collections.abc import Iterator
from decimal import Decimal

from tomking.core.contract import Contract
from tomking.core.product import product
from tomking.portfolio.book import Book, Position


def uncovered(position: Position, book: Book) -> tuple[tuple[Contract, int], ...]:
    """The options a position is short that nothing covers, and how many of each, above nought."""
    mine = (position, *(each for each in book.positions.values() if each.id != position.id))
    campaign = [each for each in mine if each.campaign == position.campaign]
    held = [(each.id, *pair) for each in campaign for pair in each.held]
    longs = {contract: 0 for _, contract, count in held if count > 0}
    for _, contract, count in held:
        if count > 0:
            longs[contract] += count
    left: list[tuple[Contract, int]] = []
    for name, short, count in sorted(held, key=lambda each: -_dearness(each[1])):
        bare = _left_of(short, -count, longs) if count < 0 and short.is_option else 0
        if bare and name == position.id:
            left.append((short, bare))
    return tuple(left)


def _left_of(short: Contract, count: int, longs: dict[Contract, int]) -> int:
    """How many of a short are left once longs have been taken for it."""
    for long in sorted((each for each in longs if covers(each, short)), key=_dearness):
        taken = min(count, longs[long])
        count, longs[long] = count - taken, longs[long] - taken
    return count


def _dearness(contract: Contract) -> Decimal:
    """Strikes in the order of worth within a right: puts up, calls down."""
    sign = contract.right.sign if contract.right else 0
    return -sign * strike(contract)


def covers(long: Contract, short: Contract) -> bool:
    """Whether a long option is worth at least as much as a short one, whatever happens."""
    if long.right is None or long.right is not short.right or long.root != short.root:
        return False
    nearer = long.right.sign * (strike(short) - strike(long)) >= 0
    return nearer and long.expiry >= short.expiry


def strike(contract: Contract) -> Decimal:
    """The strike of an option; nought of anything else."""
    return contract.strike or Decimal(0)


def cost_at(position: Position, loss: Decimal) -> Decimal:
    """Dollars that closing a position costs once so many dollars are lost on it."""
    return position.premium + position.basis + loss


def prices_at(position: Position, loss: Decimal) -> Iterator[tuple[Contract, Decimal]]:
    """What each short of a position is quoted at once so much is lost, all else being worth nothing.

    That is the least it can be at: whatever the others cost comes on top of the loss. Nothing where
    something is long beside it, for nobody knows what that would be worth then.
    """
    if any(count > 0 for _, count in position.held):
        return
    whole = cost_at(position, loss) / product(position.root).multiplier
    for contract, count in position.held:
        yield contract, whole / -count
