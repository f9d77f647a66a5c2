"""The bench of the stream measures only what the cache and the peer have really read."""

import pytest

from tomking.app.bench import stream
from tomking.data.live.cache import Cache

pytestmark = [pytest.mark.unit, pytest.mark.performance]


def test_the_cache_takes_more_than_is_promised_and_than_the_brokers_own_client() -> None:
    for row in stream.rows():
        assert float(row["value"]) > 50_000.0
        assert float(row["ratio"]) > 1.0


def test_a_cache_that_kept_nothing_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cache, "follow", lambda self, symbols: None)
    with pytest.raises(AssertionError, match="nothing was measured"):
        stream.rows()
