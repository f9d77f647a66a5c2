"""The bench of the stream measures only what the cache and the peer have really read."""

import pytest

from tomking.app.bench import stream
from tomking.data.live.cache import Cache

pytestmark = [pytest.mark.unit, pytest.mark.performance]


def test_the_cache_takes_more_than_the_brokers_own_client_in_the_same_run() -> None:
    """What is promised of it in quotes a second is a proof's bound: a machine may be busy."""
    for row in stream.rows():
        assert row["unit"] == "quotes/s"
        ratio = float(row["value"]) / float(row["peer_value"])
        assert float(row["ratio"]) == pytest.approx(ratio, rel=0.1)
        assert ratio > 1.0


def test_a_cache_that_kept_nothing_ends_the_bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cache, "follow", lambda self, symbols: None)
    with pytest.raises(AssertionError, match="nothing was measured"):
        stream.rows()
