"""What is concluded, what is suspected, and what is said when nothing was traded."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tomking.analysis.summary import Summary
from tomking.core.evidence import Evidence
from tomking.report.contents import Report
from tomking.report.findings import (
    conclusions,
    flags,
    nearly_all,
    stopped,
)
from unit.report.reports import report

pytestmark = pytest.mark.unit


def changed(**wrong: object) -> Report:
    """A report of one account and one run, its first strategy's figures changed."""
    sound = report()
    account = replace(sound.accounts[0], strip=())
    found: Summary = account.base.summary
    tallies = (replace(found.tallies[0], **wrong), found.tallies[1])
    base = replace(account.base, summary=replace(found, tallies=tallies))
    return replace(sound, accounts=(replace(account, base=base),))


def test_a_profit_of_0dte_on_modelled_prices_is_a_bug_report() -> None:
    (flag,) = flags(changed(win_rate=0.7))
    assert "Friday 0DTE: a profit" in flag
    assert flag.endswith("On MODEL data this is a bug report against the model until explained.")


def test_more_than_four_fifths_winners_is_a_bug_report() -> None:
    assert len(flags(changed(win_rate=0.80, pnl=-1))) == 0
    (flag,) = flags(changed(win_rate=0.81, pnl=-1))
    assert "more than 80 % winners in the run asked for" in flag


def test_many_winners_stand_beside_the_share_at_which_they_would_earn_nothing() -> None:
    """Wins of 471 and losses of 2,129: of 2,600 at stake 2,129 are lost, which is 82 in a hundred."""
    won = {"win_rate": 0.88, "pnl": -1, "wins": 15, "losses": 2, "average_win": 471.0}
    (flag,) = flags(changed(**won, average_loss=2129.0))
    assert "(15 of 17; wins and losses of these sizes cancel at 82 %). On MODEL data" in flag
    (flag,) = flags(changed(**won, average_loss=None))
    assert "(15 of 17). On MODEL data" in flag


def test_nothing_is_suspected_of_recorded_prices() -> None:
    real = changed(win_rate=0.95)
    inputs = tuple(replace(line, evidence=Evidence.RECORDED) for line in real.inputs)
    assert flags(replace(real, inputs=inputs)) == ()


def test_every_account_says_what_became_of_its_money_and_whether_the_sign_holds() -> None:
    found = dict(conclusions(report()))
    assert found["$44,500"][0].startswith("$44,500 became $44,")
    assert "the sign does not change" in found["$44,500"][-1]
    assert len(found) == 2


def test_an_account_that_traded_nothing_names_the_gates() -> None:
    sound = report().accounts[0].base.summary
    said = stopped(sound.tallies[0], sound.funnels[0])
    assert said == (
        "What stopped Friday 0DTE: ES by VIX on 5 days; MES by credit of the put side on 5 days."
    )
    said = " ".join(dict(conclusions(changed(entered=0)))["$44,500"])
    assert "Friday 0DTE was asked on 25 days and never entered." in said
    assert "What stopped Friday 0DTE: ES by VIX" in said


def test_a_gate_that_refuses_nearly_everything_is_named() -> None:
    sound = report()
    assert nearly_all(sound) == ()
    account = sound.accounts[0]
    summary = account.base.summary
    by_root = (replace(summary.funnels[0].by_root[0], days=99, seen=100),)
    funnels = (replace(summary.funnels[0], by_root=by_root), summary.funnels[1])
    base = replace(account.base, summary=replace(summary, funnels=funnels))
    (said,) = nearly_all(replace(sound, accounts=(replace(account, base=base),)))
    assert said == (
        "$44,500, friday_0dte: “VIX” on ES refused 99 % of the 100 days on which it was asked."
    )


def test_a_result_that_turns_with_an_assumption_names_it() -> None:
    sound = report()
    account = sound.accounts[0]
    mid = account.strip[0]
    tallies = (replace(mid.summary.tallies[0], pnl=Decimal(-40)), mid.summary.tallies[1])
    turned = replace(mid, summary=replace(mid.summary, tallies=tallies))
    found = dict(conclusions(replace(sound, accounts=(replace(account, strip=(turned,)),))))
    assert "Friday 0DTE's result turns into a loss with mid (−$40)." in found["$44,500"]
