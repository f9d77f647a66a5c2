"""What a kept run refused, told by stage, hour, weekday or pattern."""

from collections.abc import Mapping, Sequence
from typing import Any

from tomking.analysis.rejections import BY, HOUR, Rejection, rejections
from tomking.analysis.trades import entered
from tomking.app.screen import show, show_json, show_table
from tomking.app.story import Told
from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean


def by_named(said: str) -> str:
    """What rejections are to be told by.

    Raises
    ------
    ConfigError
        If they cannot be told by it.

    >>> by_named("Hour")
    'hour'
    """
    named = said.strip().lower()
    if named not in BY:
        raise ConfigError(f"--by {said!r}{did_you_mean(named, BY)}")
    return named


def show_rejections(kept: Told, by: str, strategy: str | None, *, json: bool) -> None:
    """The considered entries of a run, of one strategy or of all, and where they were refused.

    Raises
    ------
    ConfigError
        If the strategy was no part of the run.
    """
    if strategy is not None:
        kept.must_have(strategy)
    every = rejections(kept.facts, entered(kept.facts))
    rows = [row for row in every if row.by == by and strategy in (None, row.strategy)]
    if json:
        show_json({kept.kind: kept.name, "by": by, "rejections": [_plain(row) for row in rows]})
        return
    counted = "every recorded answer" if by == HOUR else "each slot once, under its last answer"
    show(f"considered entries of {kept.title} by {by}; counted is {counted}")
    for name in dict.fromkeys(row.strategy for row in rows):
        show(f"\n{name}")
        head = (by, "considered", "refused", "share", "refused at")
        show_table(head, _cells([row for row in rows if row.strategy == name]))
    if not rows:
        show("Nothing was refused.")


def _cells(rows: Sequence[Rejection]) -> list[tuple[str, ...]]:
    return [
        (
            row.label, f"{row.considered:,}", f"{row.refused:,}", f"{row.share:.0%}",
            ", ".join(f"{stage} {count:,}" for stage, count in row.stages),
        )
        for row in rows
    ]  # fmt: skip


def _plain(row: Rejection) -> Mapping[str, Any]:
    return {
        "strategy": row.strategy,
        row.by: row.label,
        "considered": row.considered,
        "refused": row.refused,
        "stages": dict(row.stages),
    }
