"""Labels: what a decision was made under, written with it so that nobody recomputes policy later."""

from collections.abc import Mapping

from tomking.core.order import Order
from tomking.core.reading import Reading, Stage
from tomking.risk.groups import group_of
from tomking.risk.pattern import pattern_score
from tomking.risk.regimes import regime_name
from tomking.risk.view import View

NOT_ASKED, UNKNOWN = "not asked", "unknown"


def labels(order: Order, view: View, readings: tuple[Reading, ...]) -> Mapping[str, str]:
    """What an order was judged under, and its reason: the pattern score is the one the gate measured."""
    asked = [r.observed for r in readings if r.stage is Stage.PATTERN]
    pattern = _scored(asked[0]) if asked else NOT_ASKED
    return _told(order.root, view, pattern) | {"reason": order.why}


def asked_under(root: str, view: View) -> Mapping[str, str]:
    """What a strategy was asked under, about the root it tries first, whatever it answered."""
    score = pattern_score(view.market, root, view.limits.pattern_form)
    return _told(root, view, _scored(score))


def _told(root: str, view: View, pattern: str) -> dict[str, str]:
    """Regime, phase, stage, group, pattern score, VIX and the class of the evidence."""
    vix = view.market.vix
    return {
        "regime": regime_name(
            vix.value, view.market.day.vix_previous.value, view.limits.vix_hysteresis
        ),
        "phase": str(view.standing.phase),
        "stage": str(view.stage),
        "group": group_of(root, view.limits.groups) or UNKNOWN,
        "pattern": pattern,
        "vix": f"{vix.value:.2f}",
        "evidence": vix.evidence.name,
    }


def _scored(score: float | str | None) -> str:
    return UNKNOWN if score in (None, UNKNOWN) else str(score)[:6]
