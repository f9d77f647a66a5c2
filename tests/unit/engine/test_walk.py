"""Walking: where a ladder begins, how it goes down, when it waits, and what the desk does with it."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tomking.core.facts import Considered, Judged, LegFilled, OrderEnded, Sent, Walked
from tomking.core.reading import Stage, first_failure
from tomking.engine.walk import ABANDONED, PAUSED, RESUMED, STEPPED, Move, Sight, Walk, begin, move
from tomking.exchange.fills import NATURAL, in_lots
from tomking.risk.limits import Limits
from tomking.strategies.friday_0dte import FRIDAY_0DTE
from worlds.board import Board, board
from worlds.desk import KeepsLegs, bench, tick
from worlds.walks import NAME, SHORT, WING, ladder, looks, on_moving, opening, spread_at

pytestmark = pytest.mark.unit

NICKEL = Decimal("0.05")
LIMITS = Limits()
NOON = board(minute=150.0).at


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def sight(mid: float, natural: float, seconds: float = 0.0, fault: str = "") -> Sight:
    return Sight(later(seconds), mid, natural, fault)


def walked(
    quotes: list[tuple[float, float]], least: float = float("-inf"), limits: Limits = LIMITS
) -> list[tuple[str, str]]:
    """What a ladder does at a look a minute, the first pair being the quotes it begins with."""
    walk = begin(sight(*quotes[0]), least, NICKEL, limits)
    told = [(STEPPED, str(walk.limit))]
    for minute, (mid, natural) in enumerate(quotes[1:], 1):
        fault = "" if mid == mid else "a leg has no quote"
        found = move(walk, sight(mid, natural, 60.0 * minute, fault), NICKEL, limits)
        if found is not None:
            told.append((found.did, str(found.walk.limit)))
            walk = found.walk
            if found.did == ABANDONED:
                break
    return told


def test_a_ladder_begins_at_mid_and_goes_a_third_of_the_way_left_each_time() -> None:
    """R-WLK-01: 4.00 asked, 3.10 bid: a third of 0.90, of 0.60 and of 0.40, on the nickel."""
    assert walked([(4.00, 3.10)] * 6) == [
        ("stepped", "4.00"), ("stepped", "3.70"), ("stepped", "3.50"), ("stepped", "3.40"),
        ("abandoned", "3.40"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("mid", "natural", "least", "start", "floor"),
    [
        (4.00, 3.00, float("-inf"), "4.00", "3.25"),  # three quarters of the half-spread
        (4.02, 3.00, float("-inf"), "4.05", "3.25"),  # to the trader's side, and to the far side's
        (4.00, 3.95, float("-inf"), "4.00", "3.95"),  # narrower than a tick: to the far side
        (4.00, 4.00, float("-inf"), "4.00", "4.00"),
        (4.00, 3.00, 3.61, "4.00", "3.65"),  # the plan's least credit
        (4.00, 3.00, 3.10, "4.00", "3.25"),
        (4.00, 3.00, 4.20, "4.20", "4.20"),
        (-1.00, -1.40, float("-inf"), "-1.00", "-1.30"),  # a debit is paid more of
    ],
)
def test_start_and_floor_stand_on_the_tick(
    mid: float, natural: float, least: float, start: str, floor: str
) -> None:
    walk = begin(sight(mid, natural), least, NICKEL, LIMITS)
    assert (walk.limit, walk.floor) == (Decimal(start), Decimal(floor))


def test_a_market_that_runs_away_is_not_followed() -> None:
    """R-WLK-02: the floor was set by the first quotes, 4.00 by 3.60."""
    away = [(4.00, 3.60), (3.50, 3.10), (3.00, 2.60), (2.50, 2.10)]
    assert walked(away) == [("stepped", "4.00"), ("stepped", "3.70"), ("abandoned", "3.70")]


def test_a_market_that_comes_back_is_waited_for_at_the_price_asked() -> None:
    back = [(4.00, 3.60), (3.90, 3.50), (4.40, 4.00), (4.10, 3.80)]
    assert walked(back) == [("stepped", "4.00"), ("stepped", "3.85"), ("stepped", "3.80")]


def test_it_pauses_once_and_goes_on_when_there_are_quotes_again() -> None:
    none = (float("nan"), float("nan"))
    quotes = [(4.00, 3.10), none, none, (4.00, 3.10), none, (4.00, 3.10)]
    assert walked(quotes) == [
        ("stepped", "4.00"), ("paused", "4.00"), ("stepped", "3.70"), ("paused", "3.70"),
        ("stepped", "3.50"),
    ]  # fmt: skip


def test_a_pause_after_quotes_had_come_back_is_told_again() -> None:
    """In between the far side meets the price, so there is nothing to step to."""
    none = (float("nan"), float("nan"))
    told = walked([(4.00, 3.10), none, none, (4.10, 4.00), none, none])
    assert [row for row in told if row[0] == PAUSED] == [("paused", "4.00")] * 2


@pytest.mark.parametrize(
    ("seconds", "pace", "moves"),
    [(29.9, 2.0, False), (30.0, 2.0, True), (59.0, 1.0, False), (60.0, 1.0, True)],
)
def test_a_price_stands_its_share_of_a_minute(seconds: float, pace: float, moves: bool) -> None:
    """R-WLK-03."""
    walk = Walk(Decimal("3.00"), Decimal("4.00"), 0, NOON)
    found = move(walk, sight(4.0, 3.0, seconds), NICKEL, Limits(walk_pace_max=pace))
    assert (found is not None) is moves


@pytest.mark.parametrize("reprices", [0, 1, 2, 3])
def test_it_is_priced_again_so_many_times_and_no_more(reprices: int) -> None:
    """R-WLK-03."""
    said = walked([(9.00, 1.00)] * 8, limits=Limits(walk_reprices_max=reprices))
    assert [did for did, _ in said] == ["stepped"] * (1 + reprices) + ["abandoned"]


Price = st.integers(-400, 400).map(lambda ticks: ticks * 0.025)
Width = st.integers(0, 60).map(lambda ticks: ticks * 0.025)


@given(
    st.lists(
        st.tuples(Price, Width, st.sampled_from(["", "", "", "quotes are crossed"])), min_size=1
    ),
    st.one_of(st.just(float("-inf")), Price),
    st.floats(0.0, 1.0),
)
def test_no_ladder_ever_goes_beyond_its_floor(
    quotes: list[tuple[float, float, str]], least: float, give: float
) -> None:
    """R-WLK-02: whatever is quoted, every step is a tick down at least, on the tick, above the floor."""
    limits = Limits(walk_give_max=give)
    (mid, half, _), *rest = quotes
    walk = begin(sight(mid, mid - half), least, NICKEL, limits)
    floor, steps = walk.floor, 0
    assert floor >= Decimal(f"{mid - half:.3f}")
    assert least == float("-inf") or float(floor) >= least - 1e-9
    for minute, (mid, half, fault) in enumerate(rest, 1):
        found = move(walk, sight(mid, mid - half, 60.0 * minute, fault), NICKEL, limits)
        if found is None:
            continue
        assert found.walk.limit >= floor == found.walk.floor
        assert found.walk.limit % NICKEL == 0
        if found.did == STEPPED:
            steps += 1
            assert not fault
            assert found.walk.limit <= walk.limit - NICKEL
        else:
            assert found.did in ((PAUSED,) if fault else (RESUMED, ABANDONED))
        walk = found.walk
        if found.did == ABANDONED:
            break
    assert steps == walk.step <= 3


# -- on the desk -------------------------------------------------------------------------------


@pytest.fixture
def legs_are_these() -> None:
    """The plan chooses the legs these tests quote."""
    (first,) = opening(looks(on_moving((0, 10.0, 0.8))))
    assert [leg.contract for leg in first.legs] == [SHORT, WING]


@pytest.mark.usefixtures("legs_are_these")
@pytest.mark.parametrize(("half", "age_s"), [(-0.4, 0.0), (0.8, 500.0)], ids=["crossed", "stale"])
def test_no_ladder_begins_on_quotes_that_are_not_sound(half: float, age_s: float) -> None:
    def script(now: datetime) -> Board:
        return replace(spread_at(now, 10.0, half), age_s=age_s)

    on = bench((replace(FRIDAY_0DTE, take_when=()),), script)
    (considered,) = looks(on)
    assert isinstance(considered, Considered)
    assert considered.outcome == "skipped"
    failed = first_failure(considered.readings)
    assert failed is not None
    assert failed.stage is Stage.DATA
    assert not on.desk.walks


@pytest.mark.usefixtures("legs_are_these")
def test_every_step_is_judged_written_and_sent_as_a_replacement() -> None:
    on = on_moving((0, 10.0, 0.8))
    facts = looks(on, 61, 62, 65, 70, 71)
    assert ladder(facts) == [
        ("stepped", 0, "10.00"), ("stepped", 1, "9.75"), ("stepped", 2, "9.60"),
        ("stepped", 3, "9.50"), ("abandoned", 3, "9.50"),
    ]  # fmt: skip
    sent = opening(facts)
    assert [order.attempt for order in sent] == [1, 2, 3, 4]
    assert [order.replaces for order in sent] == ["", *(order.id for order in sent[:3])]
    for order in sent:
        at = next(n for n, f in enumerate(facts) if isinstance(f, Sent) and f.order == order)
        assert isinstance(facts[at - 1], Walked)
        judged = facts[at - 2]
        assert isinstance(judged, Judged)
        assert (judged.order, judged.approved) == (order, True)
    ends = [(f.order, f.how) for f in facts if isinstance(f, OrderEnded)]
    assert ends == [(order.id, "cancelled") for order in sent]
    assert not on.exchange.holdings()
    assert not on.desk.walks
    assert not on.desk.restless


@pytest.mark.usefixtures("legs_are_these")
def test_a_market_that_runs_away_leaves_the_desk_without_a_trade() -> None:
    facts = looks(on_moving((0, 10.0, 0.4), (61, 9.0, 0.4)), 61, 62, 65, 66)
    assert ladder(facts) == [
        ("stepped", 0, "10.00"),
        ("stepped", 1, "9.70"),
        ("abandoned", 1, "9.70"),
    ]
    assert not any(isinstance(fact, LegFilled) for fact in facts)


@pytest.mark.usefixtures("legs_are_these")
def test_a_market_that_comes_back_fills_better_than_the_far_side_was() -> None:
    on = on_moving((0, 10.0, 0.8), (62, 10.6, 0.8))
    facts = looks(on, 61, 62)
    traded = [fact for fact in facts if isinstance(fact, LegFilled)]
    credit = -sum(fact.quantity * fact.price for fact in traded) / abs(traded[0].quantity)
    assert ladder(facts) == [("stepped", 0, "10.00"), ("stepped", 1, "9.75")]
    assert credit == Decimal("9.80") > Decimal("9.20")
    assert on.desk.held == {NAME}


@pytest.mark.usefixtures("legs_are_these")
def test_it_pauses_while_quotes_are_crossed_and_resumes() -> None:
    on = on_moving((0, 10.0, 0.8), (61, 10.0, -0.4), (65, 10.0, 0.8))
    assert ladder(looks(on, 61, 62, 65)) == [
        ("stepped", 0, "10.00"), ("paused", 0, "10.00"), ("stepped", 1, "9.75"),
    ]  # fmt: skip


@pytest.mark.usefixtures("legs_are_these")
def test_a_step_no_gate_lets_through_withdraws_the_order() -> None:
    """Half past ten is fine; at the next look VIX stands above its ceiling."""

    def script(now: datetime) -> Board:
        calm = now < tick(61).at
        return replace(spread_at(now, 10.0, 0.8), vix_points=16.0 if calm else 36.0)

    on = bench((replace(FRIDAY_0DTE, take_when=()),), script, fill=NATURAL)
    facts = looks(on, 61, 62)
    (_, abandoned) = (fact for fact in facts if isinstance(fact, Walked))
    assert abandoned.did == ABANDONED
    assert abandoned.note == "the next price was refused: rung of the kill ladder"
    assert [fact.how for fact in facts if isinstance(fact, OrderEnded)] == ["cancelled"]


@pytest.mark.emergency
@pytest.mark.usefixtures("legs_are_these")
def test_the_brake_withdraws_what_walks() -> None:
    on = on_moving((0, 10.0, 0.8))
    looks(on)
    on.brake.on = True
    facts = on.play(tick(61), tick(62))
    assert [fact.did for fact in facts if isinstance(fact, Walked)] == ["abandoned"]
    assert not opening(facts)
    assert not on.exchange.working()


@pytest.mark.usefixtures("legs_are_these")
def test_what_is_left_of_an_order_walks_on() -> None:
    """One of three units trades as the far side comes near, and then it goes away."""
    fill = in_lots(NATURAL, 1)
    on = on_moving((0, 10.0, 0.4), (61, 10.2, 0.1), (62, 9.9, 0.4), fill=fill)
    facts = looks(on, 61, 62, 63)
    assert [(order.units, order.replaces != "") for order in opening(facts)] == [
        (3, False), (2, True), (2, True),
    ]  # fmt: skip
    (first, *_) = (fact for fact in facts if isinstance(fact, OrderEnded))
    assert first.note.endswith("; 1 of 3 filled")
    (position,) = on.desk.book.positions.values()
    assert position.held == ((SHORT, -1), (WING, 1))
    assert position.whole


@pytest.mark.usefixtures("legs_are_these")
def test_what_is_left_is_withdrawn_where_a_replacement_might_be_for_all_of_it_again() -> None:
    fill = in_lots(NATURAL, 1)
    on = on_moving((0, 10.0, 0.4), (61, 10.2, 0.1), (62, 9.9, 0.4), fill=fill)
    on.kind = KeepsLegs
    facts = looks(on, 61, 62, 63, 64)
    assert [(order.units, order.replaces) for order in opening(facts)] == [(3, "")]
    (_, told) = (fact for fact in facts if isinstance(fact, Walked))
    assert (told.did, told.note) == (ABANDONED, "a part of it has traded")
    (end, *_) = (fact for fact in facts if isinstance(fact, OrderEnded))
    assert (end.how, end.note) == ("cancelled", "1 of 3 filled")
    (position,) = on.desk.book.positions.values()
    assert position.held == ((SHORT, -1), (WING, 1))


def test_at_once_means_the_far_side_and_no_ladder() -> None:
    facts = looks(on_moving((0, 10.0, 0.8), limits=Limits(walk_mode="natural")), 61)
    assert not ladder(facts)
    (order,) = opening(facts)
    assert order.limit == Decimal("9.2000")


@pytest.mark.usefixtures("legs_are_these")
def test_a_refused_entry_writes_no_step() -> None:
    on = on_moving((0, 10.0, 0.8), limits=Limits(vix_open_max=10.0))
    facts = looks(on)
    assert [type(fact) for fact in facts] == [Judged, Considered]
    assert not on.desk.walks


def test_a_ladder_that_waits_says_nothing() -> None:
    walk = Walk(Decimal("3.00"), Decimal("4.00"), 0, NOON)
    paused = replace(walk, paused=True)
    assert move(paused, sight(4.0, 3.0, 60.0, "quotes are crossed"), NICKEL, LIMITS) is None
    assert move(walk, sight(4.0, 3.0, 10.0), NICKEL, LIMITS) is None
    assert move(paused, sight(4.0, 3.0, 10.0), NICKEL, LIMITS) == Move(RESUMED, walk)
    assert isinstance(move(walk, sight(4.0, 3.0, 60.0), NICKEL, LIMITS), Move)


@pytest.mark.usefixtures("legs_are_these")
def test_an_entry_whose_legs_have_no_quote_is_skipped_for_lack_of_data() -> None:
    on = on_moving((0, 10.0, float("nan")))
    (considered,) = looks(on)
    assert isinstance(considered, Considered)
    assert considered.outcome == "skipped"
    failed = first_failure(considered.readings)
    assert failed is not None
    assert failed.stage is Stage.DATA
    assert not on.desk.walks
