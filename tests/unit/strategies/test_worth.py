"""Worth rules: what a structure must come to, below, at and above each bound."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from math import inf

import pytest

from tomking.core.contract import Contract
from tomking.core.evidence import Evidence
from tomking.core.facts import Sent
from tomking.core.order import Leg, Order, Purpose, Structure
from tomking.core.reading import Reading
from tomking.market.snapshot import Quote
from tomking.portfolio.book import Book, empty_book, fold
from tomking.strategies.apart import NoneOnExpiry, NoneOpenedWithin, NotOutliving
from tomking.strategies.losses import defined_loss
from tomking.strategies.worth import (
    CallsAbove,
    Candidate,
    CostAtMost,
    CreditAtLeast,
    CreditOverWidth,
    DebitAtMost,
    DeltaFrom,
    ExtrinsicAtMost,
    RewardAtLeast,
    WorthRule,
)
from worlds.board import FRIDAY, board
from worlds.orders import book_with, legs_of, option, order, view

pytestmark = pytest.mark.unit
NAN, LATER, YEAR = float("nan"), date(2026, 3, 20), date(2026, 12, 18)


def candidate(
    text: str,
    prices: tuple[float, ...],
    *,
    root: str = "ES",
    expiry: date = LATER,
    strategy: str = "lt112",
    tranches: tuple[str, ...] = (),
    deltas: tuple[float, ...] = (),
    opens: tuple[bool, ...] = (),
) -> Candidate:
    """A structure of some legs at some prices."""
    found = legs_of(text, expiry, root)
    names, nears = tranches or ("all",) * len(found), deltas or (0.5,) * len(found)
    goes = opens or (True,) * len(found)
    legs = tuple(
        Leg(contract, count, name, opens)
        for (count, contract), name, opens in zip(found, names, goes, strict=True)
    )
    at = board().at
    quotes = tuple(
        Quote(leg.contract, price, price, delta, 0.15, at, Evidence.MODEL)
        for leg, price, delta in zip(legs, prices, nears, strict=True)
    )
    credit = -sum(leg.quantity * price for leg, price in zip(legs, prices, strict=True))
    structure = Structure(
        root, legs, credit, f"{strategy}/{FRIDAY}", Evidence.MODEL, expiry, 0.0,
        defined_loss(legs, credit),
    )  # fmt: skip
    return Candidate(structure, quotes, strategy)


def ask(rule: WorthRule, wanted: Candidate, book: Book | None = None) -> tuple[Reading, ...]:
    """A rule's measurements with SPY at 600 and ES at 6000."""
    return rule(view(board(), book), wanted)


def passes(rule: WorthRule, wanted: Candidate, book: Book | None = None) -> bool:
    """Whether every measurement of a rule holds."""
    return all(seen.passed for seen in ask(rule, wanted, book))


PUT_SPREAD, CALL_SPREAD = "-1 5900 P, +1 5870 P", "-1 6100 C, +1 6130 C"
CONDOR = f"{PUT_SPREAD}, -1 6100 C, +1 6150 C"


@pytest.mark.rule("R-112-05")
@pytest.mark.rule("R-SGL-02")
@pytest.mark.parametrize(
    ("rule", "wanted", "holds"),
    [
        (CreditAtLeast(4.0), candidate(PUT_SPREAD, (4.95, 1.0)), False),
        (CreditAtLeast(4.0), candidate(PUT_SPREAD, (5.0, 1.0)), True),
        (CreditAtLeast(-2.0), candidate("+1 5900 P", (2.05,)), False),
        (CreditAtLeast(-2.0), candidate("+1 5900 P", (2.0,)), True),
        (DebitAtMost(2.0), candidate("+1 5900 P", (2.0,)), True),
        (DebitAtMost(2.0), candidate("+1 5900 P", (2.05,)), False),
        (CreditOverWidth(0.2), candidate(CONDOR, (6.0, 1.0, 6.0, 1.05)), False),  # of 50 points
        (CreditOverWidth(0.2), candidate(CONDOR, (6.0, 1.0, 6.0, 1.0)), True),
        (RewardAtLeast(5.0), candidate("+1 5900 C, -2 5910 C, +1 5920 C", (6.0, 2.5, 0.7)), False),
        (RewardAtLeast(5.0), candidate("+1 5900 C, -2 5910 C, +1 5920 C", (6.0, 2.5, 0.5)), True),
        (RewardAtLeast(0.1), candidate("-1 5900 P, -1 6100 C", (6.0, 6.0)), False),  # no bound
    ],
    ids=str,
)
def test_a_structure_is_worth_it_or_not(rule: WorthRule, wanted: Candidate, holds: bool) -> None:
    assert passes(rule, wanted) is holds


@pytest.mark.parametrize(
    "rule", [CreditAtLeast(4.0), DebitAtMost(2.0), CreditOverWidth(0.1)], ids=str
)
def test_the_least_credit_is_the_edge_of_the_rule(rule: WorthRule) -> None:
    """A structure at the least credit passes, and one a tick below it does not."""
    text = "+1 5900 P, -1 5870 P" if isinstance(rule, DebitAtMost) else PUT_SPREAD
    least = rule.least(ask(rule, candidate(text, (5.0, 1.0))))
    edge = candidate(text, (0.0, 0.0))
    for credit, holds in ((least, True), (least - 0.05, False)):
        there = replace(edge, structure=replace(edge.structure, credit=credit))
        assert passes(rule, there) is holds


@pytest.mark.parametrize(
    "rule",
    [
        ExtrinsicAtMost("leap", 0.09), CallsAbove(), CostAtMost("leap", 0.1, 0.2),
        DeltaFrom("leap", 0.75, 0.85), NoneOnExpiry(), NoneOpenedWithin(4), RewardAtLeast(5.0),
    ],
    ids=str,
)  # fmt: skip
def test_a_rule_that_bounds_no_credit_says_so(rule: WorthRule) -> None:
    assert rule.least(ask(rule, candidate(PUT_SPREAD, (5.0, 1.0)))) == -inf


def covered(
    leap: float = 90.0, weekly: str = "600", delta: float = 0.80, expiry: date = YEAR
) -> Candidate:
    """A LEAP at 520 and a weekly against it, on SPY at 600."""
    return candidate(
        f"+1 520 C, -1 {weekly} C", (leap, 7.0), root="SPY", expiry=expiry, strategy="ipmcc",
        tranches=("leap", "weekly"), deltas=(delta, 0.5),
    )  # fmt: skip


@pytest.mark.rule("R-PMC-05")
@pytest.mark.parametrize(
    ("leap", "holds"), [(126.79, True), (126.80, True), (126.81, False), (NAN, False)]
)
def test_nine_per_cent_of_the_strike_is_the_most_time_value(leap: float, holds: bool) -> None:
    """520 x 9 % = 46.80 above the 80 points inside the money."""
    assert passes(ExtrinsicAtMost("leap", 0.09), covered(leap)) is holds
    assert not passes(ExtrinsicAtMost("rung", 0.09), covered())  # nothing there to measure


@pytest.mark.rule("R-PMC-01")
@pytest.mark.parametrize(
    ("delta", "holds"),
    [(0.749, False), (0.75, True), (0.80, True), (0.85, True), (0.851, False), (NAN, False)],
)
def test_the_leap_has_a_delta_from_75_to_85(delta: float, holds: bool) -> None:
    assert passes(DeltaFrom("leap", 0.75, 0.85), covered(delta=delta)) is holds


@pytest.mark.rule("R-PMC-01")
def test_of_a_roll_the_leg_that_comes_is_measured() -> None:
    roll = candidate(
        "-1 500 C, +1 520 C", (110.0, 90.0), root="SPY", tranches=("leap", "leap"),
        deltas=(0.95, 0.80), opens=(False, True),
    )  # fmt: skip
    assert passes(DeltaFrom("leap", 0.75, 0.85), roll)
    assert not passes(DeltaFrom("weekly", 0.75, 0.85), roll)


@pytest.mark.rule("R-PMC-02")
def test_a_call_sold_with_nothing_bought_stands_above_nothing() -> None:
    naked = candidate("-1 610 C", (7.0,), root="SPY", strategy="ipmcc")
    assert not passes(CallsAbove(), naked)
    assert passes(CallsAbove(), candidate("+1 520 C", (90.0,), root="SPY", strategy="ipmcc"))
    assert passes(CallsAbove(), candidate("-1 520 P", (9.0,), root="SPY", strategy="ipmcc"))


@pytest.mark.rule("R-PMC-02")
def test_the_weekly_stands_above_the_leap_it_is_sold_against() -> None:
    assert passes(CallsAbove(), covered(weekly="521"))
    assert not passes(CallsAbove(), covered(weekly="520"))
    leap = order("+1 520 C", "-90.00", root="SPY", expiry=YEAR, strategy="ipmcc", tranche="leap")
    held = book_with(board().at, (leap, ("90.00",)))
    for weekly, holds in (("521", True), ("520", False), ("510", False)):
        again = candidate(f"-1 {weekly} C", (7.0,), root="SPY", strategy="ipmcc")
        assert passes(CallsAbove(), again, held) is holds


@pytest.mark.rule("R-PMC-06")
@pytest.mark.rule("R-LEP-05")
@pytest.mark.parametrize(
    ("leap", "held", "holds", "units"),
    [
        (249.0, 0, True, 1), (250.0, 0, True, 1), (250.5, 0, False, 0), (100.0, 0, True, 2),
        (130.0, 1, True, 1), (100.0, 2, True, 1), (160.0, 2, False, 0),
    ],
)  # fmt: skip
def test_leaps_cost_a_quarter_each_and_35_per_cent_together(
    leap: float, held: int, holds: bool, units: int
) -> None:
    """In an account of 100,000 dollars; those held were bought at 100."""
    leaps = order(
        "+1 520 C", "-100.00", root="SPY", expiry=YEAR, strategy="ipmcc", tranche="leap",
        units=held or 1,
    )  # fmt: skip
    book = book_with(board().at, (leaps, ("100.00",))) if held else empty_book(Decimal(100_000))
    rule = CostAtMost("leap", 0.25, 0.35)
    seen = replace(view(board(), book), net_liq=100_000.0)
    assert all(reading.passed for reading in rule(seen, covered(leap))) is holds
    assert int(rule.units(seen, covered(leap)) + 1e-9) == units


def test_what_costs_nothing_is_bounded_by_no_cost_and_no_account_affords_anything() -> None:
    rule = CostAtMost("leap", 0.25, 0.35)
    assert rule.units(view(board()), candidate(PUT_SPREAD, (5.0, 1.0))) == inf
    broke = replace(view(board()), net_liq=0.0)
    assert [seen.observed for seen in rule(broke, covered())] == [None, None]


def naked(expiry: date, day: date = FRIDAY, strategy: str = "lt112") -> Order:
    """Two puts sold, and nothing else."""
    return order("-2 5000 P", "8.00", expiry=expiry, strategy=strategy, day=day)


@pytest.mark.rule("R-112-09")
def test_a_second_structure_on_one_expiry_is_refused() -> None:
    rule = NoneOnExpiry("R-112-09")
    held = book_with(board().at, (naked(LATER), ("8.00",)))
    assert not passes(rule, candidate("-2 4900 P", (7.0,)), held)
    assert passes(rule, candidate("-2 4900 P", (7.0,), expiry=date(2026, 4, 17)), held)
    assert passes(rule, candidate("-2 4900 P", (7.0,), strategy="put_ratio"), held)


@pytest.mark.rule("R-112-09")
def test_an_order_at_work_counts_as_one_that_stands() -> None:
    rule, at = NoneOnExpiry(), board().at
    opening = fold(empty_book(Decimal(100_000)), [Sent(at, naked(LATER))])
    renewal = replace(naked(LATER), purpose=Purpose.ROLL)
    for book in (opening, fold(empty_book(Decimal(100_000)), [Sent(at, renewal)])):
        assert not passes(rule, candidate("-2 4900 P", (7.0,)), book)
        assert passes(rule, candidate("-2 4900 P", (7.0,), expiry=YEAR), book)


@pytest.mark.rule("R-SGL-07")
@pytest.mark.parametrize(("days", "holds"), [(0, False), (4, False), (5, True)])
def test_a_structure_opened_this_week_is_the_only_one_of_it(days: int, holds: bool) -> None:
    sold = naked(LATER, strategy="strangle")
    held = book_with(board(date(2025, 12, 10) if days == 5 else FRIDAY).at, (sold, ("8.00",)))
    later = board(date(2025, 12, 15)) if days == 5 else board(date(2025, 12, 5 + days))
    wanted = candidate("-1 5100 P", (7.0,), strategy="strangle")
    rule = NoneOpenedWithin(4, "R-SGL-07")
    seen = view(later, held)
    assert all(reading.passed for reading in rule(seen, wanted)) is holds
    other = candidate("-1 5100 P", (7.0,), strategy="lt112")
    assert all(reading.passed for reading in rule(seen, other))


@pytest.mark.rule("R-SGL-07")
def test_a_structure_on_its_way_counts_too() -> None:
    coming = fold(empty_book(Decimal(1)), [Sent(board().at, naked(LATER, strategy="strangle"))])
    assert not passes(
        NoneOpenedWithin(4), candidate("-1 5100 P", (7.0,), strategy="strangle"), coming
    )


@pytest.mark.rule("R-112-10")
@pytest.mark.parametrize(
    ("days", "holds"), [(-1, True), (0, True), (1, False)], ids=["before", "with it", "after"]
)
def test_puts_sold_again_do_not_outlive_their_spread(days: int, holds: bool) -> None:
    trap = order("+1 5500 P, -1 5450 P", "-9.00", expiry=LATER, strategy="lt112", tranche="trap")
    held = book_with(board().at, (trap, ("60.00", "51.00")))
    again = candidate("-2 5000 P", (8.0,), expiry=LATER + timedelta(days=days))
    there = replace(again, structure=replace(again.structure, campaign=trap.campaign))
    assert passes(NotOutliving("R-112-10"), there, held) is holds
    assert not passes(NotOutliving(), there)  # nothing is held: nobody knows what it stands beside


def test_every_rule_prints_what_is_true_when_it_passes() -> None:
    contract: Contract = option("5900 P")
    rules: list[WorthRule] = [
        CreditAtLeast(4.0), DebitAtMost(2.0), CreditOverWidth(0.2), RewardAtLeast(5.0),
        ExtrinsicAtMost("leap", 0.09), CallsAbove(), CostAtMost("leap", 0.25, 0.35),
        DeltaFrom("leap", 0.75, 0.85), NoneOnExpiry(), NoneOpenedWithin(4), NotOutliving(),
    ]  # fmt: skip
    assert contract.is_option
    assert len({str(rule) for rule in rules}) == len(rules)
    for rule in rules:
        assert hash(rule) == hash(replace(rule))  # type: ignore[type-var]  # rules are values
