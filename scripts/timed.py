"""A plugin of pytest: every test starts with empty caches, and its seconds are written down.

A line behind a cache is executed by the first test that needs it; with empty caches by every one.
"""

import functools
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

#: The rooms whose lines are counted; caches further down only cost time.
ROOMS = ("tomking.risk", "tomking.portfolio", "tomking.exchange")

kept: list[Callable[[], None]] = []
seconds: dict[str, float] = defaultdict(float)
_lru_cache = functools.lru_cache


def noted(wrapper: Any) -> Any:
    """A cached function, remembered when it stands in one of the rooms."""
    if str(getattr(wrapper, "__module__", "")).startswith(ROOMS):
        kept.append(wrapper.cache_clear)
    return wrapper


def lru_cache(maxsize: Any = 128, typed: bool = False) -> Any:
    """``functools.lru_cache``, noting what it makes."""
    made = _lru_cache(maxsize, typed)
    return noted(made) if callable(maxsize) else lambda function: noted(made(function))


functools.lru_cache = lru_cache
functools.cache = lambda function: noted(_lru_cache(maxsize=None)(function))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Iterator[None]:
    for clear in kept:
        clear()
    yield


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    if not hasattr(session.config, "workerinput"):
        place = Path(os.environ["MUTANTS_TIMES"])
        place.write_text(json.dumps(seconds), encoding="utf-8")
