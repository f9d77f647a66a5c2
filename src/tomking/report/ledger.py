"""The decision ledger as tables: what was considered, refused and earned, by when and under what."""

from itertools import groupby

from tomking.analysis.gate_value import GateLedger, GateValue, Refuser
from tomking.analysis.rejections import STAGE, Rejection
from tomking.analysis.results import Result
from tomking.analysis.summary import Summary
from tomking.report.tables import Table
from tomking.report.words import NONE, TOO_FEW, UNMEASURABLE, money, percent

Row = tuple[str, ...]


def rejections(summary: Summary, name: str) -> Table:
    """A strategy's considered entries by hour, weekday and pattern; stages are told elsewhere."""
    head = ("", "Considered", "Refused", "Share", "Refused at")
    mine = (row for row in summary.rejections if row.strategy == name and row.by != STAGE)
    rows: list[Row] = []
    for by, group in groupby(mine, key=lambda row: row.by):
        rows += [(f"by {by}", *("" for _ in head[1:])), *(_rejection(row) for row in group)]
    return Table(head, tuple(rows))


def results(summary: Summary, name: str) -> Table:
    """A strategy's closed trades by hour and weekday of entry, pattern and regime."""
    head = ("", "Closed", "Won", "Winners", "Result", "A trade")
    mine = (row for row in summary.results if row.strategy == name)
    rows: list[Row] = []
    for by, group in groupby(mine, key=lambda row: row.by):
        rows += [(f"by {by}", *("" for _ in head[1:])), *(_result(row) for row in group)]
    return Table(head, tuple(rows))


def _rejection(row: Rejection) -> Row:
    stages = ", ".join(f"{stage} {count:,}" for stage, count in row.stages)
    return row.label, f"{row.considered:,}", f"{row.refused:,}", percent(row.share, 0), stages


def _result(row: Result) -> Row:
    return (
        row.label, f"{row.closed:,}", f"{row.wins:,}", percent(row.win_rate, 0),
        money(row.pnl, sign=True), money(row.mean, sign=True),
    )  # fmt: skip


def gates(ledger: GateLedger, refuser: Refuser) -> Table:
    """What each gate was worth as the only, or as the first refuser."""
    head = ("Gate", "Worth", "Refused", "Shadows", "Days", "Rule", "90 % interval")
    return Table(head, tuple(_gate(each) for each in ledger.of(refuser)))


def _gate(each: GateValue) -> Row:
    root = f" {each.root}" if each.root else ""
    return (
        f"{each.strategy}{root}: {each.gate} ({each.stage})", worth(each), f"{each.refused:,}",
        f"{each.trades:,}", f"{each.days:,}", each.rule, _interval(each),
    )  # fmt: skip


def worth(each: GateValue) -> str:
    """A gate's value in words: ``saved $31 a trade``, ``cost $12 a trade``, or why none is told."""
    if not each.is_measurable:
        return UNMEASURABLE
    if each.value is None:
        return TOO_FEW
    return f"{'saved' if each.value > 0 else 'cost'} {money(abs(each.value))} a trade"


def _interval(each: GateValue) -> str:
    if each.interval is None:
        return f"it {each.selects}" if each.selects else NONE
    low, high = each.interval.low, each.interval.high
    sure = "" if low > 0 or high < 0 else ", holds nought"
    return f"{money(low, sign=True)} to {money(high, sign=True)}{sure}"
