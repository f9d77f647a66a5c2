"""What a start would find: doubts, orders at work, differences, and orphans by what they can lose."""

import json
from dataclasses import replace

import pytest

from tomking.app.account_now import account_now, folded
from tomking.app.desk_files import DeskFiles
from tomking.app.main import main
from tomking.app.recovering import orphans, recovery
from tomking.core.facts import OrderEnded, Sent
from tomking.core.rung import Rung
from tomking.strategies.ipmcc import IPMCC
from worlds import accounts
from worlds.orders import closing, fills

pytestmark = [pytest.mark.unit, pytest.mark.emergency]
NAME = "friday_0dte/2025-12-05/open:condor"


def test_a_sound_account_has_nothing_to_recover(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.traded(accounts.CONDOR, accounts.CONDOR_PRICES, accounts.AT))
    capsys.readouterr()
    assert main(["recover"]) == 0
    page = capsys.readouterr().out
    assert "There is nothing to recover" in page
    assert "Start it with `tomking paper --account paper`" in page


def test_an_order_without_an_answer_is_looked_for_and_never_sent_again(files: DeskFiles) -> None:
    accounts.written(files, accounts.at_work(accounts.CONDOR, ""))
    found = recovery(account_now(files))
    (doubt,) = found.unconfirmed
    assert (doubt.order, doubt.sent) == (accounts.CONDOR.id, accounts.AT)
    assert "never sent again" in doubt.does
    assert [one.does for one in found.standing] == [
        "looked up, and withdrawn once it is 10 minutes old and has not traded"
    ]


def test_a_profit_order_is_left_and_an_exit_is_priced_again(files: DeskFiles) -> None:
    exit_ = closing(accounts.CONDOR, "-9.00", "condor")
    accounts.written(files, [*accounts.condor(), *accounts.at_work(exit_, "18")])
    does = {one.order.number: one.does for one in recovery(account_now(files)).standing}
    assert does == {
        "17": "left at work; an exit of the plan replaces it",
        "18": "looked up, and priced again while what it closes is held",
    }


def test_a_wing_that_was_sold_by_hand_leaves_an_orphan_with_its_closing_order(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both wings of a condor of two go: the call comes first, for nothing bounds it."""
    gone = [
        fact
        for leg in (1, 3)
        for fact in accounts.sold_by_itself(accounts.CONDOR, leg, "1.00", "condor")
    ]
    accounts.written(files, [*accounts.condor(), *gone])
    call, put = recovery(account_now(files)).orphans
    assert (call.contract, call.count, call.unbounded) == ("ES 2025-12-05 6090 C", 2, True)
    assert (put.contract, put.count, put.unbounded) == ("ES 2025-12-05 5950 P", 2, False)
    assert put.notional == 2 * 50 * 5950
    assert call.closing == "Buy to Close 2 ES 2025-12-05 6090 C (./ESZ5 EW1Z5 251205C6090)"
    assert call.at_work == (f"17 ({NAME}/target#1)",)
    capsys.readouterr()
    assert main(["recover"]) == 4
    page = capsys.readouterr().out
    assert "ORPHAN 1: 2 short ES 2025-12-05 6090 C" in page
    assert "loses without a bound" in page


def test_half_a_wing_leaves_half_the_shorts(files: DeskFiles) -> None:
    half = replace(accounts.CONDOR, units=1)
    gone = accounts.sold_by_itself(half, 1, "1.00", "condor")
    accounts.written(files, [*accounts.condor(), *gone])
    (put,) = recovery(account_now(files)).orphans
    assert (put.contract, put.count) == ("ES 2025-12-05 5950 P", 1)


def test_what_a_plan_sells_naked_is_no_orphan(files: DeskFiles) -> None:
    accounts.written(files, accounts.traded(accounts.lt112(), ("60", "55", "12"), accounts.AT))
    assert recovery(account_now(files)).orphans == ()


def test_half_a_package_that_filled_short_first_is_an_orphan_while_the_rest_is_at_work(
    files: DeskFiles,
) -> None:
    first = fills(accounts.CONDOR, accounts.CONDOR_PRICES, accounts.AT)[0]
    accounts.written(files, [Sent(accounts.AT, accounts.CONDOR), first])
    (put,) = recovery(account_now(files)).orphans
    assert (put.contract, put.count) == ("ES 2025-12-05 5950 P", 2)
    assert put.at_work == (f"no number ({accounts.CONDOR.id})",)


def test_a_week_without_its_leap_is_an_orphan_and_with_it_is_none() -> None:
    facts = accounts.covered_call()
    whole = folded([accounts.began(), *facts])
    assert orphans(whole, {"ipmcc": IPMCC}) == ()
    leap = next(each for each in whole.book.positions.values() if each.tranche == "leap")
    sold = closing(facts[0].order, "115", "leap")  # type: ignore[union-attr]
    gone = [Sent(accounts.AT, sold), *fills(sold, ("115",), accounts.AT)]
    assert sold.closes == leap.id
    alone = folded([accounts.began(), *facts, *gone, OrderEnded(accounts.AT, sold.id, "filled")])
    (week,) = orphans(alone, {"ipmcc": IPMCC})
    assert (week.contract, week.count) == ("SPY 2025-12-12 605 C", 1)
    assert week.why == "leap, which covered it, is gone"


def test_do_asks_the_desk_to_open_nothing_and_only_beside_an_orphan(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["recover", "--do"]) == 0
    assert "--do asks nothing of the desk" in capsys.readouterr().out
    assert list(files.spool.take()) == []
    gone = accounts.sold_by_itself(accounts.CONDOR, 3, "1.00", "condor")
    accounts.written(files, [*accounts.condor(), *gone])
    assert main(["recover", "--do", "--json"]) == 4
    assert json.loads(capsys.readouterr().out)["command"]
    (taken,) = files.spool.take()
    assert taken.command is not None
    assert (taken.command.verb, taken.command.of) == ("rung", Rung.CLOSE_ONLY.name)
    assert "orphan legs: ES 2025-12-05 6090 C" in taken.command.reason


def test_books_that_differed_are_shown_and_are_exit_code_6(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [accounts.compared("SPY 1 here, 0 there")])
    assert main(["recover"]) == 6
    assert "DIFFERS: SPY 1 here, 0 there" in capsys.readouterr().out


def test_what_is_over_is_read_from_the_ledger(files: DeskFiles) -> None:
    """Nobody looked at the weekend: the condor's Friday has gone by in the journal's own time."""
    later = replace(accounts.compared(), at=accounts.AT.replace(day=8))
    accounts.written(files, [*accounts.condor(), later])
    assert len(recovery(account_now(files)).over) == 4


@pytest.mark.parametrize(
    ("settings", "how"),
    [
        ('mode = "live"', "tomking live --account paper"),
        ('[desk]\nexecution = "send"', "tomking run paper"),
        ('[desk]\nexecution = "prepare"', "tomking paper --account paper"),
    ],
)
def test_the_start_that_is_named_is_one_that_sends_exits(
    settings: str, how: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    files.settings.write_text(settings)
    capsys.readouterr()
    assert main(["recover"]) == 0
    assert f"Start it with `{how}`" in capsys.readouterr().out
