"""How an order would be ended: each rule with the price, date or level at which it acts.

A plan's own stay rules where the order is one of its trades; else the general ones of the rule book:
half the premium, a loss of twice the credit, 21 days to expiry (rulebook 11).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal
from math import isfinite

from tomking.app.ticket.file import Ticket
from tomking.app.ticket.legs import Priced
from tomking.app.ticket.market import credit, credit_points
from tomking.app.ticket.money import Money
from tomking.app.ticket.odds import enough
from tomking.app.ticket.plans import Fit, Part, whole
from tomking.core.calendar import dte
from tomking.core.money import points
from tomking.core.value import value
from tomking.core.venue import on_step, step_of
from tomking.market.expiry import ends, years_left
from tomking.market.quoted import Quoted
from tomking.market.sessions import session_of
from tomking.pricing.black import DELTA, bsm
from tomking.report.words import money, percent
from tomking.strategies.stay import (
    Before,
    DteAbove,
    LossBelow,
    LossBelowNetLiq,
    MoveBelow,
    ProfitBelow,
    ShortDeltaBelow,
    StayRule,
    WinningFrom,
)

TARGET, STOP, DAYS = 0.50, 2.0, 21
#: Of a level of the underlying: nearer than anybody quotes.
_NEAR = 1e-6


@value
class Exit:
    """One way out: of which part, why, and when.

    ``price`` is points a unit: what closing brings (+) or costs (-) then; ``None`` where no price
    decides. ``at`` says it in words.
    """

    part: str
    why: str
    at: str
    price: Decimal | None
    rule: str


@value
class Known:
    """What a rule's figures are worked out from: the part, what it brought a unit, and the rest."""

    asked: Ticket
    market: Quoted
    part: Part
    credit: Decimal
    worst: float
    net_liq: Decimal


def exits(
    asked: Ticket, market: Quoted, found: Money, fit: Fit | None, net_liq: Decimal
) -> tuple[Exit, ...]:
    """The exit plan of an order, part by part."""
    if fit is None:
        return tuple(_general(asked, market, found, net_liq))
    one = len(fit.parts) == 1
    lines: list[Exit] = []
    for part in fit.parts:
        brought = credit(asked) if one else credit_points(part.legs)
        worst = found.worst if one else -float("inf")
        known = Known(asked, market, part, brought, worst, net_liq)
        lines += [_line(rule, known) for rule in part.stay_while]
    return tuple(lines)


def _general(asked: Ticket, market: Quoted, found: Money, net_liq: Decimal) -> Iterator[Exit]:
    """The rules for any trade; a debit has a target in money and nothing to stop."""
    known = Known(asked, market, whole(asked, ()), found.credit, found.worst, net_liq)
    if found.credit > 0:
        yield _line(ProfitBelow(TARGET), known)
        yield _line(LossBelow(STOP), known)
    else:
        yield from _of_debit(asked, found)
    days = _days(asked, known.part)
    if days > DAYS:
        yield _line(DteAbove(DAYS), known)
    else:
        last = min(ends(leg.contract) for leg in asked.legs)
        at = f"{days} left already: until {last:%a %Y-%m-%d %H:%M} New York"
        yield Exit(known.part.name, f"{DAYS} days to expiry", at, None, "R-MAN-05")


def _of_debit(asked: Ticket, found: Money) -> Iterator[Exit]:
    target, of = enough(asked, found)
    size = asked.order.units * asked.product.multiplier
    if isfinite(target):
        price = _tick(asked, points(target / size) - found.credit)
        yield Exit(
            "all legs", f"half of {of} earned", f"sell at {price} or more", price, "R-MAN-01"
        )
    bounded = isfinite(found.worst)
    at = "nothing to stop: the debit is the most it can lose" if bounded else "no bound: set one"
    yield Exit("all legs", "a loss", at, None, "R-MAN-02")


def _line(rule: StayRule, known: Known) -> Exit:
    """A stay rule as the line of an exit plan."""
    teller = TELLERS.get(type(rule))
    if teller is None:
        return Exit(known.part.name, f"unless {rule}", "watched", None, rule.rule)
    why, at, price = teller(rule, known)
    return Exit(known.part.name, why, at, price, rule.rule)


Told = tuple[str, str, Decimal | None]


def _profit(rule: ProfitBelow, known: Known) -> Told:
    gained = points(rule.of_premium) * abs(known.credit)
    price = _tick(known.asked, gained - known.credit)
    return f"{percent(rule.of_premium, 0)} of the premium earned", _close(price, known), price


def _loss(rule: LossBelow, known: Known) -> Told:
    why = f"a loss of {rule.of_premium:g} times the premium"
    lost = points(rule.of_premium) * abs(known.credit)
    if known.credit <= 0 and rule.of_premium >= 1.0:
        return why, "not reached: the debit is the most it can lose", None
    dollars = float(lost) * known.asked.order.units * known.asked.product.multiplier
    if dollars >= -known.worst:
        return why, f"not reached: the most it can lose is {money(-known.worst)}", None
    price = _tick(known.asked, -known.credit - lost)
    return why, _close(price, known), price


def _net_liq(rule: LossBelowNetLiq, known: Known) -> Told:
    dollars = rule.share * float(known.net_liq)
    size = known.asked.order.units * known.asked.product.multiplier
    price = _tick(known.asked, -known.credit - points(dollars / size))
    why = f"a loss of {percent(rule.share, 0)} of net liq ({money(dollars)})"
    return why, _close(price, known), price


def _delta(rule: ShortDeltaBelow, known: Known) -> Told:
    shorts = [leg for leg in known.part.legs if leg.quantity < 0]
    levels = [_level(rule.delta, leg, known) for leg in shorts]
    found = " or ".join(f"{level:,.6g}" for level in levels if level is not None)
    at = f"{known.asked.product.root} at {found} today" if found else "beyond today's volatility"
    return f"a short delta of {rule.delta:g}", at, None


def _level(delta: float, leg: Priced, known: Known) -> float | None:
    """The spot at which a short has a delta today, by bisection between here and its strike."""
    contract, on = leg.contract, known.asked
    vol, years = known.market.vols[contract], years_left(contract, on.at)
    strike, sign = float(contract.strike or 0), contract.right.sign if contract.right else 0
    yields = on.rate - known.market.growth(contract.root)

    def seen(spot: float) -> float:
        """The size of its delta there."""
        return abs(float(bsm(spot, strike, years, vol, sign, on.rate, yields)[DELTA, 0]))

    far, near = float(on.price), strike
    if not seen(far) < delta < seen(near):
        return None
    while abs(far - near) > _NEAR * near:
        middle = 0.5 * (far + near)
        far, near = (middle, near) if seen(middle) < delta else (far, middle)
    return near


def _days_line(rule: DteAbove, known: Known) -> Told:
    left = _days(known.asked, known.part)
    expiry = min(leg.contract.expiry for leg in known.part.legs)
    day = expiry - timedelta(days=rule.days)
    at = f"{left} left already" if left <= rule.days else f"on {day:%a %Y-%m-%d}"
    return f"{rule.days} days to expiry", at, None


def _days(asked: Ticket, part: Part) -> int:
    return dte(min(leg.contract.expiry for leg in part.legs), asked.at.date())


def _before(rule: Before, known: Known) -> Told:
    return "the clock", f"at {_clock(rule, known)}", None


def _winning(rule: WinningFrom, known: Known) -> Told:
    return "losing late in the day", f"from {_clock(rule, known)}", None


def _clock(rule: Before | WinningFrom, known: Known) -> str:
    """The moment in the session of the order's day, which may be a half one."""
    hours = session_of(known.asked.at.date())
    if hours is None:
        return f"{rule.moment} New York"
    return f"{hours.at(rule.moment.minute(hours.minutes)):%H:%M} New York"


def _move(rule: MoveBelow, known: Known) -> Told:
    return f"a move of {percent(rule.share, 0)} since the last close", "at once", None


#: How the figures of each rule are worked out; a rule without a line is told in its own words.
TELLERS: Mapping[type, Callable[..., Told]] = {
    ProfitBelow: _profit,
    LossBelow: _loss,
    LossBelowNetLiq: _net_liq,
    ShortDeltaBelow: _delta,
    DteAbove: _days_line,
    Before: _before,
    WinningFrom: _winning,
    MoveBelow: _move,
}


def _close(price: Decimal, known: Known) -> str:
    """``buy back at 0.95 or less`` for a profit, ``at 5.70`` for a loss."""
    gained = price + known.credit > 0
    if price < 0:
        return f"buy back at {-price}{' or less' if gained else ''}"
    return f"sell at {price}{' or more' if gained else ''}"


def _tick(asked: Ticket, price: Decimal) -> Decimal:
    """What closing brings, on the venue's tick and never less: a target is met, a loss not exceeded.

    What costs something costs a tick at least.
    """
    step = step_of(asked.product, price, len(asked.legs))
    found = on_step(price, step, ROUND_CEILING)
    return -step if price < 0 <= found else found.quantize(step if step < 1 else Decimal(1))
