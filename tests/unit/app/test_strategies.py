"""Strategies are found: announced by packages, or in a file of the user's own."""

import json
import re
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from tomking.app import strategies
from tomking.app.main import main
from tomking.core.errors import ConfigError, Exit
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from tomking.strategies.lt112 import LT112

pytestmark = pytest.mark.unit
OWN = """
from dataclasses import replace
from tomking.strategies.lt112 import LT112
LAZY = replace(LT112, name="lazy", title="Lazy LT112")
"""


def own(home: Path, text: str, name: str = "lazy.py") -> Path:
    path = home / "strategies" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


CORE = ("friday_0dte", "lt112", "ipmcc", "leap_ladder", "strangle")


def test_the_core_is_announced_first_in_the_order_of_capacity() -> None:
    assert strategies.names()[: len(CORE)] == CORE
    assert sorted(strategies.names()[len(CORE) :]) == list(strategies.names()[len(CORE) :])
    assert strategies.find("lt112") is LT112
    assert strategies.find("Friday-0DTE") is FRIDAY_0DTE
    assert strategies.find("fri") is FRIDAY_0DTE  # and not a variant of it


def test_every_plan_of_the_package_is_announced() -> None:
    room = Path(strategies.__file__).parents[1] / "strategies"
    made = re.compile(r"(?m)^[A-Z]\w+ = (Plan|\w+\.variant)\(")
    plans = {path.stem for path in room.glob("*.py") if made.search(path.read_text("utf-8"))}
    origins = {each.origin.partition(":")[0] for each in strategies.found().values()}
    assert {f"tomking.strategies.{plan}" for plan in plans} == origins


def test_nobody_asking_gets_the_core_and_all_gets_every_one_but_variants() -> None:
    assert tuple(each.name for each in strategies.chosen()) == CORE
    every = {each.name for each in strategies.chosen(("all",))}
    assert set(CORE) < every
    assert {"bear_trap", "iron_condor", "calendar"} < every
    assert not {"lt112_xl", "friday_0dte_broken", "leap_protect", "strangle_cl"} & every
    assert "lt112_xl" in {each.name for each in strategies.chosen(("all", "lt112_xl"))}


def test_the_order_of_asking_makes_no_other_run() -> None:
    assert strategies.chosen(("lt112", "friday_0dte")) == (FRIDAY_0DTE, LT112)
    assert strategies.chosen(CORE[::-1]) == strategies.chosen()
    assert strategies.chosen(("lt112",)) == (LT112,)


def test_a_choice_is_tuned() -> None:
    (tuned,) = strategies.chosen(("lt112",), {"lt112": {"CreditAtLeast.points": 12}})
    assert tuned != LT112
    assert tuned.name == "lt112"
    with pytest.raises(ConfigError, match=r"did you mean 'CreditAtLeast\.points'"):
        strategies.chosen(("lt112",), {"lt112": {"CreditAtLeast.point": 12}})


@pytest.mark.parametrize("name", ["lt12", "", "LT-113"])
def test_an_unknown_strategy_suggests_the_nearest(name: str) -> None:
    with pytest.raises(
        ConfigError, match=f"unknown strategy '{name}'; (did you mean|choose)|unknown strategy ''$"
    ):
        strategies.find(name)


def test_a_users_file_is_found_and_may_vary_a_plan(home: Path) -> None:
    own(home, OWN)
    assert "lazy" in strategies.names()
    assert strategies.find("lazy").name == "lazy"
    assert strategies.chosen()[-1].name == "lazy"  # nobody has to name it


def test_what_a_users_file_prints_stands_beside_the_answer_and_not_in_it(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(home, "print('hello')\n" + OWN)
    assert "lazy" in strategies.names()
    assert capsys.readouterr() == ("", "hello\n")


def test_a_tuned_plan_must_be_sound_still() -> None:
    for changes, said in (
        ({"dte": 0, "dte_within": 0}, "may be short on the day it expires"),
        ({"roots": []}, "it names no root"), ({"roots": ["GLD"]}, "cannot be traded"),
        ({"naked puts.ProfitBelow.of_premium": 5}, "the profit target of the tranche"),
        ({"trap.Delta.target": 3}, "from 0.001 to 0.999"),
    ):  # fmt: skip
        with pytest.raises(ConfigError, match=said):
            strategies.chosen(("lt112",), {"lt112": changes})


def test_a_file_that_begins_with_an_underscore_is_left_alone(home: Path) -> None:
    own(home, "this is no Python", "_draft.py")
    assert "_draft" not in strategies.names()
    assert "friday_0dte" in strategies.names()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1", "holds no strategy: bind a Plan"),
        ("this is no Python", "cannot be read .SyntaxError"),
        ("import nowhere_at_all", "cannot be read .ModuleNotFoundError"),
        ("x = y", "cannot be read .NameError"),
        ("raise RuntimeError", "cannot be read .RuntimeError"),
        ("import sys; sys.exit(0)", "cannot be read .SystemExit"),
        (OWN.replace('"lazy"', '"lt112"'), "two strategies are called 'lt112'"),
    ],
)
def test_a_file_that_does_not_work_is_told_by_its_name(home: Path, text: str, said: str) -> None:
    path = own(home, text)
    with pytest.raises(ConfigError, match=said) as told:
        strategies.names()
    assert str(path) in str(told.value)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("nowhere:X", "cannot be loaded .No module named 'nowhere'"),
        ("tomking.strategies.lt112:X", "cannot be loaded .module .* has no attribute 'X'"),
        ("tomking.strategies.lt112:Plan", "is not a strategy"),
        ("math:pi", "is not a strategy: it lacks name, roots"),
    ],
)
def test_an_announced_strategy_that_is_not_there_is_told(
    target: str, said: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    point = EntryPoint("broken", target, strategies.GROUP)

    def points(**_: Any) -> list[EntryPoint]:
        return [point]

    monkeypatch.setattr(strategies, "entry_points", points)
    with pytest.raises(ConfigError, match=said):
        strategies.names()


def test_what_is_written_in_code_is_not_printed_as_a_plan(home: Path) -> None:
    own(home, "class C:\n    name='coded'; roots=(); slots=(); watch_min=1\n"
              "    enter=rules=target=None\nCODED=C()\n")  # fmt: skip
    assert strategies.find("coded").name == "coded"
    with pytest.raises(ConfigError, match="written in code"):
        strategies.plan("coded")


def test_what_is_written_in_code_has_a_name_that_can_be_typed(home: Path) -> None:
    own(home, "class C:\n    name='Mine!'; roots=(); slots=(); watch_min=1\n"
              "    enter=rules=target=None\nCODED=C()\n")  # fmt: skip
    with pytest.raises(ConfigError, match="its name 'Mine!' must be small letters"):
        strategies.names()


BARE = """
from tomking.core.calendar import THURSDAY, after_open
from tomking.core.contract import Right
from tomking.strategies.build import Shape, Tranche
from tomking.strategies.picks import Away, Delta, buy, sell
from tomking.strategies.plan import Plan
from tomking.strategies.slots import Slots
from tomking.strategies.stay import LossBelow
LEGS = (
    sell(1, Right.PUT, Delta(0.20), "short put"),
    buy(1, Right.PUT, Away("short put", 5.0), "long put"),
)
MINE = Plan(
    name="mine", title="Mine", roots=("SPY",), dte=30, dte_within=5,
    slots=(Slots(THURSDAY, after_open(30), after_open(30)),),
    shapes=(Shape("mine", (Tranche("spread", LEGS, (LossBelow(2.0),)),)),),
)
"""


def test_a_users_sound_plan_is_found_and_trades_when_nobody_is_named(home: Path) -> None:
    own(home, BARE)
    assert strategies.find("mine").name == "mine"
    assert "mine" in {each.name for each in strategies.chosen()}


@pytest.mark.parametrize(
    ("was", "is_", "said"),
    [
        ("(LossBelow(2.0),)", "()", "the tranche 'spread' is short and has no stop"),
        ('"short put", 5.0', '"shrt put", 5.0', "is counted from 'shrt put'"),
        ("dte=30, dte_within=5", "dte=0, dte_within=0", "has no clock exit"),
        ('"mine"', '"Bad Name!"', "its name 'Bad Name!' must be small letters, digits and _"),
        ('"mine"', '"all"', "and 'all' means every strategy"),
        ('("SPY",)', "()", "it names no root"),
        ("(Shape(", "Shape(", "a part of it is of the wrong kind"),
    ],
)
def test_a_users_plan_with_a_fault_is_told_with_its_file(
    was: str, is_: str, said: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = BARE.replace(was, is_)
    if is_ == "Shape(":
        text = text.replace("(LossBelow(2.0),)),)),)", "(LossBelow(2.0),)),))")
    path = own(home, text)
    with pytest.raises(ConfigError, match=r"the plan '.+' is not sound: ") as told:
        strategies.names()
    assert said in str(told.value)
    assert str(path) in str(told.value)
    assert main(["backtest", "--strategies", "mine"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("root", "said"),
    [
        ("GLD", "strategy cannot be traded: GLD has no price history here: gold"),
        ("NVDA", "NVDA has no price history here: a share has earnings"),
        ("SPYY", "nobody knows the contract 'SPYY'; did you mean 'SPY'"),
    ],
)
def test_a_plan_on_a_root_that_nobody_prices_is_not_chosen(root: str, said: str) -> None:
    expected = said.replace("strategy", "put_ratio")
    with pytest.raises(ConfigError, match=expected):
        strategies.chosen(("put_ratio",), {"put_ratio": {"roots": ["SPY", root]}})


def test_every_plan_of_the_house_is_on_roots_that_may_be_chosen() -> None:
    assert strategies.chosen(("all",))


@pytest.mark.parametrize("root", ["GLD", "SPY"])
def test_a_plan_of_a_root_without_prices_is_explained_with_the_objection(
    root: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(home, BARE.replace('"SPY"', f'"{root}"'))
    code = Exit.REFUSED if root == "GLD" else Exit.OK
    assert main(["explain", "mine"]) == code
    assert ("It cannot be traded here: GLD" in capsys.readouterr().out) is (root == "GLD")
    assert main(["explain", "mine", "--json"]) == code
    why = json.loads(capsys.readouterr().out)["cannot_be_traded"]
    assert why is None if root == "SPY" else why.startswith("GLD has no price history here")
