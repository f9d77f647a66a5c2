"""Which strategies there are: those that installed packages announce, and a user's own files.

A package announces one under the entry point group ``tomking.strategies``; a user puts a Python file
into the folder ``strategies`` of the program's home. Either way it is a value with the members of
:class:`tomking.strategies.plan.Strategy`, and nothing else changes.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from tomking.app.home import home
from tomking.core.errors import ConfigError, TomKingError
from tomking.core.near import did_you_mean
from tomking.core.product import product
from tomking.market.unpriced import why_unpriced
from tomking.strategies.plan import Plan, Strategy
from tomking.strategies.sound import faults, name_faults
from tomking.strategies.tune import tune

GROUP = "tomking.strategies"
MEMBERS = ("name", "roots", "slots", "watch_min", "enter", "rules", "target")
#: Who gets scarce capacity within a tick (rulebook 0.6); the others follow by name.
CAPACITY_ORDER = ("friday_0dte", "lt112", "ipmcc", "leap_ladder", "strangle")
#: What trades when nobody names strategies, with the user's own: the others are asked for.
CORE = frozenset(CAPACITY_ORDER)
#: The name for all of them but variants of others.
ALL = "all"
#: What a user's file may fail with while it is read.
FAULTS = (
    ImportError, SyntaxError, NameError, AttributeError, TypeError, ValueError, LookupError,
    ArithmeticError, AssertionError, OSError, RuntimeError, TomKingError,
    SystemExit,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """A strategy and where it came from; ``own`` is one in the user's folder."""

    strategy: Strategy
    origin: str
    own: bool = False

    @property
    def is_core(self) -> bool:
        """Whether it trades when nobody names strategies."""
        return self.own or self.strategy.name in CORE

    @property
    def variant_of(self) -> str:
        """The plan it is another form of; empty for one that stands by itself."""
        return self.strategy.variant_of if isinstance(self.strategy, Plan) else ""

    @property
    def is_variant(self) -> bool:
        """Whether it is another form of a plan."""
        return bool(self.variant_of)


def found() -> Mapping[str, Found]:
    """Every strategy by name, in the order in which they get scarce capacity.

    Raises
    ------
    ConfigError
        If one cannot be loaded, or two have one name.
    """
    return _found(home() / "strategies")


@cache
def _found(folder: Path) -> Mapping[str, Found]:
    known: dict[str, Found] = {}
    for each in (*_announced(), *_own(folder)):
        name = each.strategy.name
        if name in known and known[name].strategy is each.strategy:
            continue  # a user's file may import a plan to vary it
        if name in known:
            raise ConfigError(
                f"two strategies are called {name!r}, one in {known[name].origin} and one in "
                f"{each.origin}: rename one"
            )
        known[name] = each
    return {name: known[name] for name in sorted(known, key=_turn)}


def _turn(name: str) -> tuple[int, str]:
    order = CAPACITY_ORDER.index(name) if name in CAPACITY_ORDER else len(CAPACITY_ORDER)
    return order, name


def names() -> tuple[str, ...]:
    """What every strategy is called, in the order in which they get scarce capacity."""
    return tuple(found())


def find(name: str) -> Strategy:
    """The strategy of that name, or the only one that begins so; ``friday-0dte`` is ``friday_0dte``.

    Raises
    ------
    ConfigError
        If there is none.
    """
    known = found()
    asked = name.strip().lower().replace("-", "_")
    if asked in known:
        return known[asked].strategy
    begins = [each for each in known if asked and each.startswith(asked)]
    begins = [each for each in begins if not known[each].is_variant] or begins
    if len(begins) != 1:
        raise ConfigError(f"unknown strategy {name!r}{did_you_mean(asked, known)}")
    return known[begins[0]].strategy


def plan(name: str) -> Plan:
    """The strategy of that name, which must be a plan: something that can be tuned and printed.

    Raises
    ------
    ConfigError
        If there is none, or it is written in plain code.
    """
    strategy = find(name)
    if not isinstance(strategy, Plan):
        raise ConfigError(
            f"{strategy.name} is written in code, not as a plan: read {found()[name].origin}"
        )
    return strategy


def chosen(
    wanted: Iterable[str] = (), tunings: Mapping[str, Mapping[str, Any]] | None = None
) -> tuple[Strategy, ...]:
    """The strategies of those names, each tuned by its table of changes.

    The core ones and the user's own when none is named; ``all`` names every one that is no variant.

    They come in the order of capacity whatever the order of asking, so the same choice is the same run.

    Raises
    ------
    ConfigError
        If a name is unknown, a change does not fit its plan, or no price of a root is known here.
    """
    asked = _asked(tuple(wanted))
    changes = tunings or {}
    return tuple(
        priced(tuned(plan(name), changes[name]) if changes.get(name) else find(name))
        for name in names()
        if name in asked
    )


def tuned(before: Plan, changes: Mapping[str, Any]) -> Plan:
    """A plan with other figures, which must be as sound as before.

    Raises
    ------
    ConfigError
        If a change does not fit, or leaves a plan that nobody should trade.
    """
    after = tune(before, changes)
    wrong = faults(after) if after != before else ()
    if wrong:
        raise ConfigError(f"{before.name} is not sound with these settings: {'; and '.join(wrong)}")
    return after


def priced(strategy: Strategy) -> Strategy:
    """A strategy whose roots are known, none of them of a class that nobody prices here.

    Raises
    ------
    ConfigError
        With the sentence of the class.
    """
    for root in strategy.roots:
        why = why_unpriced(root)
        if why:
            raise ConfigError(f"{strategy.name} cannot be traded: {why}")
        product(root)
    return strategy


def _asked(wanted: tuple[str, ...]) -> set[str]:
    """The names of those that are wanted."""
    known = found()
    if not wanted:
        return {name for name, each in known.items() if each.is_core}
    if ALL in wanted:
        every = {name for name, each in known.items() if not each.is_variant}
        return every | {find(name).name for name in wanted if name != ALL}
    return {find(name).name for name in wanted}


def _announced() -> Iterator[Found]:
    for point in entry_points(group=GROUP):
        yield Found(_loaded(point), point.value)


def _loaded(point: EntryPoint) -> Strategy:
    try:
        thing = point.load()
    except (ImportError, AttributeError) as fault:
        raise ConfigError(
            f"the strategy {point.name!r} ({point.value}) cannot be loaded ({fault}): install the "
            "package that announces it again, or remove it"
        ) from fault
    if not is_strategy(thing):
        raise ConfigError(f"{point.value} is not a strategy: it lacks {', '.join(_lacks(thing))}")
    return cast("Strategy", thing)


def is_strategy(thing: object) -> bool:
    """Whether a value has everything the engine asks of a strategy."""
    return not isinstance(thing, type) and not _lacks(thing)


def _lacks(thing: object) -> Sequence[str]:
    return [member for member in MEMBERS if not hasattr(thing, member)]


def _own(folder: Path) -> Iterator[Found]:
    """Strategies in the user's files; names that begin with an underscore are left alone."""
    for path in sorted(folder.glob("[!_]*.py")):
        values = [x for name, x in vars(_module(path)).items() if not name.startswith("_")]
        strategies = list({id(x): x for x in values if is_strategy(x)}.values())
        if not strategies:
            raise ConfigError(f"{path} holds no strategy: bind a Plan to a name at its top level")
        for each in strategies:
            _hold_sound(each, path)
        yield from (Found(cast("Strategy", each), str(path), own=True) for each in strategies)


def _hold_sound(thing: object, path: Path) -> None:
    """Refuse a plan of the user's that has faults, all of them in one sentence; of code, its name.

    Raises
    ------
    ConfigError
        With the file, the plan and what to mend.
    """
    called = getattr(thing, "name", None)
    try:
        wrong = faults(thing) if isinstance(thing, Plan) else tuple(name_faults(called))
    except FAULTS as fault:
        wrong = (f"a part of it is of the wrong kind ({type(fault).__name__}: {fault})",)
    if wrong:
        raise ConfigError(f"{path}: the plan {called!r} is not sound: {'; and '.join(wrong)}")


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"tomking_user_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    try:
        with redirect_stdout(sys.stderr):  # what it prints must not stand before somebody's JSON
            spec.loader.exec_module(module)
    except FAULTS as fault:
        raise ConfigError(
            f"{path} cannot be read ({type(fault).__name__}: {fault}): mend it, or move it out of "
            f"{path.parent}"
        ) from fault
    return module
