"""``tomking orders``: what an account has at work at the broker."""

from typing import Annotated

import typer

from tomking.app.account_now import account_as_known
from tomking.app.cli.positions import title
from tomking.app.desk_files import PAPER, there
from tomking.app.held_now import AtWork, orders
from tomking.app.of_account import ended, show_damage
from tomking.app.screen import show, show_json, show_table

COLUMNS = ("number", "order", "age", "for", "legs of a unit", "left", "at", "closes")


def command(
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Show every order at work: the broker's number, its age, what it is for and what it closes.

    It is read from the journal, with or without a running desk. Exit code 4 where that does not hold:
    then what is left of it or its newest copy is shown; or where the settings do not.
    """
    now = account_as_known(there(account))
    working = orders(now)
    if json:
        show_json(
            {
                "account": account,
                "at": now.at,
                "orders": working,
                "damage": now.damage,
                "settings_fault": now.unsettled or None,
            }
        )
        return ended(now)
    show_damage(now)
    show(title(now))
    if not working:
        show("No order is at work.")
        return ended(now)
    show_table(COLUMNS, [_row(order) for order in working])
    for order in working:
        if order.doubt:
            show(f"IN DOUBT: {order.order}: {order.doubt}; it is never sent twice.")
    return ended(now)


def _row(order: AtWork) -> tuple[str, ...]:
    legs = ", ".join(f"{leg.quantity:+d} {leg.contract}" for leg in order.legs)
    behind = "" if order.trigger is None else f" behind {order.trigger}"
    return (
        order.number or "-", order.order, age(order.age_min), order.purpose.value, legs,
        f"{order.units_left} of {order.units}",
        f"{'market' if order.limit is None else order.limit}{behind}, {order.tif}", order.closes,
    )  # fmt: skip


def age(minutes: float) -> str:
    """How long an order has been at work.

    >>> age(3.2), age(200), age(5000)
    ('3 min', '3 h', '3 days')
    """
    if minutes < 100.0:
        return f"{minutes:.0f} min"
    return f"{minutes / 60.0:.0f} h" if minutes < 2880.0 else f"{minutes / 1440.0:.0f} days"
