"""No figure is LIVE before the broker has said that its quotes are of now."""

import pytest

from tomking.core.evidence import Evidence
from tomking.data.live import market as markets
from tomking.data.live.level import worth
from tomking.data.live.market import passed
from tomking.data.live.supervise import Standing as Stands
from worlds.streamed import streamed, until

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("level", ["demo", "delayed", "API", ""])
@pytest.mark.parametrize("claimed", list(Evidence))
def test_only_quotes_of_now_are_what_is_claimed(level: str, claimed: Evidence) -> None:
    assert worth("api", claimed) is claimed
    assert worth(level, claimed) is min(claimed, Evidence.PROXY)


def test_the_level_is_read_with_the_token() -> None:
    said = {"token": "t", "dxlink-url": "wss://feed"}
    assert passed(said | {"level": "demo"}).level == "demo"
    assert passed(said | {"level": None}).level == passed(said).level == ""


@pytest.mark.integration
def test_a_figure_is_live_once_the_broker_has_said_so() -> None:
    with streamed(evidence=Evidence.LIVE) as here:
        assert here.seen().vix.evidence is Evidence.LIVE
        assert here.seen().day.vix_previous.evidence is Evidence.LIVE
        here.market.level = None  # as before the first token
        assert here.seen().vix.evidence is here.seen().day.vix_previous.evidence is Evidence.PROXY


@pytest.mark.integration
def test_delayed_quotes_end_the_feed_of_real_money_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(markets, "passed", lambda said: passed(said | {"level": "demo"}))
    with streamed(evidence=Evidence.LIVE) as here:
        until(lambda: here.market.state().standing is Stands.NEEDS_HUMAN)
        assert "are of level 'demo' and not 'api'" in here.market.state().why
        assert here.market.worth is Evidence.PROXY
        assert here.market.cache.events == 0


@pytest.mark.integration
def test_delayed_quotes_are_marked_where_no_money_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markets, "passed", lambda said: passed(said | {"level": "demo"}))
    with streamed(evidence=Evidence.RECORDED) as here:
        assert here.seen().vix.evidence is Evidence.PROXY
        assert here.market.state().standing is Stands.CONNECTED
        assert "are of level 'demo'" in here.market.odd.last[0]
