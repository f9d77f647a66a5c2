"""Gate values of a short run: shared out or not they are the same, and the run is left as it was."""

from datetime import date
from decimal import Decimal

import pytest

from tomking.analysis.gate_value import GateLedger, Refuser
from tomking.analysis.shadows import Shadow
from tomking.app import gates
from tomking.app.gates import gates_of
from tomking.app.strategies import chosen
from tomking.backtest.run import Run, RunSpec, run
from tomking.backtest.shadows import carried, refused, world_of
from tomking.core.evidence import Evidence
from tomking.engine.canonical import digest

pytestmark = pytest.mark.integration

SPEC = RunSpec(
    chosen(("friday_0dte", "lt112")), Decimal(100_000), date(2018, 1, 2), date(2018, 3, 29)
)


@pytest.fixture(scope="module")
def made() -> Run:
    return run(SPEC)


@pytest.fixture(scope="module")
def shadows(made: Run) -> tuple[Shadow, ...]:
    return carried(refused(made.facts), SPEC.strategies, world_of(SPEC, made.history, {}))


def ledger(made: Run) -> GateLedger:
    return gates_of(made, {}, None)


def test_shares_come_back_as_one_process_would_have_made_them(
    made: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "MANY", 10**9)
    alone = ledger(made)
    monkeypatch.setattr(gates, "MANY", 1)
    assert ledger(made) == alone
    assert alone.refused > 5


def test_every_refused_entry_has_a_shadow_or_a_reason(shadows: tuple[Shadow, ...]) -> None:
    assert shadows
    assert all((one.pnl is None) <= bool(one.note) for one in shadows)
    assert any(one.pnl is not None for one in shadows)


def test_a_shadow_of_modelled_quotes_is_modelled(shadows: tuple[Shadow, ...]) -> None:
    assert {one.evidence for one in shadows} == {Evidence.MODEL}


def test_what_is_open_at_the_end_is_marked_and_says_so(shadows: tuple[Shadow, ...]) -> None:
    late = [one for one in shadows if one.candidate.strategy == "lt112" and one.pnl is not None]
    assert late
    assert {one.note for one in late} <= {"still open at the end", ""}
    assert any(one.note for one in late)


def test_shadows_write_nothing_into_the_run(made: Run, shadows: tuple[Shadow, ...]) -> None:
    assert shadows
    assert digest(made.facts)[:16] == made.run_hash
    assert not any("shadow" in str(fact) for fact in made.facts)


def test_only_refusers_are_among_the_first_refusers(made: Run) -> None:
    found = ledger(made)
    first = {(one.strategy, one.root, one.rule): one.refused for one in found.of(Refuser.FIRST)}
    assert sum(first.values()) == found.refused
    for one in found.of(Refuser.ONLY):
        assert one.refused <= first[one.strategy, one.root, one.rule]
