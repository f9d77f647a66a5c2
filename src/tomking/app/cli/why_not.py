"""``tomking why-not STRATEGY DATE``: every question a strategy was asked on a day, and every answer.

With ``--by`` the whole run instead: what was considered and refused by stage, hour, weekday or pattern.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any

import typer

from tomking.app import strategies
from tomking.app.rejected import by_named, show_rejections
from tomking.app.runs import stored
from tomking.app.screen import both_clocks, clocks, day_of, show, show_json, show_table
from tomking.app.story import Told, asked, due, next_slot, told
from tomking.core.errors import ConfigError
from tomking.core.facts import Considered, Judged
from tomking.core.reading import STAGES, Reading, basis, in_unit
from tomking.market.sessions import is_open
from tomking.strategies.plan import Strategy

COLUMNS = ("stage", "root", "reading", "seen", "must be", "rule", "")


def command(
    strategy: Annotated[str | None, typer.Argument(help="Its name, such as lt112.")] = None,
    day: Annotated[
        str | None, typer.Argument(metavar="DATE", help="A day of the run, as 2018-02-07.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(help="The whole run by stage, hour, weekday or pattern, instead of a day."),
    ] = None,
    run: Annotated[str | None, typer.Option(help="The beginning of a run's hash.")] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="An account's journal instead of a run's.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Say why a strategy did or did not trade on a day of a stored run, or of an account.

    Every answer it gave is shown with all readings by stage, and every order with all its gates. On a
    day on which it is not asked, the next slot is named. With --by the whole run is told instead, of
    one strategy or of all.
    """
    if by is not None:
        if day is not None:
            raise ConfigError(f"--by tells of the whole run: leave out {day}")
        named = None if strategy is None else _found(strategy, run, account)[0]
        show_rejections(told(run, account), by_named(by), named, json=json)
        return
    if strategy is None or day is None:
        raise ConfigError("name a strategy and a day, or say --by stage, hour, weekday or pattern")
    (name, plan), on = _found(strategy, run, account), day_of(day)
    kept = told(run, account)
    facts = tuple(kept.on(on))
    kept.must_have(name)
    answers = asked(facts, name)
    if json:
        show_json(_document(kept, name, plan, on, answers))
    else:
        _show(kept, name, plan, on, answers)


def _found(name: str, run: str | None, account: str | None) -> tuple[str, Strategy | None]:
    """A strategy and what it is called; of one that is gone, the name under which the run asked it.

    Raises
    ------
    ConfigError
        If it neither is there nor was asked.
    """
    try:
        strategy = strategies.find(name)
    except ConfigError:
        if (account is not None or stored()) and told(run, account).asked(name):
            return name, None
        raise
    return strategy.name, strategy


Answers = Sequence[Considered | Judged]


def _show(kept: Told, name: str, strategy: Strategy | None, on: date, answers: Answers) -> None:
    show(f"{name} on {on:%A} {on}, {kept.title}")
    for answer in answers:
        show(f"\n{both_clocks(answer.at)}: {answer}.")
        if answer.labels:
            show(", ".join(f"{key} {told_}" for key, told_ in answer.labels.items()))
        if answer.readings:
            show_table(COLUMNS, _rows(answer))
        if isinstance(answer, Considered) and unasked(answer):
            show(
                f"{len(unasked(answer))} of {len(STAGES)} stages were not asked: no order was wanted"
            )
    note = _note(kept, strategy, on, answers)
    if note:
        show(f"\n{note}")


def by_stage(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Readings in the order of the stages; within one as they were taken."""
    return tuple(sorted(readings, key=lambda reading: STAGES.index(reading.stage)))


def unasked(answer: Considered) -> tuple[str, ...]:
    """Stages of which a considered slot holds no reading: the plan wanted no order to ask them about."""
    asked_ = {reading.stage for reading in answer.readings}
    return tuple(
        stage.value for stage in STAGES if stage not in asked_ and answer.outcome == "skipped"
    )


def _root_of(answer: Considered | Judged) -> str:
    return answer.order.root if isinstance(answer, Judged) else ""


def _rooted(reading: Reading, root: str) -> tuple[str, str]:
    """The root a reading is about, and its name without it."""
    found = re.match(r"([A-Z0-9/]+): (.+)", reading.name)
    return (found[1], found[2]) if found else (root, reading.name)


def _rows(answer: Considered | Judged) -> list[tuple[str, ...]]:
    """Every stage in its order: its readings, or that it was not asked."""
    rows = [_row(reading, _root_of(answer)) for reading in answer.readings]
    if isinstance(answer, Considered):
        rows += [(stage, "", "not asked", "", "", "", "") for stage in unasked(answer)]
    order = [stage.value for stage in STAGES]
    return sorted(rows, key=lambda row: order.index(row[0]))


def _row(reading: Reading, root: str) -> tuple[str, ...]:
    where, name = _rooted(reading, root)
    seen = "unknown" if reading.observed is None else in_unit(reading.observed, reading.unit)
    beside = basis(reading.unit) if reading.observed is not None else ""
    unit = f" {beside}" if beside else ""
    bound = f"{reading.sense.value} {in_unit(reading.bound, reading.unit)}"
    verdict = "pass" if reading.passed else "FAIL"
    return reading.stage.value, where, name, f"{seen}{unit}", bound, reading.rule, verdict


def _note(kept: Told, strategy: Strategy | None, on: date, answers: Answers) -> str:
    """Why there is no answer, and when there will be one."""
    if any(isinstance(answer, Considered) for answer in answers):
        return ""
    if strategy is None:
        return (
            "It was not asked that day, and its plan is gone: when it would be asked is not known."
        )
    slots = due(strategy, on)
    if slots:
        times = "; ".join(both_clocks(at) for at in slots)
        return f"It was due ({times}) and {kept.unanswered}"
    why = "It has no slot that day." if is_open(on) else "The market was closed that day."
    return f"{why} {_next(next_slot(strategy, on))}"


def _next(at: datetime | None) -> str:
    if at is None:
        return "No slot follows within a year."
    return f"Its next slot is {at:%A} {at.date()}, {both_clocks(at)}."


def _document(
    kept: Told, name: str, strategy: Strategy | None, on: date, answers: Answers
) -> Mapping[str, Any]:
    at = None if strategy is None else next_slot(strategy, on)
    return {
        kept.kind: kept.name,
        "strategy": name,
        "day": on,
        "open": is_open(on),
        "due": [clocks(instant) for instant in (due(strategy, on) if strategy else ())],
        "considered": [_considered(fact) for fact in answers if isinstance(fact, Considered)],
        "judged": [_judged(fact) for fact in answers if isinstance(fact, Judged)],
        "note": _note(kept, strategy, on, answers),
        "next_slot": None if at is None else clocks(at),
    }


def _considered(fact: Considered) -> Mapping[str, Any]:
    return {
        **clocks(fact.at),
        "slot": fact.slot,
        "outcome": fact.outcome,
        "sentence": str(fact),
        "labels": fact.labels,
        "readings": [_reading(reading, "") for reading in by_stage(fact.readings)],
        "not_asked": unasked(fact),
    }


def _judged(fact: Judged) -> Mapping[str, Any]:
    return {
        **clocks(fact.at),
        "order": fact.order.id,
        "purpose": fact.order.purpose,
        "approved": fact.approved,
        "sentence": str(fact),
        "labels": fact.labels,
        "readings": [_reading(reading, fact.order.root) for reading in by_stage(fact.readings)],
    }


def _reading(reading: Reading, root: str) -> Mapping[str, Any]:
    where, name = _rooted(reading, root)
    return {
        "stage": reading.stage,
        "root": where,
        "name": name,
        "observed": reading.observed,
        "sense": reading.sense,
        "bound": reading.bound,
        "unit": reading.unit,
        "rule": reading.rule,
        "passed": reading.passed,
    }
