"""A desk at the broker itself, with real money: what `tomking live` starts once nothing refuses it."""

import os
import signal
import sys
from functools import partial
from threading import Event

from tomking.app import strategies
from tomking.app.config.load import load
from tomking.app.desk_files import DeskFiles
from tomking.app.keys import Ring, keys_of
from tomking.app.market_time import OurTime
from tomking.app.now import now
from tomking.app.running import Allowed, Venue, run
from tomking.app.trading import Told
from tomking.core.errors import ConfigError
from tomking.core.evidence import Evidence
from tomking.engine.desk import Desk
from tomking.portfolio.fees import TASTYTRADE
from tomking.wire.budget import Budget
from tomking.wire.line import Line
from tomking.wire.session import Place

SEND = "send"


def traded(files: DeskFiles, ring: Ring, place: Place | None = None) -> Desk:
    """Trade at the broker until somebody says stop, as far as the settings let orders go.

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
    stop = Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda *_: stop.set())
    line = Line.open(keys, place or Place(), "", now, Budget())
    try:
        line.account = account_of(line)
        sends = settings.execution == SEND
        allowed = Allowed(sends and settings.automatic_entry, sends)
        venue = Venue(line, partial(OurTime, stop), Evidence.LIVE)
        return run(told, files, venue, allowed, _report, lambda: None)
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


def _report(said: str) -> None:
    print(f"tomking: {said}", file=sys.stderr, flush=True)
