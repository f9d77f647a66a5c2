"""What an account holds and has at work, by its journal: figures, what holds it, and what does not."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tomking.app.account_now import account_now, folded
from tomking.app.desk_files import DeskFiles
from tomking.app.held_now import campaigns, orders
from tomking.app.main import main
from tomking.app.protection import guard, most_lost
from tomking.core.dealings import Doubted, ForeignHeld, Unguarded
from tomking.core.facts import Fact, OrderEnded, Reviewed, Sent
from tomking.portfolio.book import Book
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112
from worlds import accounts
from worlds.orders import book_with, closing, fills, order

pytestmark = pytest.mark.unit
CAMPAIGN = "friday_0dte/2025-12-05"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, object]:
    capsys.readouterr()
    assert main([*words, "--json"]) == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


def test_a_campaign_is_shown_with_its_legs_credit_fees_and_what_it_made_at_the_close(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [*accounts.condor(), accounts.closed(CAMPAIGN, "120.50")])
    (held,) = said(capsys, "positions")["campaigns"]  # type: ignore[misc]
    assert (held["campaign"], held["strategy"], held["credit"]) == (
        CAMPAIGN, "friday_0dte", "400.00",
    )  # fmt: skip
    assert (held["fees"], held["made"], held["as_of"]) == (
        "6.00", "120.50", "close of 2025-12-05",
    )  # fmt: skip
    (position,) = held["positions"]
    assert [(leg["contract"], leg["quantity"]) for leg in position["legs"]] == [
        ("ES 2025-12-05 5950 P", -2), ("ES 2025-12-05 5920 P", 2),
        ("ES 2025-12-05 6090 C", -2), ("ES 2025-12-05 6120 C", 2),
    ]  # fmt: skip
    assert position["rests"] == ["order 17 at -2.00: 50% of the premium earned"]
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert "credit +$400.00, fees $6.00, makes +$120.50 (close of 2025-12-05)" in page
    assert "at expiry it can lose $2,600.00 at most" in page


def test_a_desk_that_sends_no_exit_watches_nothing(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    accounts.beats(files)
    assert said(capsys, "positions")["watched"] is True
    accounts.beats(files, leaves=(True, False))
    assert said(capsys, "positions")["watched"] is False
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert "its desk is running and SENDS NOTHING, exits neither" in page
    assert "UNPROTECTED" in page


@pytest.mark.parametrize("command", ["positions", "orders", "takeover"])
def test_settings_that_do_not_hold_hide_nothing(
    command: str, files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    files.settings.write_text('mode = "papr"')
    assert main([command]) == 4
    page = capsys.readouterr().out
    assert page.startswith("THE SETTINGS DO NOT HOLD: tomking.toml:1: mode = 'papr'")
    assert "ES 2025-12-05 5950 P" in page
    assert main([command, "--json"]) == 4
    assert "'papr'" in json.loads(capsys.readouterr().out)["settings_fault"]
    assert main(["recover"]) == 2  # it says what a start would do, and there would be none


def in_pieces(*more: Fact) -> list[Fact]:
    """A call spread of which the short alone has traded."""
    opened = order("-1 6090 C, +1 6120 C", tranche="call spread")
    sold = fills(opened, ("5", "1"), accounts.AT)[0]
    ended = OrderEnded(accounts.AT, opened.id, "cancelled")
    return [accounts.began(), Sent(accounts.AT, opened), sold, ended, *more]


MATTER = f"{CAMPAIGN}/open:call spread/repair"


def test_a_package_in_pieces_is_shown_with_what_was_done_about_it(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    done = Reviewed(accounts.AT, "friday_0dte", MATTER, "sent as x#1: close what is left", ())
    accounts.written(files, in_pieces())
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert "IN PIECES by an order that traded in part: " in page
    assert "nothing has been tried yet" in page
    files.journal.unlink()
    accounts.written(files, in_pieces(done))
    (told,) = said(capsys, "positions")["repairs"]  # type: ignore[misc]
    assert told["what"] == "sent as x#1: close what is left"


def test_a_repair_that_is_done_is_shown_for_the_day(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = order("-1 6090 C, +1 6120 C", tranche="call spread")
    back = closing(replace(opened, legs=opened.legs[:1]), "-5.00", "call spread")
    done = Reviewed(accounts.AT, "friday_0dte", MATTER, "sent as x#1: close what is left", ())
    facts = [done, Sent(accounts.AT, back), *fills(back, ("5",), accounts.AT)]
    accounts.written(files, in_pieces(*facts))
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert f"REPAIRED: {CAMPAIGN}/open:call spread: " in page
    later = OrderEnded(accounts.AT + timedelta(days=3), back.id, "filled")
    files.journal.unlink()
    accounts.written(files, in_pieces(*facts, later))
    assert said(capsys, "positions")["repairs"] == []


def test_shorts_are_unprotected_while_no_desk_runs_whatever_profit_order_rests(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.condor())
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert "NO desk is watching" in page
    assert (
        "UNPROTECTED: nothing rests or watches for ES 2025-12-05 5950 P, ES 2025-12-05 6090 C"
        in page
    )


def test_a_running_desk_watches_and_its_heartbeat_says_what_is_made_now(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [*accounts.condor(), accounts.closed(CAMPAIGN, "120.50")])
    accounts.beats(files, **{CAMPAIGN: "-33.25"})
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert "UNPROTECTED" not in page
    assert "makes −$33.25 (now)" in page
    assert (
        "the desk watches: closed unless the loss is below 2 times the premium (costs 12.00 or more)"
        in page
    )


def test_a_desk_that_stopped_hours_ago_watches_nothing(files: DeskFiles) -> None:
    accounts.written(files, accounts.condor())
    accounts.beats(files, accounts.AT)
    now = account_now(files)
    assert not now.watched
    assert campaigns(now)[0].positions[0].guard.unprotected


def _condor() -> Book:
    return book_with(accounts.AT, (accounts.CONDOR, accounts.CONDOR_PRICES))


def test_a_stop_that_rests_at_the_broker_protects_its_leg_alone() -> None:
    book = _condor()
    (held,) = book.positions.values()
    stop = closing(
        accounts.CONDOR, "-9.00", "condor", trigger=Decimal("8.50"),
        legs=closing(accounts.CONDOR, "0", "condor").legs[:1],
    )  # fmt: skip
    resting = replace(book, working={stop.id: _working(stop)})
    seen = guard(held, resting, FRIDAY_0DTE, None, watched=False)
    assert seen.bare == ("ES 2025-12-05 6090 C",)
    assert seen.resting == (stop,)


def _working(order: object) -> object:
    from tomking.core.order import Order
    from tomking.portfolio.book import Working

    assert isinstance(order, Order)
    return Working(order, accounts.AT, (0,) * len(order.legs))


def test_a_short_that_its_long_covers_needs_no_stop_and_a_naked_one_does() -> None:
    book = book_with(accounts.AT, (accounts.lt112(), ("60.00", "55.00", "12.00")))
    trap, naked = book.positions.values()
    assert guard(trap, book, LT112, None, watched=False).bare == ()
    alone = guard(naked, book, LT112, None, watched=False)
    assert alone.bare == ("ES 2026-03-31 4800 P",)
    assert alone.wings == Decimal(2 * 4800 * 50 - 1200)
    watched = guard(naked, book, LT112, Decimal(100_000), watched=True)
    assert [str(stop.cost) for stop in watched.watching] == ["36.00", "32.00", "None"]
    assert not watched.unprotected


def test_a_week_sold_against_a_leap_is_covered_until_the_leap_is_gone() -> None:
    facts = accounts.covered_call()
    from tomking.portfolio.book import empty_book, fold

    book = fold(empty_book(Decimal(100_000)), facts)
    weekly = next(each for each in book.positions.values() if each.tranche == "weekly")
    assert guard(weekly, book, None, None, watched=False).bare == ()
    alone = replace(book, positions={weekly.id: weekly})
    assert len(guard(weekly, alone, None, None, watched=False).bare) == 1


def test_nothing_bounds_a_short_call() -> None:
    book = book_with(accounts.AT, (accounts.order("-1 6090 C"), ("5.00",)))
    (held,) = book.positions.values()
    assert most_lost(held) is None


def test_a_position_whose_plan_no_longer_knows_it_is_shown_without_stops(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, accounts.traded(accounts.order("-1 6090 C"), ("5.00",), accounts.AT))
    accounts.beats(files)
    assert main(["positions"]) == 0
    assert "UNPROTECTED" in capsys.readouterr().out


def test_what_is_not_ours_stands_apart(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts.written(files, [ForeignHeld(accounts.AT, "AAPL", 100)])
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert "NOT OURS and left alone: +100 AAPL" in page
    assert "Nothing is held." in page


def test_an_order_at_work_has_its_number_age_and_what_it_closes(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    later = accounts.closed(CAMPAIGN, "0")
    accounts.written(files, [*accounts.condor(), later])
    (order,) = said(capsys, "orders")["orders"]  # type: ignore[misc]
    assert (order["number"], order["age_min"], order["closes"]) == (
        "17", 315.0, f"{CAMPAIGN}/open:condor",
    )  # fmt: skip
    assert (order["purpose"], order["limit"], order["units_left"]) == ("CLOSE", "-2.00", 2)
    assert order["doubt"] == ""
    assert main(["orders"]) == 0
    assert "IN DOUBT" not in capsys.readouterr().out


def test_an_order_nobody_has_answered_is_in_doubt_with_the_reason(files: DeskFiles) -> None:
    wanted = accounts.target(accounts.CONDOR)
    facts = [
        *accounts.traded(accounts.CONDOR, accounts.CONDOR_PRICES, accounts.AT),
        *accounts.at_work(wanted, ""),
    ]  # fmt: skip
    accounts.written(files, facts)
    (order,) = orders(account_now(files))
    assert (order.number, order.doubt) == ("", "sent, and no word from the broker is written yet")
    files.journal.unlink()
    accounts.written(files, [*facts, Doubted(accounts.AT, wanted.id, "no answer in 10 s")])
    assert orders(account_now(files))[0].doubt == "no answer in 10 s"


def test_an_account_without_a_journal_holds_nothing(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["positions"]) == 0
    assert main(["orders"]) == 0
    page = capsys.readouterr().out
    assert "Nothing is held." in page
    assert "No order is at work." in page
    assert not files.journal.exists()


def test_an_account_that_is_not_there_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for verb in ("positions", "orders", "takeover", "recover", "reconcile", "plan", "run"):
        words = [verb, "nobody"] if verb == "run" else [verb, "--account", "nobody"]
        assert main(words) == 2
        assert "there is no account 'nobody'" in capsys.readouterr().err


def test_why_no_stop_rests_is_shown_until_one_does(
    files: DeskFiles, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = accounts.lt112()
    facts = accounts.traded(opened, ("60.00", "55.00", "12.00"), accounts.AT)
    name = f"{opened.intent}:naked puts"
    began = [*accounts.condor()[:1], *facts, Unguarded(accounts.AT, name, "no stops on this")]
    accounts.written(files, began)
    assert main(["positions"]) == 0
    page = capsys.readouterr().out
    assert "no stop at the broker: no stops on this" in page
    assert "UNPROTECTED: nothing rests or watches for ES 2026-03-31 4800 P" in page
    stop = closing(opened, "-40.00", "naked puts", trigger=Decimal("32.00"))
    told = folded([*began, Sent(accounts.AT, stop)])
    assert told.unguarded == {}
