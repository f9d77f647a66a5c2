"""``tomking reconcile``: an account's journal against the broker's books."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tomking.app.account_now import AccountNow, account_now
from tomking.app.at_the_broker import asking
from tomking.app.desk_files import PAPER, there
from tomking.app.key_ring import OsRing
from tomking.app.reconciling import Reconciled, looked_up
from tomking.app.screen import show, show_json, show_table
from tomking.brokers.tastytrade.inbox import RECONCILING
from tomking.core.errors import Exit

RUNNING = (
    "A running desk compares the same each hour, and each minute while they differ: entries are halted "
    f"as `{RECONCILING}` until they agree, what is held may be closed, and nothing is mended silently."
)
NOT_RUNNING = (
    "No desk is running: what traded since its last fact is written when one starts, so a difference "
    "may be gone then; one that stays halts entries."
)


def command(
    join: Annotated[
        Path | None, typer.Option(help="On paper: a file with the line an exchange printed.")
    ] = None,
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Compare what the journal holds with what the broker does, by contract and to the cent.

    Nothing is changed. What is not ours is shown apart. Exit code 0 when they agree, 6 when they do not,
    5 when the broker cannot be asked.
    """
    files = there(account)
    now = account_now(files)
    with asking(files, join, OsRing()) as line:
        found = looked_up(now.told, line)
    if json:
        show_json(_document(now, found))
    else:
        _show(now, found)
    return Exit.RECONCILE if found.differences else Exit.OK


def _show(now: AccountNow, found: Reconciled) -> None:
    rows = [
        (
            one.symbol,
            f"{one.ours:+d}",
            f"{one.foreign:+d}",
            f"{one.theirs:+d}",
            "" if one.agrees else "DIFFERS",
        )
        for one in found.holdings
    ]
    if rows:
        show_table(("contract", "ours", "not ours", "broker", ""), rows)
    show(f"cash ${found.cash_here:,.2f} here, ${found.cash_there:,.2f} there")
    for one in found.differences:
        show(f"DIFFERS: {one}")
    if found.differences:
        show(RUNNING if now.seen.running else NOT_RUNNING)
    else:
        show(f"The journal of {now.name} and the broker's books agree.")


def _document(now: AccountNow, found: Reconciled) -> dict[str, Any]:
    holdings = [
        {
            "symbol": one.symbol, "ours": one.ours, "foreign": one.foreign, "theirs": one.theirs,
            "agrees": one.agrees,
        }
        for one in found.holdings
    ]  # fmt: skip
    return {
        "account": now.name, "agree": not found.differences, "holdings": holdings,
        "cash_here": found.cash_here, "cash_there": found.cash_there,
        "differences": found.differences, "running": now.seen.running,
        "desk": RUNNING if now.seen.running else NOT_RUNNING,
    }  # fmt: skip
