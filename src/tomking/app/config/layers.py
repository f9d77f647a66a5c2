"""Settings files one over another: the shipped default, a preset, the user's own."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tomking.app.config.models import Table, checked
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Layer:
    """One file: its name, the keys it sets, and the line each of them stands on."""

    name: str
    data: Table
    lines: Mapping[str, int]

    def source(self, key: str) -> str:
        """``tomking.toml:12``: where this file sets a key."""
        line = self.lines.get(key)
        return self.name if line is None else f"{self.name}:{line}"


def presets() -> tuple[str, ...]:
    """The presets that are shipped, the default first."""
    shipped = files("tomking.app.config") / "presets"
    found = sorted(each.name.removesuffix(".toml") for each in shipped.iterdir())
    return tuple(sorted(found, key=lambda name: name != DEFAULT))


def preset(name: str) -> Layer:
    """A shipped preset.

    Raises
    ------
    ConfigError
        If there is none of that name.
    """
    if name not in presets():
        raise ConfigError(f"unknown preset {name!r}{did_you_mean(name, presets())}")
    shipped = files("tomking.app.config") / "presets" / f"{name}.toml"
    return parsed(shipped.read_text(encoding="utf-8"), f"preset {name}")


def user_file(path: Path) -> Layer:
    """A user's file.

    Raises
    ------
    ConfigError
        If it cannot be read, is not TOML, or holds a key or a value that is not allowed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"the settings file {path} cannot be read: {why}") from fault
    return parsed(text, path.name)


def parsed(text: str, name: str) -> Layer:
    """The keys of a file's text, checked."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError(f"{name} is not TOML: {fault}; mend the line") from fault
    where = lines(text)
    try:
        return Layer(name, checked(_with_flat_tunings(data), name), where)
    except ConfigError as fault:
        raise ConfigError(_with_line(str(fault), name, where)) from fault


def _with_line(sentence: str, name: str, where: Mapping[str, int]) -> str:
    """The sentence with the line of the key it speaks of."""
    spoken = re.search(
        r"(?:unknown key )?([\w.\- ]+?)(?: = |; did|; choose|$)", sentence[len(name) + 2 :]
    )
    line = where.get(spoken[1]) if spoken else None
    return sentence if line is None else sentence.replace(f"{name}:", f"{name}:{line}:", 1)


def _with_flat_tunings(data: Mapping[str, Any]) -> Table:
    """``ProfitBelow.of_premium = 0.9`` without quotes is a table in TOML; a plan's keys are flat."""
    strategies = data.get("strategies")
    if not isinstance(strategies, Mapping):
        return dict(data)
    flat = {
        name: _flat(table) if isinstance(table, Mapping) else table
        for name, table in strategies.items()
    }
    return {**data, "strategies": flat}


def _flat(table: Mapping[str, Any], before: str = "") -> Table:
    found: Table = {}
    for key, part in table.items():
        name = f"{before}{key}"
        found |= _flat(part, f"{name}.") if isinstance(part, Mapping) else {name: part}
    return found


def lines(text: str) -> Mapping[str, int]:
    """The line on which each key of a TOML text is set; only what a plain reading shows."""
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\[\]]+)\]", line)
        setting = re.match(r"\s*([^#=\[]+?)\s*=", line)
        if header:
            table = f"{_bare(header[1])}."
            found.setdefault(table[:-1], number)
        elif setting:
            found[f"{table}{_bare(setting[1])}"] = number
    return found


def _bare(key: str) -> str:
    return re.sub(r"\s*\.\s*", ".", key.strip()).replace('"', "").replace("'", "")
