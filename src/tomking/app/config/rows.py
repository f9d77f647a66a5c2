"""Every setting as a row: its value, its unit, who set it, what it would be, and its rule."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tomking.app import strategies
from tomking.app.config.layers import DEFAULT
from tomking.app.config.load import Settings
from tomking.app.config.models import limits
from tomking.app.config.text import rule_of_figure
from tomking.core.calendar import Moment
from tomking.core.reading import figure
from tomking.exchange.fills import FORMS_LIST
from tomking.risk.limits import Limits
from tomking.strategies.plan import Plan
from tomking.strategies.tune import figures, moment_text, tunables, tune

SHIPPED = f"preset {DEFAULT}"
#: What the keys outside limits and plans are when no file says anything, and their units.
PLAIN: Mapping[str, tuple[Any, str]] = {
    "mode": ("paper", "paper | live"),
    "account.capital": (44500, "dollars"),
    "desk.automatic_entry": (False, "whether plans open by themselves"),
    "desk.execution": ("off", "off | prepare | send"),
    "desk.backstops": (True, "whether stops rest behind naked shorts, R-MAN-06"),
    "backtest.strategies": ((), "the core when none is named, or all"),
    "backtest.seed": (1, ""),
    "backtest.scale": ("rebase", "rebase | literal"),
    "backtest.fill": ("spread_fraction(0.5)", FORMS_LIST),
    "backtest.early_exercise": ("rational", "off | rational | seeded"),
    "backtest.latency_s": (1.0, "seconds from sending anything to its effect"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One row; ``source`` is a preset, or a file and line."""

    key: str
    value: Any
    unit: str
    source: str
    default: Any
    rule: str

    @property
    def changed(self) -> bool:
        """Whether it differs from the rulebook's default."""
        return bool(self.value != self.default)


def rows(settings: Settings) -> tuple[Setting, ...]:
    """Every setting, in the order of the shipped file."""
    return (*_plain(settings), *_limits(settings), *_plans(settings))


def _plain(settings: Settings) -> Iterator[Setting]:
    for key, (default, unit) in PLAIN.items():
        value = getattr(settings, key.rpartition(".")[2])
        yield Setting(key, value, unit, _source(settings, key), default, "")


def _limits(settings: Settings) -> Iterator[Setting]:
    for name, limit in limits().items():
        yield Setting(
            f"limits.{name}", getattr(settings.limits, name), limit.unit,
            _source(settings, f"limits.{name}"), getattr(Limits(), name), limit.rule,
        )  # fmt: skip


def _source(settings: Settings, key: str) -> str:
    source = settings.sources.get(key, SHIPPED)
    return SHIPPED if source.startswith(SHIPPED) else source


def _plans(settings: Settings) -> Iterator[Setting]:
    for name in strategies.names():
        plan = strategies.find(name)
        if isinstance(plan, Plan):
            yield from _plan(settings, plan, tune(plan, settings.tunings.get(name, {})))


def _plan(settings: Settings, before: Plan, after: Plan) -> Iterator[Setting]:
    for key, value in tunables(after).items():
        first = next(figure for figure in figures(before) if key in figure.keys)
        default = moment_text(first.now) if isinstance(first.now, Moment) else first.now
        set_by = [f"strategies.{before.name}.{name}" for name in reversed(first.keys)]
        source = next((key for key in set_by if key in settings.sources), "")
        yield Setting(
            f"strategies.{before.name}.{key}", value, "", _source(settings, source), default,
            rule_of_figure(before, key),
        )  # fmt: skip


def told(value: Any) -> str:
    """A value as people read it: tables as ``A1 2, A2 3``, lists with commas.

    >>> told((("A1", 2), ("A2", 3))), told((1.0, 2.5)), told(())
    ('A1 2, A2 3', '1, 2.5', 'none')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        if not value:
            return "none"
        parts = (
            f"{' '.join(told(part) for part in each)}" if isinstance(each, tuple) else told(each)
            for each in value
        )
        return ", ".join(parts)
    if isinstance(value, float) and value >= 1e9:
        return "above"
    return figure(value) if isinstance(value, float | int) else str(value)
