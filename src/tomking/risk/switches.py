"""Strategies that are switched off in an account: off at once, on again from the next session.

What an account may hold changes at the broker and not here: a permission is taken away, a level was
never given. What is held already is looked after as ever; only what is new is not entered.
"""

from datetime import date

from tomking.core.calendar import NEW_YORK
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.restraints import SwitchedOff, SwitchedOn
from tomking.core.value import value

#: A strategy that is switched off is lifted as this and its name.
CANNOT_HOLD = "account cannot hold "
ON, OFF = "yes", "no"


@value
class Off:
    """A strategy that is not entered, why, and the last session for which that holds."""

    strategy: str
    why: str
    until: date = date.max


Switches = tuple[Off, ...]


def after(known: Switches, fact: SwitchedOff | SwitchedOn) -> Switches:
    """What is switched off after a fact: going off holds at once, coming back from the next session."""
    others = tuple(one for one in known if one.strategy != fact.strategy)
    if isinstance(fact, SwitchedOff):
        return (*others, Off(fact.strategy, fact.why))
    mine = (one for one in known if one.strategy == fact.strategy)
    today = fact.at.astimezone(NEW_YORK).date()
    return (*others, *(Off(one.strategy, one.why, min(one.until, today)) for one in mine))


def off_on(known: Switches, day: date) -> Switches:
    """What is not entered on a day, by name."""
    return tuple(sorted((one for one in known if day <= one.until), key=lambda one: one.strategy))


def account_may_hold(strategy: str, known: Switches, day: date) -> Reading:
    """Whether the account may hold what a strategy enters, as the broker was last asked (R-BRK-10)."""
    mine = next((one for one in off_on(known, day) if one.strategy == strategy), None)
    why = "" if mine is None else f" ({mine.why})"
    seen = ON if mine is None else OFF
    return Reading(
        f"the account may hold {strategy}{why}", Stage.DATA, Sense.IS, seen, ON, "", "R-BRK-10"
    )
