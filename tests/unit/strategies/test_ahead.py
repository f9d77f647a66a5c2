"""What lies ahead: events and ex-dates, as far as somebody knows of them and no further."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tomking.core.errors import ConfigError
from tomking.core.reading import Reading
from tomking.data.embedded import window
from tomking.data.families import NASDAQ, SP500, Family
from tomking.data.modelled import ModelMarket
from tomking.data.tables import events
from tomking.market.carry import Dividend
from tomking.market.events import Ahead
from tomking.market.sessions import session_of
from tomking.market.snapshot import DAYS_AHEAD
from tomking.strategies.entry import EntryRule, NoEventWithin, NoExDateWithin
from tomking.strategies.ipmcc import IPMCC
from tomking.strategies.prose import from_data, to_data
from tomking.strategies.strangle import STRANGLE
from tomking.strategies.tune import tune
from worlds.board import FRIDAY, board, day_of
from worlds.orders import view

pytestmark = pytest.mark.unit


def read(rule: EntryRule, day: date, root: str = "SPY", family: Family = SP500) -> Reading:
    """What a rule reads in a modelled market an hour after the open."""
    hours = session_of(day)
    assert hours is not None
    now = ModelMarket(window(), 1, family=family).at(hours.at(60))
    return rule(replace(view(board()), market=now), root)


def told(rule: EntryRule, root: str = "ES", **ahead: object) -> Reading:
    """What a rule reads on a day of which this is known."""
    return rule(view(board(day=replace(day_of(FRIDAY), **ahead))), root)  # type: ignore[arg-type]


@pytest.mark.rule("R-PMC-04")
def test_an_ex_date_is_seen_two_days_before_it_and_not_on_its_eve_alone() -> None:
    """SPY went ex on Friday 15 June 2018."""
    rule = NoExDateWithin(2)
    days = [read(rule, date(2018, 6, day)).observed for day in (12, 13, 14, 15)]
    assert days == ["none", "2018-06-15", "2018-06-15", "2018-06-15"]
    assert read(NoExDateWithin(DAYS_AHEAD), date(2018, 6, 8)).observed == "2018-06-15"


@pytest.mark.rule("R-PMC-04")
@pytest.mark.parametrize(
    ("root", "seen"), [("SPY", None), ("GLD", None), ("SPX", "none"), ("ES", "none")]
)
def test_a_share_in_no_table_is_unknown_and_an_index_pays_none(root: str, seen: str | None) -> None:
    assert told(NoExDateWithin(2), root, dividends={}).observed == seen


@pytest.mark.rule("R-PMC-04")
def test_an_ex_date_beyond_what_is_known_is_unknown() -> None:
    far = NoExDateWithin(DAYS_AHEAD + 1)
    assert told(far, "SPY", dividends={"SPY": ()}).observed is None
    paid = {"SPY": (Dividend(FRIDAY, Decimal(2)),)}
    assert told(far, "SPY", dividends=paid).observed == str(FRIDAY)  # one that is near is near


@pytest.mark.rule("R-PMC-04")
def test_the_modelled_nasdaq_share_pays_none() -> None:
    assert read(NoExDateWithin(2), date(2018, 6, 13), "QQQ", NASDAQ).passed


@pytest.mark.rule("R-EVT-09")
@pytest.mark.parametrize(
    ("ahead", "days", "seen"),
    [
        (Ahead(None, 7), 7, "none"),
        (Ahead(None, 7), 8, None),
        (Ahead(None, 2), 3, None),  # the table ends in two days
        (Ahead(5, 7), 4, "none"),
        (Ahead(5, 7), 5, "FOMC"),
        (Ahead(5, 7), 30, "FOMC"),  # what is known to be near is near
    ],
)
def test_no_event_is_known_no_further_than_somebody_looked(
    ahead: Ahead, days: int, seen: str | None
) -> None:
    assert told(NoEventWithin(("FOMC",), days), coming={"FOMC": ahead}).observed == seen


@pytest.mark.rule("R-EVT-09")
def test_an_event_without_a_table_is_unknown() -> None:
    coming = {"FOMC": Ahead(None, 7)}
    assert told(NoEventWithin(("FOMC", "OPEC"), 3), coming=coming).observed is None
    assert told(NoEventWithin(("FOMC", "OPEC"), 3), coming={"FOMC": Ahead(1, 7)}).observed == "FOMC"


@pytest.mark.rule("R-EVT-09")
def test_every_market_is_told_of_every_event() -> None:
    """On 1 June 2018 a decision of the Fed was twelve days away, a meeting of OPEC three weeks."""
    first = date(2018, 6, 1)
    assert read(NoEventWithin(("FOMC", "OPEC"), 3), first, "ES").passed
    assert read(NoEventWithin(("FOMC",), 30), first, "ES").observed is None
    opec = date(2018, 6, 21)
    assert read(NoEventWithin(("OPEC",), 3), opec, "ES").observed == "OPEC"


def test_a_calendar_answers_to_its_last_event() -> None:
    last = events().covers["FOMC"][1]
    found = events().coming(last, 7)
    assert found["FOMC"] == Ahead(0, 0)
    assert "FOMC" not in events().coming(date(2013, 12, 31), 7)
    assert events().coming(date(2018, 6, 8), 7, ("FOMC",)) == {"FOMC": Ahead(5, 7)}


@pytest.mark.parametrize(
    ("plan", "key"),
    [(STRANGLE, "NoEventWithin.days"), (IPMCC, "NoExDateWithin.days")],
    ids=["events", "ex-dates"],
)
def test_nobody_tunes_a_plan_beyond_what_is_known(plan: object, key: str) -> None:
    assert tune(plan, {key: DAYS_AHEAD}) != plan  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="from 0 to 7"):
        tune(plan, {key: DAYS_AHEAD + 1})  # type: ignore[arg-type]


def test_nor_does_a_plan_from_a_file() -> None:
    data = to_data(STRANGLE)
    rule = next(one for one in data["enter_when"] if one["kind"] == "NoEventWithin")
    rule["days"] = 30
    with pytest.raises(ConfigError, match=r"NoEventWithin\.days = 30"):
        from_data(data)
