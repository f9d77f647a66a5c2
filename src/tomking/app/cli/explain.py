"""``tomking explain STRATEGY``: the plan in words and as a table, and the limits it lives under."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from tomking.app import strategies
from tomking.app.config.load import Settings, load
from tomking.app.config.models import Curves, limits
from tomking.app.config.rows import told
from tomking.app.screen import show, show_json, show_table
from tomking.risk.limits import Named
from tomking.strategies.plan import Plan
from tomking.strategies.prose import prose, table, to_data
from tomking.strategies.tune import tune

Row = tuple[str, Any, str, str]


def command(
    strategy: Annotated[str, typer.Argument(help="Its name, such as lt112.")],
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Print a strategy's plan as it would be traded: in sentences, as a table, and its limits."""
    plan = strategies.plan(strategy)
    settings = load(config, preset)
    plan = tune(plan, settings.tunings.get(plan.name, {}))
    applying = tuple(limits_of(settings, plan.name))
    if json:
        show_json(_document(plan, applying))
        return
    show(prose(plan))
    show_table(("part", "the plan says", "rule"), [(r.part, r.says, r.rule) for r in table(plan)])
    show("The limits it lives under; each is a gate, a cap or a size.")
    show_table(
        ("limit", "value", "unit", "rule"),
        [(n, told(v), unit, rule) for n, v, unit, rule in applying],
    )
    show(f"Sources: {'; '.join(plan.sources)}. `tomking config show --why` says who set what.")


def limits_of(settings: Settings, name: str) -> Iterator[Row]:
    """The limits that can stop a strategy; of tables by strategy its own row only."""
    for limit in limits().values():
        value = getattr(settings.limits, limit.name)
        if limit.hint in (Named, Curves) and "group" not in limit.name:
            value = dict(value).get(name)
        if limit.name == "one_per_group":
            value = "yes" if name in value else None
        if value is not None:
            yield limit.name, value, limit.unit, limit.rule


def _document(plan: Plan, applying: tuple[Row, ...]) -> dict[str, Any]:
    return {
        "strategy": plan.name,
        "prose": prose(plan),
        "table": table(plan),
        "plan": to_data(plan),
        "limits": [
            {"name": name, "value": value, "unit": unit, "rule": rule}
            for name, value, unit, rule in applying
        ],
    }
