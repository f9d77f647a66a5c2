"""What an account uses of every limit, and which governor set it: the account of a file, with its order
and without, or one of which only the capital is known.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from math import inf, isnan
from typing import Any

from tomking.app.signed import standing
from tomking.app.ticket import campaigns
from tomking.app.ticket.book import allowed, view_of
from tomking.app.ticket.closing import facing
from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.market import after, before, market_of
from tomking.app.ticket.need import asked_for
from tomking.app.ticket.sound import lowest
from tomking.core.calendar import dte
from tomking.core.reading import Reading, figure
from tomking.core.value import value
from tomking.market.quoted import Quoted, quoted
from tomking.portfolio.book import Position, empty_book
from tomking.portfolio.fees import TASTYTRADE
from tomking.risk.caps import Allowance, Cap, allowance, reserve_of, usable_bp
from tomking.risk.health import Health, health
from tomking.risk.limits import Limits
from tomking.risk.usage import Usage, usage
from tomking.risk.view import View
from tomking.risk.view import view_of as seen_as


@value
class Headroom:
    """An account against its limits; ``then`` is each figure with the order of the file in it.

    ``margin`` is dollars in use; NaN where nobody can say.
    """

    view: View
    allowed: Allowance
    used: tuple[Usage, ...]
    then: tuple[Usage, ...]
    margin: float

    @property
    def usable(self) -> float:
        """Dollars of margin that may still be used; below nought more is in use than is allowed."""
        most = self.allowed.bp_share_max
        return usable_bp(self.view.capital, most, self.reserve, self.margin)

    @property
    def within(self) -> bool:
        """Whether something may be opened and every limit holds, as it stands and with the order."""
        return self.allowed.may_open and all(one.reading.passed for one in (*self.used, *self.then))

    @property
    def reserve(self) -> float:
        """The share of what may be used that is kept back."""
        return reserve_of(self.view.market.vix.value, self.view.limits)

    @property
    def health(self) -> Health | None:
        """The health of what is held; ``None`` where nothing is, or no buying power is allowed.

        A file says neither which campaigns its legs belong to nor what their stops are: of the four
        parts the expiry and buying power are measured (R-SCO-01).
        """
        held, usable = self.view.book.legs.contracts, self.view.net_liq * self.allowed.bp_share_max
        if not (held and usable > 0.0) or isnan(self.margin):
            return None
        today = self.view.session.day
        days = min((dte(one.expiry, today) for one in held if one.is_option), default=inf)
        return health(days, at_stop=False, group_share=0.0, power_share=self.margin / usable)


def of_capital(capital: Decimal, vix: float | None, limits: Limits, at: datetime) -> Headroom:
    """The headroom of an account that holds nothing."""
    market = quoted(at, (), {}, 0.0, vix)
    view = seen_as(market, empty_book(capital), standing(capital, limits), limits, TASTYTRADE)
    given = governed(view)
    return Headroom(view, given, usage(view, given, lambda _: 0.0), (), 0.0)


def governed(view: View) -> Allowance:
    """What the governors allow, and VIX, which above its levels lets nothing new be opened."""
    return allowance((*allowed(view).caps, *vix_caps(view)))


def vix_caps(view: View) -> Iterator[Cap]:
    """The levels of VIX that a VIX stands above (R-VIX-02, R-BRK-09).

    Where puts in a crisis are signed for, the first does not close everything (R-VIX-06).
    """
    vix, limits = view.market.vix.value, view.limits
    unlocked = view.session.day <= view.standing.crisis_until
    levels = (
        ("", inf if unlocked else limits.vix_open_max, "R-VIX-02"),
        (": manual mode", limits.manual_vix_max, "R-BRK-09"),
    )
    for said, level, rule in levels:
        if vix > level:
            yield Cap(f"VIX above {figure(level)}{said} ({rule})", may_open=False)


def of_file(asked: Ticket, limits: Limits, net_liq: Decimal) -> Headroom:
    """The headroom of a file's account, as it is held and with the order taken as traded."""
    asked = facing(lowest(asked))
    market, limits = market_of(asked), replace(limits, house=asked.house)
    legs, mine = before(asked), campaigns.held(asked)
    view, used, margin = _measured(asked, legs, mine, market, limits, net_liq)
    then: tuple[Usage, ...] = ()
    if asked.legs:
        _, then, _ = _measured(
            asked, after(asked), campaigns.with_order(asked), market, limits, net_liq
        )
    return Headroom(view, governed(view), used, then, margin)


def _measured(
    asked: Ticket, legs: Sequence[Priced], positions: Mapping[str, Position], market: Quoted,
    limits: Limits, net_liq: Decimal,
) -> tuple[View, tuple[Usage, ...], float]:  # fmt: skip
    """A view of some legs, what it uses, and dollars of margin."""
    view = view_of(asked, legs, market, limits, net_liq, positions)

    def margin_of(roots: Collection[str]) -> float:
        """What the file's house asks for holding the legs on some roots."""
        return sum(float(asked_for(legs, root, asked, market).maintenance) for root in roots)

    roots = {leg.contract.root for leg in legs}
    used = usage(view, governed(view), margin_of)
    return view, tuple(one for one in used if not _is_of_nobody(one)), margin_of(roots)


def _is_of_nobody(one: Usage) -> bool:
    """Whether a limit is that of a strategy which a file does not name."""
    return one.reading.name in {f"{name} campaigns" for name in (campaigns.NOBODY, campaigns.ORDER)}


def document(found: Headroom) -> dict[str, Any]:
    """A headroom as JSON: governors, what binds, and every limit with what is used of it."""
    view, given = found.view, found.allowed
    then = {one.reading.name: one.reading for one in found.then}
    held = found.health
    return {
        "net_liq": round(view.net_liq, 2),
        "capital": round(view.capital, 2),
        "vix": None if view.market.vix.value != view.market.vix.value else view.market.vix.value,
        "phase": view.standing.phase,
        "stage": view.stage,
        "governors": [
            {
                "source": cap.source, "bp_share_max": cap.bp_share_max,
                "positions_max": cap.positions_max, "size_factor": cap.size_factor,
                "may_open": cap.may_open,
            }
            for cap in given.caps
        ],
        "binding": {
            "buying_power": {
                "share": given.bp_share_max,
                "usable": None if isnan(found.usable) else round(found.usable, 2),
                "bound_by": given.bp_bound_by,
            },
            "positions": {"most": given.positions_max, "bound_by": given.positions_bound_by},
            "size_factor": given.size_factor,
            "may_open": given.may_open,
        },
        "health": held and {
            "score": round(held.score, 1), "near": held.near, "power": round(held.power, 1),
        },
        "limits": [
            {
                "name": one.reading.name, "stage": one.reading.stage.value,
                "used": one.reading.observed, "with_order": _seen(then.get(one.reading.name)),
                "bound": one.reading.bound, "unit": one.reading.unit,
                "bound_by": one.bound_by or None, "within": one.reading.passed,
                "within_with_order": _passed(then.get(one.reading.name)),
                "rule": one.reading.rule,
            }
            for one in rows(found)
        ],
    }  # fmt: skip


def _seen(reading: Reading | None) -> float | str | None:
    return None if reading is None else reading.observed


def _passed(reading: Reading | None) -> bool | None:
    return None if reading is None else reading.passed


def mark(one: Usage, then: Reading | None) -> str:
    """A word behind a limit that does not hold, as it stands or with the order."""
    failing = [each for each in (one.reading, then) if each is not None and not each.passed]
    if not failing:
        return ""
    if then is not None and then.passed:
        return "OVER without the order"
    return "OVER" if any(each.observed is not None for each in failing) else "UNKNOWN"


def rows(found: Headroom) -> tuple[Usage, ...]:
    """Every limit once: those of what is held, and those that only the order brings."""
    known = {one.reading.name for one in found.used}
    new = (one for one in found.then if one.reading.name not in known)
    return (*found.used, *(Usage(nothing_of(one.reading), one.bound_by) for one in new))


def nothing_of(reading: Reading) -> Reading:
    """A limit of which nothing is used yet."""
    return replace(reading, observed=0.0)
