"""Scores on a page: shown, and never a gate."""

from tomking.core.reading import Reading, in_unit
from tomking.engine.scores import Scores
from tomking.report.tables import Table
from tomking.report.words import NONE, number
from tomking.risk.assignment import urgency
from tomking.risk.expectancy import NOT_ASKED
from tomking.risk.health import Health


def health(found: Scores) -> Table:
    """Every position with its score and what each fault took."""
    head = ("Position", "Health", "Expiry is near", "At a stop", "Group is full", "Buying power")
    return Table(head, tuple((name, *_health(one)) for name, one in found.health))


def _health(one: Health | None) -> tuple[str, ...]:
    if one is None:
        return ("unknown", NONE, NONE, NONE, NONE)
    parts = (one.near, one.stop, one.group, one.power)
    return (number(one.score, 0), *(number(-taken, 0) if taken else NONE for taken in parts))


def assignment(found: Scores) -> Table:
    """Every short option that can be assigned, its score and what that asks for."""
    rows = (
        (str(contract), number(points, 0), urgency(points).value)
        for contract, points in found.assignment
    )
    return Table(("Short option", "Assignment", "Asks for"), tuple(rows))


def book(found: Scores) -> Table:
    """Everything together: the crisis score and what would have prevented August 2024."""
    rows = ((str(seen), "holds" if seen.passed else "does not hold") for seen in found.book)
    return Table(("The whole book", ""), tuple(rows))


def expectancy(found: Scores) -> Table:
    """Every strategy's own record: its last wins, its mean R, and the bar under which one looks."""
    head = ("Strategy", "Won of its last", "Mean R", "Watch on the mean")
    return Table(
        head, tuple((name, *(_record(seen) for seen in asked)) for name, asked in found.expectancy)
    )


def _record(seen: Reading) -> str:
    """The figure against its bound, and what follows where it does not hold."""
    if seen.observed == NOT_ASKED:
        return f"not asked {seen.name[seen.name.index('(') :]}"
    if not isinstance(seen.observed, float) or not isinstance(seen.bound, float | int):
        return "unknown"
    verdict = "" if seen.passed else ": below"
    return (
        f"{in_unit(seen.observed, seen.unit)} of at least {in_unit(seen.bound, seen.unit)}{verdict}"
    )
