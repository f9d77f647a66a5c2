"""How many units of a file's order fit its account: every term of the least, and the one that binds."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from math import floor, inf, isfinite, isnan
from typing import Any

from tomking.app.config.load import Settings
from tomking.app.ticket.book import allowed, order_of, view_of
from tomking.app.ticket.closing import facing, opened
from tomking.app.ticket.explained import fit_of
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.market import before, credit_points, market_of
from tomking.app.ticket.plans import Fit
from tomking.app.ticket.sound import lowest
from tomking.app.ticket.underlying import has_row
from tomking.app.ticket.words import worth_taken
from tomking.core.errors import ConfigError
from tomking.core.order import Leg, Order, Structure
from tomking.core.reading import Stage, figure
from tomking.core.value import value
from tomking.market.quoted import IMPLIED, Quoted
from tomking.risk.crisis import crisis_budget, in_crisis, opens_puts_only
from tomking.risk.sizing import Room, rooms
from tomking.risk.view import View
from tomking.strategies.losses import defined_loss, stop_loss


@value
class Fitting:
    """The units that fit, the room every term leaves, and what was taken for what nobody said.

    ``stop_loss`` and ``max_loss`` are dollars of one unit, infinite where nothing bounds them.
    """

    asked: Ticket
    strategy: str
    units: int
    terms: tuple[Room, ...]
    stop_loss: float
    max_loss: float
    assumed: tuple[str, ...]

    @property
    def binds(self) -> Room:
        """The term that leaves the least; of several the first."""
        return min(self.terms, key=lambda room: room.units)


def fitting(asked: Ticket, settings: Settings, as_strategy: str | None = None) -> Fitting:
    """Size what a file's order opens.

    Raises
    ------
    ConfigError
        If it opens nothing, its symbol is not known, or the strategy has no shape with these legs.
    """
    whole = facing(lowest(asked))
    part = opened(whole)
    if part is None:
        raise ConfigError("this order only closes: no limit sizes an exit")
    if not has_row(part.product):
        raise ConfigError(
            f"{part.product.root} has no row of its own, so nothing says what it moves with: "
            "`tomking explain` measures it without sizing it"
        )
    market, limits = market_of(whole), replace(settings.limits, house=whole.house)
    fit = fit_of(part, settings, as_strategy)
    wanted = structure(part, fit)
    name = fit.plan.name if fit else "ticket"
    net_liq = whole.account.net_liq if whole.account else settings.capital
    view = view_of(whole, before(whole), market, limits, net_liq)
    terms = (*opens(order_of(part, name), view), *rooms(wanted, view, name, whole=True))
    units = floor(min(room.units for room in terms) + 1e-9)
    point = part.product.multiplier
    return Fitting(
        part, name, units, terms, wanted.stop_loss * point, wanted.max_loss * point,
        tuple(_assumed(whole, market, fit, net_liq)),
    )  # fmt: skip


def opens(order: Order, view: View) -> Iterator[Room]:
    """No room where nothing new may be opened at all: by VIX, where it is known, or by a governor.

    These come first: of several terms that leave nothing the first is named.
    """
    vix, limits = view.market.vix.value, view.limits
    closed = [cap.source for cap in allowed(view).caps if not cap.may_open]
    if not isnan(vix):
        unlocked = crisis_budget(order, view) > 0.0
        yield _open_or_not(
            f"VIX {figure(vix)}, of {figure(limits.vix_open_max)} at most for anything new",
            Stage.VIX, vix <= limits.vix_open_max or unlocked, "R-VIX-02",
        )  # fmt: skip
        yield _open_or_not(
            f"VIX {figure(vix)}, of {figure(limits.manual_vix_max)} at most for automatic orders",
            Stage.DATA, vix <= limits.manual_vix_max, "R-BRK-09",
        )  # fmt: skip
        if limits.crisis_opens == "puts" and in_crisis(view):
            yield _open_or_not(
                "puts alone in a crisis", Stage.VIX, opens_puts_only(order), "R-VIX-08"
            )
    if closed:
        yield _open_or_not(
            f"nothing may be opened: {', '.join(closed)}", Stage.DATA, False, "R-BRK-07"
        )


def _open_or_not(name: str, stage: Stage, may_open: bool, rule: str) -> Room:
    """Any number, or none."""
    return Room(name, stage, inf if may_open else 0.0, rule)


def structure(part: Ticket, fit: Fit | None) -> Structure:
    """One unit of an order as sizing takes it; without a plan's stop it may lose all it can."""
    legs, credit = order_of(part).legs, float(credit_points(part.legs))
    limit = part.order.limit
    most = defined_loss(legs, credit if limit is None else float(limit))
    stop = _at_the_stop(fit) if fit else inf
    return Structure(
        part.product.root, legs, credit, "ticket", IMPLIED,
        min(leg.contract.expiry for leg in legs), stop if isfinite(stop) else most, most,
    )  # fmt: skip


def _at_the_stop(fit: Fit) -> float:
    """Points that the plan's loss rules let go of before they close; infinite without a bound."""
    legs = [
        (Leg(leg.contract, leg.quantity, part.name), float(leg.price))
        for part in fit.parts
        for leg in part.legs
    ]
    return stop_loss(fit.shape.tranches, [leg for leg, _ in legs], [price for _, price in legs])


def _assumed(asked: Ticket, market: Quoted, fit: Fit | None, net_liq: Decimal) -> Iterator[str]:
    if asked.account is None:
        yield worth_taken(asked, net_liq)
    if isnan(market.vix.value):
        yield "VIX is unknown: buying power is that of the last band, and its ceiling is not asked"
    if fit is None:
        yield "no plan trades this, so it is stopped nowhere and loses all it can (--as names a plan)"
    if asked.past is None:
        yield (
            "nothing is known of the account's past: no streak, no drawdown, no record for Kelly's share"
        )


def document(found: Fitting) -> dict[str, Any]:
    """A size as JSON; a term without a bound has ``null`` units."""
    return {
        "units": found.units,
        "bound_by": found.binds.name,
        "rule": found.binds.rule,
        "strategy": found.strategy,
        "stop_loss": _dollars(found.stop_loss),
        "max_loss": _dollars(found.max_loss),
        "terms": [
            {
                "name": room.name, "stage": room.stage.value, "rule": room.rule,
                "units": room.units if isfinite(room.units) else None,
                "binds": room is found.binds,
            }
            for room in found.terms
        ],
        "assumed": found.assumed,
    }  # fmt: skip


def _dollars(amount: float) -> float | None:
    return round(amount, 2) if isfinite(amount) else None
