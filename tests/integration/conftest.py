"""One default run, shared by every test that looks at what a whole backtest did."""

from decimal import Decimal

import pytest

from tomking.backtest.run import Run, RunSpec, run
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112

CAPITAL = Decimal(100_000)


@pytest.fixture(scope="session")
def default_run() -> Run:
    """Every embedded session of 2014-2018 at $100,000, both strategies, seed 1."""
    return run(RunSpec((FRIDAY_0DTE, LT112), CAPITAL))
