"""What gates remember: baselines, peak, streak, phase, reasons not to trade. A fold of facts.

Baselines come from ``SessionClosed`` alone, so no restart and no mid-month start can re-base a
breaker.
"""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from math import inf

from tomking.core.facts import (
    CampaignClosed,
    CashMoved,
    Considered,
    Fact,
    Judged,
    LegFilled,
    MarginCalled,
    MarginMet,
    RunStarted,
    SessionClosed,
)
from tomking.core.money import ZERO
from tomking.core.restraints import (
    Alarmed,
    CrisisUnlocked,
    Halted,
    Proposed,
    Resumed,
    RungMoved,
    StageDemoted,
    StagePromoted,
    SwitchedOff,
    SwitchedOn,
)
from tomking.core.rung import Rung
from tomking.core.value import value
from tomking.risk import switches
from tomking.risk.limits import Limits
from tomking.risk.outcomes import Recent, Risks, closed, forgotten, risked
from tomking.risk.progress import TOP_STAGE, Shown, counted, drawdown_of, phase_after
from tomking.risk.rungs import KillLadder, climbed
from tomking.risk.switches import Switches
from tomking.risk.tally import Tally, tallied

#: How the intent of every opening order ends.
OPENING = "/open"
#: The reason not to trade while the venue asks for more than the account is worth.
MARGIN_CALL = "margin call"
#: A strategy paused by its own record is lifted as this and its name, and then begins anew.
EXPECTANCY = "expectancy of "
#: The rule whose reading says what share of net liq margin takes with an approved order in the account.
MARGIN_IN_ALL = "R-MRG-02"


@value
class Trip:
    """When a reason not to trade came up, and the net liq there was, if it is known."""

    reason: str
    at: datetime
    net_liq: Decimal | None


@value
class Standing:
    """The account's memory. ``done`` holds the opening intents that have traded this session.

    ``today`` tallies the campaigns closed this session, ``profits`` what each open one had made by the
    last close, and ``margin_share`` is margin as a share of net liq as it was last told: by the last
    close, or by a gate since. ``deepest`` is the deepest drawdown since ``phase_since``, from
    ``phase_peak``; ``stage`` is the deployment stage on record, and the highest one while none was
    ever signed for.
    ``crisis_until`` is the last day on which puts may be sold above the highest VIX. ``recent`` are the
    last outcomes of each strategy, ``risks`` what the stops of each open campaign would have lost at
    entry; ``off`` are the strategies that are not entered here and ``moved`` is all cash put in or taken
    out.
    """

    day_start: Decimal = ZERO
    week_start: Decimal = ZERO
    month_start: Decimal = ZERO
    peak: Decimal = ZERO
    last_close: date = date.min
    phase: int = 0
    streak: int = 0
    reasons: frozenset[str] = frozenset()
    trips: tuple[Trip, ...] = ()
    done: frozenset[str] = frozenset()
    tallies: tuple[tuple[str, Tally], ...] = ()
    today: Tally = Tally()
    profits: tuple[tuple[str, Decimal], ...] = ()
    margin_share: float = 0.0
    ladder: KillLadder = KillLadder()
    wins_in_a_row: int = 0
    phase_since: date = date.min
    deepest: float = 0.0
    phase_peak: Decimal = ZERO
    stage: int = TOP_STAGE
    stage_since: date = date.min
    crisis_until: date = date.min
    recent: Recent = ()
    risks: Risks = ()
    off: Switches = ()
    moved: Decimal = ZERO

    @property
    def entries_today(self) -> int:
        """How many opening intents have traded this session."""
        return len(self.done)


def start(capital: Decimal, limits: Limits) -> Standing:
    """The standing of an account that has just been opened."""
    phase = phase_of(float(capital), limits)
    return Standing(capital, capital, capital, capital, phase=phase, phase_peak=capital)


def phase_of(net_liq_usd: float, limits: Limits) -> int:
    """The account phase 0-4; the lower of the dollar and the pound ladders binds (rulebook 14)."""
    return min(
        rungs(limits.phases_usd, net_liq_usd),
        rungs(limits.phases_gbp, net_liq_usd / limits.usd_per_gbp),
    )


def rungs(ladder: tuple[float, ...], amount: float) -> int:
    """How many floors of a ladder an amount has reached.

    >>> rungs((40_000, 55_000), 39_999), rungs((40_000, 55_000), 55_000)
    (0, 2)
    """
    return sum(amount >= floor for floor in ladder)


def apply(standing: Standing, fact: Fact, limits: Limits) -> Standing:
    """The standing after a fact."""
    match fact:
        case RunStarted(capital=capital):
            return start(capital, limits)
        case SessionClosed():
            return _closed(standing, fact, limits)
        case CampaignClosed():
            return _tallied(standing, fact, limits)
        case CashMoved(amount=amount):
            return _moved(standing, amount)
        case LegFilled(order=order):
            intent = order.rpartition("#")[0]
            opening = intent.endswith(OPENING) and intent not in standing.done
            return replace(standing, done=standing.done | {intent}) if opening else standing
        case _:
            return _restrained(standing, fact)


def _restrained(standing: Standing, fact: Fact) -> Standing:
    """The standing after what holds a desk back, or lets it go on.

    A desk that is flattened begins again at the first stage, if one was ever signed for (R-STG-05).
    """
    match fact:
        case Halted(at=at, reason=reason, net_liq=net_liq):
            trips = (*_others(standing, reason), Trip(reason, at, net_liq))
            return replace(standing, reasons=standing.reasons | {reason}, trips=trips)
        case Resumed(reason=reason):
            return _resumed(standing, reason)
        case MarginCalled():
            return replace(standing, reasons=standing.reasons | {MARGIN_CALL})
        case MarginMet():
            return replace(standing, reasons=standing.reasons - {MARGIN_CALL})
        case StagePromoted(at=at, stage=stage) | StageDemoted(at=at, stage=stage):
            return replace(standing, stage=stage, stage_since=at.date())
        case CrisisUnlocked(until=until):
            return replace(standing, crisis_until=until)
        case SwitchedOff() | SwitchedOn():
            return replace(standing, off=switches.after(standing.off, fact))
        case RungMoved(at=at, after=after) if (
            after >= Rung.FLATTEN and standing.stage_since > date.min
        ):
            back = replace(standing, ladder=climbed(standing.ladder, fact))
            return replace(back, stage=min(back.stage, 1), stage_since=at.date())
        case Alarmed() | RungMoved() | Proposed():
            return replace(standing, ladder=climbed(standing.ladder, fact))
        case Considered() | Judged():
            return _told(standing, fact)
        case _:
            return standing


def _closed(standing: Standing, fact: SessionClosed, limits: Limits) -> Standing:
    """A day is over: it becomes the baseline of the next one, which may have begun.

    One that is made up for late is met by the money that has moved since.
    """
    net_liq = fact.net_liq + (standing.moved - fact.flows if fact.late else ZERO)
    peak, highest = (max(top, net_liq) for top in (standing.peak, standing.phase_peak))
    since = standing.phase_since if standing.phase_since > date.min else fact.day
    worth = float(net_liq)
    deepest = max(standing.deepest, drawdown_of(worth, float(highest)))
    shown = Shown((fact.day - since).days, *counted(standing.tallies), deepest)
    phase = phase_after(standing.phase, phase_of(worth, limits), shown, limits)
    moved = phase != standing.phase
    return replace(
        opened(standing, fact.day),
        day_start=net_liq,
        peak=peak,
        last_close=fact.day,
        phase=phase,
        phase_since=fact.day if moved else since,
        deepest=0.0 if moved else deepest,
        phase_peak=net_liq if moved else highest,
        done=frozenset(each for each in standing.done if fact.late and _is_after(each, fact.day)),
        today=standing.today if fact.late else Tally(),
        profits=fact.profits,
        margin_share=float(fact.requirement / fact.net_liq) if fact.net_liq > 0 else inf,
    )


def _is_after(intent: str, day: date) -> bool:
    """Whether an opening intent is of a later day: it names its strategy, its day, and that it opens."""
    return intent.split("/")[1] > day.isoformat()


def opened(standing: Standing, today: date) -> Standing:
    """The standing as a new session begins: a new week or month takes the last close as its start."""
    last = standing.last_close
    if last in (date.min, today):
        return standing
    new_week = today.isocalendar()[:2] != last.isocalendar()[:2]
    new_month = (today.year, today.month) != (last.year, last.month)
    if not (new_week or new_month):
        return standing
    return replace(
        standing,
        week_start=standing.day_start if new_week else standing.week_start,
        month_start=standing.day_start if new_month else standing.month_start,
    )


def _tallied(standing: Standing, fact: CampaignClosed, limits: Limits) -> Standing:
    """A campaign ended: a scratch neither counts nor resets the streak (rulebook 17)."""
    tallies = dict(standing.tallies)
    tally = tallied(tallies.get(fact.strategy, Tally()), fact)
    streak, wins = standing.streak, standing.wins_in_a_row
    if abs(fact.pnl) > fact.fees:
        streak, wins = (0, wins + 1) if fact.pnl > 0 else (streak + 1, 0)
    kept = max(limits.expectancy_wins_over, limits.expectancy_mean_over)
    recent, risks = closed(standing.recent, standing.risks, fact, kept)
    return replace(
        standing,
        streak=streak,
        wins_in_a_row=wins,
        tallies=tuple((tallies | {fact.strategy: tally}).items()),
        today=tallied(standing.today, fact),
        recent=recent,
        risks=risks,
    )


def _moved(standing: Standing, amount: Decimal) -> Standing:
    """Money put in or taken out is neither a gain nor a loss: every baseline moves with it."""
    return replace(
        standing,
        moved=standing.moved + amount,
        day_start=standing.day_start + amount,
        week_start=standing.week_start + amount,
        month_start=standing.month_start + amount,
        peak=standing.peak + amount,
        phase_peak=standing.phase_peak + amount,
        trips=tuple(
            replace(trip, net_liq=None if trip.net_liq is None else trip.net_liq + amount)
            for trip in standing.trips
        ),
    )


def _told(standing: Standing, fact: Considered | Judged) -> Standing:
    """What an opening would lose at its stops, or what margin takes with an approved order."""
    if isinstance(fact, Considered):
        return replace(standing, risks=risked(standing.risks, fact))
    told = next((r.observed for r in fact.readings if r.rule == MARGIN_IN_ALL), None)
    if not fact.approved or not isinstance(told, float):
        return standing
    return replace(standing, margin_share=told)


def _others(standing: Standing, reason: str) -> tuple[Trip, ...]:
    return tuple(trip for trip in standing.trips if trip.reason != reason)


def _resumed(standing: Standing, reason: str) -> Standing:
    """A reason is lifted, and with it the memory that would trip it again at once."""
    after = replace(standing, reasons=standing.reasons - {reason}, trips=_others(standing, reason))
    match reason:
        case "loss streak":
            return replace(after, streak=0)
        case "drawdown":
            return replace(after, peak=standing.day_start)
        case "week loss":
            return replace(after, week_start=standing.day_start)
        case "month loss":
            return replace(after, month_start=standing.day_start)
        case _ if reason.startswith(EXPECTANCY):
            name = reason.removeprefix(EXPECTANCY)
            return replace(after, recent=forgotten(after.recent, name))
        case _:
            return after
