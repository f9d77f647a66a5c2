"""The sensitivity strip: the same backtest with one thing changed, each a complete run of its own."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from tomking.backtest.run import RunSpec
from tomking.core.value import value
from tomking.exchange.fills import MID, NATURAL, FillModel, spread_fraction
from tomking.report.words import percent
from tomking.strategies.plan import Plan, Strategy
from tomking.strategies.stay import LossBelow
from tomking.strategies.tune import tune

#: Fill models every result is compared under, with the words for them.
FILLS: tuple[tuple[str, FillModel, str], ...] = (
    ("mid", MID, "every leg trades at mid: nobody gets this"),
    ("half spread", spread_fraction(0.5), "every leg gives up half of its half-width"),
    ("full spread", NATURAL, "buy at the ask, sell at the bid"),
)
#: How far the modelled premiums are known to flatter (16-delta puts, 5-delta puts, calls from 16 delta).
PUT_CUT, CALL_CUT = (0.10, 0.25), 0.40
STOPS = (1.0, 2.0)
LATER_MIN = 5


@value
class Variation:
    """A run of the strip: a short name, what differs in words, and the whole spec."""

    name: str
    note: str
    spec: RunSpec


def strip(base: RunSpec) -> tuple[Variation, ...]:
    """Every variation that is not the run itself."""
    return tuple(variation for variation in _all(base) if variation.spec != base)


def _all(base: RunSpec) -> Iterator[Variation]:
    for name, fill, note in FILLS:
        yield Variation(name, note, replace(base, fill=fill))
    doubled = replace(base, fees_factor=base.fees_factor * Decimal(2))
    yield Variation("fees ×2", "every fee twice as high", doubled)
    puts = replace(base.cut, put16=PUT_CUT[0], put5=PUT_CUT[1])
    yield Variation(
        "puts cut",
        f"put premiums −{percent(PUT_CUT[0], 0)} at 16 delta and −{percent(PUT_CUT[1], 0)} at 5 delta, "
        "the strikes those of the uncut model",
        replace(base, cut=puts),
    )
    yield Variation(
        "calls cut",
        f"call premiums from 16 delta outwards −{percent(CALL_CUT, 0)}, the strikes those of the uncut "
        "model",
        replace(base, cut=replace(base.cut, call16=CALL_CUT)),
    )
    later = replace(base, delay_min=base.delay_min + LATER_MIN)
    yield Variation(f"{LATER_MIN} min later", "every strategy is asked five minutes later", later)
    for times in STOPS:
        spec = replace(base, strategies=tuple(_stopped(one, times) for one in base.strategies))
        note = f"same-day trades stop at a loss of {times:g} × the credit"
        yield Variation(f"stop ×{times:g}", note, spec)


def _stopped(strategy: Strategy, times: float) -> Strategy:
    """A same-day plan with another stop; every other strategy as it is."""
    if not isinstance(strategy, Plan) or strategy.dte or not stop_of(strategy):
        return strategy
    return tune(strategy, {"LossBelow.of_premium": times})


def stop_of(plan: Plan) -> float | None:
    """The multiple of the premium at which a plan stops, if it has such a rule."""
    rules = (rule for shape in plan.shapes for part in shape.tranches for rule in part.stay_while)
    return next((rule.of_premium for rule in rules if isinstance(rule, LossBelow)), None)
