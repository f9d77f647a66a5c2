"""An inbox of files: what each command comes to, each refusal, and that nothing is done twice."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tomking.core.calendar import OPEN, new_york
from tomking.core.facts import Fact, Sent
from tomking.core.order import Purpose
from tomking.core.restraints import Halted, Resumed, RungMoved
from tomking.core.rung import OPERATOR, Rung
from tomking.engine.commands import FLATTEN_WORD
from tomking.engine.inbox import LOST, NOTHING_TO_DO, FileInbox
from tomking.engine.loop import run
from tomking.engine.spool import FLATTEN, HALT, RESUME, RUNG, Command, Spool
from tomking.risk.limits import Limits
from tomking.risk.standing import Standing, apply, start
from worlds.board import FRIDAY
from worlds.desk import Ticks, tick
from worlds.emergencies import Emergency, emergency, sent

pytestmark = [pytest.mark.unit, pytest.mark.emergency]
LIMITS = Limits()
NOON = new_york(FRIDAY, OPEN)


@dataclass
class Account:
    """A folder, its inbox and a standing folded from what the inbox brings."""

    folder: Path
    standing: Standing = field(default_factory=lambda: start(Decimal(100_000), LIMITS))
    heard: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.spool = Spool(self.folder / "spool")
        self.spool.make()
        self.begin()

    def begin(self) -> None:
        """A new process on the same files."""
        self.inbox = FileInbox(
            self.folder / "HALT", self.spool, LIMITS, self.heard.append, lambda: Decimal(90_000)
        )

    def say(self, verb: str, **said: str) -> str:
        return self.spool.drop(Command(verb, NOON, "t. king", **{"reason": "because", **said}))

    def look(self, at: datetime = NOON) -> Sequence[Fact]:
        facts = self.inbox.take(at, self.standing)
        for fact in facts:
            self.standing = apply(self.standing, fact, LIMITS)
        self.inbox.settle(at)
        return facts

    def answer(self, name: str) -> dict[str, Any]:
        said: dict[str, Any] = json.loads((self.spool.out / name).read_text())
        return said

    @property
    def rung(self) -> Rung:
        return self.standing.ladder.rung


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def test_nothing_said_is_nothing_done(account: Account) -> None:
    assert account.look() == []
    assert not account.inbox.halted()


def test_a_halt_is_a_reason_and_the_rung_that_withdraws_openings(account: Account) -> None:
    name = account.say(HALT)
    halted, moved = account.look()
    assert halted == Halted(NOON, OPERATOR, "t. king: because", Decimal(90_000))
    assert moved == RungMoved(NOON, Rung.NORMAL, Rung.NO_ENTRY, "the brake: because", "t. king")
    assert account.answer(name)["outcome"] == "done"
    assert account.look() == []


def test_a_second_halt_changes_nothing_and_says_so(account: Account) -> None:
    account.say(HALT)
    account.look()
    name = account.say(HALT)
    assert account.look() == []
    assert account.answer(name)["said"] == [NOTHING_TO_DO]


def test_a_halt_leaves_a_higher_rung_where_it_is(account: Account) -> None:
    account.say(RUNG, of="CLOSE_ONLY")
    account.look()
    account.say(HALT)
    assert [type(fact) for fact in account.look()] == [Halted]
    assert account.rung is Rung.CLOSE_ONLY


def test_a_file_alone_halts_whoever_left_it(account: Account) -> None:
    (account.folder / "HALT").write_text("by hand: smoke\nmore")
    halted, _ = account.look()
    assert isinstance(halted, Halted)
    assert halted.note == "operator: the HALT file is there: by hand: smoke"
    assert account.inbox.halted()


def test_a_halt_that_is_told_and_left_as_a_file_is_told_with_its_reason(account: Account) -> None:
    (account.folder / "HALT").write_text("smoke")
    name = account.say(HALT)
    halted, moved = account.look()
    assert isinstance(halted, Halted)
    assert halted.note == "t. king: because"
    assert account.answer(name)["said"] == [str(halted), str(moved)]


def test_a_folder_called_so_halts_too(account: Account) -> None:
    (account.folder / "HALT").mkdir()
    assert [type(fact) for fact in account.look()] == [Halted, RungMoved]


def test_a_resume_lifts_the_brake_and_the_rung_it_brought(account: Account) -> None:
    account.say(HALT)
    account.look()
    name = account.say(RESUME)
    resumed, moved = account.look()
    assert resumed == Resumed(NOON, OPERATOR, "t. king: because")
    assert isinstance(moved, RungMoved)
    assert (account.rung, account.standing.reasons) == (Rung.NORMAL, frozenset())
    assert account.answer(name)["outcome"] == "done"


def test_a_resume_leaves_the_rung_of_an_alarm_where_it_is(account: Account) -> None:
    moved = RungMoved(NOON, Rung.NORMAL, Rung.NO_ENTRY, "VIX", "alarm")
    account.standing = apply(account.standing, moved, LIMITS)
    account.say(HALT)
    account.look()
    account.say(RESUME)
    assert [type(fact) for fact in account.look()] == [Resumed]
    assert account.rung is Rung.NO_ENTRY


def test_a_resume_is_refused_while_the_file_is_there(account: Account) -> None:
    (account.folder / "HALT").touch()
    account.look()
    name = account.say(RESUME)
    assert account.look() == []
    assert OPERATOR in account.standing.reasons
    said = account.answer(name)
    assert (said["outcome"], said["said"]) == (
        "refused", ["the HALT file: there, must be gone (R-BRK-08)"],
    )  # fmt: skip


def test_a_resume_without_a_brake_a_reason_or_time_is_refused(account: Account) -> None:
    account.standing = apply(account.standing, Halted(NOON, "day loss", ""), LIMITS)
    asked = {
        account.say(RESUME): "operator is: off, must be on",
        account.say(RESUME, reason=" "): "a reason: none",
        account.say(RESUME, of="day loss"): "time since day loss: 0 hours, must be at least 24",
        account.say(RESUME, of="nonsense"): "nonsense is: off",
    }
    assert account.look() == []
    for name, said in asked.items():
        assert account.answer(name)["outcome"] == "refused"
        assert said in account.answer(name)["said"][0]
    account.say(RESUME, of="day loss")
    assert [type(f) for f in account.look(NOON + timedelta(days=1))] == [Resumed]


def test_a_halt_after_a_resume_in_one_look_leaves_the_desk_halted(account: Account) -> None:
    account.say(HALT)
    account.look()
    account.spool.drop(Command(RESUME, NOON, "a", "fine"))
    account.spool.drop(Command(HALT, NOON + timedelta(minutes=1), "b", "not fine"))
    assert [type(f) for f in account.look()] == [Resumed, RungMoved, Halted, RungMoved]
    assert account.standing.reasons == {OPERATOR}


def test_the_desk_moves_along_the_ladder_and_refuses_what_is_no_rung(account: Account) -> None:
    up = account.say(RUNG, of="REDUCE")
    (moved,) = account.look()
    assert moved == RungMoved(NOON, Rung.NORMAL, Rung.REDUCE, "because", "t. king")
    same, odd = account.say(RUNG, of="REDUCE"), account.say(RUNG, of="REDUCED")
    assert account.look() == []
    assert account.answer(up)["outcome"] == "done"
    assert account.answer(same)["said"] == [NOTHING_TO_DO]
    assert "did you mean 'REDUCE'?" in account.answer(odd)["said"][0]


@pytest.mark.rule("R-RNG-08")
def test_flattening_takes_the_typed_word_whichever_command_asks(account: Account) -> None:
    asked = [
        account.say(FLATTEN),
        account.say(FLATTEN, word="yes"),
        account.say(RUNG, of="FLATTEN"),
    ]
    assert account.look() == []
    assert [account.answer(name)["outcome"] for name in asked] == ["refused"] * 3
    account.say(FLATTEN, word=FLATTEN_WORD)
    (moved,) = account.look()
    assert isinstance(moved, RungMoved)
    assert moved.after is Rung.FLATTEN


@pytest.mark.rule("R-RNG-08")
def test_what_was_asked_long_ago_is_refused_but_the_brake_is_not(account: Account) -> None:
    asked = [
        account.say(FLATTEN, word=FLATTEN_WORD),
        account.say(RESUME, of="operator"),
        account.say(RUNG, of="REDUCE"),
    ]
    for name in asked:
        aged(account, name, hours=24.1)
    assert account.look() == []
    for name in asked:
        assert "time since it was asked" in account.answer(name)["said"][0]
    aged(account, account.say(RUNG, of="REDUCE"), hours=23.9)
    assert [type(fact) for fact in account.look()] == [RungMoved]
    aged(account, account.say(HALT), hours=1000)
    assert [type(fact) for fact in account.look()] == [Halted]


def aged(account: Account, name: str, hours: float) -> None:
    """Let a command have lain in the spool."""
    then = time.time() - 3600 * hours
    os.utime(account.spool.inside / name, (then, then))


@pytest.mark.parametrize("years", [-9, 9])
def test_a_desk_that_lives_on_another_day_takes_what_was_asked_now(
    account: Account, years: int
) -> None:
    account.say(FLATTEN, word=FLATTEN_WORD)
    assert [type(fact) for fact in account.look(NOON.replace(year=NOON.year + years))] == [
        RungMoved
    ]


@pytest.mark.parametrize("by", ["alarm", "session", "desk", " "])
def test_nobody_moves_the_desk_in_the_name_of_a_machine(account: Account, by: str) -> None:
    account.spool.drop(Command(RUNG, NOON, by, "because", "REDUCE"))
    (moved,) = account.look()
    assert isinstance(moved, RungMoved)
    assert moved.by == OPERATOR


def test_an_odd_file_is_reported_answered_and_never_fatal(account: Account) -> None:
    (account.spool.inside / "x.json").write_text("{")
    name = account.say(HALT)
    assert len(account.look()) == 2
    assert [said for said in account.heard if "x.json" in said]
    assert account.answer("x.json")["outcome"] == "odd"
    assert account.answer(name)["outcome"] == "done"


def test_a_clock_that_waits_hears_that_somebody_has_called(account: Account) -> None:
    assert not account.inbox.called()
    account.say(HALT)
    assert account.inbox.called()
    account.look()
    assert not account.inbox.called()


def test_what_can_never_be_taken_away_calls_once(account: Account) -> None:
    account.say(HALT)
    account.spool.taken.rmdir()
    account.spool.taken.write_text("a file where the folder should be")
    assert account.look() == []
    assert account.look() == []
    assert len([said for said in account.heard if "cannot be taken away" in said]) == 1
    assert not account.inbox.called()


def test_a_spool_that_cannot_be_looked_into_is_reported_once_and_the_brake_still_holds(
    account: Account,
) -> None:
    account.spool.inside.rmdir()
    account.spool.inside.write_text("a file where the folder should be")
    (account.folder / "HALT").touch()
    assert len(account.look()) == 2
    assert account.look() == []
    assert len(account.heard) == 1
    assert "cannot be looked into" in account.heard[0]
    assert not account.inbox.called()


def test_an_answer_is_given_only_after_the_facts_could_be_written(account: Account) -> None:
    name = account.say(HALT)
    facts = account.inbox.take(NOON, account.standing)
    assert facts
    assert not (account.spool.out / name).exists()
    account.inbox.take(NOON, account.standing)
    assert (account.spool.out / name).exists()


def test_a_command_that_died_with_its_desk_is_said_to_be_lost_and_not_done_again(
    account: Account,
) -> None:
    name = account.say(FLATTEN, word=FLATTEN_WORD)
    list(account.spool.take())  # and then the process is gone
    account.begin()
    assert account.look() == []
    assert account.answer(name) == {"outcome": "unknown", "said": [LOST], "at": NOON.isoformat()}


def test_an_answer_that_cannot_be_written_is_reported(account: Account) -> None:
    account.say(HALT)
    account.spool.out.rmdir()
    account.spool.out.write_text("a file where the folder should be")
    assert account.look()
    assert "cannot be written" in account.heard[0]


# The whole loop with an inbox of files.


def played(on: Emergency, account: Account, *minutes: float) -> list[Fact]:
    before = len(on.facts)
    ticks = Ticks([tick(minute) for minute in minutes])
    run(on.desk, clock=ticks, market=on.market, broker=on.venue, inbox=account.inbox)
    return on.facts[before:]


def at(minute: float) -> datetime:
    return tick(minute).at


@pytest.mark.rule("R-RNG-08")
def test_a_typed_word_in_the_spool_closes_everything_held(account: Account) -> None:
    on = emergency("strangle", "iron_condor")
    assert sent(played(on, account, 60)) == ()
    account.spool.drop(Command(FLATTEN, at(61), "t. king", "enough", word=FLATTEN_WORD))
    gone = sent(played(on, account, 61))
    assert {order.closes for order in gone} == set(on.desk.book.positions)
    assert {order.purpose for order in gone} == {Purpose.CLOSE}


def test_under_the_brake_exits_go(account: Account) -> None:
    on = emergency("strangle")
    (account.folder / "HALT").touch()
    account.spool.drop(Command(FLATTEN, at(60), "t. king", "enough", word=FLATTEN_WORD))
    facts = played(on, account, 60)
    assert OPERATOR in on.desk.standing.reasons
    assert [type(fact) for fact in facts if isinstance(fact, Sent)] == [Sent]
