"""The guard: every check passes on a sound report and fails on one broken on purpose."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from tomking.analysis.gate_value import GateLedger, GateValue, Refuser
from tomking.analysis.intervals import Interval
from tomking.analysis.summary import Summary
from tomking.analysis.tallies import Tally
from tomking.analysis.trades import Trade
from tomking.report.checks import CHECKS, PASS, failures, verdicts
from tomking.report.contents import Report
from tomking.report.page import page
from unit.report.reports import report

pytestmark = pytest.mark.unit

Break = Callable[[Summary], Summary]


def base(change: Break) -> Report:
    """The report with the first account's run changed."""
    sound = report()
    first = sound.accounts[0]
    broken = replace(first, base=replace(first.base, summary=change(first.base.summary)))
    return replace(sound, accounts=(broken, *sound.accounts[1:]))


def tally(**wrong: object) -> Report:
    def change(found: Summary) -> Summary:
        first: Tally = replace(found.tallies[0], **wrong)
        return replace(found, tallies=(first, *found.tallies[1:]))

    return base(change)


def trade(**wrong: object) -> Report:
    def change(found: Summary) -> Summary:
        last: Trade = replace(found.trades[-1], **wrong)
        return replace(found, trades=(*found.trades[:-1], last))

    return base(change)


def curve(**wrong: object) -> Report:
    return base(lambda found: replace(found, curve=replace(found.curve, **wrong)))


def performance(**wrong: object) -> Report:
    return base(lambda found: replace(found, performance=replace(found.performance, **wrong)))


GATE = GateValue(
    Refuser.FIRST, "lt112", "MES", "R-COR-01", "CORRELATION", "campaigns in group A1",
    30, 25, 25, 31.0, Interval(5.0, 60.0, 25),
)  # fmt: skip


def gates(**wrong: object) -> Report:
    """The report with a ledger of gates beside the first account's run."""
    sound = report()
    first = sound.accounts[0]
    known = GateLedger(30, 25, (replace(GATE, refuser=Refuser.ONLY), GATE))
    broken = replace(first, base=replace(first.base, gates=replace(known, **wrong)))
    return replace(sound, accounts=(broken, *sound.accounts[1:]))


SOUND = report().accounts[0].base.summary
NOT_A_NUMBER = float("nan")
FELL = np.concatenate(([SOUND.curve.net_liq[0]], -SOUND.curve.net_liq[1:]))
MOVED = np.concatenate(([SOUND.curve.net_liq[0] + 1.0], SOUND.curve.net_liq[1:]))
DOUBLED = replace(report().accounts[0].strip[0], run_hash=report().accounts[0].base.run_hash)


def same_hash() -> Report:
    sound = report()
    return replace(sound, accounts=(replace(sound.accounts[0], strip=(DOUBLED,)),))


def fewer_slots() -> Report:
    def change(found: Summary) -> Summary:
        first = replace(found.funnels[0], unfilled=found.funnels[0].unfilled + 1)
        return replace(found, funnels=(first, *found.funnels[1:]))

    return base(change)


BROKEN: dict[str, list[Report]] = {
    "every_number_is_finite": [performance(sharpe=NOT_A_NUMBER), performance(cagr=float("inf"))],
    "strategies_add_up_to_the_account": [tally(pnl=SOUND.tallies[0].pnl + Decimal("0.01"))],
    "equity_starts_at_capital": [
        curve(net_liq=MOVED),
        base(lambda s: replace(s, final=s.final + Decimal("0.02"))),
    ],
    "months_multiply_up": [base(lambda s: replace(s, months=s.months[1:]))],
    "drawdown_is_a_fraction": [curve(net_liq=FELL)],
    "margin_is_not_negative": [curve(requirement=SOUND.curve.requirement - 9999.0)],
    "every_entry_took_margin": [curve(entered=np.zeros(len(SOUND.curve.entered)))],
    "win_rate_is_a_fraction": [tally(win_rate=1.2), tally(win_rate=-0.1)],
    "closed_trades_add_up": [tally(wins=SOUND.tallies[0].wins + 1), tally(considered=3)],
    "every_entry_has_an_end_or_is_open": [trade(closed=None), trade(exits=())],
    "no_exit_before_entry": [
        trade(closed=SOUND.trades[-1].opened - timedelta(minutes=1)),
        trade(opened=SOUND.trades[-1].opened + timedelta(days=400), closed=None),
    ],
    "fees_are_not_negative": [trade(fees=Decimal("-0.01"))],
    "intervals_hold_their_figure": [
        tally(expectancy_interval=Interval(900.0, 901.0, 20)),
        tally(win_rate_interval=Interval(0.0, 0.1, 20)),
    ],
    "funnel_adds_up": [
        fewer_slots(),
        base(lambda s: replace(s, funnels=(replace(s.funnels[0], by_gate=()), s.funnels[1]))),
    ],
    "ledger_adds_up": [
        base(lambda s: replace(s, rejections=s.rejections[:-1])),
        base(lambda s: replace(s, results=s.results[:1])),
    ],
    "gate_values_add_up": [
        gates(refused=3),
        gates(carried=99),
        gates(values=(replace(GATE, trades=40), GATE)),
        gates(values=(replace(GATE, value=90.0), GATE)),
    ],
    "trades_match_statistics": [base(lambda s: replace(s, trades=s.trades[1:]))],
    "slices_add_up": [base(lambda s: replace(s, slices=s.slices[1:]))],
    "entries_carry_labels": [trade(labels={})],
    "columns_are_runs_of_their_own": [same_hash()],
    "columns_cover_the_same_window": [
        replace(report(), sessions=3),
        replace(report(), last=report().last - timedelta(days=1)),
    ],
}


def test_a_sound_report_passes_every_check() -> None:
    assert set(verdicts(report()).values()) == {PASS}
    assert set(verdicts(gates()).values()) == {PASS}


def test_every_check_is_broken_on_purpose_here() -> None:
    assert set(BROKEN) == set(CHECKS)


@pytest.mark.parametrize(
    ("name", "broken"), [(name, one) for name, each in BROKEN.items() for one in each]
)
def test_a_check_fails_on_a_report_broken_on_purpose(name: str, broken: Report) -> None:
    found = verdicts(broken)[name]
    assert found != PASS
    assert len(found) > 10


def test_a_report_that_fails_is_shown_and_says_so_above_everything_else() -> None:
    broken = tally(win_rate=1.2)
    text = page(broken)
    assert dict(failures(broken))["win_rate_is_a_fraction"] in text
    assert text.index("impossible figure") < text.index("what was assumed")
    assert "impossible figure" not in page(report())
