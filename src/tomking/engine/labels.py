"""Labels: what a decision was made under, written with it so that nobody recomputes policy later."""

from collections.abc import Mapping

from tomking.core.order import Order
from tomking.core.reading import Reading, Stage
from tomking.risk.caps import REGIMES, regime_index
from tomking.risk.correlation import group_of
from tomking.risk.view import View


def labels(order: Order, view: View, readings: tuple[Reading, ...]) -> Mapping[str, str]:
    """Regime, phase, stage, group, pattern score, VIX and the class of the evidence."""
    asked = [r.observed for r in readings if r.stage is Stage.PATTERN]
    vix = view.market.vix
    return {
        "regime": REGIMES[min(regime_index(vix.value, view.limits), 4)],
        "phase": str(view.standing.phase),
        "stage": str(view.limits.stage),
        "group": group_of(order.root) or "unknown",
        "pattern": "not asked"
        if not asked
        else "unknown"
        if asked[0] in (None, "unknown")
        else str(asked[0])[:6],
        "vix": f"{vix.value:.2f}",
        "evidence": vix.evidence.name,
        "reason": order.why,
    }
