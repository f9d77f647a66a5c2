"""The health score of a position: shown, never a gate (rulebook 11 rule 5, 27.16)."""

from tomking.core.calendar import dte
from tomking.core.value import value
from tomking.portfolio.book import Position
from tomking.risk.caps import allowance, caps_of
from tomking.risk.correlation import live_campaigns
from tomking.risk.groups import group_of
from tomking.risk.limits import named
from tomking.risk.sizing import margin_in_use
from tomking.risk.view import View

#: Days under which an expiry is near, and what each fault takes from a hundred points.
NEAR_DTE = 21
NEAR, STOP, GROUP, POWER = 20.0, 30.0, 25.0, 25.0


@value
class Health:
    """What each fault takes from a hundred points: expiry, stop, a full group, buying power."""

    near: float
    stop: float
    group: float
    power: float

    @property
    def score(self) -> float:
        """What is left of a hundred."""
        return 100.0 - self.near - self.stop - self.group - self.power


def health(days: float, *, at_stop: bool, group_share: float, power_share: float) -> Health:
    """The score and its parts; shares beyond the whole take no more than the whole (R-SCO-01).

    Parameters
    ----------
    days
        Calendar days to expiry; infinite for what does not expire.
    group_share, power_share
        Campaigns in the group as a share of its limit, and margin as a share of what may be used.

    >>> round(health(15, at_stop=False, group_share=2 / 3, power_share=0.5).score, 1)
    50.8
    >>> health(3, at_stop=True, group_share=1.0, power_share=1.0).score
    0.0
    """
    return Health(
        NEAR * (days < NEAR_DTE),
        STOP * at_stop,
        GROUP * min(max(group_share, 0.0), 1.0),
        POWER * min(max(power_share, 0.0), 1.0),
    )


def health_of(position: Position, view: View, *, at_stop: bool) -> Health | None:
    """The score of a position now; ``None`` when margin or net liq is not known.

    ``at_stop`` is whether a stop of its plan is broken, which its strategy knows. What may be used is
    what every governor allows, today's events and VIX at the last close among them.
    """
    groups = view.limits.groups
    group = group_of(position.root, groups)
    roots = [root for _, _, root in live_campaigns(view.book)]
    inside = sum(group_of(root, groups) == group for root in roots)
    most = named(view.limits.group_max, group or "", 0.0)
    usable = view.net_liq * allowance(caps_of(view)).bp_share_max
    used = margin_in_use(view)
    if not (usable > 0.0 and used == used):
        return None
    days = [dte(contract.expiry, view.session.day) for contract in position.expiry_legs]
    return health(
        min(days, default=float("inf")), at_stop=at_stop,
        group_share=inside / most if most else 1.0, power_share=used / usable,
    )  # fmt: skip
