"""A venue that refuses an order for its margin: the gate that says so, and where the refusal counts."""

from decimal import Decimal

import pytest

from tomking.analysis.funnel import funnels
from tomking.analysis.tallies import Asked, Block
from tomking.core.facts import Considered, Judged
from tomking.core.reading import Stage, first_failure
from tomking.core.venue import Code
from tomking.portfolio.preview import Preview, Refusal
from tomking.risk.judge import judge
from tomking.risk.verdict import Refused
from worlds.gates import SPREAD, scene
from worlds.orders import order

pytestmark = [pytest.mark.unit, pytest.mark.risk]

SEEN = scene()
WANTED = order(SPREAD, root="MES")


def verdict(code: Code) -> Refused:
    """What the gates say of a sound order that the venue's dry run refuses."""
    need = Decimal(3000)
    said = (Refusal(code, "600 dollars are missing"),)
    dry_run = Preview(Decimal(0), need, need, Decimal(0), "broker", refusals=said)
    found = judge(WANTED, SEEN, dry_run)
    assert isinstance(found, Refused)
    return found


@pytest.mark.parametrize(
    ("code", "stage"), [(Code.MARGIN, Stage.MARGIN), (Code.VALIDATION, Stage.DATA)]
)
def test_a_refusal_counts_at_the_stage_it_is_about(code: Code, stage: Stage) -> None:
    found = verdict(code)
    failed = first_failure(found.readings)
    assert failed is not None
    assert failed.stage is stage
    at = SEEN.market.at
    facts = [
        Judged(at, WANTED, found.readings, {}, approved=False),
        Considered(at, WANTED.strategy, WANTED.campaign, f"refused: {failed.name}", ()),
    ]
    asked = Asked(WANTED.strategy, "Friday", ("MES",), Block.WEEK)
    (funnel,) = funnels(facts, (asked,), {})
    assert funnel.by_stage == ((stage.value, 1),)
