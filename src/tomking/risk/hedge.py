"""Hedges: the cheapest listed one that brings a breached reading back within its limit.

Puts and put spreads on an index, bought at the ask and sold at the bid, fees left out. A hedge is taken
only if it lowers both what is lost under AUG5_LOW and what the house asks for (rulebook 0.6), and a
premium it may not exceed is one more reading. Nothing here is sent: whoever asks gets a proposal, or the
readings of the one that came nearest.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from math import ceil, inf

from tomking.core.calendar import dte
from tomking.core.contract import Contract, Expiry, Right
from tomking.core.errors import QuoteMissing
from tomking.core.reading import Reading, Sense, Skip, Stage, skip
from tomking.core.value import value
from tomking.market.snapshot import Chain, Legs, Quote
from tomking.portfolio.columns import columns
from tomking.portfolio.margin.account import TASTYTRADE, Terms
from tomking.portfolio.scenarios import AUG5_LOW
from tomking.portfolio.stress import Replay, World, replayed
from tomking.risk import exposure
from tomking.risk.limits import Limits
from tomking.risk.progress import TOP_STAGE
from tomking.risk.view import capital_of

#: Where a hedge is looked for: days to expiry, and deltas from the furthest out; the most units of it.
DTES, WITHIN, DTE_MIN, DTE_MAX = (30, 45, 60), 7, 30, 60
DELTAS = (0.05, 0.10, 0.15, 0.20, 0.25, 0.30)
UNITS_MAX = 50
SHARE = "of net liq"


@value
class Exposed:
    """An account: what it holds, the dollars no price moves, where prices come from, its house.

    ``stage`` is the deployment stage on record; the one of the limits binds where it is lower.
    """

    holdings: Legs
    cash: float
    market: World
    terms: Terms = TASTYTRADE
    stage: int = TOP_STAGE

    def capital(self, replay: Replay, limits: Limits) -> float:
        """Dollars that shares are taken of, as the gates take them (R-STG-02)."""
        return capital_of(replay.before.net_liq, min(self.stage, limits.stage), limits)

    def with_(self, hedge: "Hedge", units: int) -> "Exposed":
        """The account once it has bought some units at the far side of the quotes."""
        bought = joined(self.holdings, hedge.legs, units)
        size = float(columns(hedge.legs).multiplier[0])
        return replace(self, holdings=bought, cash=self.cash - hedge.debit * size * units)


@value
class Hedge:
    """A listed hedge: signed contracts of one unit, and what a unit costs in points."""

    legs: tuple[tuple[Contract, int], ...]
    debit: float

    def __str__(self) -> str:
        """``ES 2026-07-17 put 5700, against 5400``."""
        (bought, _), *sold = self.legs
        against = "".join(f", against {contract.strike:f}" for contract, _ in sold)
        return f"{bought.root} {bought.expiry} put {bought.strike:f}{against}"


#: What is breached: a reading of an account replayed in AUG5_LOW.
Measure = Callable[[Replay, Exposed], Reading]


@value
class Proposal:
    """A hedge, how many units, the dollars they cost, and the readings once they are bought."""

    hedge: Hedge
    units: int
    cost: float
    readings: tuple[Reading, ...]

    @property
    def helps(self) -> bool:
        """Whether everything that is asked of a hedge holds."""
        return all(reading.passed for reading in self.readings)


def listed(chain: Chain, today: date) -> tuple[Quote, ...]:
    """The puts of a chain that hedges are made of, expiry by expiry, the furthest out first."""
    near = (chain.expiry_near(days, WITHIN) for days in DTES)
    days = dict.fromkeys(
        each
        for each in near
        if isinstance(each, Expiry) and DTE_MIN <= dte(each.day, today) <= DTE_MAX
    )
    found = (chain.by_delta(each, Right.PUT, delta) for each in days for delta in DELTAS)
    puts = {one.contract: one for one in found if isinstance(one, Quote) and one.ask > 0.0}
    return tuple(puts.values())


def hedges(quotes: Sequence[Quote]) -> tuple[Hedge, ...]:
    """Each put by itself, and against every one of its expiry that is further out and cheaper."""
    alone = (Hedge(((one.contract, 1),), one.ask) for one in quotes)
    spreads = (
        Hedge(((long.contract, 1), (short.contract, -1)), long.ask - short.bid)
        for long, short in product(quotes, quotes)
        if _further_out(short.contract, long.contract) and long.ask > short.bid
    )
    return (*alone, *spreads)


def _further_out(one: Contract, other: Contract) -> bool:
    """Whether a put stands below another of its root and expiry."""
    same = replace(one, strike=other.strike) == other
    return same and (one.strike or 0) < (other.strike or 0)


def stress_loss(limits: Limits) -> Measure:
    """What is lost under AUG5_LOW, of what may be traded with (R-STR-01)."""

    def measured(replay: Replay, held: Exposed) -> Reading:
        """The share, unknown without an account."""
        whole = held.capital(replay, limits)
        lost = replay.loss / whole if whole > 0.0 else None
        return Reading(
            "loss under AUG5_LOW", Stage.MARGIN, Sense.AT_MOST, lost, limits.stress_loss_max, SHARE,
            "R-STR-01",
        )  # fmt: skip

    return measured


def stress_margin(limits: Limits) -> Measure:
    """Margin under AUG5_LOW, of what is left there of what may be traded with (R-STR-02).

    Margin is the replay's: never less than the factor the gate takes on today's.
    """

    def measured(replay: Replay, held: Exposed) -> Reading:
        """The share, unknown when nothing is left."""
        whole = held.capital(replay, limits)
        share = exposure.of_what_is_left(replay.margin, replay.loss, whole)
        return Reading(
            "margin under AUG5_LOW", Stage.MARGIN, Sense.AT_MOST, share, limits.stress_margin_max,
            "of what is left", "R-STR-02",
        )  # fmt: skip

    return measured


def delta(limits: Limits) -> Measure:
    """Delta without its sign, in the counting that is configured (R-GRK-01, R-GRK-05)."""

    def measured(replay: Replay, held: Exposed) -> Reading:
        """Dollars or shares of SPY; unknown without a price to count in."""
        legs, most = held.holdings, exposure.bounds(limits, held.capital(replay, limits))
        try:
            seen = abs(exposure.delta(legs, held.market.marks(legs), held.market, limits))
        except QuoteMissing:
            seen = None
        return Reading(
            "delta of the book",
            Stage.GREEKS,
            Sense.AT_MOST,
            seen,
            most.delta,
            most.unit,
            "R-GRK-01",
        )

    return measured


def measured(held: Exposed, measure: Measure) -> Reading:
    """What an account's reading is now."""
    return measure(_replayed(held), held)


def cheapest(
    held: Exposed, measure: Measure, offered: Iterable[Hedge], limits: Limits
) -> Proposal | Skip:
    """The cheapest hedge that brings a reading back and helps the account otherwise (R-HDG-01).

    Parameters
    ----------
    held
        The account; its market must mark the hedges too.
    measure
        What is breached.
    offered
        The hedges to choose from.

    Returns
    -------
    Proposal or Skip
        Nothing when the reading holds, and when no hedge does: then the readings of the one that fails
        least, at its least cost.

    Raises
    ------
    QuoteMissing
        If a holding or a hedge has no mark.
    """
    now = _replayed(held)
    if (reading := measure(now, held)).passed:
        return Skip((reading,))
    tried = [_tried(hedge, held, now, measure, limits) for hedge in offered]
    if not tried:
        return skip("hedges", Stage.DATA, "none is listed", "a put on an index", "R-HDG-01")
    helping = [one for one in tried if one.helps]
    if helping:
        return min(helping, key=lambda one: one.cost)
    return Skip(min(tried, key=_shortcoming).readings)


def _shortcoming(one: Proposal) -> tuple[int, float]:
    """How many readings fail, then what it costs."""
    return sum(not reading.passed for reading in one.readings), one.cost


def _replayed(held: Exposed) -> Replay:
    return replayed(held.holdings, held.cash, held.market, AUG5_LOW, held.terms)


def _tried(hedge: Hedge, held: Exposed, now: Replay, measure: Measure, limits: Limits) -> Proposal:
    """A hedge at the least number of units that brings the reading back; one more for its premium."""
    first = held.with_(hedge, 1)
    alone = measure(_replayed(first), first)
    units = _units(measure(now, held), alone)
    tries = [_bought(hedge, held, now, count, measure, limits) for count in (units, units + 1)]
    return next((one for one in tries if one.readings[0].passed), tries[0])


def _bought(
    hedge: Hedge, held: Exposed, now: Replay, units: int, measure: Measure, limits: Limits
) -> Proposal:
    """Some units of a hedge, and the readings once they are bought."""
    bought = held.with_(hedge, units)
    after = _replayed(bought)
    cost = hedge.debit * float(columns(hedge.legs).multiplier[0]) * units
    asked = _asked(f"{units} x {hedge}", cost, now, after, limits)
    return Proposal(hedge, units, cost, (measure(after, bought), *asked))


def _units(now: Reading, one: Reading) -> int:
    """How many units bring a reading back if each does what the first does; 1 if that is not known."""
    here, there, bound = (_figure(x) for x in (now.observed, one.observed, now.bound))
    if not there < here < inf:
        return 1
    return min(max(ceil((here - bound) / (here - there) - 1e-9), 1), UNITS_MAX)


def _figure(x: float | str | None) -> float:
    return x if isinstance(x, float | int) else inf


def _asked(name: str, cost: float, now: Replay, after: Replay, limits: Limits) -> Sequence[Reading]:
    """What is asked of every hedge: its premium, and that loss and requirement fall."""
    whole = now.before.net_liq
    return (
        Reading(
            f"premium of {name}", Stage.MARGIN, Sense.AT_MOST, cost / whole if whole > 0 else None,
            limits.hedge_premium_max, SHARE, "R-HDG-01",
        ),
        Reading(
            f"loss under AUG5_LOW with {name}", Stage.MARGIN, Sense.BELOW, after.loss, now.loss,
            "dollars", "R-HDG-01",
        ),
        Reading(
            f"requirement with {name}", Stage.MARGIN, Sense.BELOW, float(after.before.requirement),
            float(now.before.requirement), "dollars", "R-HDG-01",
        ),
    )  # fmt: skip


def joined(holdings: Legs, legs: Sequence[tuple[Contract, int]], units: int) -> Legs:
    """Holdings with some units of a hedge, one row a contract, and none of what comes to nothing."""
    rows = {contract: row for row, contract in enumerate(holdings.contracts)}
    quantity = holdings.quantity.copy()
    fresh: list[tuple[Contract, int]] = []
    for contract, count in legs:
        if contract in rows:
            quantity[rows[contract]] += count * units
        else:
            fresh.append((contract, count * units))
    kept = replace(holdings, quantity=quantity).where(quantity != 0.0)
    return exposure.beside(kept, columns(fresh)) if fresh else kept
