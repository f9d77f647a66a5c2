"""A preset on a typed-in market: its limits held against one order, its plans against the clock."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from tomking.app import strategies
from tomking.app.config.load import Settings, load
from tomking.core.reading import Reading
from tomking.risk.caps import allowance, caps_of
from tomking.risk.limits import Limits
from tomking.risk.view import View
from tomking.strategies.plan import Plan
from tomking.strategies.tune import tune
from worlds.board import hours_of
from worlds.gates import answers, scene

#: Net liq in every scene, dollars.
NET_LIQ = 100_000.0


@cache
def settings(preset: str) -> Settings:
    """The settings a preset makes."""
    return load(None, preset)


def under(preset: str, stage: int = 4, **scenery: Any) -> View:
    """A scene under a preset's limits, at a deployment stage."""
    limits: Limits = replace(settings(preset).limits, stage=stage)
    return replace(scene(**scenery), limits=limits)


def said(preset: str, rule: str, *, asked: dict[str, Any] | None = None, **scenery: Any) -> Reading:
    """What the gate of a rule says of an order."""
    return answers(under(preset, **scenery), **(asked or {}))[rule]


def share_allowed(seen: View) -> float:
    """The share of net liq that may be margin, whoever binds."""
    return allowance(caps_of(seen)).bp_share_max


def takes_margin(preset: str, dollars: float, **scenery: Any) -> bool:
    """Whether the engine lets an order have so much margin of an account that holds nothing."""
    dry_run = (0.0, dollars, dollars)
    return said(preset, "R-MRG-01", asked={"dry_run": dry_run}, **scenery).passed


def plan_of(preset: str, name: str) -> Plan:
    """A plan as the preset tunes it."""
    return tune(strategies.plan(name), settings(preset).tunings.get(name, {}))


def asked_at(plan: Plan, day: date) -> tuple[int, ...]:
    """Minutes after the open at which a plan is asked on a day."""
    return tuple(minute for slot in plan.slots for minute in slot.minutes(hours_of(day)))
