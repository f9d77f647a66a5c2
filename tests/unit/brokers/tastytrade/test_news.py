"""Frames of the account stream: what tells of something is kept, one by one or several together."""

import json

import pytest

from tomking.brokers.tastytrade.news import News, Unheard

pytestmark = pytest.mark.unit

ORDER = {"type": "Order", "data": {"id": 1, "status": "Live"}, "timestamp": 1}
FILLED = {"type": "Order", "data": {"id": 1, "status": "Filled"}, "timestamp": 2}
HEARD = {"status": "ok", "action": "heartbeat", "request-id": 1}


def heard(*frames: object) -> News:
    news = News()
    for frame in frames:
        news.hear(frame if isinstance(frame, str) else json.dumps(frame))
    return news


def test_what_comes_together_is_taken_one_by_one_in_its_order():
    assert heard({"results": [ORDER, FILLED]}).take() == [ORDER, FILLED]
    assert heard(ORDER, FILLED).take() == [ORDER, FILLED]


def test_a_sign_of_life_is_neither_news_nor_odd():
    news = heard(HEARD)
    assert (news.take(), news.odd) == ([], 0)


@pytest.mark.parametrize("frame", ["<html>", [], 3, {"type": "Order"}, {"data": {}}, {"new": 1}])
def test_a_frame_that_tells_nothing_anybody_knows_is_counted(frame: object):
    news = heard(frame)
    assert (news.take(), news.odd) == ([], 1)


def test_of_several_an_odd_one_costs_no_other():
    news = heard({"results": [3, ORDER]})
    assert (news.take(), news.odd) == ([ORDER], 1)


@pytest.mark.parametrize("frame", [{"status": "error", "message": "not authorized"}])
def test_an_error_is_no_news(frame: object):
    with pytest.raises(Unheard, match="not authorized"):
        heard(frame)
