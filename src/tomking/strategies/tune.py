"""Tuning: another plan with other figures, by the names people use for them.

A figure answers to ``credit_min_points`` if it is the plan's own, to ``LossBelow.of_premium`` wherever
the rule stands, and to ``naked puts.LossBelow.of_premium`` in one tranche (or shape, leg, or list of
rules) only. The most particular name wins. Configuration files and sweeps share these names.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache, lru_cache
from math import inf, isfinite
from types import NoneType, UnionType
from typing import Any, Literal, cast, get_args, get_origin, get_type_hints

from tomking.core.calendar import Moment
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.value import value
from tomking.market.snapshot import DAYS_AHEAD
from tomking.strategies.adjust import Adjustment
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.picks import LegPlan
from tomking.strategies.plan import Plan

#: A figure that may be left out, left out.
NOTHING = "none"
#: What a plan or a leg is called and where it comes from is not a figure.
NOT_FIGURES = frozenset(
    {"name", "title", "sources", "leg", "tranche", "rule", "covers", "closes", "variant_of"}
)
#: Rules of the plan itself stand under the name of their list.
LISTS = ("slots", "enter_when", "half_size_unless", "take_when", "size")
#: Parts that hold others, and give them their name.
PARTS = Shape | Tranche | LegPlan | Adjustment
#: Figures that would stop the clock, name no day, lie beyond what is known or are never met, by field or
#: by rule and field; every other number is nought or more. A stop beyond these is none: the margin
#: call comes before a loss of 20 premiums or of half of net liq.
BOUNDS: Mapping[str, tuple[float, float]] = {
    "dte": (0, 1100),
    "within": (0, 1100),
    "watch_min": (1, 390),
    "every_min": (1, 390),
    "weekday": (0, 4),
    "nth": (1, 5),
    "also": (0, 4),
    "on": (0, 4),
    "quantity": (-100, 100),
    "points": (-10_000, 10_000),
    "LossBelow.of_premium": (0.05, 20),
    "LossBelowNetLiq.share": (0.0005, 0.5),
    "WholeLossBelow.of_premium": (0.05, 20),
    "ShortDeltaBelow.delta": (0.01, 1),
    "Delta.target": (0.001, 0.999),
    "DeltaByWeek.targets": (0.001, 0.999),
    "AtrAway.low": (0.001, 0.999),
    "AtrAway.high": (0.001, 0.999),
    "AtrAway.reject": (0.001, 0.999),
    "DeltaFrom.low": (0, 1),
    "DeltaFrom.high": (0, 1),
    "RsiFrom.low": (0, 100),
    "RsiFrom.high": (0, 100),
    "IvRankAtLeast.rank": (0, 1),
    "NotAtHigh.days": (1, 1100),
    "BreakdownFailed.days": (1, 1100),
    "PlaceAtLeast.days": (1, 1100),
    "PlaceAtMost.days": (1, 1100),
    "PlaceAtLeast.share": (0, 1),
    "PlaceAtMost.share": (0, 1),
    "RiskBudget.share": (0, 1),
    "DebitBudget.share": (0, 1),
    "DebitBudget.one_share": (0, 1),
    "NoEventWithin.days": (0, DAYS_AHEAD),
    "NoExDateWithin.days": (0, DAYS_AHEAD),
}


@value
class Figure:
    """One figure of a plan: the names it answers to, the general one first, its type and value.

    ``rule`` is the id of the sentence it stands in.
    """

    keys: tuple[str, ...]
    field: str
    hint: Any
    now: Any
    rule: str = ""


Change = Callable[[Figure], Any]


def tune(plan: Plan, changes: Mapping[str, Any]) -> Plan:
    """The plan with some figures changed.

    Raises
    ------
    ConfigError
        If no figure has such a name (the nearest is suggested), or the value is not one it can take.
    """
    if not changes:
        return plan
    known = _known(plan)
    for key in changes:
        if key not in known:
            raise ConfigError(
                f"the plan {plan.name} has no figure {key!r}{did_you_mean(key, known)}; "
                f"it has {', '.join(tunables(plan))}"
            )

    def chosen(figure: Figure) -> Any:
        """The figure's new value, by the most particular of its names."""
        named = [key for key in figure.keys if key in changes]
        if not named:
            return figure.now
        return fitted(figure.hint, changes[named[-1]], figure.keys[0], f"{plan.name}.{named[-1]}")

    tuned = _mapped(plan, (), (), chosen)
    assert isinstance(tuned, Plan)
    return tuned


@lru_cache(maxsize=64)
def _known(plan: Plan) -> Mapping[str, Figure]:
    """Every figure of a plan by each of its names."""
    return {key: figure for figure in figures(plan) for key in figure.keys}


def tunables(plan: Plan) -> Mapping[str, Any]:
    """Every figure under the shortest name that tells it from others, with its value as plain data."""
    found = figures(plan)
    values: dict[str, list[Any]] = {}
    for figure in found:
        for key in figure.keys:
            values.setdefault(key, []).append(figure.now)
    named = ((next(k for k in f.keys if all(v == f.now for v in values[k])), f.now) for f in found)
    return {key: moment_text(now) if isinstance(now, Moment) else now for key, now in named}


def figures(plan: Plan) -> tuple[Figure, ...]:
    """Every figure of a plan, in the order in which the plan names them."""
    found: list[Figure] = []

    def noted(figure: Figure) -> Any:
        """The figure as it is."""
        found.append(figure)
        return figure.now

    _mapped(plan, (), (), noted)
    return tuple(found)


def _mapped(node: Any, scopes: tuple[str, ...], number: tuple[int, ...], change: Change) -> Any:
    """A copy of a part of a plan with every figure passed through ``change``."""
    if is_list(node):
        return _mapped_all(node, scopes, change)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    inner = scopes
    if isinstance(node, PARTS):
        inner = (*scopes, node.name)
    container = isinstance(node, Plan | PARTS)
    hints = _hints(type(node))
    changed: dict[str, Any] = {}
    for f in fields(node):
        now, hint = getattr(node, f.name), hints[f.name]
        if _is_figure(hint) and f.name not in NOT_FIGURES:
            if isinstance(node, Shape | LegPlan):
                continue  # a number of legs or a right is the trade itself, not a figure of it
            keys = _keys(node, f.name, scopes, number)
            changed[f.name] = change(Figure(keys, f.name, hint, now, rule_of(node)))
        elif container:
            within = (*inner, f.name) if isinstance(node, Plan) and f.name in LISTS else inner
            changed[f.name] = _mapped(now, within, (), change)
    return replace(node, **changed)


def is_list(node: Any) -> bool:
    """Whether a part of a plan is a list of parts or of names."""
    return isinstance(node, tuple)


def _mapped_all(nodes: tuple[Any, ...], scopes: tuple[str, ...], change: Change) -> tuple[Any, ...]:
    """The parts of a list; rules of one kind in one list are numbered."""
    kinds: list[type[Any]] = [type(node) for node in nodes]
    numbers = [
        (kinds[: row + 1].count(kind),) if kinds.count(kind) > 1 else ()
        for row, kind in enumerate(kinds)
    ]
    return tuple(
        _mapped(node, scopes, number, change) for node, number in zip(nodes, numbers, strict=True)
    )


def _keys(
    node: Any, field: str, scopes: tuple[str, ...], number: tuple[int, ...]
) -> tuple[str, ...]:
    """The names of a figure, the most particular last."""
    if isinstance(node, Plan):
        return (field,)
    if isinstance(node, Adjustment):
        return f"{node.name}.{field}", f"{'.'.join((*scopes, node.name))}.{field}"
    rule = f"{type(node).__name__}.{field}"
    path = ".".join(scopes)
    keys = [rule, *(f"{scope}.{rule}" for scope in scopes), f"{path}.{rule}"]
    if number:
        keys.append(f"{path}.{type(node).__name__}#{number[0]}.{field}")
    return tuple(dict.fromkeys(keys))


def rule_of(node: Any) -> str:
    """The id a rule carries, or the one that the description of its kind names."""
    found = re.search(r"R-[\w]+-\d+", type(node).__doc__ or "")
    return getattr(node, "rule", "") or (found[0] if found else "")


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _is_figure(hint: Any) -> bool:
    """Whether a field holds a plain value rather than a part of the plan."""
    if hint in (float, int, str, Moment) or get_origin(hint) is Literal:
        return True
    return any(hint == each for each in (tuple[str, ...], tuple[float, ...], int | None))


def fitted(hint: Any, given: Any, field: str, where: str) -> Any:
    """A given value as a field's type, or a sentence that says what it takes.

    Raises
    ------
    ConfigError
        If it does not fit.

    >>> fitted(float, 12, "share", "x"), fitted(Moment, "close-60m", "moment", "x").minutes
    (12.0, 60)
    """
    match hint, given:
        case _ if isinstance(given, bool):
            wanted = "a figure or text, not true or false"
        case _ if hint is float or hint is int or isinstance(hint, UnionType):
            return _number(hint, given, field, where)
        case _ if hint is Moment:
            return given if isinstance(given, Moment) else moment(str(given), where)
        case _ if get_origin(hint) is Literal:
            if given in get_args(hint):
                return given
            wanted = f"one of {', '.join(map(str, get_args(hint)))}"
        case _ if hint is str:
            if isinstance(given, str):
                return given
            wanted = "text"
        case _ if hint == tuple[float, ...] and not given:
            wanted = "a list of one number or more"
        case _ if hint == tuple[float, ...]:
            return tuple(cast("float", _number(float, x, field, where)) for x in _list(given))
        case _:
            parts = _list(given)
            if all(isinstance(part, str) for part in parts):
                return tuple(parts)
            wanted = "a list of texts"
    raise ConfigError(f"{where} = {given!r}: it must be {wanted}")


def _list(given: Any) -> list[Any]:
    """The parts of a list; one that is none has a part that fits nothing."""
    return list(cast("list[Any]", given)) if isinstance(given, list | tuple) else [None]


def _number(hint: Any, given: Any, field: str, where: str) -> float | int | None:
    """A number within its bounds; whole where the field is whole, and none where it may be left out.

    A settings file knows no nothing, so it says ``none`` in words.
    """
    optional = NoneType in get_args(hint)
    if optional and given in (None, NOTHING):
        return None
    low, high = bounds_of(field)
    whole = hint is not float
    if (
        not isinstance(given, int | float)
        or not (isfinite(given) and low <= given <= high)
        or (whole and given != int(given))
    ):
        bounds = f"from {low:g} to {high:g}" if high < inf else f"of {low:g} or more"
        raise ConfigError(
            f"{where} = {given!r}: it must be a {'whole ' if whole else ''}number {bounds}"
            f"{f', or {NOTHING}' if optional else ''}"
        )
    return int(given) if whole else float(given)


def bounds_of(key: str) -> tuple[float, float]:
    """The least and the greatest a number may be, by any of its names.

    >>> bounds_of("naked puts.LossBelow#1.of_premium"), bounds_of("Slots.also")
    ((0.05, 20), (0, 4))
    """
    rule, _, field = key.rpartition(".")
    kind = rule.rpartition(".")[2].partition("#")[0]
    return BOUNDS.get(f"{kind}.{field}") or BOUNDS.get(field, (0.0, inf))


def moment_text(moment: Moment) -> str:
    """An instant of a session as text.

    >>> moment_text(Moment("open", 60)), moment_text(Moment("close", 30))
    ('open+60m', 'close-30m')
    """
    minutes = moment.minutes if moment.anchor == "open" else -moment.minutes
    return f"{moment.anchor}{minutes:+d}m"


def moment(text: str, where: str = "moment") -> Moment:
    """An instant of a session from its text; the other way round of :func:`moment_text`.

    Raises
    ------
    ConfigError
        If the text says something else.
    """
    found = re.fullmatch(r"(open|close)([+-]\d{1,3})m?", text.replace(" ", ""))
    if found is None:
        raise ConfigError(f"{where} = {text!r}: write open+60m or close-30m, in minutes")
    anchor, minutes = found[1], int(found[2])
    return Moment(anchor, minutes if anchor == "open" else -minutes)
