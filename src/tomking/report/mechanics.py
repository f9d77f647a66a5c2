"""What a run without money shows: counts, and why there are no others."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from tomking.analysis.mechanics import Mechanic
from tomking.core.evidence import Evidence
from tomking.core.reading import STAGES
from tomking.core.value import value
from tomking.report.checks import PASS
from tomking.report.contents import Input, Venue
from tomking.report.plain import Plain, Record
from tomking.report.tables import Table, gates

WHY = "mechanics: implied volatility is invented, so no money is counted"


@value
class Mechanics:
    """A run whose money is not counted; ``scale`` is the mode and the factor of the index level."""

    title: str
    command: str
    run_hash: str
    elapsed_s: float
    first: date
    last: date
    sessions: int
    seed: int
    capital: Decimal
    scale: tuple[str, float]
    inputs: tuple[Input, ...]
    venue: Venue
    strategies: tuple[Mechanic, ...]

    @property
    def data_class(self) -> Evidence:
        """The weakest link."""
        return min(line.evidence for line in self.inputs)


def contract(found: Mechanics, checked: Mapping[str, str]) -> Record:
    """The run as ``tomking backtest --json`` prints it: what would be dollars is null."""
    return {
        "mechanics": True,
        "note": WHY,
        "run_hash": found.run_hash,
        "data_class": found.data_class.name,
        "sessions": found.sessions,
        "elapsed_s": round(found.elapsed_s, 3),
        "capital": float(found.capital),
        "final_net_liq": None,
        "evidence": {line.name: line.evidence.name for line in found.inputs},
        "scale": {"mode": found.scale[0], "factor": found.scale[1]},
        "strategies": {one.name: _strategy(one) for one in found.strategies},
        "rejections": {
            stage.value: sum(
                dict(one.funnel.by_stage).get(stage.value, 0) for one in found.strategies
            )
            for stage in STAGES
        },
        "checks": dict(checked),
        "trades": sum(one.entered for one in found.strategies),
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "seed": found.seed,
        "venue": {
            "fill": found.venue.fill,
            "early_exercise": found.venue.early_exercise,
            "latency_s": found.venue.latency_s,
        },
    }


def _strategy(one: Mechanic) -> Record:
    return {
        "mechanics": True,
        "considered": one.funnel.candidates,
        "entered": one.entered,
        "closed": one.closed,
        "open": one.open,
        "wins": None,
        "losses": None,
        "scratches": None,
        "pnl": None,
        "exits": [_counted("tranche", "reason", row) for row in one.exits],
        "changes": [_counted("change", "answer", row) for row in one.changes],
        "by_gate": dict(one.funnel.by_gate),
    }


def _counted(what: str, which: str, row: tuple[str, str, int]) -> dict[str, Plain]:
    return {what: row[0], which: row[1], "times": row[2]}


def exits(one: Mechanic) -> Table:
    """Why tranches ended, and how often."""
    return Table(("Tranche", "Ended by", "Times"), _rows(one.exits))


def changes(one: Mechanic) -> Table:
    """What came due for what is held, and what came of it."""
    return Table(("Change", "Answer", "Times"), _rows(one.changes))


def refusals(one: Mechanic) -> Table:
    """The gates that refused, by root."""
    return gates(one.funnel)


def _rows(counts: tuple[tuple[str, str, int], ...]) -> tuple[tuple[str, ...], ...]:
    return tuple((what, which, str(times)) for what, which, times in counts)


def verdicts(found: Mechanics) -> Mapping[str, str]:
    """Every check of counts by name: ``PASS``, or the first thing it found wrong."""
    return {name: next(check(found), PASS) for name, check in CHECKS.items()}


def _ends(found: Mechanics) -> Iterator[str]:
    """A campaign that ended had begun, and every end has a reason."""
    for one in found.strategies:
        if not 0 <= one.closed <= one.entered <= one.funnel.candidates:
            steps = f"asked {one.funnel.candidates}, entered {one.entered}, closed {one.closed}"
            yield f"{one.name} was {steps}"
        if one.closed and not one.exits:
            yield f"{one.name} ended {one.closed} campaigns without a reason"


def _funnel(found: Mechanics) -> Iterator[str]:
    """Every candidate entered, was not filled, or was refused by a named gate."""
    for one in found.strategies:
        funnel = one.funnel
        if funnel.entered + funnel.unfilled + funnel.refused != funnel.candidates:
            yield f"{one.name} was asked {funnel.candidates} times, which do not add up"
        if funnel.entered != one.entered:
            yield f"{one.name} entered {one.entered} times, its funnel says {funnel.entered}"


def _invented(found: Mechanics) -> Iterator[str]:
    """The page says that its prices are a model's."""
    if found.data_class is not Evidence.MODEL:
        yield f"the weakest input is {found.data_class.name}, and money could be counted"


CHECKS: Mapping[str, Callable[[Mechanics], Iterator[str]]] = MappingProxyType(
    {
        "every_entry_has_an_end_or_is_open": _ends,
        "funnel_adds_up": _funnel,
        "prices_are_a_models": _invented,
    }
)
