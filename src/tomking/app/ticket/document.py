"""A ticket as JSON: everything the page says, money as exact numbers, what is unknown as null."""

from collections.abc import Iterable
from decimal import Decimal
from math import isfinite
from typing import Any

from tomking.app.ticket.book import Greeks
from tomking.app.ticket.explained import Explained
from tomking.app.ticket.file import Priced
from tomking.app.ticket.need import margin_of
from tomking.app.ticket.odds import METHODS
from tomking.core.money import usd
from tomking.core.reading import Reading
from tomking.portfolio.fees import Charge
from tomking.report.payload import margin_call


def leg(one: Priced) -> dict[str, Any]:
    """A typed leg in the words of the file."""
    held = one.contract
    return {
        "right": held.right.value[0] if held.right else None,
        "strike": held.strike,
        "expiry": held.expiry if held.right else None,
        "quantity": one.quantity,
        "price": one.price,
    }


def document(found: Explained) -> dict[str, Any]:
    """Everything about one order."""
    asked, made, need, likely = found.asked, found.money, found.needs, found.odds
    return {
        "symbol": asked.product.root,
        "at": asked.at,
        "structure": found.name.name,
        "widths": list(found.name.widths),
        "units": asked.order.units,
        "legs": [leg(one) for one in asked.legs],
        "shares": asked.shares,
        "credit": made.credit,
        "typed_credit": made.mid,
        "premium": made.premium,
        "max_profit": dollars(made.best),
        "max_loss": dollars(-made.worst),
        "unbounded_profit": made.best == float("inf"),
        "unbounded_loss": made.worst == float("-inf"),
        "modelled": made.modelled,
        "break_evens": [round(zero, 6) for zero in made.break_evens],
        "fees": {
            "open": charge(made.opening),
            "close": charge(made.closing),
            "settlement_per_contract": made.settlement,
        },
        "margin": margin_of(need.alone)
        | {"before": need.before, "after": need.after, "change": need.change},
        "buying_power_change": -need.effect,
        "stress": [
            {
                "scenario": row.name,
                "underlying": known(round(row.spot, 6)),
                "loss": dollars(row.loss),
                "requirement": dollars(row.requirement),
            }
            for row in found.stressed
        ],
        "margin_call": None if found.margin_call is None else margin_call(found.margin_call),
        "greeks": {"before": greeks(found.measured.before), "after": greeks(found.measured.after)},
        "net_liq": found.measured.net_liq,
        "limits": [reading(one) for one in found.measured.readings],
        "chances": {
            "profit": known(likely.profit),
            "half": known(likely.half),
            "target": dollars(likely.target),
            "target_of": likely.of,
            "touch": [
                {
                    "right": one.contract.right.value[0] if one.contract.right else None,
                    "strike": one.contract.strike,
                    "expiry": one.contract.expiry,
                    "chance": known(one.chance),
                    "vol": known(one.vol),
                }
                for one in likely.touches
            ],
            "vol": known(likely.vol),
            "method": METHODS,
        },
        "plan": found.fit.plan.name if found.fit else None,
        "plan_differs": list(found.fit.apart) if found.fit else [],
        "exits": [
            {
                "part": one.part,
                "when": one.why,
                "then": one.at,
                "price": one.price,
                "rule": one.rule,
            }
            for one in found.exits
        ],
        "objections": readings(found.objections),
        "assumed": list(found.assumed),
        "evidence": {"typed": "RECORDED", "implied": "MODEL"},
    }


def known(x: float) -> float | None:
    """A figure, or nothing when it is unknown or has no bound."""
    return x if isfinite(x) else None


def dollars(x: float) -> Decimal | None:
    """A modelled amount to the cent, or nothing when it is unknown or has no bound."""
    return usd(x) if isfinite(x) else None


def charge(one: Charge) -> dict[str, Decimal]:
    """A fee and its parts."""
    return {
        "total": one.total,
        "commission": one.commission,
        "clearing": one.clearing,
        "exchange": one.exchange,
        "regulatory": one.regulatory,
    }


def greeks(one: Greeks) -> dict[str, Decimal | None]:
    """Dollars: delta for 100 %, theta a day, vega a point."""
    return {
        "delta": dollars(one.delta),
        "theta": dollars(one.theta),
        "vega": dollars(one.vega),
    }


def readings(asked: Iterable[Reading]) -> list[dict[str, Any]]:
    """Readings as JSON."""
    return [reading(one) for one in asked]


def reading(one: Reading) -> dict[str, Any]:
    """A measurement and its bound."""
    observed = one.observed
    if isinstance(observed, float):
        observed = known(observed)
    return {
        "name": one.name,
        "stage": one.stage.value,
        "observed": observed,
        "sense": one.sense.value,
        "bound": one.bound,
        "unit": one.unit,
        "rule": one.rule,
        "passed": one.passed,
    }
