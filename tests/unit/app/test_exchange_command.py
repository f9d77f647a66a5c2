"""``tomking exchange serve``: what it takes, and that all it refuses is refused before it says it is ready."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tomking.app.cli import exchange
from tomking.core.errors import ConfigError
from tomking.exchange.fills import CERT_TABLE, MID, spread_fraction

pytestmark = pytest.mark.unit


def test_the_default_fill_model_has_the_name_quotes():
    assert exchange._filling("quotes") == spread_fraction(0.5)
    assert exchange._filling("spread_fraction(0.5)") == exchange._filling("quotes")


@pytest.mark.parametrize("model", [CERT_TABLE, MID])
def test_other_fill_models_go_by_their_own_names(model):
    assert exchange._filling(model.name) == model


def test_an_unknown_fill_model_is_told_all_names():
    with pytest.raises(ConfigError, match="'quote'.*mid.*quotes.*cert_table"):
        exchange._filling("quote")
    assert all(name in exchange.FILLS for name in ("quotes", "mid", "natural", "cert_table"))
