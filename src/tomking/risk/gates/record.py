"""RECORD: what a strategy's own closed campaigns say of the next one; stage DATA, like the breakers."""

from collections.abc import Callable

from tomking.core.order import Purpose
from tomking.core.reading import Reading, Sense, Stage
from tomking.risk import expectancy
from tomking.risk.case import Case
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing


def half_of_them_win(case: Case) -> Reading:
    """At least half of the strategy's last 20 campaigns won (R-EXP-01)."""
    return _of_entries(expectancy.wins, case, "R-EXP-01")


def mean_r_is_not_negative(case: Case) -> Reading:
    """The strategy's last 30 campaigns did not lose on average (R-EXP-02)."""
    return _of_entries(expectancy.mean_r, case, "R-EXP-02")


def _of_entries(
    asked: Callable[[str, Standing, Limits], Reading], case: Case, rule: str
) -> Reading:
    """A pause is for what is new: a roll of what is held is not asked."""
    if case.order.purpose is Purpose.ROLL:
        said = expectancy.NOT_ASKED
        return Reading("expectancy of a roll", Stage.DATA, Sense.IS, said, said, "", rule)
    return asked(case.order.strategy, case.view.standing, case.view.limits)


RECORD = (half_of_them_win, mean_r_is_not_negative)
