"""What a doctor looks at: each check measures one thing and says what to do when it is wrong."""

import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from importlib.metadata import version

from tomking.app.home import home
from tomking.core.errors import TomKingError

#: Days before a table runs out at which it is time to say so.
AHEAD_DAYS = 60
FREE_MB_MIN = 200
PYTHON_MIN = (3, 11)
SQLITE_MIN = (3, 37, 0)  # strict tables
#: SHA-256 of the columns of the embedded history, as this program reads them (arch 8).
SPX_SHA256 = "2656498a7dd97a14a8642bfa027398197ee6ded649f0388fd93b16ea2af0041d"
VIX_SHA256 = "bb7e0ce183d530e8cd337a1145b42643c70be70da69bcfbd795fb8e82be55413"
LIBRARIES = ("numpy", "numba", "pydantic", "typer", "rich", "arch", "matplotlib", "jinja2")


class Status(StrEnum):
    """How a check came out; only FAIL makes the doctor's exit code 1."""

    PASS = "PASS"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, what was seen, and what to do unless it passed."""

    name: str
    status: Status
    seen: str
    do: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing need be done."""
        return self.status is Status.PASS


Looks = Callable[[date], Iterable[Check]]


def examine(today: date) -> tuple[Check, ...]:
    """Every check, in the order in which a fault in one explains the next."""
    return tuple(check for look in LOOKS for check in _told(look, today))


def _told(look: Looks, today: date) -> Iterable[Check]:
    """The findings of a look; a fault that stops it is a finding too."""
    name = look.__name__.strip("_").replace("_", " ")
    try:
        return tuple(look(today))
    except TomKingError as fault:
        return (Check(name, Status.FAIL, str(fault), "do as the sentence says"),)
    except (ImportError, OSError, sqlite3.Error) as fault:
        return (Check(name, Status.FAIL, f"{type(fault).__name__}: {fault}", REINSTALL),)


REINSTALL = "install tomking again (`make install`)"


def _versions(_: date) -> Iterable[Check]:
    python = sys.version_info[:2] >= PYTHON_MIN
    named = ", ".join(f"{library} {version(library)}" for library in LIBRARIES)
    yield Check(
        "python", _passes(python), f"{platform.python_version()}; tomking {version('tomking')}",
        f"use Python {'.'.join(map(str, PYTHON_MIN))} or newer",
    )  # fmt: skip
    yield Check("libraries", Status.PASS, named)
    strict = sqlite3.sqlite_version_info >= SQLITE_MIN
    yield Check(
        "sqlite", _passes(strict), sqlite3.sqlite_version,
        "use a Python built with SQLite 3.37 or newer: the journal needs strict tables",
    )  # fmt: skip


def _passes(holds: bool) -> Status:
    return Status.PASS if holds else Status.FAIL


def _kernels(_: date) -> Iterable[Check]:
    from tomking.pricing.black import PRICE, black76, bsm

    put = float(black76(20.0, 20.0, 4 / 12, 0.25, -1.0, 0.09)[PRICE][0])
    call = float(bsm(42.0, 40.0, 0.5, 0.2, 1.0, 0.1, 0.0)[PRICE][0])
    agree = (round(put, 2), round(call, 2)) == (1.12, 4.76)
    seen = f"put on a future {put:.4f}, call on a share {call:.4f}; Hull's are 1.12 and 4.76"
    again = "delete the compiled files (`find . -name '*.nb[ic]' -delete`) and try again"
    yield Check("kernels", _passes(agree), seen, again)


def _history(_: date) -> Iterable[Check]:
    from tomking.data.embedded import spx, vix

    for name, bars, known in (("S&P 500", spx(), SPX_SHA256), ("VIX", vix(), VIX_SHA256)):
        columns = (bars.days, bars.high, bars.low, bars.close)
        hashed = sha256(b"".join(column.tobytes() for column in columns)).hexdigest()
        first, last = (date.fromordinal(int(bars.days[row])) for row in (0, -1))
        same = hashed == known
        yield Check(
            f"history of {name}", Status.PASS if same else Status.WARN,
            f"{first} to {last}, {len(bars)} days, sha256 {hashed[:12]}",
            "" if same else "these are other figures than the project was measured on: run hashes will "
            "differ; `pip install 'arch>=8,<9'` brings the same",
        )  # fmt: skip


def _sessions(today: date) -> Iterable[Check]:
    from tomking.market.sessions_table import FIRST_YEAR, LAST_YEAR

    yield Check(
        "session table", _lasting(today, date(LAST_YEAR, 12, 31)), f"{FIRST_YEAR} to {LAST_YEAR}",
        "widen it with scripts/sessions_table.py, or update tomking",
    )  # fmt: skip


def _lasting(today: date, last: date) -> Status:
    """A table that reaches far enough beyond today."""
    left = (last - today).days
    return Status.PASS if left > AHEAD_DAYS else Status.WARN if left >= 0 else Status.FAIL


def _events(today: date) -> Iterable[Check]:
    from tomking.app.event_calendar import own_events, place
    from tomking.data.families import SP500
    from tomking.data.tables import events

    own = own_events()
    if own:
        yield Check("own dates", Status.PASS, f"{len(own)} in {place()}")
    for name, (first, last) in sorted(events(own).covers.items()):
        asked = name in SP500.events
        lasts = asked is False or _lasting(today, last) is Status.PASS
        # A table that has run out stops entries by itself: nothing is broken, much is missed.
        yield Check(
            f"{name} dates", Status.PASS if lasts else Status.WARN,
            f"{first} to {last}{'' if asked else ', not asked for the S&P 500'}",
            f"after {last} the gate \"event calendar\" refuses every entry: update tomking, or bring in "
            "later dates with `tomking data events FILE`",
        )  # fmt: skip


def _anachronisms(_: date) -> Iterable[Check]:
    from tomking.core.product import PRODUCTS
    from tomking.data.embedded import spx

    last = date.fromordinal(int(spx().days[-1]))
    late = [p for p in PRODUCTS.values() if p.listed > last]
    seen = ", ".join(f"{p.root} was listed on {p.listed}" for p in late) or "none"
    yield Check("anachronisms", Status.PASS, f"{seen}; history ends on {last}, reports mark them")


def _settings(_: date) -> Iterable[Check]:
    from tomking.app import strategies
    from tomking.app.config.load import load

    settings = load()
    yield Check("settings", Status.PASS, ", then ".join(settings.files))
    yield Check("strategies", Status.PASS, ", ".join(strategies.names()))


def _house(_: date) -> Iterable[Check]:
    place = home()
    try:
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place):
            writable = True
    except OSError:
        writable = False
    yield Check(
        "home", _passes(writable), f"{place} {'can' if writable else 'cannot'} be written to",
        "set TOMKING_HOME to a folder that can",
    )  # fmt: skip
    free = shutil.disk_usage(place if writable else tempfile.gettempdir()).free / 1e6
    yield Check(
        "disk", Status.PASS if free >= FREE_MB_MIN else Status.WARN, f"{free:,.0f} MB free",
        "make room: a kept run takes about 5 MB",
    )  # fmt: skip


def _last_run(_: date) -> Iterable[Check]:
    from tomking.app.runs import ledger, stored

    runs = stored()
    if not runs:
        yield Check("last run", Status.PASS, "none kept yet")
        return
    facts = ledger(runs[0])
    yield Check("last run", Status.PASS, f"{runs[0].stem}: {len(facts):,} facts, its chain holds")


def _bytecode(_: date) -> Iterable[Check]:
    kept = not os.environ.get("PYTHONDONTWRITEBYTECODE")
    yield Check(
        "bytecode", Status.PASS if kept else Status.WARN,
        "kept" if kept else "PYTHONDONTWRITEBYTECODE is set",
        "unset PYTHONDONTWRITEBYTECODE: every start compiles every file again",
    )  # fmt: skip


LOOKS: tuple[Looks, ...] = (
    _versions, _bytecode, _kernels, _history, _sessions, _events, _anachronisms, _settings, _house,
    _last_run,
)  # fmt: skip
