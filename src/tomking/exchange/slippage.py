"""How much of a quote's half-width a trade gives up: by legs, moneyness and time, as dated data.

Only the shares by legs are published practice. What in-the-money and far options, the first and last
minutes and the last day add is assumed; each row says which is which.
"""

from datetime import date

from tomking.core.value import value

#: Beyond this absolute delta an option is in the money, below the other it is far out.
IN_THE_MONEY, FAR_OUT = 0.60, 0.05
#: Minutes from the open and to the close that count as a rush.
RUSH_MIN = 10.0


@value
class Slippage:
    """Shares of the half-width given up, in force from ``since``.

    ``by_legs`` is the share for a package of one, two, three and four legs; the others are factors on
    it, for a leg (``in_the_money``, ``far_out``, ``last_day``) or for the minute (``rush``). No share
    exceeds one: a trade beyond the far side does not happen.
    """

    since: date
    by_legs: tuple[float, ...]
    in_the_money: float
    far_out: float
    rush: float
    last_day: float
    published: str
    assumed: str


#: ORATS lets a trade travel 75, 66, 56 or 53 % of the width from the near side for one to four legs; of
#: the half beyond mid that is twice the distance from 50 %.
BY_CIRCUMSTANCE = (
    Slippage(
        date(2007, 1, 1), (0.50, 0.32, 0.12, 0.06), 1.5, 1.5, 1.5, 1.25,
        "by_legs: ORATS backtester methodology, slippage (docs.orats.io, 2019 on)",
        "every factor. Chan, Chung and Johnson (1995) find option spreads falling after the open "
        "and then level; Muravyev and Pearson (2020) wider ones in the money: directions only",
    ),
)  # fmt: skip


def share(
    row: Slippage, legs: int, abs_delta: float, since_open: float, to_close: float, last_day: bool
) -> float:
    """The share of its half-width one leg of a package gives up, from 0 to 1.

    Parameters
    ----------
    legs
        Of the package.
    abs_delta
        0 to 1; NaN, an unknown one, changes nothing.
    since_open, to_close
        Minutes.
    last_day
        Whether the option expires today.

    >>> (only,) = BY_CIRCUMSTANCE
    >>> share(only, 1, 0.30, 60.0, 300.0, False), share(only, 1, 0.80, 5.0, 385.0, True)
    (0.5, 1.0)
    """
    found = row.by_legs[min(legs, len(row.by_legs)) - 1]
    if abs_delta > IN_THE_MONEY:
        found *= row.in_the_money
    elif abs_delta < FAR_OUT:
        found *= row.far_out
    if min(since_open, to_close) < RUSH_MIN:
        found *= row.rush
    if last_day:
        found *= row.last_day
    return min(found, 1.0)
