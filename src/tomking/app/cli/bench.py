"""``tomking bench``: the speed figures, each measured beside its peer in this run."""

from typing import Annotated

import typer
from rich.console import Console

from tomking.app.bench import desk, kernels, orders, stream
from tomking.app.screen import show, show_json, show_table


def command(
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Measure kernels, backtests, marks, orders and start-up on this machine, on one thread.

    Answers are compared before anything is timed. A ratio above 1 is in our favour; a row whose peer is
    "bound" has no peer here and stands beside the figure the project promises.
    """
    with Console(stderr=True).status("measuring, about a minute"):
        rows = [*kernels.rows(), *stream.rows(), *orders.rows(), *desk.rows()]
    if json:
        show_json({"rows": rows})
        return
    show_table(("what", "ours", "", "peer", "theirs", "ratio"), [_line(row) for row in rows])
    show("The best of several repeats; other programs on this machine can only make them worse.")


def _line(row: desk.Row) -> tuple[str, ...]:
    value, theirs, ratio = (float(row[key]) for key in ("value", "peer_value", "ratio"))
    return (
        str(row["name"]), f"{value:,.4g}", str(row["unit"]), str(row["peer"]), f"{theirs:,.4g}",
        f"{ratio:,.2f}",
    )  # fmt: skip
