"""``python -m tomking.app.warm``: compile every kernel, so that the first run does not wait for it.

Compiled code is kept on disk beside the sources. An install calls this once; calling it again costs a
second.
"""

import time
from datetime import date
from decimal import Decimal

import numpy as np

from tomking.app import strategies
from tomking.backtest.run import RunSpec, run
from tomking.market.surface import atm_sd, strike_at_delta
from tomking.pricing.american import american76, exercise_boundary
from tomking.pricing.black import PRICE, black76, bsm
from tomking.pricing.dividends import american_with_dividends
from tomking.pricing.grid import american_grid
from tomking.pricing.implied import implied_vol
from tomking.pricing.landscape import landscape_into
from tomking.pricing.payoff import profile
from tomking.pricing.second import black76_second

#: A window with Fridays, a first Wednesday and a storm, so that every branch of a run is taken.
FIRST, LAST = date(2018, 1, 29), date(2018, 2, 9)


def warm() -> tuple[float, int]:
    """Compile everything; seconds it took and sessions traded on the way."""
    began = time.perf_counter()
    _price()
    done = run(RunSpec(strategies.chosen(), Decimal(100_000), FIRST, LAST))
    return time.perf_counter() - began, len(done.sessions)


def _price() -> None:
    """The kernels a backtest does not call."""
    price = black76(20.0, 20.0, 4 / 12, 0.25, -1.0, 0.09)[PRICE]
    bsm(42.0, 40.0, 0.5, 0.2, 1.0, 0.1, 0.0)
    black76_second(20.0, 20.0, 4 / 12, 0.25, -1.0, 0.09)
    american76(20.0, 20.0, 4 / 12, 0.25, -1.0, 0.09)
    exercise_boundary(20.0, 4 / 12, 0.25, -1.0, 0.09, 0.0)
    american_grid([19.0, 21.0], 20.0, 4 / 12, 0.25, -1.0, 0.09, 0.0)
    american_with_dividends(40.0, 40.0, 0.5, 0.3, 1.0, 0.09, [0.2], [0.5])
    implied_vol(price, 20.0, 20.0, 4 / 12, -1.0, float(np.exp(-0.09 * 4 / 12)))
    ones = np.ones(2)
    one = np.ones(1)
    times, first = np.ones((1, 1)), np.zeros(1, dtype=np.int64)
    landscape_into(
        np.ones((1, 2, 2)), first, times, times, times, np.ones((1, 1, 2)), np.ones((1, 1, 2)),
        one,
        one, one, np.zeros((1, 2, 2)),
    )  # fmt: skip
    profile(np.array([90.0, 100.0]), ones, np.array([-1.0, 1.0]), ones)
    years = 30 / 365
    strike_at_delta(6000.0, atm_sd(20.0, years), 20.0, years, -1.0, 0.16)


def main() -> None:
    """Warm up and say so."""
    seconds, sessions = warm()
    print(f"kernels are compiled; {sessions} sessions traded to prove it, in {seconds:.1f} s")


if __name__ == "__main__":
    main()
