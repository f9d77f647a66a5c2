"""A plan in words, as a table, and as plain data that becomes the plan again.

The words come from the rules themselves: a rule that is added to the vocabulary prints without a line
here. Nothing is said that the plan does not do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from textwrap import fill
from types import UnionType
from typing import Any, cast, get_args, get_origin, get_type_hints

from tomking.core.calendar import DAYS, Moment
from tomking.core.contract import Right
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.value import value
from tomking.strategies import (
    apart,
    entry,
    late,
    picks,
    size,
    stay,
    together,
    trend,
    worth,
)
from tomking.strategies.adjust import Adjustment
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.picks import AtrAway, LegPlan
from tomking.strategies.plan import Plan
from tomking.strategies.slots import NTH, Slots
from tomking.strategies.stay import ProfitBelow
from tomking.strategies.tune import fitted, is_list, moment_text, rule_of

WIDTH = 88
#: Every rule and pick a plan may be written in, by name.
VOCABULARY: Mapping[str, type[Any]] = {
    name: kind
    for module in (entry, trend, worth, apart, size, stay, late, together, picks)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and is_dataclass(kind) and kind.__module__ == module.__name__
    if kind not in (LegPlan, picks.Expires, picks.Place, worth.Candidate)
}
#: The key under which a rule's name stands in plain data.
KIND = "kind"
HOLIDAY = {
    "next_day": "on a holiday it moves to the next session of the week",
    "previous_day": "on a holiday it moves to the session before",
    "skip": "on a holiday it is skipped",
}


@value
class Row:
    """A line of a plan's table: where in the plan, what it says, and the id of its rule."""

    part: str
    says: str
    rule: str = ""


def prose(plan: Plan) -> str:
    """The plan in sentences, a paragraph for each part."""
    paragraphs = [plan.title, " ".join(_opening(plan))]
    paragraphs += (" ".join(_shape(shape, alone=len(plan.shapes) == 1)) for shape in plan.shapes)
    if len(plan.shapes) > 1 and all(shape.when for shape in plan.shapes):
        paragraphs.append("Otherwise it does not trade.")
    return "\n\n".join(fill(text, WIDTH, break_on_hyphens=False) for text in paragraphs) + "\n"


def _opening(plan: Plan) -> Iterator[str]:
    """When it is asked, of what it is made, what must hold."""
    expiry = f", {_expiry(plan)}" if _has_followers(plan) else ""
    yield f"Trades options on {', or else '.join(plan.roots)}{expiry}."
    for slots in plan.slots:
        yield f"It is asked {_when(slots)}; {HOLIDAY[slots.holiday]}."
    if plan.enter_when:
        yield f"It enters only when {_listed(plan.enter_when)}."
    if plan.half_size_unless:
        yield f"It takes half its size unless {_listed(plan.half_size_unless)}."
    if plan.take_when:
        yield f"It is taken only when {_listed(plan.take_when)}."
    if plan.size:
        yield f"Its size is at most {_listed(plan.size)}."


def _has_followers(plan: Plan) -> bool:
    """Whether a tranche expires as the plan says; where each says its own, the plan's is nobody's."""
    return any(tranche.expires is None for tranche in plan.tranches)


def _expiry(plan: Plan) -> str:
    if plan.dte == plan.dte_within == 0:
        return "those that expire the same day"
    low, high = plan.dte - plan.dte_within, plan.dte + plan.dte_within
    return f"those that expire nearest to {plan.dte} days away, {low} to {high} allowed"


def _when(slots: Slots) -> str:
    nth = NTH[slots.nth]
    day = (
        f"on the {nth}{DAYS[slots.weekday]} of the month" if nth else f"every {DAYS[slots.weekday]}"
    )
    return (
        f"{day}{slots.through} at {slots.start} New York and again every {slots.every_min} minutes "
        f"until {slots.until}"
    )


def _shape(shape: Shape, *, alone: bool) -> Iterator[str]:
    condition = f"When {_listed(shape.when)}, it trades" if shape.when else "It trades"
    otherwise = "" if alone or shape.when else "Otherwise "
    sentence = f"{condition} the {shape.name}."
    yield f"{otherwise}{sentence[0].lower()}{sentence[1:]}" if otherwise else sentence
    several = len(shape.tranches) > 1
    for tranche in shape.tranches:
        legs = "; ".join(_leg(leg) for leg in tranche.legs)
        yield f"The {tranche.name if several else 'trade'}{_own_expiry(tranche)}: {legs}."
        yield from _kept(tranche)
        yield from _tended(tranche)


def _kept(tranche: Tranche) -> Iterator[str]:
    if tranche.stay_while:
        yield f"Kept while {_listed(tranche.stay_while)}."
    if any(isinstance(rule, ProfitBelow) for rule in tranche.stay_while):
        yield "Its profit target rests at the venue as a limit order."


def _own_expiry(part: Tranche | Adjustment) -> str:
    """The expiry of a part that does not follow the plan's."""
    return f" ({part.expires})" if part.expires else ""


def _tended(tranche: Tranche) -> Iterator[str]:
    """What is done to a tranche that stays, and when it comes back."""
    yield from (f"{sentence}." for sentence in map(_adjustment, tranche.adjustments))
    for slots in tranche.renewed:
        worth = f", if {_listed(tranche.take_when)}" if tranche.take_when else ""
        sold = "It is sold" if tranche.waits else "Once gone it is sold again"
        yield f"{sold} {_when(slots)} while the rest is held{worth}."
    if tranche.covers:
        yield f"It is closed only after the {' and the '.join(tranche.covers)}."


def _adjustment(how: Adjustment) -> str:
    """``The untested side is rolled when ...``."""
    what = {"all": "it is closed", "tested": "the tested side is closed",
            "untested": "the untested side is closed"}[how.closes]  # fmt: skip
    for_ = f" and replaced{_own_expiry(how)}: {'; '.join(map(_leg, how.legs))}" if how.legs else ""
    worth = f", if {_listed(how.take_when)}" if how.take_when else ""
    refused = " If that is refused it is closed" if how.refused == "close" else ""
    return (
        f"{how.name[0].upper()}{how.name[1:]}: once it no longer holds that "
        f"{_listed(how.stay_while)}, {what}{for_}{worth}{'.' if refused else ''}{refused}"
    )


def _leg(leg: LegPlan) -> str:
    verb, count = "buy" if leg.quantity > 0 else "sell", abs(leg.quantity)
    right = leg.right.value.lower() + ("s" if count > 1 else "")
    return f"{verb} {count} {right}, {leg.pick}{_refused(leg)}, as the {leg.name}"


def _refused(leg: LegPlan) -> str:
    """What a pick will not take, which its own words leave out."""
    if not isinstance(leg.pick, AtrAway):
        return ""
    return f" and refused at {leg.pick.reject * 100:g} delta or nearer"


def _listed(rules: Iterable[object]) -> str:
    """``a, b and c``; semicolons where a part has a comma of its own."""
    *most, last = map(str, rules)
    comma = "; " if any("," in part for part in (*most, last)) else ", "
    return (
        f"{comma.join(most)}{comma.strip() if comma == '; ' else ''} and {last}" if most else last
    )


def table(plan: Plan) -> tuple[Row, ...]:
    """The plan as rows: slots, expiry, entry rules, floors, size, then everything of each tranche."""
    return tuple(_rows(plan))


def _rows(plan: Plan) -> Iterator[Row]:
    yield Row("roots", ", ".join(plan.roots))
    yield from (Row("slot", str(slots)) for slots in plan.slots)
    if _has_followers(plan):
        yield Row("expiry", _expiry(plan))
    yield from (Row("enter when", str(rule), rule_of(rule)) for rule in plan.enter_when)
    yield from (Row("half size unless", str(rule), rule_of(rule)) for rule in plan.half_size_unless)
    yield from (Row("take when", str(rule), rule_of(rule)) for rule in plan.take_when)
    yield from (Row("size", str(rule), rule_of(rule)) for rule in plan.size)
    yield Row("looked at", f"every {plan.watch_min} minutes while held")
    for shape in plan.shapes:
        yield from (Row(f"{shape.name}, when", str(rule), rule_of(rule)) for rule in shape.when)
        for tranche in shape.tranches:
            yield from _rows_of(tranche, _place(shape, tranche))


def _rows_of(tranche: Tranche, place: str) -> Iterator[Row]:
    if tranche.expires:
        yield Row(f"{place}, expiry", str(tranche.expires))
    for leg in tranche.legs:
        yield Row(f"{place}, leg", f"{leg}{_refused(leg)}", rule_of(leg.pick))
    yield from (Row(f"{place}, stay while", str(r), rule_of(r)) for r in tranche.stay_while)
    yield from (Row(f"{place}, adjust", _adjustment(how), how.rule) for how in tranche.adjustments)
    sold = "sold" if tranche.waits else "renewed"
    yield from (Row(f"{place}, {sold}", str(slots)) for slots in tranche.renewed)
    yield from (Row(f"{place}, {sold} when", str(r), rule_of(r)) for r in tranche.take_when)
    if tranche.covers:
        yield Row(f"{place}, covers", f"closed only after the {' and the '.join(tranche.covers)}")


def _place(shape: Shape, tranche: Tranche) -> str:
    return shape.name if shape.name == tranche.name else f"{shape.name}, {tranche.name}"


def to_data(plan: Plan) -> dict[str, Any]:
    """The plan as lists, texts and figures, ready for JSON or TOML."""
    return cast("dict[str, Any]", _plain(plan))


def _plain(x: Any) -> Any:
    if isinstance(x, Moment):
        return moment_text(x)
    if isinstance(x, Right):
        return x.value
    if is_list(x):
        return [_plain(part) for part in x]
    if is_dataclass(x) and not isinstance(x, type):
        tag = {KIND: type(x).__name__} if type(x).__name__ in VOCABULARY else {}
        return tag | {f.name: _plain(getattr(x, f.name)) for f in fields(x)}
    return x


def from_data(data: Mapping[str, Any]) -> Plan:
    """The plan that :func:`to_data` gave the data of.

    Raises
    ------
    ConfigError
        If a rule is unknown, or a field is missing, unknown or of another kind; it names the place.
    """
    plan = _record(Plan, data, str(data.get("name", "plan")))
    assert isinstance(plan, Plan)
    return plan


def _read(hint: Any, x: Any, where: str, field: str) -> Any:
    """A part of a plan from its data, as the type of its field asks."""
    if hint is Right:
        return Right(fitted(str, x, field, where)) if x in set(Right) else _wrong(where, x, Right)
    if get_origin(hint) is tuple and get_args(hint)[0] is not str:
        if not isinstance(x, list | tuple):
            raise ConfigError(f"{where} = {x!r}: it must be a list")
        each, parts = get_args(hint)[0], cast("list[Any]", x)
        return tuple(_read(each, part, f"{where}[{n}]", field) for n, part in enumerate(parts, 1))
    if getattr(hint, "_is_protocol", False):
        return _rule(x, where)
    if get_origin(hint) is UnionType and is_dataclass(get_args(hint)[0]):
        return None if x is None else _read(get_args(hint)[0], x, where, field)
    if hint is not Moment and is_dataclass(hint):
        return _record(hint, x, where)
    return fitted(hint, x, field, where)


def _wrong(where: str, x: Any, choices: Iterable[Any]) -> Any:
    raise ConfigError(f"{where} = {x!r}{did_you_mean(str(x), [str(each) for each in choices])}")


def _rule(x: Any, where: str) -> Any:
    """A rule or a pick by its name and figures."""
    data = _fields(x, where, "a rule")
    name = str(data.get(KIND))
    if name not in VOCABULARY:
        raise ConfigError(f"{where}: unknown rule {name!r}{did_you_mean(name, VOCABULARY)}")
    rest = {key: part for key, part in data.items() if key != KIND}
    return _record(VOCABULARY[name], rest, f"{where}.{name}")


def _record(kind: Any, x: Any, where: str) -> Any:
    """A part of a plan from the table of its fields."""
    data = _fields(x, where, kind.__name__)
    hints, known = get_type_hints(kind), {f.name: f for f in fields(kind)}
    for key in data:
        if key not in known:
            raise ConfigError(f"{where} has no field {key!r}{did_you_mean(key, known)}")
    for name, f in known.items():
        if name not in data and f.default is MISSING and f.default_factory is MISSING:
            raise ConfigError(f"{where} lacks {name}: add it")
    return kind(
        **{
            key: _read(hints[key], data[key], f"{where}.{key}", f"{kind.__name__}.{key}")
            for key in data
        }
    )


def _fields(x: Any, where: str, what: str) -> Mapping[str, Any]:
    if not isinstance(x, Mapping):
        raise ConfigError(f"{where} = {x!r}: it must be a table with the fields of {what}")
    return cast("Mapping[str, Any]", x)
