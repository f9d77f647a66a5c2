"""A progress bar for whoever is watching, and silence for whoever is not."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tomking.app.pool import Heard


@contextmanager
def bar(what: str) -> Iterator[Heard | None]:
    """Something to tell (done, all) to while the block runs; ``None`` when nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    shown = Progress(
        TextColumn(what), BarColumn(), MofNCompleteColumn(), TextColumn("steps"),
        TimeRemainingColumn(), console=Console(stderr=True), transient=True,
    )  # fmt: skip
    with shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
