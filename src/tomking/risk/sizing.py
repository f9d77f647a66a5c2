"""How many: the least of what risk, margin, exposure, phase and stress leave room for. Zero is an
answer.

Sizing runs before the gates and never stands in for one; an order is judged at the size found here.
"""

from collections.abc import Collection
from math import floor, inf, isfinite, isnan, nan

from tomking.core.evidence import Stamped
from tomking.core.order import Structure
from tomking.core.product import Product, product
from tomking.core.reading import Reading, Sense, Skip, Stage
from tomking.core.value import value
from tomking.market.snapshot import Legs, Marks
from tomking.portfolio import marks as worth
from tomking.portfolio.columns import columns, columns_of
from tomking.portfolio.margin.account import Terms, asked, maintained
from tomking.risk.caps import Allowance, allowance, caps_of, reserve_of, usable_bp
from tomking.risk.correlation import group_margin_max, together
from tomking.risk.exposure import (
    AUG5_MARGIN_FACTOR,
    HUNDRED_THOUSAND,
    Slope,
    bounds,
    slope,
    stress_loss,
)
from tomking.risk.groups import group_of
from tomking.risk.kelly import record_of, stake
from tomking.risk.kin import row_name, row_of
from tomking.risk.limits import Limits, at_level
from tomking.risk.tally import Tally
from tomking.risk.view import View


@value
class Room:
    """How many units one consideration leaves room for, and what it is called."""

    name: str
    stage: Stage
    units: float
    rule: str

    @property
    def reading(self) -> Reading:
        """The room against the one unit it must have."""
        return Reading(self.name, self.stage, Sense.AT_LEAST, self.units, 1.0, "units", self.rule)


@value
class Sized:
    """Units, and the room every consideration left for them."""

    units: int
    readings: tuple[Reading, ...]


def size(wanted: Structure, view: View, strategy: str) -> int | Skip:
    """Units to trade, or the rooms of which at least one holds none."""
    found = sized(wanted, view, strategy)
    return found.units if found.units >= 1 else Skip(found.readings)


def sized(wanted: Structure, view: View, strategy: str) -> Sized:
    """Units to trade, none among them, with every room that was measured."""
    found = rooms(wanted, view, strategy)
    units = floor(min(room.units for room in found) + 1e-9)
    return Sized(units, (*(room.reading for room in found), *_at_stops(wanted, view, units)))


def rooms(wanted: Structure, view: View, strategy: str, *, whole: bool = False) -> tuple[Room, ...]:
    """The rooms of which the least decides (rulebook 19).

    Margin is only worked out when the exposures leave room for a unit at all, or for a ``whole``
    answer.
    """
    legs = columns_of(wanted.legs)
    marks = view.market.marks(legs)
    found = _greeks(view, legs, marks)
    if whole or all(room.units >= 1.0 for room in found):
        found += _means(wanted, view, strategy, legs, marks)
    if isfinite(wanted.units_max):
        found += (Room("units of the plan", Stage.POSITION_LIMIT, wanted.units_max, "R-SIZ-06"),)
    factor = wanted.size_factor * _allowed(view).size_factor
    if factor < 1.0:
        least = min(room.units for room in found) * factor
        name = f"units at {factor:g} of the size"
        found += (Room(name, Stage.POSITION_LIMIT, least, "R-SIZ-05"),)
    return found


def _at_stops(wanted: Structure, view: View, units: int) -> tuple[Reading, ...]:
    """What that many units lose at the plan's stops, the R of the trade; nothing without stops."""
    usd = units * wanted.stop_loss * product(wanted.root).multiplier
    if not (usd > 0.0 and isfinite(usd)):
        return ()
    most = round(view.limits.stop_risk_max * max(view.capital, 0.0), 2)
    name = "loss of all units at the stops"
    return (Reading(name, Stage.MARGIN, Sense.AT_MOST, round(usd, 2), most, "dollars", "R-SIZ-07"),)


def _means(
    wanted: Structure, view: View, strategy: str, legs: Legs, marks: Marks
) -> tuple[Room, ...]:
    """Room in margin, risk, stress and contracts; asked for when exposure has some.

    Shares are of the capital the stage lets trade (R-STG-02).
    """
    limits, capital, what = view.limits, view.capital, product(wanted.root)
    return (
        *_margins(wanted, view, strategy, legs, marks),
        at_the_stop(wanted, view),
        Room("greatest loss", Stage.MARGIN, _defined(wanted, limits, capital, what), "R-SIZ-02"),
        *_kelly(wanted, view, strategy, what),
        *_stress(view, legs, marks, limits, capital),
        *_contracts(view, strategy, what),
    )  # fmt: skip


def at_the_stop(wanted: Structure, view: View) -> Room:
    """Room in what a trade may lose at its stops: none where nothing bounds that."""
    budget = view.limits.stop_risk_max * view.capital
    units = _fit(budget, wanted.stop_loss * product(wanted.root).multiplier)
    return Room("loss at the stop", Stage.MARGIN, units, "R-SIZ-01")


def _fit(budget: float, each: float) -> float:
    """Units that fit a budget; any number when they cost nothing, none when it is spent."""
    if isnan(budget) or isnan(each):
        return 0.0
    if each <= 0.0:
        return inf
    return max(0.0, float(floor(budget / each + 1e-9))) if isfinite(each) else 0.0


def _defined(wanted: Structure, limits: Limits, capital: float, what: Product) -> float:
    """A loss that nothing bounds is judged at its stop and under stress, not here."""
    if not isfinite(wanted.max_loss):
        return inf
    return _fit(limits.defined_risk_max * capital, wanted.max_loss * what.multiplier)


def _kelly(wanted: Structure, view: View, strategy: str, what: Product) -> tuple[Room, ...]:
    """Room by what the strategy's own record would stake; not asked while the record is too short."""
    limits = view.limits
    if limits.kelly_mode != "on":
        return ()
    tally = dict(view.standing.tallies).get(strategy, Tally())
    record = record_of(tally, limits)
    if record is None:
        decided, enough = tally.wins + tally.losses, limits.kelly_trades_min
        said = f"Kelly's share (not asked: {decided} of {enough} closed)"
        return (Room(said, Stage.MARGIN, inf, "R-SIZ-10"),)
    each = wanted.max_loss if isfinite(wanted.max_loss) else wanted.stop_loss
    budget = stake(record, limits) * view.capital
    return (Room("Kelly's share", Stage.MARGIN, _fit(budget, each * what.multiplier), "R-SIZ-10"),)


def _greeks(view: View, legs: Legs, marks: Marks) -> tuple[Room, ...]:
    """Room in dollar delta, its change for a one per cent move, vega and gross notional."""
    limits, capital = view.limits, max(view.capital, 0.0)
    most = bounds(limits, capital)
    held, alone = slope(view.book.legs, view, view.marks), slope(legs, view, marks)
    vega = worth.dollar_vega(view.book.legs, view.marks)
    gross = worth.gross_dollar_delta(view.book.legs, view.marks)
    return (
        Room("delta", Stage.GREEKS, _between(held.delta, alone.delta, most.delta), "R-GRK-01"),
        Room("change of delta", Stage.GREEKS, _gamma(held, alone, most.change), "R-GRK-02"),
        Room("vega", Stage.GREEKS, _between(
            vega, worth.dollar_vega(legs, marks),
            limits.vega_max_usd * capital / HUNDRED_THOUSAND), "R-GRK-04"),
        Room("delta-weighted notional", Stage.GREEKS, _fit(
            limits.notional_max * capital - gross, worth.gross_dollar_delta(legs, marks)),
            "R-GRK-06"),
    )  # fmt: skip


def _between(held: float, each: float, bound: float) -> float:
    """Units that keep |held + units x each| within a bound."""
    return _fit(bound - held if each >= 0 else bound + held, abs(each))


def _gamma(held: Slope, each: Slope, bound: float) -> float:
    return min(_between(held.up, each.up, bound), _between(held.down, each.down, bound))


def _margins(
    wanted: Structure, view: View, strategy: str, legs: Legs, marks: Marks
) -> tuple[Room, ...]:
    """Room in the trade's own share, its groups', what the governors and the reserve leave, and under
    AUG5_LOW.
    """
    limits, capital = view.limits, view.capital
    spot = view.market.spot(wanted.root)
    if not isinstance(spot, Stamped):
        return (Room(f"price of {wanted.root}", Stage.DATA, 0.0, "R-DAT-05"),)
    now, terms = view.market.at, Terms(limits.house)
    each = float(asked(wanted.root, legs, marks, spot.value, now, terms).requirement)
    share = row_of(limits.bp_trade_by_strategy, strategy, limits.variants, limits.bp_trade_max)
    allowed = _allowed(view)
    used = margin_in_use(view)
    reserve = reserve_of(view.market.vix.value, limits)
    free = usable_bp(capital, allowed.bp_share_max, reserve, used)
    group = group_margin_max(group_of(wanted.root, limits.groups), limits)
    roots = {contract.root for contract in view.book.legs.contracts}
    beside = margin_in_use(view, together(wanted.root, roots, limits))
    stressed = stress_loss(view.book.legs, view, view.marks)
    left = capital - max(0.0, stressed) - AUG5_MARGIN_FACTOR / limits.stress_margin_max * used
    cost = AUG5_MARGIN_FACTOR / limits.stress_margin_max * each
    return (
        Room("margin of the group", Stage.CORRELATION, _fit(
            group * capital - beside, each), "R-COR-05"),
        Room("margin of the trade", Stage.MARGIN, _fit(share * capital, each), "R-MRG-03"),
        Room(f"buying power (bound by {allowed.bp_bound_by})", Stage.MARGIN, _fit(free, each),
             "R-MRG-01"),
        Room("margin in all", Stage.MARGIN, _fit(limits.margin_max * capital - used, each), "R-MRG-02"),
        Room("margin under stress", Stage.MARGIN, _fit(
            left, cost + max(0.0, stress_loss(legs, view, marks))), "R-STR-02"),
    )  # fmt: skip


def margin_in_use(view: View, roots: Collection[str] | None = None) -> float:
    """What holding what is held (of some roots) needs now, as at the venue; NaN without a price."""
    return margin_of(view, view.book.legs, view.marks, roots)


def margin_of(view: View, legs: Legs, marks: Marks, roots: Collection[str] | None = None) -> float:
    """What holding some legs (of some roots) would need now, in dollars; NaN without a price."""
    prices: dict[str, float] = {}
    for root in dict.fromkeys(contract.root for contract in legs.contracts):
        spot = view.market.spot(root)
        if roots is not None and root not in roots:
            continue
        if not isinstance(spot, Stamped):
            return nan
        prices[root] = spot.value
    now, terms = view.market.at, Terms(view.limits.house)
    return float(maintained(prices, legs, marks, prices.__getitem__, now, terms))


def margin_of_strategy(view: View, strategy: str) -> float:
    """Dollars that holding all in a strategy's row of R-MRG-07 needs by itself; NaN without a price."""
    legs = held_in_row(view, strategy, dict(view.limits.bp_by_strategy))
    return margin_of(view, legs, view.market.marks(legs))


def held_in_row(view: View, strategy: str, names: Collection[str]) -> Legs:
    """The legs of all that a table with rows of some names counts with a strategy."""
    kinds = view.limits.variants
    mine = row_name(strategy, names, kinds)
    positions = view.book.positions.values()
    inside = (one for one in positions if row_name(one.strategy, names, kinds) == mine)
    return columns([pair for position in inside for pair in position.held])


def _stress(
    view: View, legs: Legs, marks: Marks, limits: Limits, capital: float
) -> tuple[Room, ...]:
    """Room under AUG5_LOW for the trade by itself and for the book; margin there is ``_margins``'."""
    held, each = stress_loss(view.book.legs, view, view.marks), stress_loss(legs, view, marks)
    return (
        Room("stress loss of the trade", Stage.MARGIN, _fit(
            limits.stress_trade_max * capital, each), "R-STR-03"),
        Room("stress loss of the book", Stage.MARGIN, _fit(
            limits.stress_loss_max * capital - held, each), "R-STR-01"),
    )  # fmt: skip


def _contracts(view: View, strategy: str, what: Product) -> tuple[Room, Room]:
    """Contracts the account's size and its phase allow, a micro counting a tenth.

    The documents count contracts of two strategies; what is of neither kind is sized by what it risks.
    """
    limits = view.limits
    by_size = row_of(limits.contracts_by_gbp, strategy, limits.variants, ())
    by_phase = row_of(limits.contracts_by_phase, strategy, limits.variants, ())
    pounds = view.capital / limits.usd_per_gbp
    return (
        Room("contracts for the account's size", Stage.POSITION_LIMIT, _in_contracts(
            at_level(by_size, pounds, 1.0) if by_size else inf, what), "R-SIZ-03"),
        Room("contracts for the account's phase", Stage.POSITION_LIMIT, _in_contracts(
            at_level(by_phase, view.standing.phase, 0.0) if by_phase else inf, what), "R-SIZ-04"),
    )  # fmt: skip


def _in_contracts(full: float, what: Product) -> float:
    """Full-size contracts counted in those of a product: ten micros to one."""
    whole = product(what.micro_of).multiplier / what.multiplier if what.micro_of else 1.0
    return float(floor(full * whole + 1e-9)) if isfinite(full) else inf


def _allowed(view: View) -> Allowance:
    return allowance(caps_of(view))
