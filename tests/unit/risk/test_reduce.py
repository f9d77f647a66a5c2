"""REDUCE orders: the book must be the better for them, whatever else they would meet."""

from dataclasses import replace
from decimal import Decimal
from math import floor, nan

import pytest

from tomking.core.order import Leg, Order, Purpose
from tomking.core.reading import Reading
from tomking.core.venue import Code
from tomking.exchange.account import NOT_ASKED
from tomking.market.listing import front_future
from tomking.portfolio.columns import columns_of
from tomking.portfolio.package import natural
from tomking.portfolio.preview import Preview, Refusal
from tomking.risk.judge import judge
from tomking.risk.limits import Limits
from tomking.risk.verdict import Approved
from tomking.risk.view import View
from worlds.board import board
from worlds.gates import AHEAD, standing
from worlds.orders import book_with, legs_of, order, preview, view

pytestmark = [pytest.mark.unit, pytest.mark.risk, pytest.mark.emergency]

#: Everything that could stand against something new stands against it.
CLOSED = {"reasons": frozenset({"day loss", "operator"}), "phase": 0, "streak": 9}


def listed(leg: Leg) -> Leg:
    """The leg on the future its option is listed on."""
    month = front_future("ES", AHEAD).future
    return replace(leg, contract=replace(leg.contract, future=month))


def held(text: str = "-2 5500 P", **market: object) -> View:
    """A view of a book on an account that may open nothing."""
    now = board(**({"price": 6042.0, "vol": 0.2} | market))
    opened = order(text, strategy="x", campaign="x", expiry=AHEAD)
    opened = replace(opened, legs=tuple(map(listed, opened.legs)))
    book = book_with(now.at, (opened, ("20.00",) * len(opened.legs)))
    return view(now, book, standing=standing(**CLOSED), limits=Limits(vix_open_max=1.0))


def reduce_(text: str, limit: str, *, opens: bool = True) -> Order:
    """A REDUCE order, all of whose legs open or close."""
    legs = tuple(listed(Leg(contract, n, "all", opens)) for n, contract in legs_of(text, AHEAD))
    closes = "" if opens else "x/open:all"
    return Order(
        "hedge/1/reduce", 1, Purpose.REDUCE, "hedge", "hedge/1", legs, 1, Decimal(limit), closes
    )


def asked(wanted: Order, seen: View, dry_run: Preview) -> dict[str, Reading]:
    """Every gate's reading by rule id."""
    return {reading.rule: reading for reading in judge(wanted, seen, dry_run).readings}


LONG_PUT = reduce_("+1 5450 P", "-60.00")
LOWER, HIGHER, SAME = (preview("20000", after, "0") for after in ("15000", "25000", "20000"))


def priced(wanted: Order, seen: View) -> Order:
    """The order at a limit the far side takes."""
    legs = columns_of(wanted.legs)
    far = natural(seen.market.marks(legs), legs, 1)
    return replace(wanted, limit=Decimal(floor(far)))


@pytest.mark.rule("R-RED-01")
@pytest.mark.rule("R-RED-02")
def test_a_hedge_that_lowers_stress_and_margin_passes_where_nothing_may_open() -> None:
    seen = held()
    verdict = judge(priced(LONG_PUT, seen), seen, LOWER)
    assert isinstance(verdict, Approved), [str(r) for r in verdict.readings if not r.passed]


@pytest.mark.rule("R-RED-01")
def test_what_raises_the_stress_loss_is_refused() -> None:
    found = asked(reduce_("-1 5450 P", "10.00"), held(), LOWER)
    assert not found["R-RED-01"].passed
    assert found["R-RED-02"].passed


@pytest.mark.rule("R-RED-02")
@pytest.mark.parametrize(("dry_run", "passes"), [(LOWER, True), (SAME, False), (HIGHER, False)])
def test_what_does_not_lower_margin_is_refused(dry_run: Preview, passes: bool) -> None:
    found = asked(LONG_PUT, held(), dry_run)
    assert found["R-RED-02"].passed is passes
    assert found["R-RED-01"].passed


@pytest.mark.rule("R-RED-02")
@pytest.mark.parametrize(("text", "passes"), [("+2 5500 P", True), ("+1 5500 P", True)])
def test_where_the_venue_was_not_asked_margin_is_worked_out(text: str, passes: bool) -> None:
    found = asked(reduce_(text, "-50.00", opens=False), held(), NOT_ASKED)
    assert found["R-RED-02"].passed is passes
    assert found["R-RED-01"].passed is passes
    assert float(found["R-RED-02"].bound) > 0.0


@pytest.mark.rule("R-RED-01")
def test_giving_up_a_long_put_is_no_reduction() -> None:
    found = asked(
        reduce_("-1 5400 P", "20.00", opens=False), held("-2 5500 P, +2 5400 P"), NOT_ASKED
    )
    assert not found["R-RED-01"].passed
    assert not found["R-RED-02"].passed


@pytest.mark.rule("R-RED-02")
def test_without_a_mark_it_is_not_known_and_refused() -> None:
    seen = held()
    blind = {seen.book.legs.contracts[0]: (nan, nan)}
    found = asked(reduce_("+1 5500 P", "-50.00", opens=False), held(quotes=blind), NOT_ASKED)
    assert found["R-RED-02"].observed is None
    assert not found["R-RED-01"].passed


@pytest.mark.rule("R-MRG-06")
def test_what_the_venue_would_not_carry_is_not_sent() -> None:
    broke = replace(LOWER, refusals=(Refusal(Code.MARGIN, "no buying power left"),))
    assert not asked(LONG_PUT, held(), broke)["R-MRG-06"].passed


def test_sanity_is_asked_all_the_same() -> None:
    found = asked(LONG_PUT, held(age_s=31.0), LOWER)
    assert not found["R-DAT-01"].passed
    assert "R-BRK-06" not in found
