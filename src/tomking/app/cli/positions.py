"""``tomking positions``: what an account holds, campaign by campaign, and what holds it."""

from collections.abc import Iterator
from typing import Annotated

import typer

from tomking.app.account_now import AccountNow, account_as_known
from tomking.app.desk_files import PAPER, there
from tomking.app.held_now import CampaignNow, Mended, Tranche, campaigns, foreign, mended
from tomking.app.of_account import ended, show_damage
from tomking.app.protection import UNPROTECTED
from tomking.app.screen import both_clocks, show, show_json
from tomking.core.money import signed


def command(
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Show each campaign: its legs, credit and fees, what it makes, and what holds its shorts.

    It is read from the journal, with or without a running desk. A short is UNPROTECTED while no stop
    rests at the broker and no desk is running that watches it. Exit code 4 where the journal does not
    hold: then what is left of it or its newest copy is shown; or the settings do not.
    """
    now = account_as_known(there(account))
    held, others, repairs = campaigns(now), foreign(now), mended(now)
    if json:
        show_json({
            "account": account, "at": now.at, "watched": now.watched, "campaigns": held,
            "foreign": others, "repairs": repairs, "damage": now.damage,
            "settings_fault": now.unsettled or None,
        })  # fmt: skip
        return ended(now)
    show_damage(now)
    show(title(now))
    for line in (line for each in held for line in lines(each)):
        show(line)
    for line in map(_mended, repairs):
        show(line)
    for each in others:
        show(f"NOT OURS and left alone: {each.quantity:+d} {each.symbol}")
    if not held:
        show("Nothing is held.")
    return ended(now)


def title(now: AccountNow) -> str:
    """Whose figures they are, as of when, and whether anybody watches."""
    if now.watched:
        desk = "its desk is running"
    elif now.seen.running:
        desk = "its desk is running and SENDS NOTHING, exits neither"
    else:
        desk = "NO desk is watching"
    return f"{now.name} as of {now.at:%Y-%m-%d} at {both_clocks(now.at)} by its journal; {desk}"


def lines(held: CampaignNow) -> Iterator[str]:
    """A campaign in lines."""
    yield f"\n{held.campaign} ({held.strategy}), opened {held.opened:%Y-%m-%d %H:%M}"
    made = "not known yet" if held.made is None else f"{signed(held.made)} ({held.as_of})"
    yield f"  credit {signed(held.credit)}, fees ${held.fees:,.2f}, makes {made}"
    for each in held.positions:
        yield from _position(each)


def _position(held: Tranche) -> Iterator[str]:
    yield f"  {held.position}"
    yield from (f"    {leg.quantity:+d} {leg.contract}" for leg in held.legs)
    yield from (f"    rests: {order}" for order in held.rests)
    guard = held.guard
    yield from (f"    stop at the broker: {order.id} at {order.trigger}" for order in guard.resting)
    if guard.refused:
        yield f"    no stop at the broker: {guard.refused}"
    yield from (f"    the desk watches: {stop}" for stop in guard.watching)
    if guard.wings is not None:
        yield f"    at expiry it can lose ${guard.wings:,.2f} at most"
    if guard.unprotected:
        yield f"    {UNPROTECTED}: nothing rests or watches for {', '.join(guard.bare)}"


def _mended(each: Mended) -> str:
    """A position in pieces, or one that was, in a line."""
    state = f"IN PIECES by {each.pieces}" if each.pieces else "REPAIRED"
    when = f" {each.at:%Y-%m-%d %H:%M}" if each.at else ""
    return f"{state}: {each.position}:{when} {each.what}"
