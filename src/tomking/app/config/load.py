"""``load(path, preset) -> Settings``: the files laid over one another, as plain values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from tomking.app import strategies
from tomking.app.config.layers import DEFAULT, Layer, preset, user_file
from tomking.app.config.models import Curves, Limit, Reserves, limits, one_of
from tomking.app.home import home
from tomking.core.errors import ConfigError
from tomking.core.money import usd
from tomking.exchange.assignment import Mode, mode_named
from tomking.exchange.fills import model_named
from tomking.risk.groups import Groups
from tomking.risk.limits import Limits, Named, Pairs
from tomking.strategies.tune import tunables, tune

FILE = "tomking.toml"
#: Tables of bands and of groups: a file that names one band or group means all of them.
WHOLE = frozenset({"vix_bands", "groups"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run may be told by files, and which file told it.

    ``mode`` is paper or live; ``automatic_entry`` and ``execution`` (off, prepare or send) are what a
    running desk does by itself, ``backstops`` whether stops rest behind naked shorts. ``strategies`` is
    empty when all are meant; ``tunings`` holds the
    changes to each plan that a preset or a user's file makes; ``sources`` names the file and line of
    every key that is set.
    """

    limits: Limits
    capital: Decimal
    strategies: tuple[str, ...]
    seed: int
    scale: str
    fill: str
    early_exercise: Mode
    latency_s: float
    mode: str
    automatic_entry: bool
    execution: str
    backstops: bool
    tunings: Mapping[str, Mapping[str, Any]]
    sources: Mapping[str, str]
    files: tuple[str, ...]


def load(path: Path | None = None, preset_name: str | None = None) -> Settings:
    """Settings from the default, a preset over it, and a user's file over both.

    Without a path, ``tomking.toml`` in this folder or in the program's home is read if it is there. A
    preset named here comes before the one a file names.

    Raises
    ------
    ConfigError
        With the file, the key and what is allowed.
    """
    own = _own_file(path)
    named = preset_name or (own.data.get("preset") if own else None) or DEFAULT
    layers = [preset(DEFAULT)]
    if named != DEFAULT:
        with _said_of(own.source("preset") if own and named != preset_name else ""):
            layers.append(preset(named))
    if own:
        layers.append(own)
    return _settled(layers)


def _own_file(path: Path | None) -> Layer | None:
    if path is not None:
        return user_file(path)
    usual = next((place for place in (Path(FILE), home() / FILE) if place.is_file()), None)
    return user_file(usual) if usual else None


def _settled(layers: Sequence[Layer]) -> Settings:
    """Layers as one value; the later one wins."""
    sources: dict[str, str] = {}
    plain: dict[str, Any] = {}
    changed = Limits()
    for layer in layers:
        if "mode" in layer.data:
            plain["mode"] = layer.data["mode"]
            sources["mode"] = layer.source("mode")
        for section in ("account", "desk", "backtest"):
            for name, given in layer.data.get(section, {}).items():
                plain[name] = given
                sources[f"{section}.{name}"] = layer.source(f"{section}.{name}")
        for name, given in sorted(layer.data.get("limits", {}).items(), key=_groups_first):
            sources[f"limits.{name}"] = layer.source(f"limits.{name}")
            if name == "vix_bands" and layer.data["limits"].keys() & {"vix_table"} == set():
                changed = replace(changed, vix_table="bands")  # bands written out are meant to bind
            changed = _with(changed, limits()[name], given, layer)
    with _said_of(sources["backtest.strategies"]):
        chosen = tuple(strategies.find(name).name for name in plain["strategies"])
    with _said_of(sources["backtest.fill"]):
        model_named(plain["fill"])
    with _said_of(sources["backtest.early_exercise"]):
        holders = mode_named(plain["early_exercise"])
    changed = replace(changed, variants=_with_own(changed.variants))
    return Settings(
        changed, _dollars(plain["capital"]), chosen, plain["seed"], plain["scale"],
        plain["fill"], holders, float(plain["latency_s"]),
        plain["mode"], plain["automatic_entry"], plain["execution"], plain["backstops"],
        _tunings(layers, sources), sources, tuple(layer.name for layer in layers),
    )  # fmt: skip


def _with_own(variants: Groups) -> Groups:
    """The variants that limits name, and those that plans say they are: a user's among them."""
    named = {name for _, members in variants for name in members}
    found = dict(variants)
    for name, one in strategies.found().items():
        if name not in named and one.variant_of:
            found[one.variant_of] = (*found.get(one.variant_of, ()), name)
    return tuple(found.items())


def _groups_first(one: tuple[str, Any]) -> bool:
    """Which groups there are is known before what each of them may hold."""
    return one[0] != "groups"


@contextmanager
def _said_of(place: str) -> Iterator[None]:
    """A fault inside is told with the file and line it comes from."""
    try:
        yield
    except ConfigError as fault:
        raise ConfigError(f"{place}: {fault}" if place else str(fault)) from fault


@contextmanager
def _said_of_figure(layer: Layer, name: str, keys: Iterable[str]) -> Iterator[None]:
    """A fault of a plan's figures is told with the line of the one it names, else of their table."""
    table = f"strategies.{name}"
    try:
        yield
    except ConfigError as fault:
        named = max((key for key in keys if key in str(fault)), key=len, default="")
        place = layer.source(f"{table}.{named}" if named else table)
        raise ConfigError(f"{place}: {fault}") from fault


def _dollars(amount: float) -> Decimal:
    """An amount as a person writes it: whole dollars without a point, so that equal runs hash alike."""
    exact = usd(amount)
    whole = exact.to_integral_value()
    return Decimal(int(whole)) if exact == whole else exact


def _with(now: Limits, limit: Limit, given: Any, layer: Layer) -> Limits:
    """The limits with one of them as a file gives it; a figure as it was stays the same object."""
    before = getattr(now, limit.name)
    with _said_of(layer.source(f"limits.{limit.name}")):
        after = _as_field(limit, before, given, [group for group, _ in now.groups])
    return now if after == before else replace(now, **{limit.name: after})


def _as_field(limit: Limit, before: Any, given: Any, groups: Sequence[str]) -> Any:
    """A file's value as the field holds it; of tables by group the ``groups`` there are may be named."""
    key = f"limits.{limit.name}"
    if limit.hint == Groups:
        whole = {} if limit.name in WHOLE else dict(before)
        given = {**whole, **given}
        return tuple((name, tuple(roots)) for name, roots in given.items())
    if limit.hint in (Named, Curves):
        for name in given:
            _known(name, [there for there, _ in before], groups, key)
    if limit.hint == Pairs:
        kept = {} if limit.name in WHOLE else dict(before)
        return _pairs(kept, given, key)
    if limit.hint == Named:
        return tuple({**dict(before), **given}.items())
    if limit.hint == Curves:
        curves = {name: _pairs({}, curve, f"{key}.{name}") for name, curve in given.items()}
        return tuple({**dict(before), **curves}.items())
    if limit.hint == Reserves:
        slots = {(group, strategy): n for group, strategy, n in before}
        for group, held in given.items():
            slots |= {(group, strategy): int(n) for strategy, n in held.items()}
        return tuple((*place, n) for place, n in slots.items())
    if limit.hint == tuple[float, ...]:
        return _ascending(given, len(before), key)
    return tuple(given) if isinstance(given, list) else given


#: Tables by strategy whose name does not say so.
BY_STRATEGY = tuple(
    f"limits.{name}" for name in ("win_rate_min", "iv_percentile_min", "dte_min", "dte_max")
)


def _known(name: str, there: Sequence[str], groups: Sequence[str], key: str) -> None:
    """A name in a table by strategy or group: one that is there or exists."""
    if name in there:
        return
    if "group" in key:
        one_of(name, groups, key)
    elif "by_" in key or key in BY_STRATEGY:
        one_of(name, [*there, *strategies.names()], key)
    else:
        one_of(name, there, key)


def _pairs(kept: dict[float, float], given: Mapping[str, float], key: str) -> Pairs:
    """A table of levels, ascending."""
    for level, amount in given.items():
        try:
            number = float(level)
        except ValueError:
            raise ConfigError(
                f"{key}.{level}: a key of this table is a number, such as 30"
            ) from None
        kept[number] = amount
    if not kept or not all(map(isfinite, kept)):
        raise ConfigError(f"{key}: at least one row, and every key a finite number")
    return tuple(sorted(kept.items()))


def _ascending(given: Sequence[float], length: int, key: str) -> tuple[float, ...]:
    if len(given) != length or list(given) != sorted(set(given)):
        raise ConfigError(
            f"{key} = {list(given)}: it must be {length} figures, each above the last"
        )
    return tuple(given)


def _tunings(layers: Sequence[Layer], sources: dict[str, str]) -> Mapping[str, Mapping[str, Any]]:
    """The changes to every plan, checked against it; the default only repeats the plans."""
    made: dict[str, Mapping[str, Any]] = {}
    for layer in layers:
        for name, changes in layer.data.get("strategies", {}).items():
            with _said_of_figure(layer, name, changes):
                plan = strategies.plan(name)
                before = tune(plan, made.get(name, {}))
                after = strategies.tuned(before, changes)
                if after.roots != before.roots:
                    strategies.priced(after)
            for key in changes:
                sources[f"strategies.{name}.{key}"] = layer.source(f"strategies.{name}.{key}")
            if after != before:
                first = name not in made
                made[name] = (
                    dict(changes) if first and after == tune(plan, changes) else tunables(after)
                )
    return made
