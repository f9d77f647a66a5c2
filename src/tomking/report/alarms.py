"""Alarms on a page: when, what was measured against what, how the account stood, what came of it."""

from collections import Counter

from tomking.analysis.alarms import Raised, Shown
from tomking.analysis.summary import Summary
from tomking.core.rung import AlarmLevel
from tomking.report.tables import Table
from tomking.report.words import NONE, listed, many, money, percent

NO_ALARM = "None: no loss, VIX, margin or move of the index reached the bound of an alarm."
HEAD = ("When", "Level", "What was measured", "The account then", "What was done")


def said(summary: Summary) -> str:
    """How many of each level there were, in a sentence, and what hedges made."""
    if not summary.alarms:
        return NO_ALARM
    counts = Counter(alarm.level for alarm in summary.alarms)
    levels = [f"{counts[level]:,} {level.name}" for level in sorted(counts, reverse=True)]
    return f"{listed(levels)}.{_hedges(summary)}"


def _hedges(summary: Summary) -> str:
    if not summary.hedges:
        return ""
    made = sum(hedge.pnl for hedge in summary.hedges)
    return (
        f" {many(len(summary.hedges), 'hedge')} traded and made {money(made, sign=True)}, which no "
        "strategy counts."
    )


def table(summary: Summary, *, loud: bool) -> Table:
    """Alarms from ORANGE up, or the YELLOW ones."""
    rows = (one for one in summary.alarms if (one.level > AlarmLevel.YELLOW) == loud)
    return Table(HEAD, tuple(_row(alarm) for alarm in rows))


def _row(alarm: Raised) -> tuple[str, ...]:
    blind = f"; not known: {', '.join(alarm.unknown)}" if alarm.unknown else ""
    there = "net liq unknown" if alarm.net_liq is None else money(alarm.net_liq)
    return (
        f"{alarm.at:%Y-%m-%d %H:%M}",
        alarm.level.name,
        "; ".join(str(seen) for seen in alarm.readings) + blind,
        f"{there}, {many(alarm.campaigns, 'campaign')}, margin {percent(alarm.margin_share, 0)} at the "
        "last close",
        done(alarm),
    )


def done(alarm: Raised) -> str:
    """Where the desk went, and each preview with what of it was sent."""
    moved = "" if alarm.moved is None else f"to {alarm.moved.name}"
    words = [part for part in (moved, *(_preview(one) for one in alarm.shown)) if part]
    return "; ".join(words) or NONE


def _preview(shown: Shown) -> str:
    """``REDUCE: 2 orders shown, 2 sent (lt112/…/close#1, …)``."""
    if not shown.orders:
        return (
            f"{shown.what}: nothing, for {'; '.join(shown.left_out) or 'nothing held loses by it'}"
        )
    sent = "none sent" if not shown.sent else f"{len(shown.sent)} sent"
    left = f", {many(len(shown.left_out), 'position')} left out" if shown.left_out else ""
    names = ", ".join(f"{order.id} {order.units} at {order.limit}" for order in shown.orders)
    return f"{shown.what}: {many(len(shown.orders), 'order')} shown, {sent}{left} ({names})"
