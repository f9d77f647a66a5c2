"""The event calendar as this program uses it: shipped dates, and a user's own in the home folder."""

from datetime import date
from pathlib import Path

from tomking.app.home import home
from tomking.core.value import value
from tomking.data.event_file import laid_over, read_events, whole, write_events
from tomking.data.families import SP500
from tomking.data.tables import events, shipped_events
from tomking.market.events import Event

#: Days before the calendar ends from which on it is said.
AHEAD_DAYS = 60


@value
class Imported:
    """What an import did: where the dates are, how many came in, are new, and are there now."""

    file: str
    read: int
    changed: int
    held: int
    first: date
    last: date


def place() -> Path:
    """Where a user's own dates are kept."""
    return home() / "events.csv"


def own_events() -> tuple[Event, ...]:
    """A user's own dates; none without a file.

    Raises
    ------
    DataError
        If the file is not what an import writes.
    """
    return read_events(place()) if place().exists() else ()


def bring_in(path: Path) -> Imported:
    """Take the events of a file into the user's own, all of them or none (R-EVT-05).

    Raises
    ------
    DataError
        If a row is no event, or the dates leave a hole.
    """
    before, new = own_events(), read_events(path)
    own = laid_over(new, before)
    whole(own, shipped_events())
    write_events(place(), own)
    changed = len(set(new) & set(own)) - len(set(new) & set(before))
    days = [event.day for event in new]
    return Imported(str(place()), len(new), changed, len(own), min(days), max(days))


def ending(until: date, own: tuple[Event, ...]) -> tuple[str, ...]:
    """A sentence for every table that ends before a day, or soon after it."""
    found = events(own).ending(until, AHEAD_DAYS, SP500.events)
    return tuple(
        f"the dates of {name} end on {last}: after it every entry is refused (R-EVT-03); bring in later "
        "ones with `tomking data events FILE`"
        for name, last in found.items()
    )
