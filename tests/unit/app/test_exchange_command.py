"""``tomking exchange serve``: what it takes, and that it refuses the rest before it says it is ready."""

import os
from collections.abc import Callable
from pathlib import Path
from socket import socket

import pytest

from tomking.app.cli import exchange
from tomking.core.errors import ConfigError, TomKingError
from tomking.data.embedded import window
from tomking.exchange.fills import CERT_TABLE, MID, spread_fraction

pytestmark = pytest.mark.unit


def test_the_default_fill_model_has_the_name_quotes():
    assert exchange._filling("quotes") == spread_fraction(0.5)
    assert exchange._filling("spread_fraction(0.5)") == exchange._filling("quotes")


@pytest.mark.parametrize("model", [CERT_TABLE, MID])
def test_other_fill_models_go_by_their_own_names(model):
    assert exchange._filling(model.name) == model


def test_an_unknown_fill_model_is_told_all_names():
    with pytest.raises(ConfigError, match=r"'quote'.*mid.*quotes.*cert_table"):
        exchange._filling("quote")
    assert all(name in exchange.FILLS for name in ("quotes", "mid", "natural", "cert_table"))


@pytest.fixture
def unready(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The command, which fails the test if it says that it is ready."""

    def said(line: str) -> None:
        raise AssertionError(f"ready, and to be refused: {line}")

    def asked(**options: object) -> None:
        monkeypatch.setattr(exchange, "_say", said)
        exchange.command("serve", **options)

    return asked


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"day": "2031-01-02"}, "up to 20"),
        ({"day": "1998-06-01"}, "a session after"),
        ({"day": "2018-12-08"}, "no session"),
        ({"day": "tomorrow"}, "no day"),
        ({"fill": "generous"}, "unknown fill model"),
        ({"faults": Path("/nowhere")}, "cannot be read"),
        ({"parent": os.getpid()}, "did not start this"),
    ],
)
def test_what_cannot_be_served_is_refused_before_it_is_ready(unready, options, why):
    with pytest.raises(TomKingError, match=why):
        unready(**options)


def test_a_port_that_is_taken_is_refused_before_it_is_ready(unready):
    with socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ConfigError, match="choose another"):
            unready(port=other.getsockname()[1], fill="quotes")


def test_the_last_day_of_its_history_is_served_and_the_first_has_no_day_before():
    history = window()
    first, last = (exchange._start(day.isoformat(), 30) for day in (history.first, history.last))
    shown, start, _ = exchange._market(7, None, last)
    assert shown(start).day.session.day == history.last
    with pytest.raises(ConfigError, match="a session after"):
        exchange._market(7, None, first)
