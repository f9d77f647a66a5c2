"""What a person has signed for, kept in a journal of its own in the program's home.

It is a journal like any other, so a changed or missing signature is found. Commands that are asked about
the account of today read it; a backtest does not: it depends on its settings alone, so that the same
command gives the same run.
"""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from tomking.app.home import home
from tomking.core.errors import ConfigError, DataError
from tomking.core.facts import Fact
from tomking.engine.journal import SqliteJournal
from tomking.risk.limits import Limits
from tomking.risk.promotion import Record, recorded, standing_under
from tomking.risk.standing import Standing, start

#: The signatures; and the account's own journal, where there is one, which knows what was won.
SIGNED, ACCOUNT = "signed.journal", "journal.db"


def record(limits: Limits, account: Path | None = None) -> Record:
    """What was signed for, with the winners of the account's journal.

    Raises
    ------
    DataCorrupt
        If either journal does not hold.
    DataError
        If the journal that is named does not exist.
    """
    known = account if account is not None else home() / ACCOUNT
    told = list(_read(home() / SIGNED))
    if account is not None or known.is_file():
        told += _read(known, must=True)
    return recorded(told, limits)


def standing(net_liq: Decimal, limits: Limits) -> Standing:
    """The standing of an account of which only its worth is known, and what was signed for."""
    return standing_under(record(limits), start(net_liq, limits))


def sign(fact: Fact) -> Path:
    """Write a signature, and return where.

    Raises
    ------
    DataError
        If the folder cannot be written to.
    """
    place = home() / SIGNED
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise DataError(f"{place.parent} cannot be made ({fault.strerror}): make room") from fault
    journal = SqliteJournal.open(place) if place.is_file() else SqliteJournal.create(place)
    try:
        journal.append((fact,))
    finally:
        journal.close()
    return place


def signature(name: str | None, reason: str | None) -> str:
    """``T. King: the reason``.

    Raises
    ------
    ConfigError
        If either is left out: nobody signs without a name and a reason.
    """
    for option, said in (("--sign", name), ("--reason", reason)):
        if not (said or "").strip():
            raise ConfigError(
                f"{option} is missing: a signature is a name and a reason, both in your own words"
            )
    return f"{(name or '').strip()}: {(reason or '').strip()}"


def _read(place: Path, *, must: bool = False) -> Iterator[Fact]:
    """The facts of a journal; none where there is no file, unless there must be one."""
    if not must and not place.is_file():
        return
    journal = SqliteJournal.reader(place)
    try:
        yield from (fact for _, fact in journal.read())
    finally:
        journal.close()
