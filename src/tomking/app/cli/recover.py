"""``tomking recover``: what a start of the desk would find, and what it does about each."""

from collections.abc import Iterator
from typing import Annotated

import typer

from tomking.app.account_now import account_now, settings_of
from tomking.app.cli.halt import person
from tomking.app.desk_files import PAPER, DeskFiles, there
from tomking.app.live import LIVE
from tomking.app.now import instant
from tomking.app.real_money import SEND
from tomking.app.recovering import Orphan, Recovery, recovery
from tomking.app.screen import show, show_json
from tomking.core.errors import DataError, Exit
from tomking.core.rung import Rung
from tomking.engine.spool import RUNG, Command

START = "Start it with `{how}`: it does all of this before it considers anything."
RUNS = "Its desk is running: it has done all of this, or is at it."
BY_HAND = (
    "A running desk repairs what it can by itself; what no desk does, send in the broker's own app (the "
    "replacement of an order at work first), or close everything with `tomking flatten`."
)


def command(
    do: Annotated[
        bool, typer.Option("--do", help="Ask the desk to open nothing while orphans are there.")
    ] = False,
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Show orders in doubt, orders at work, differences and orphan legs, and what a start does.

    Nothing is traded. Exit code 4 when an orphan leg wants a person, 6 when the books differed when they
    were last compared.
    """
    files = there(account)
    now = account_now(files)
    found = recovery(now)
    asked = _ask(files, found) if do else ""
    if json:
        show_json({
            "account": account, "running": now.seen.running, "clean": found.clean,
            "recovery": found, "command": asked or None,
        })  # fmt: skip
    else:
        for line in page(found):
            show(line)
        show(RUNS if now.seen.running else START.format(how=_starts(files)))
        if asked:
            told = "The desk is asked" if now.seen.running else "The next desk is asked"
            show(f"{told} to open nothing. Its answer: {files.spool.out / asked}")
        elif do:
            show("There is no orphan: --do asks nothing of the desk.")
    if found.orphans:
        return Exit.NEEDS_HUMAN
    return Exit.RECONCILE if found.differences else Exit.OK


def _starts(files: DeskFiles) -> str:
    """The command that starts a desk which sends its exits: as the settings say, or on paper at once."""
    settings, named = settings_of(files), f" --account {files.account}"
    if settings.mode == LIVE:
        return f"tomking live{named}"
    return f"tomking run {files.account}" if settings.execution == SEND else f"tomking paper{named}"


def _ask(files: DeskFiles, found: Recovery) -> str:
    """Leave the desk the one thing that helps and never hurts: nothing is opened beside an orphan."""
    if not found.orphans:
        return ""
    why = f"orphan legs: {', '.join(one.contract for one in found.orphans)}"
    try:
        return files.spool.drop(Command(RUNG, instant(), person(), why, Rung.CLOSE_ONLY.name))
    except OSError as fault:
        raise DataError(f"the desk cannot be told ({fault.strerror}): `tomking halt`") from fault


def page(found: Recovery) -> Iterator[str]:
    """What a start would find, in lines."""
    if found.clean:
        yield "There is nothing to recover: no doubt, no order at work, no orphan."
    for one in found.unconfirmed:
        yield f"IN DOUBT: {one.order}, sent {one.sent:%Y-%m-%d %H:%M:%S}: {one.does}"
    for each in found.standing:
        yield f"AT WORK: {each.order.order} ({each.order.number or 'no number'}): {each.does}"
    for difference in found.differences:
        yield f"DIFFERS: {difference}: looked at again, entries halted while it does"
    for reason, note in found.halted:
        yield f"HELD BACK by {reason}: {note}"
    for position, why in found.residues:
        yield f"LEFT BY AN ASSIGNMENT: {position}: {why}, in the first look of a session"
    for contract in found.over:
        yield f"OVER: {contract}: what became of it is read from the broker's ledger"
    for place, orphan in enumerate(found.orphans, 1):
        yield from _orphan(place, orphan)
    if found.orphans:
        yield BY_HAND


def _orphan(place: int, one: Orphan) -> Iterator[str]:
    worst = "without a bound" if one.unbounded else f"up to ${one.notional:,.0f}"
    yield f"ORPHAN {place}: {one.count} short {one.contract} of {one.position}: {one.why}; loses {worst}"
    yield f"  close it: {one.closing}"
    yield from (f"  an order is at work about it: {order}" for order in one.at_work)
