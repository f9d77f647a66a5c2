"""IPMCC with another call against the LEAP: a month of 30 delta, or a week by a formula of the price.

Neither is the trade its author tells, which is never sold out of the money; all else is as in `ipmcc`.

Sources: R-PMC-11 and R-PMC-12 in docs/rules.md.
"""

from tomking.strategies.ipmcc import IPMCC, WEEK, against_the_leap
from tomking.strategies.picks import ByTrend, Delta, Expires

MONTH = Expires(37, 7)  # R-PMC-11

#: The covered call of the textbooks: 30 delta, 30 to 44 days (R-PMC-11).
IPMCC_MONTH = IPMCC.variant(
    "ipmcc_month",
    "IPMCC, calls of a month (another trade, by the rulebook)",
    shapes=(against_the_leap("month", Delta(0.30), MONTH),),
    sources=("register 25", "JS, HEAD"),
)

#: Half a per cent out of the money while the market rises, as far inside it while it falls (R-PMC-12).
IPMCC_OUTSIDE = IPMCC.variant(
    "ipmcc_outside",
    "IPMCC, calls half a per cent out of the money (against its own rule)",
    shapes=(against_the_leap("week", ByTrend(0.005, "R-PMC-12"), WEEK),),
    sources=("register 25", "PDF p.2"),
)
