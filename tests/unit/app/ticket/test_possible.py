"""What no market can show is refused, and what it just can is not."""

from typing import Any

import pytest

from tomking.core.errors import ConfigError
from worlds.tickets import LT112, SPREAD, changed, read

pytestmark = pytest.mark.unit


def with_these(base: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy with several figures changed; two underscores stand for a dot."""
    for place, value in changes.items():
        base = changed(base, place.replace("__", "."), value)
    return base


INDEX = with_these(
    SPREAD, underlying__symbol="SPX", underlying__kind="broad_index", underlying__price=6000
)
VIX = with_these(
    SPREAD, underlying__symbol="VIX", underlying__kind="volatility", underlying__price=14,
    legs__0__right="C", legs__0__strike=5, legs__0__price=14.5,
)  # fmt: skip
FUND = with_these(SPREAD, underlying__symbol="TQQQ", underlying__kind="leveraged_etf")
CALL = with_these(SPREAD, legs__0__right="C")
FUTURE = with_these(LT112, legs__0__right="C")


@pytest.mark.parametrize(
    "possible",
    [
        changed(SPREAD, "legs.0.price", 580),  # the underlying is worth nothing
        changed(CALL, "legs.0.price", 600),
        changed(FUTURE, "legs.0.price", 6010),
        VIX,  # priced on its forward, which nobody typed
        with_these(SPREAD, shares=-50),
        with_these(SPREAD, underlying__symbol="UVXY", underlying__kind="volatility", shares=100),
        with_these(LT112, shares=1),
        with_these(FUND, underlying__leverage=3),
        with_these(FUND, underlying__leverage=-1),
        with_these(FUND, underlying__leverage=-3),
        with_these(FUND, underlying__leverage=10),
        with_these(SPREAD, underlying__leverage=1),
    ],
)
def test_what_can_be_is_read(possible: dict[str, Any]) -> None:
    assert read(possible).legs


@pytest.mark.parametrize(
    ("impossible", "said"),
    [
        (
            changed(SPREAD, "legs.0.price", 580.01),
            r"legs\[0\].price: 580.01 is above 580, its strike",
        ),
        (changed(VIX, "legs.0.right", "P"), r"legs\[0\].price: 14.5 is above 5, its strike"),
        (changed(CALL, "legs.0.price", 600.01), r"legs\[0\].price: .* above 600, the price of SPY"),
        (
            changed(FUTURE, "legs.0.price", 6010.25),
            r"legs\[0\].price: .* above 6010, the price of ES",
        ),
        (with_these(INDEX, shares=100), "shares: 100 of SPX cannot be held"),
        (
            with_these(INDEX, underlying__kind="index", shares=-1),
            "shares: -1 of SPX cannot be held",
        ),
        (with_these(VIX, shares=100), "shares: 100 of VIX cannot be held"),
        (FUND, "underlying.leverage: leveraged_etf needs one that is not 1: say 2 or 3"),
        (with_these(FUND, underlying__leverage=1), "underlying.leverage: leveraged_etf needs one"),
        *(
            (
                with_these(FUND, underlying__leverage=less),
                f"underlying.leverage: {less} is not from 1 to 10, or from -1 to -10",
            )
            for less in (0.1, -0.5, 11, -10.5)
        ),
        (
            with_these(SPREAD, underlying__leverage=2),
            "underlying.leverage: 2 is not for the kind etf",
        ),
        (with_these(LT112, underlying__leverage=-1), "leverage: -1 is not for the kind future"),
        (with_these(LT112, underlying__symbol="MESX"), "root 'MESX'; did you mean 'MES'"),
        (with_these(LT112, underlying__symbol="OJ"), "unknown root 'OJ'; known futures are 6A, 6B"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(impossible: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(impossible)


def held(**row: Any) -> dict[str, Any]:
    """The spread in an account with one holding."""
    return changed(SPREAD, "account.held", [{"quantity": 1} | row])


PUT = {"symbol": "QQQ", "right": "P", "strike": 400, "expiry": "2026-07-17", "underlying": 550}


def test_holdings_have_the_same_bounds_by_their_own_underlying() -> None:
    assert read(held(**PUT, price=400)).account
    assert read(held(**PUT | {"right": "C"}, price=550)).account
    for row, said in (
        (PUT | {"price": 400.5}, r"account.held\[0\].price: 400.5 is above 400, its strike"),
        (
            PUT | {"price": 551, "right": "C"},
            r"held\[0\].price: 551 is above 550, the price of QQQ",
        ),
        ({"symbol": "SPX", "price": 6000}, r"account.held\[0\].quantity: 1 of SPX cannot be held"),
    ):
        with pytest.raises(ConfigError, match=said):
            read(held(**row))
