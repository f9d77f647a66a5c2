"""Journals of accounts, made of facts: a condor, a 1-1-2, a covered call, and what goes wrong."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from os import getpid

from tomking.app.desk_files import DeskFiles
from tomking.core.contract import Contract, Right
from tomking.core.dealings import Acknowledged, BooksCompared
from tomking.core.facts import Fact, OrderEnded, RunStarted, Sent, SessionClosed
from tomking.core.order import Leg, Order, Purpose, TimeInForce
from tomking.engine.heartbeat import Heartbeat, Line, beat
from tomking.engine.journal import SqliteJournal
from worlds.board import FRIDAY, board
from worlds.orders import closing, fills, legs_of, order, traded

AT = board().day.session.at(75)
FAR = date(2026, 3, 31)

CONDOR = order(
    "-1 5950 P, +1 5920 P, -1 6090 C, +1 6120 C", "4.00", tranche="condor", units=2,
)  # fmt: skip
#: What a condor of 2 brought: 8.00 - 4.00 points of $50, twice.
CONDOR_PRICES = ("5.00", "3.00", "3.00", "1.00")


def lt112() -> Order:
    """A 1-1-2: a debit spread that its long covers, and two naked puts."""
    tranches = (("+1 5700 P, -1 5650 P", "trap"), ("-2 4800 P", "naked puts"))
    legs = tuple(
        Leg(contract, count, tranche)
        for text, tranche in tranches
        for count, contract in legs_of(text, FAR)
    )
    plain = order("-2 4800 P", "20.00", strategy="lt112", expiry=FAR)
    return replace(plain, legs=legs)


def covered_call() -> list[Fact]:
    """A LEAP, and a week sold against it."""
    leap = Contract("SPY", date(2026, 12, 18), Right.CALL, Decimal(500))
    week = Contract("SPY", date(2025, 12, 12), Right.CALL, Decimal(605))
    name = f"ipmcc/{FRIDAY}"
    wanted = Order(
        f"{name}/open", 1, Purpose.OPEN, "ipmcc", name,
        (Leg(leap, 1, "leap"), Leg(week, -1, "weekly")), 1, Decimal(-110),
    )  # fmt: skip
    return traded(wanted, ("112.00", "2.00"), AT)


def began(capital: str = "100000") -> RunStarted:
    """The first fact of an account."""
    return RunStarted(board().day.session.opens, "paper", Decimal(capital), "")


def target(opened: Order, limit: str = "-2.00") -> Order:
    """The profit order that rests for a position."""
    return closing(
        opened, limit, "condor", intent=f"{opened.intent}:condor/target", tif=TimeInForce.GTC,
        why="50% of the premium earned",
    )  # fmt: skip


def at_work(wanted: Order, number: str = "17") -> list[Fact]:
    """An order that was sent and is known at the broker; without a number nobody has answered."""
    answered = [Acknowledged(AT, wanted.id, number)] if number else []
    return [Sent(AT, wanted), *answered]


def condor() -> list[Fact]:
    """A condor, and its profit order."""
    return [*traded(CONDOR, CONDOR_PRICES, AT, "1.50"), *at_work(target(CONDOR))]


def sold_by_itself(opened: Order, leg: int, price: str, tranche: str) -> list[Fact]:
    """A leg of a position closed alone, as nobody should."""
    gone = opened.legs[leg]
    alone = Leg(gone.contract, -gone.quantity, tranche, opens=False)
    wanted = closing(opened, price, tranche, legs=(alone,))
    return [
        Sent(AT, wanted), *fills(wanted, (price,), AT), OrderEnded(AT, wanted.id, "filled")
    ]  # fmt: skip


def compared(*differences: str) -> BooksCompared:
    """A look at the broker's positions."""
    return BooksCompared(AT, differences)


def closed(campaign: str, made: str) -> SessionClosed:
    """The close of the Friday, with what a campaign had made."""
    at = board().day.session.closes
    return SessionClosed(
        at, FRIDAY, Decimal("100300.00"), Decimal(0), Decimal(3000), 15.0,
        ((campaign, Decimal(made)),),
    )  # fmt: skip


def written(files: DeskFiles, facts: Sequence[Fact]) -> None:
    """A journal of facts, begun with money."""
    files.folder.mkdir(parents=True, exist_ok=True)
    journal = SqliteJournal.create(files.journal)
    journal.append([began(), *facts])
    journal.close()


def beats(
    files: DeskFiles,
    at: datetime | None = None,
    leaves: tuple[bool, bool] = (True, True),
    positions: tuple[Line, ...] = (),
    **profits: str,
) -> None:
    """The heartbeat of a desk that is this very process; ``leaves`` is what it sends by itself."""
    from tomking.app.now import instant

    heart = Heartbeat(
        getpid(), (at or instant()).astimezone(UTC), "paper", "NORMAL", (), "100250.00", positions,
        (), None, 0, tuple(profits.items()), (), "", *leaves,
    )  # fmt: skip
    beat(files.heartbeat, heart)
