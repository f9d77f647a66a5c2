"""Settings as a commented TOML text: the shipped default, or a file to begin with.

The default preset is written from the code so that it cannot say anything else:

    python -m tomking.app.config.text > src/tomking/app/config/presets/default.toml
"""

import sys
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Any

import tomlkit

from tomking.app import strategies
from tomking.app.config.models import Curves, Limit, Reserves, limits
from tomking.exchange.fills import FORMS_LIST
from tomking.risk.limits import Limits
from tomking.strategies.plan import Plan
from tomking.strategies.tune import figures, tunables

COLUMN = 50
HEAD = f"""\
# The rulebook's defaults, every one with its unit and its rule (docs/rules.md says why).
# Copy a line into tomking.toml and change it there: what a file does not say stays as it is here.
# A table named in a file is laid over this one row by row; only the bands of VIX are replaced whole.
# Written by `python -m tomking.app.config.text`: edit the code, not this file.

mode = "paper"                                    # paper | live; live takes a second switch and a word

[account]
capital = 44500                                   # dollars, rulebook 14

[desk]
automatic_entry = false                           # whether plans open by themselves
execution = "off"                                 # off | prepare | send: what becomes of an order
backstops = true                                  # whether stops rest behind naked shorts, R-MAN-06

[backtest]
strategies = []                                   # empty: the core; "all" for all
seed = 1                                          # of the modelled paths
scale = "rebase"                                  # rebase | literal, rulebook 0.6
fill = "spread_fraction(0.5)"                     # {FORMS_LIST}
early_exercise = "rational"                       # holders of our shorts: off | rational | seeded
latency_s = 1.0                                   # seconds from sending anything to its effect

[limits]
"""


def default_text(plans: Mapping[str, Plan]) -> str:
    """The text of the default preset."""
    return HEAD + "\n".join((*_limits(), *_plans(plans))) + "\n"


def _limits() -> Iterator[str]:
    """Plain figures first: in TOML a table swallows whatever follows it."""
    values = {limit: getattr(Limits(), limit.name) for limit in limits().values()}
    tables = {limit: value for limit, value in values.items() if _is_table(value)}
    for limit, value in values.items():
        if limit not in tables and limit.is_table:
            yield _padded(f"# [limits.{limit.name}] is empty", _note(limit))
        elif limit not in tables:
            yield _line(limit.name, _plain(value), _note(limit))
    for limit, value in tables.items():
        for head, rows in _tables(limit, value):
            yield f"\n{_padded(f'[limits.{head}]', _note(limit))}"
            yield from (f"{_key(key)} = {_plain(part)}" for key, part in rows)


def _is_table(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], tuple)


def _tables(limit: Limit, value: Any) -> Iterator[tuple[str, tuple[tuple[Any, Any], ...]]]:
    if limit.hint == Curves:
        yield from ((f"{limit.name}.{_key(name)}", curve) for name, curve in value)
    elif limit.hint == Reserves:
        for group, rows in groupby(value, key=lambda row: row[0]):
            yield f"{limit.name}.{_key(group)}", tuple((name, n) for _, name, n in rows)
    else:
        yield limit.name, value


def _plans(plans: Mapping[str, Plan]) -> Iterator[str]:
    for name, plan in plans.items():
        yield f"\n[strategies.{name}]"
        for key, value in tunables(plan).items():
            if value is not None:
                yield _line(key, _plain(value), rule_of_figure(plan, key))


def rule_of_figure(plan: Plan, key: str) -> str:
    """The rule a plan's figure belongs to, or the plan's own source."""
    figure = next((each for each in figures(plan) if key in each.keys), None)
    return (figure.rule if figure else "") or next(iter(plan.sources), "")


def _note(limit: Limit) -> str:
    return f"{limit.unit}, {limit.rule}"


def figure_line(name: str) -> str:
    """A plain limit at its default, as a settings file would say it, with unit and rule."""
    limit = limits()[name]
    return _line(name, _plain(getattr(Limits(), name)), _note(limit))


def _line(key: str, value: str, note: str) -> str:
    return _padded(f"{_key(key)} = {value}", note)


def _padded(text: str, note: str) -> str:
    return f"{text:<{COLUMN - 1}} # {note}" if note else text


def _key(key: Any) -> str:
    """A TOML key; 1e9 stands for "and above"."""
    if isinstance(key, float | int):
        return "1e9" if key == 1e9 else f"{key:g}" if key == int(key) and key < 1e5 else _whole(key)
    bare = key.replace("_", "").replace("-", "").isalnum() and key.isascii()
    return key if bare else f'"{key}"'


def _whole(key: float) -> str:
    return str(int(key)) if key == int(key) else f'"{key}"'


def _plain(value: Any) -> str:
    """A value as TOML."""
    listed = list(value) if isinstance(value, tuple) else value
    return str(tomlkit.item(listed).as_string())


def shipped_plans() -> Mapping[str, Plan]:
    """The plans whose figures the default preset holds: all that packages announce but variants."""
    return {
        name: each.strategy
        for name, each in strategies.found().items()
        if isinstance(each.strategy, Plan) and not (each.is_variant or each.own)
    }


if __name__ == "__main__":
    sys.stdout.write(default_text(shipped_plans()))
