"""What a desk shows of everything it holds and every strategy it trades, and never acts on.

Health of each position, how near each short option is to being assigned, and what each strategy's own
record says of it.
"""

from collections.abc import Iterator
from math import nan

from tomking.core.contract import Contract
from tomking.core.errors import QuoteMissing
from tomking.core.reading import Reading
from tomking.core.value import value
from tomking.engine.desk import Desk
from tomking.portfolio.book import Position
from tomking.risk.assignment import score, shorts
from tomking.risk.concentration import concentration
from tomking.risk.expectancy import mean_r, thin, wins
from tomking.risk.groups import group_of
from tomking.risk.health import Health, health_of
from tomking.risk.prevention import prevention
from tomking.risk.sizing import margin_in_use
from tomking.risk.view import View
from tomking.strategies.stay import kept


@value
class Scores:
    """Positions with their health (``None`` where it is not known), short options with their score of
    assignment, and the readings of each strategy's expectancy: wins, mean and the watch on it. ``book``
    are the readings of everything together; none while nothing is held.
    """

    health: tuple[tuple[str, Health | None], ...]
    assignment: tuple[tuple[Contract, int], ...]
    expectancy: tuple[tuple[str, tuple[Reading, Reading, Reading]], ...]
    book: tuple[Reading, ...] = ()


def scores(desk: Desk, view: View) -> Scores:
    """The scores of an instant (R-SCO-01, R-SCO-02, R-EXP-01 to 03)."""
    held = view.book.positions.values()
    return Scores(
        tuple((one.id, _health(desk, view, one)) for one in held),
        tuple({contract: score(seen) for contract, seen in shorts(view)}.items()),
        tuple(_expectancy(desk)),
        _book(view) if held else (),
    )


def _health(desk: Desk, view: View, position: Position) -> Health | None:
    """A position at a stop is one that a rule which is looked at twice would close."""
    rules = (rule for rule in desk.strategy(position.strategy).rules(position) if rule.twice)
    try:
        at_stop = any(not kept(rule, position, view) for rule in rules)
        return health_of(position, view, at_stop=at_stop)
    except QuoteMissing:
        return None


def _book(view: View) -> tuple[Reading, ...]:
    """How much would fall together (R-COR-09), and the checks of August 2024 (R-PRE-01 to 06)."""
    return concentration(_shares(view), view.limits), *prevention(view)


def _shares(view: View) -> dict[str, float]:
    """Every group's share of the margin; NaN where it is not known."""
    shares: dict[str, float] = {}
    try:
        whole = margin_in_use(view)
        for root in {contract.root for contract in view.book.legs.contracts}:
            group = group_of(root, view.limits.groups) or root
            part = margin_in_use(view, {root}) / whole if whole else 0.0
            shares[group] = shares.get(group, 0.0) + part
    except QuoteMissing:
        return {"unknown": nan}
    return shares


def _expectancy(desk: Desk) -> Iterator[tuple[str, tuple[Reading, Reading, Reading]]]:
    standing, limits = desk.standing, desk.limits
    for strategy in desk.strategies:
        name = strategy.name
        yield name, (
            wins(name, standing, limits), mean_r(name, standing, limits), thin(name, standing, limits)
        )  # fmt: skip
