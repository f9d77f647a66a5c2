"""What a person's word lifts, and when: locks, the brake, and rungs of the kill ladder.

Pulling is never refused; what is asked here is asked of letting go.
"""

from collections.abc import Mapping
from datetime import date, datetime
from math import ceil
from types import MappingProxyType

from tomking.core.reading import Reading, Sense, Stage
from tomking.core.rung import OPERATOR, Rung
from tomking.risk.breakers import LOCKS, MANUAL_MODE
from tomking.risk.expectancy import paused
from tomking.risk.limits import Limits
from tomking.risk.rungs import KillLadder
from tomking.risk.standing import EXPECTANCY, Standing
from tomking.risk.switches import CANNOT_HOLD

#: What a person lifts by saying so, whenever that is.
AT_ONCE = (OPERATOR, MANUAL_MODE)
#: Days that a lock lasts at least where it is more than the hours of any other: two weeks after -20 %.
DAYS_MIN: Mapping[str, int] = MappingProxyType({"drawdown": 14})


def may_lift(reason: str, standing: Standing, now: datetime, limits: Limits) -> tuple[Reading, ...]:
    """Whether a person may lift a reason not to trade (R-BRK-08).

    The brake and manual mode at once; a lock 24 hours after it tripped, that of the drawdown after two
    weeks; a strategy that its own record pauses, or that the account could not hold, whenever it is.
    What lifts itself once it is measured again, such as a margin call, no word lifts.
    """
    paused_ = {f"{EXPECTANCY}{name}" for name, _ in paused(standing, limits)}
    paused_ |= {f"{CANNOT_HOLD}{one.strategy}" for one in standing.off if one.until == date.max}
    on = reason in standing.reasons or reason in paused_
    known = Reading(f"{reason} is", Stage.DATA, Sense.IS, _on(on), _on(True), "", "R-BRK-08")
    if not on:
        return (known,)
    if reason in AT_ONCE or reason in paused_:
        return ()
    if reason not in LOCKS:
        return (
            Reading(
                f"{reason} lifts", Stage.DATA, Sense.IS, "by itself", "by hand", "", "R-BRK-08"
            ),
        )
    trip = next((trip for trip in standing.trips if trip.reason == reason), None)
    hours = None if trip is None else (now - trip.at).total_seconds() / 3600.0
    least = max(limits.resume_hours_min, 24.0 * DAYS_MIN.get(reason, 0))
    return (
        Reading(
            f"time since {reason}", Stage.DATA, Sense.AT_LEAST, hours, least, "hours", "R-BRK-08"
        ),
    )


def _on(on: bool) -> str:
    return "on" if on else "off"


def may_move(ladder: KillLadder, to: Rung, now: datetime, limits: Limits) -> tuple[Reading, ...]:
    """Whether a person may move the desk to a rung (R-RNG-02).

    Up at once; down too, a flattening that was pulled by mistake included. Only the last rung keeps a
    desk that was flattened until a day has passed, so that nobody begins anew in the heat; closing what
    is held after all is no beginning.
    """
    if to >= Rung.FLATTEN or ladder.rung is not Rung.LOCKED:
        return ()
    days = (now.date() - ladder.since).days
    least = ceil(limits.resume_hours_min / 24.0)
    return (
        Reading(
            f"days since {Rung.LOCKED.name}", Stage.DATA, Sense.AT_LEAST, days, least, "days",
            "R-RNG-02",
        ),
    )  # fmt: skip
