"""A plugin for the test suite of the broker's client: it talks to the server the environment names."""

import os

import pytest
import tastytrade.session
import tastytrade.streamer


def pytest_configure(config: pytest.Config) -> None:
    """Before any session is made."""
    del config
    for name in ("API_URL", "CERT_URL"):
        setattr(tastytrade.session, name, os.environ["TT_BASE_URL"])
    for name in ("STREAMER_URL", "CERT_STREAMER_URL"):
        setattr(tastytrade.streamer, name, os.environ["TT_STREAMER_URL"])
