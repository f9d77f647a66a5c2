"""A desk at the broker itself, with real money: what `tomking live` starts once nothing refuses it."""

import os
import sys
from functools import partial

from tomking.app import strategies
from tomking.app.config.load import load
from tomking.app.desk_files import DeskFiles, accounts, files_of
from tomking.app.keys import Ring, keys_of
from tomking.app.market_time import OurTime
from tomking.app.now import now
from tomking.app.running import Allowed, Ended, Venue, run
from tomking.app.stopping import on_signals
from tomking.app.trading import Told
from tomking.core.dealings import AccountNamed
from tomking.core.errors import ConfigError
from tomking.core.evidence import Evidence
from tomking.data.live.market import TOKENS, passed
from tomking.engine.journal import SqliteJournal
from tomking.portfolio.fees import TASTYTRADE
from tomking.wire.budget import Budget
from tomking.wire.line import Line
from tomking.wire.session import Place

SEND = "send"


def traded(files: DeskFiles, ring: Ring, place: Place | None = None) -> Ended:
    """Trade at the broker until somebody says stop, as far as the settings let orders go.

    The caller is the account's one writer (``at_work``): that is had before anybody types a word.

    Raises
    ------
    ConfigError
        If there are no keys, or they open more than one account.
    AuthExpired
        If the broker refuses them.
    """
    settings = load(files.settings)
    keys = keys_of(files.account, os.environ, ring).keys
    plans = strategies.chosen(settings.strategies, settings.tunings)
    told = Told("live", plans, settings.limits, TASTYTRADE, repr(settings), settings.backstops)
    stopping = on_signals()
    line = Line.open(keys, place or Place(), "", now, Budget())
    line.patience, line.report = stopping.patience, _report
    try:
        line.account = account_of(line)
        alone(files, line.account)
        sends = settings.execution == SEND
        allowed = Allowed(sends and settings.automatic_entry, sends)
        venue = Venue(line, partial(OurTime, stopping.stop), Evidence.LIVE)
        return run(told, files, venue, allowed, _report, lambda: None)
    finally:
        line.close()


def level_at(files: DeskFiles, ring: Ring, place: Place | None = None) -> str:
    """At which level the broker tells the account's quotes: the word that comes with its feed's token.

    Raises
    ------
    ConfigError
        If there are no keys.
    AuthExpired, Rejected, Transient
        If the broker refuses them, has no market data for the account, or does not answer.
    """
    keys = keys_of(files.account, os.environ, ring).keys
    line = Line.open(keys, place or Place(), "", now, Budget())
    try:
        return passed(line.get(TOKENS)).level
    finally:
        line.close()


def account_of(line: Line) -> str:
    """The one account that the keys open.

    Raises
    ------
    ConfigError
        If there is none, or more than one: a desk never guesses whose money it is.
    """
    rows = line.get("/customers/me/accounts").get("items", [])
    named = [str(row["account"]["account-number"]) for row in rows if "account" in row]
    if len(named) != 1:
        raise ConfigError(
            f"the keys open {len(named)} accounts ({', '.join(named) or 'none'}) and a desk trades one: "
            "make a grant for that one alone, then `tomking login`"
        )
    return named[0]


def alone(files: DeskFiles, number: str) -> None:
    """See that no other folder trades the same account: orders of two desks have the same names.

    Raises
    ------
    ConfigError
        If one does.
    """
    for name in accounts():
        other = files_of(name)
        if name == files.account or not other.journal.is_file():
            continue
        journal = SqliteJournal.reader(other.journal)
        try:
            theirs = {fact.number for _, fact in journal.read() if isinstance(fact, AccountNamed)}
        finally:
            journal.close()
        if number in theirs:
            raise ConfigError(
                f"account {number} is traded by {name!r} already: two desks would take each other's "
                "orders for their own. Go on with that one, or make a grant for another account"
            )


def _report(said: str) -> None:
    print(f"tomking: {said}", file=sys.stderr, flush=True)
