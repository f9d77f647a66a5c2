"""A ticket as JSON: everything the page says, money as exact numbers, what is unknown as null."""

from collections.abc import Iterable
from decimal import Decimal
from math import inf, isfinite, nan
from typing import Any

from tomking.app.ticket.book import Greeks
from tomking.app.ticket.explained import Explained
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.money import Money
from tomking.app.ticket.need import margin_of
from tomking.app.ticket.odds import METHODS, Odds, Touch
from tomking.app.ticket.second import Second
from tomking.app.ticket.stress import BadDay, Side
from tomking.core.contract import Contract
from tomking.core.money import ZERO, usd
from tomking.core.reading import Reading
from tomking.market.quoted import IMPLIED, TYPED
from tomking.portfolio.fees import Charge
from tomking.report.payload import margin_call

#: Of an order that opens nothing.
NO_ODDS = Odds(nan, nan, nan, "", (), nan, ())


def leg(one: Priced) -> dict[str, Any]:
    """A typed leg in the words of the file."""
    held = one.contract
    return {
        "right": held.right.value[0] if held.right else None,
        "strike": held.strike,
        "expiry": held.expiry if held.right else None,
        "quantity": one.quantity,
        "price": one.price,
        "opens": one.opens,
    }


def leg_of(held: Contract) -> dict[str, Any]:
    """A contract in the words of the file."""
    right = held.right.value[0] if held.right else None
    return {"right": right, "strike": held.strike, "expiry": held.expiry}


def document(found: Explained) -> dict[str, Any]:
    """Everything about one order."""
    asked = found.asked
    fit = found.opened.fit if found.opened else None
    return {
        "symbol": asked.product.root,
        "at": asked.at,
        "purpose": found.purpose.value,
        "note": found.note,
        "structure": found.name.name,
        "widths": list(found.name.widths),
        "units": asked.order.units,
        "legs": [leg(one) for one in asked.legs],
        "shares": asked.shares,
        **_money(found.money),
        "margin": _margin(found),
        "buying_power_change": -found.needs.effect,
        "buying_power": _power(found.stressed[0]),
        "stress": [_stress(row) for row in found.stressed[1:]],
        "margin_call": None if found.margin_call is None else margin_call(found.margin_call),
        "greeks": {"before": greeks(found.measured.before), "after": greeks(found.measured.after)},
        "second_order": second_order(found.second),
        "early_exercise": [
            leg_of(one.contract) | {"eve_of": one.ex_date, "from": round(one.price, 6)}
            for one in found.eves
        ],
        "net_liq": found.measured.net_liq,
        "limits": readings(found.measured.readings),
        "not_asked": [
            {"limits": list(one.limits), "missing": one.missing} for one in found.measured.unasked
        ],
        "chances": _chances(found.opened.odds if found.opened else NO_ODDS),
        "plan": fit.plan.name if fit else None,
        "plan_differs": list(fit.apart) if fit else [],
        "exits": [
            {
                "part": one.part,
                "when": one.why,
                "then": one.at,
                "price": one.price,
                "rule": one.rule,
            }
            for one in (found.opened.exits if found.opened else ())
        ],
        "objections": readings(found.objections),
        "assumed": list(found.assumed),
        "evidence": {"typed": TYPED.name, "implied": IMPLIED.name},
    }


def _money(made: Money) -> dict[str, Any]:
    """What the order brings, can make, can lose and costs."""
    return {
        "credit": made.credit,
        "typed_credit": made.mid,
        "premium": made.premium,
        "max_profit": dollars(made.best),
        "max_loss": dollars(-made.worst),
        "unbounded_profit": made.best == inf,
        "unbounded_loss": made.worst == -inf,
        "modelled": made.modelled,
        "break_evens": [round(zero, 6) for zero in made.break_evens],
        "fees": {
            "order": charge(made.fees),
            "open": charge(made.opening),
            "close": charge(made.closing),
            "settlement_per_contract": made.settlement,
        },
    }


def _margin(found: Explained) -> dict[str, Any]:
    """What opens by itself as ``tomking margin`` has it, and the account before and after."""
    need = found.needs
    return margin_of(need.alone) | {
        "before": need.before,
        "after": need.after,
        "change": need.change,
    }


def _stress(row: BadDay) -> dict[str, Any]:
    return {
        "scenario": row.name,
        "underlying": round(row.spot, 6),
        **_side(row.order),
        "before": _side(row.before),
        "after": _side(row.after),
    }


def _side(one: Side) -> dict[str, Decimal | None]:
    return {
        "loss": dollars(one.loss),
        "requirement": dollars(one.requirement),
        "buying_power": dollars(one.power),
    }


def _power(now: BadDay) -> dict[str, Decimal | None]:
    """The account's buying power without the order and with it; unknown without an account."""
    return {"before": dollars(now.before.power), "after": dollars(now.after.power)}


def _chances(likely: Odds) -> dict[str, Any]:
    """Chances as fractions, and how each was found."""
    return {
        "profit": known(likely.profit),
        "half": known(likely.half),
        "target": dollars(likely.target),
        "target_of": likely.of,
        "touch": [_touch(one) for one in likely.touches],
        "vol": known(likely.vol),
        "method": METHODS,
    }


def _touch(one: Touch) -> dict[str, Any]:
    held = one.contract
    return {
        "right": held.right.value[0] if held.right else None,
        "strike": held.strike,
        "expiry": held.expiry,
        "chance": known(one.chance),
        "vol": known(one.vol),
    }


def known(x: float) -> float | None:
    """A figure, or nothing when it is unknown or has no bound."""
    return x if isfinite(x) else None


def dollars(x: float) -> Decimal | None:
    """A modelled amount to the cent, or nothing when it is unknown or has no bound."""
    return usd(x) + ZERO if isfinite(x) else None  # nothing has no sign


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


def second_order(one: Second) -> dict[str, Decimal | None]:
    """Dollars: what a vol point adds to delta and vega (vanna, vomma), and a day to delta (charm)."""
    return {"vanna": dollars(one.vanna), "charm": dollars(one.charm), "vomma": dollars(one.vomma)}


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
