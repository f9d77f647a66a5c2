"""A user's own scenarios: a TOML file of shocks and bounds (``docs/reference/scenarios.md``).

A row is a table under its name. It holds what moves and what may come of it at most, never a position
or a result: a book is shocked by it as by any other. What a row leaves out is the harshest of the
rulebook, and its source says so.
"""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from math import inf
from pathlib import Path
from typing import Any

from tomking.app.ticket.fields import inside, items, members, named, number, short, text, wrong
from tomking.core.errors import ConfigError
from tomking.market.landscape import Term
from tomking.market.snapshot import Shock
from tomking.portfolio.scenarios import (
    HARSHEST,
    MARGIN_MOST,
    SPREAD_MOST,
    WING_MOST,
    Scenario,
    term,
)

NEEDED = ("spot", "vol", "source")
OPTIONAL = ("wing", "spread", "margin", "loss_max", "margin_max", "evidence")
ROWS_MAX, TERM_MAX = 100, 50


def scenarios(path: Path) -> tuple[Scenario, ...]:
    """The scenarios of a file, in its order.

    Raises
    ------
    ConfigError
        With the file, the row and what is allowed.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=_exact)
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"the scenario file {path} cannot be read: {why}") from fault
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError(f"{path.name} is not TOML: {fault}; mend the line") from fault
    if not 0 < len(found) <= ROWS_MAX:
        raise ConfigError(
            f"{path.name} has {len(found)} scenarios: write 1 to {ROWS_MAX}, as [NAME]"
        )
    return tuple(_row(name, row) for name, row in found.items())


def _exact(text: str) -> Decimal | float:
    """A figure as it is written; one that is none stays a float, which no reader takes."""
    return Decimal(text) if Decimal(text).is_finite() else float(text)


def _row(name: str, x: Any) -> Scenario:
    """One scenario; a key that is no shock and no bound is refused."""
    place = short(name)
    found = members(x, place, NEEDED, OPTIONAL)
    wing, spread, margin = (
        _within(found, key, place, low, high, most)
        for key, low, high, most in (
            ("wing", -1.0, 5.0, WING_MOST), ("spread", 1.0, 100.0, SPREAD_MOST),
            ("margin", 0.0, 100.0, MARGIN_MOST),
        )
    )  # fmt: skip
    source = text(found["source"], inside(place, "source"), ": say where the figures come from")
    if any(key not in found for key in ("wing", "spread", "margin")):
        source = f"{source} What is left out: {HARSHEST}"
    return Scenario(
        name,
        Shock(_within(found, "spot", place, -0.99, 5.0), _vol(found["vol"], place), wing, spread),
        margin,
        _within(found, "loss_max", place, 0.0, 10.0, inf),
        _within(found, "margin_max", place, 0.0, 10.0, inf),
        source,
        text(found.get("evidence", "the user's"), inside(place, "evidence")),
    )


def _within(
    found: Mapping[str, Any], key: str, place: str, low: float, high: float, otherwise: float = 0.0
) -> float:
    """A figure within bounds, or what stands for it when it is left out."""
    if key not in found:
        return otherwise
    figure = float(number(found[key], inside(place, key)))
    if not low <= figure <= high:
        raise wrong(inside(place, key), f"{figure:g} is not from {low:g} to {high:g}")
    return figure


def _vol(x: Any, place: str) -> Term:
    """A factor on 30-day volatility, others in proportion, or a list of [days, factor]."""
    at = inside(place, "vol")
    if not isinstance(x, list):
        return term(_factor(x, at))
    pairs = items(x, at, _pair, TERM_MAX)
    days = [day for day, _ in pairs]
    if not days or days != sorted(set(days)):
        raise wrong(
            at, "write [days, factor] pairs with rising days, such as [[30, 2.8], [60, 1.9]]"
        )
    return pairs


def _pair(x: Any, place: str) -> tuple[float, float]:
    pair: list[Any] = x if isinstance(x, list) else []
    if len(pair) != 2:
        raise wrong(place, f"{named(x)} is not a pair: write [30, 2.8]")
    days = float(number(pair[0], f"{place}[0]"))
    if days < 0.0:
        raise wrong(f"{place}[0]", f"{days:g} days are below 0")
    return days, _factor(pair[1], f"{place}[1]")


def _factor(x: Any, place: str) -> float:
    """What a volatility is multiplied by."""
    figure = float(number(x, place))
    if not 0.05 <= figure <= 50.0:
        raise wrong(place, f"{figure:g} is not a factor from 0.05 to 50: 2.8 is 180 % more")
    return figure
