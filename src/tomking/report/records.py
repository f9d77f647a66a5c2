"""Alarms and scores as plain data: what ``--json`` prints of them and ``report.json`` holds."""

from tomking.analysis.alarms import Raised, Shown
from tomking.analysis.summary import Summary
from tomking.core.order import Order
from tomking.engine.scores import Scores
from tomking.report.plain import Plain, Record, reading
from tomking.risk.assignment import urgency
from tomking.risk.health import Health


def alarms(summary: Summary) -> Plain:
    """Every alarm: what raised it, how the account stood, what was shown and sent."""
    return [_alarm(one) for one in summary.alarms]


def _alarm(one: Raised) -> Record:
    return {
        "at": one.at.isoformat(),
        "level": one.level.name,
        "readings": [reading(seen) for seen in one.readings],
        "unknown": list(one.unknown),
        "net_liq": None if one.net_liq is None else float(one.net_liq),
        "margin_share": one.margin_share,
        "campaigns": one.campaigns,
        "moved_to": None if one.moved is None else one.moved.name,
        "shown": [_shown(each) for each in one.shown],
    }


def _shown(one: Shown) -> Record:
    return {
        "what": one.what,
        "orders": [_order(order) for order in one.orders],
        "sent": [order.id for order in one.sent],
        "left_out": list(one.left_out),
    }


def _order(order: Order) -> Record:
    limit = None if order.limit is None else float(order.limit)
    return {"id": order.id, "units": order.units, "limit": limit}


def scores(found: Scores) -> Record:
    """Health by position, assignment by short option, the book together, expectancy by strategy."""
    return {
        "health": {name: None if one is None else _health(one) for name, one in found.health},
        "assignment": {
            str(contract): {"score": points, "asks_for": urgency(points).value}
            for contract, points in found.assignment
        },
        "book": [reading(seen) for seen in found.book],
        "expectancy": {name: [reading(seen) for seen in asked] for name, asked in found.expectancy},
    }


def _health(one: Health) -> Record:
    taken = {"near": one.near, "stop": one.stop, "group": one.group, "power": one.power}
    return {"score": one.score, "taken": {name: points for name, points in taken.items()}}  # noqa: C416
