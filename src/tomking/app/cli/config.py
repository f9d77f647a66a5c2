"""``tomking config show | check``: every setting with its source, or a file's soundness."""

from enum import StrEnum
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from tomking.app.config.load import FILE, Settings, load
from tomking.app.config.rows import Setting, rows, told
from tomking.app.screen import show, show_json, show_table
from tomking.core.errors import ConfigError


class Action(StrEnum):
    """What may be done."""

    SHOW = "show"
    CHECK = "check"


def command(
    action: Annotated[Action, typer.Argument(help="Print every setting, or check a file.")],
    file: Annotated[
        Path | None, typer.Argument(help=f"A settings file; {FILE} when left out.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="The same, as an option.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    why: Annotated[
        bool, typer.Option("--why", help="With source, default and rule of each.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Show the settings that would be used, or say whether a file is sound.

    A key, a value or a bound that is not allowed ends with exit code 2 and one sentence.
    """
    if file is not None and config is not None:
        raise ConfigError("name the settings file once, not also with --config")
    settings = load(file or config, preset)
    found = rows(settings)
    if action is Action.CHECK:
        _check(settings, found, json=json)
    elif json:
        show_json({"files": settings.files, "settings": [_document(row) for row in found]})
    else:
        _show(settings, found, why=why)


def _show(settings: Settings, found: tuple[Setting, ...], *, why: bool) -> None:
    show(f"from {', then '.join(settings.files)}")
    columns = ("key", "value", "unit", "source", "default", "rule")
    shown = len(columns) if why else 3
    for _, section in groupby(
        found, key=_section
    ):  # a table each, so that each is as wide as it must
        show_table(columns[:shown], [_row(row)[:shown] for row in section])


def _section(row: Setting) -> str:
    """The table of the file a setting stands in: ``limits``, or one of the strategies."""
    parts = row.key.split(".")
    return ".".join(parts[:2]) if parts[0] == "strategies" else "plain"


def _row(row: Setting) -> tuple[str, ...]:
    default = told(row.default) if row.changed else "the same"
    return row.key, told(row.value), row.unit, row.source, default, row.rule


def _check(settings: Settings, found: tuple[Setting, ...], *, json: bool) -> None:
    changed = [row for row in found if row.changed]
    if json:
        rows_ = [_document(row) for row in changed]
        show_json({"files": settings.files, "sound": True, "changed": rows_})
        return
    differ = f"{len(changed)} of {len(found)} settings differ from the rulebook's default"
    show(f"{', then '.join(settings.files)}: sound; {differ}.")
    for row in changed:
        show(f"  {row.key} = {told(row.value)} ({row.source}; default {told(row.default)})")


def _document(row: Setting) -> dict[str, object]:
    return {
        "key": row.key,
        "value": row.value,
        "unit": row.unit,
        "source": row.source,
        "default": row.default,
        "rule": row.rule,
    }
