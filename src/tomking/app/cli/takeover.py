"""``tomking takeover``: an account handed to a person with the broker's own app."""

from collections.abc import Iterator
from typing import Annotated

import typer

from tomking.app.account_now import account_as_known
from tomking.app.desk_files import PAPER, there
from tomking.app.held_now import AtWork
from tomking.app.of_account import ended, show_damage
from tomking.app.protection import UNPROTECTED
from tomking.app.screen import both_clocks, show, show_json
from tomking.app.takeover import Takeover, ToClose, takeover
from tomking.core.codec import plain
from tomking.core.order import Purpose

BRAKE = (
    "First see that nobody else trades: `tomking halt` keeps a desk from adding, and its process must "
    "be ended before you close by hand, or it will close the same."
)
RESTING = (
    "Cancel an order that closes before you close by hand: left at work it would open the reverse."
)

OPENING = (
    "Cancel an order that opens or rolls, unless you watch over what it brings: it may trade yet."
)


def command(
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Print what is held, what rests at the broker and what must be done by when, for a person.

    It is read from the journal alone, so it works while the broker cannot be reached; what has traded
    since its last fact is in the broker's app only. Where the journal does not hold, what is left of
    it or its newest copy is shown with how old that is, and the exit code is 4. Settings that do not
    hold hide nothing either.
    """
    now = account_as_known(there(account))
    found = takeover(now)
    if json:
        show_json(plain(found) | {"damage": now.damage, "settings_fault": now.unsettled or None})
        return ended(now)
    show_damage(now)
    for line in page(found):
        show(line)
    return ended(now)


def page(found: Takeover) -> Iterator[str]:
    """The page of text."""
    worth = "not known" if found.net_liq is None else f"${found.net_liq:,.2f}"
    yield (
        f"TAKE OVER {found.account}, as its journal has it on {found.at:%Y-%m-%d} at "
        f"{both_clocks(found.at)}"
    )
    yield f"Net liquidation {worth}. The desk is {'RUNNING' if found.running else 'not running'}."
    yield BRAKE
    yield from (f"Held back by {reason}: {note}" for reason, note in found.halted)
    yield "\nBY WHEN"
    for due in found.deadlines:
        yield f"  {due.at:%a %Y-%m-%d} {both_clocks(due.at)}: {due.what} [{due.position}]"
    if not found.deadlines:
        yield "  nothing has a day"
    yield "\nPOSITIONS, and the order that closes each"
    for each in found.closing:
        yield from _to_close(each)
    if not found.closing:
        yield "  none"
    yield "\nORDERS AT THE BROKER"
    yield from (f"  {_order(order)}" for order in found.orders)
    if any(order.closes for order in found.orders):
        yield f"  {RESTING}"
    if any(order.purpose in (Purpose.OPEN, Purpose.ROLL) for order in found.orders):
        yield f"  {OPENING}"
    if not found.orders:
        yield "  none"
    if found.foreign:
        yield "\nNOT OURS, left alone by this desk"
        yield from (f"  {each.quantity:+d} {each.symbol}" for each in found.foreign)


def _to_close(each: ToClose) -> Iterator[str]:
    yield f"  {each.position}: {each.units} x"
    yield from (f"    {action}" for action in each.actions)
    yield from (f"    stop: {stop}" for stop in each.stops)
    yield from (f"    end: {end}" for end in each.ends)
    if each.guard.refused:
        yield f"    no stop at the broker: {each.guard.refused}"
    if each.guard.wings is not None:
        yield f"    at expiry it can lose ${each.guard.wings:,.2f} at most"
    if each.guard.unprotected:
        yield f"    {UNPROTECTED}: watch {', '.join(each.guard.bare)} yourself"


def _order(order: AtWork) -> str:
    number = f"number {order.number}" if order.number else "NUMBER NOT KNOWN, look for it"
    legs = ", ".join(f"{leg.quantity:+d} {leg.contract}" for leg in order.legs)
    does = f"closes {order.closes}" if order.closes else order.purpose.value.lower()
    behind = "" if order.trigger is None else f" behind {order.trigger}"
    price = f"{order.limit}{behind}, {order.tif}"
    return f"{number}: {legs} x {order.units} at {price}; {does} ({order.why})"
