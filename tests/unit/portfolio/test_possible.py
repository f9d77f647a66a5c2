"""What no venue lists is refused by the broker's code for instruments, whoever asks."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.contract import Contract, Right, Settles
from tomking.core.venue import Checkpoint, Code
from tomking.market.delivery import future_contract
from tomking.portfolio.order_rules import flaw
from tomking.portfolio.preflight import Situation, refusals
from unit.portfolio.orders import SHORT, TEN_THIRTY, TODAY, order, sell

pytestmark = [pytest.mark.unit, pytest.mark.risk]

MARCH, QUARTERLY = date(2026, 3, 6), date(2025, 12, 19)
INDEX = Contract("SPX", date(2026, 9, 30), Right.PUT, Decimal(5700))


def on(root: str, future: str, expiry: date = MARCH, settles: Settles = Settles.PM) -> Contract:
    return Contract(root, expiry, Right.PUT, Decimal(5800), future, settles)


@pytest.mark.parametrize(
    "fine",
    [
        INDEX,
        SHORT,
        on("ES", "ESH26"),
        on("ES", "ESM26"),  # further out than listed, but not impossible
        on("ES", "ESZ25", QUARTERLY, Settles.AM),
        on("CL", "CLJ26"),
        future_contract("ES", "ESH26"),
        Contract("SPY", date.max),
        replace(INDEX, strike=Decimal("0.01")),
    ],
)
def test_what_may_be_listed_has_no_flaw(fine: Contract) -> None:
    assert flaw(fine) == ""


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (replace(INDEX, strike=Decimal(-5)), "SPX has a strike of -5, where one is above zero"),
        (replace(INDEX, strike=Decimal(0)), "SPX has a strike of 0, where one is above zero"),
        (replace(INDEX, strike=Decimal("NaN")), "SPX has a strike of NaN, where one is above zero"),
        (replace(INDEX, strike=None), "SPX has a strike of None, where one is above zero"),
        (
            replace(INDEX, expiry=date(2026, 9, 26)),
            "SPX 2026-09-26 5700 P expires on a Saturday",
        ),
        (replace(INDEX, expiry=date(2026, 9, 27)), "SPX 2026-09-27 5700 P expires on a Sunday"),
        (on("ES", ""), "ES 2026-03-06 names no future"),
        (Contract("ES", date(2026, 3, 20)), "ES 2026-03-20 names no future"),
        (on("MES", "ESH26"), "'ESH26' is no MES future; write one as MESZ25"),
        (on("ES", "ESG26"), "'ESG26' is no ES future; write one as ESZ25"),
        (on("ES", "junk"), "'junk' is no ES future; write one as ESZ25"),
        (
            on("ES", "ESZ25"),
            "ES 2026-03-06 5800 P is written on ESZ25, which ends 2025-12-19",
        ),
    ],
)
def test_what_cannot_be_listed_is_refused_in_a_sentence_by_the_broker_s_code(
    odd: Contract, said: str
) -> None:
    met = Situation({}, TODAY, TEN_THIRTY)
    (refusal,) = refusals(order(sell(odd)), met, Checkpoint.PREFLIGHT)
    assert refusal.code is Code.INSTRUMENT
    assert str(refusal).startswith(f"{Code.INSTRUMENT}: instruments are known: {said}, must be")
