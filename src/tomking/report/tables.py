"""The tables of a report: headings and cells as text, ready to be set."""

from tomking.analysis.equity import Month
from tomking.analysis.funnel import Funnel, Refusal
from tomking.analysis.premium import selects_on
from tomking.analysis.summary import Summary
from tomking.analysis.tallies import Block, Tally
from tomking.analysis.trades import Trade
from tomking.core.value import value
from tomking.report.contents import Account, Goal, Report
from tomking.report.findings import day
from tomking.report.words import NONE, ONE_KIND, TOO_FEW, listed, many, money, number, percent

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: Monthly returns from which a cell is tinted light, middle and strong.
TINTS = (0.0005, 0.005, 0.015)


@value
class Table:
    """Column headings and rows; the first cell of a row is its name."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@value
class Tile:
    """A figure with its name and, small, what belongs to it."""

    name: str
    figure: str
    note: str = ""


def side_by_side(report: Report) -> Table:
    """The accounts beside each other."""
    summaries = [account.base.summary for account in report.accounts]
    rows = [
        ("Final net liq", *(money(s.final) for s in summaries)),
        ("Result", *(money(s.pnl, sign=True) for s in summaries)),
        ("Return", *(percent(s.performance.gain, sign=True) for s in summaries)),
        ("A year", *(percent(s.performance.cagr, sign=True) for s in summaries)),
        ("Sharpe ratio", *(number(s.performance.sharpe) for s in summaries)),
        ("Deepest drawdown", *(percent(s.performance.fall.depth) for s in summaries)),
        ("Peak margin", *(percent(s.performance.margin_peak, 0) for s in summaries)),
    ]
    for row, tally in enumerate(summaries[0].tallies):
        mine = [s.tallies[row] for s in summaries]
        rows.append((f"{tally.title}: entered", *(str(t.entered) for t in mine)))
        rows.append((f"{tally.title}: winners", *(_won(t) for t in mine)))
        rows.append((f"{tally.title}: result", *(money(t.pnl, sign=True) for t in mine)))
    return Table(("", *(money(a.capital) for a in report.accounts)), tuple(rows))


def _won(tally: Tally) -> str:
    """The share of winners with the count it is a share of: three trades are no rate."""
    if tally.win_rate is None:
        return NONE
    return f"{percent(tally.win_rate, 0)} of {tally.closed}"


def headline(summary: Summary) -> tuple[Tile, ...]:
    """The figures of an account that are looked at first."""
    figures, fall = summary.performance, summary.performance.fall
    span = f"{day(fall.peak)} – {day(fall.trough)}" if fall.depth > 0 else "no close below another"
    return (
        Tile("Final net liq", money(summary.final), money(summary.pnl, sign=True)),
        Tile("Return", percent(figures.gain, sign=True), f"{percent(figures.cagr, sign=True)} a year"),
        Tile("Sharpe ratio", number(figures.sharpe), "daily, × √252, no interest"),
        Tile("Deepest drawdown", percent(fall.depth), span),
        Tile("Worst day", percent(figures.worst_day), day(figures.worst_day_on)),
        Tile("Worst week", percent(figures.worst_week), f"worst days {percent(figures.tail_day, 2)}"),
        Tile("Peak margin", percent(figures.margin_peak, 0), day(figures.margin_peak_on)),
        Tile("On peak margin", percent(figures.on_peak_margin, sign=True), "result ÷ most required"),
    )  # fmt: skip


def strategy(tally: Tally, goal: Goal | None) -> tuple[Tile, ...]:
    """The figures of one strategy."""
    even = f" · {tally.scratches} scratched" if tally.scratches else ""
    still = f" · {tally.open} open" if tally.open else ""
    counted = f"{tally.wins} won · {tally.losses} lost{even}{still}"
    aim = f" · goal {goal.win_rate}" if goal else ""
    return (
        Tile("Result", money(tally.pnl, sign=True), f"after {money(tally.fees)} of fees"),
        Tile("Entered", f"{tally.entered} of {tally.considered}", counted),
        Tile("Winners", percent(tally.win_rate, 0), f"{_share(tally)}{aim}"),
        Tile("A trade", money(tally.expectancy, sign=True), _dollars(tally)),
        Tile("Average win", money(tally.average_win), many(tally.wins, "win")),
        Tile("Average loss", money(tally.average_loss), many(tally.losses, "loss", "losses")),
        Tile("Worst trade", money(tally.worst, sign=True), "of those closed"),
        Tile("Payoff ratio", number(tally.payoff), "average win ÷ average loss"),
        Tile("Profit factor", number(tally.profit_factor), "all wins ÷ all losses"),
        Tile("Kept of premium", percent(tally.capture, 0, sign=True), "result ÷ premium at entry"),
    )  # fmt: skip


def _share(tally: Tally) -> str:
    interval = tally.win_rate_interval
    if interval is None:
        return _without(tally)
    return f"{percent(interval.low, 0)} to {percent(interval.high, 0)}"


def _dollars(tally: Tally) -> str:
    interval = tally.expectancy_interval
    if interval is None:
        return _without(tally)
    return f"{money(interval.low, sign=True)} to {money(interval.high, sign=True)}"


def _without(tally: Tally) -> str:
    return ONE_KIND if tally.one_kind else TOO_FEW


def strip(account: Account) -> Table:
    """The sensitivity strip: a column for every run."""
    columns = account.columns
    summaries = [column.summary for column in columns]
    rows = [
        ("Result", *(money(s.pnl, sign=True) for s in summaries)),
        ("Return", *(percent(s.performance.gain, sign=True) for s in summaries)),
        ("Drawdown", *(percent(s.performance.fall.depth) for s in summaries)),
        ("Peak margin", *(percent(s.performance.margin_peak, 0) for s in summaries)),
    ]
    for row, tally in enumerate(summaries[0].tallies):
        mine = [s.tallies[row] for s in summaries]
        rows.append((tally.title, *("" for _ in mine)))
        rows.append(("entered", *(str(t.entered) for t in mine)))
        rows.append(("winners", *(_won(t) for t in mine)))
        rows.append(("a trade", *(money(t.expectancy, sign=True) for t in mine)))
        rows.append(("result", *(money(t.pnl, sign=True) for t in mine)))
    rows.append(("Run", *(column.run_hash[:8] for column in columns)))
    return Table(("", *(column.name for column in columns)), tuple(rows))


def months(summary: Summary) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Years with twelve months and a total; every cell with its tint."""
    found: dict[int, dict[int, Month]] = {}
    for month in summary.months:
        found.setdefault(month.year, {})[month.month] = month
    return tuple((str(year), _year(row)) for year, row in found.items())


def _year(row: dict[int, Month]) -> tuple[tuple[str, str], ...]:
    total = 1.0
    for month in row.values():
        total *= 1.0 + month.gain
    gains = [row[n].gain if n in row else None for n in range(1, 13)]
    return tuple((percent(gain), tint(gain)) for gain in (*gains, total - 1.0))


def tint(gain: float | None) -> str:
    """The class of a monthly cell.

    >>> tint(0.02), tint(-0.006), tint(0.0), tint(None)
    ('gain3', 'loss2', '', 'none')
    """
    if gain is None:
        return "none"
    strength = sum(abs(gain) >= bound for bound in TINTS)
    return f"{'gain' if gain > 0 else 'loss'}{strength}" if strength else ""


def windows(summary: Summary) -> Table:
    """What happened in the named stretches."""
    rows = tuple(
        (
            window.name, money(window.pnl, sign=True), percent(window.drawdown),
            percent(window.margin_peak, 0), number(window.vix_peak, 1),
        )
        for window in summary.windows
    )  # fmt: skip
    return Table(("Window", "Result", "Drawdown", "Peak margin", "Highest VIX close"), rows)


def slices(summary: Summary, name: str) -> Table:
    """A strategy's result by what was written down when it was decided."""
    rows = tuple(
        (f"{part.by}: {part.label}", str(part.trades), str(part.wins), money(part.pnl, sign=True))
        for part in summary.slices
        if part.strategy == name
    )
    return Table(("Group", "Trades", "Won", "Result"), rows)


def gates(funnel: Funnel) -> Table:
    """The gates that refused, by root; those that choose by premium carry a mark."""
    rows = tuple(
        (
            f"{refusal.root + ': ' if refusal.root else ''}{refusal.gate}{mark(refusal)}",
            refusal.stage, str(refusal.days), percent(refusal.share, 0), refusal.example,
        )
        for refusal in funnel.by_root
    )  # fmt: skip
    return Table(("Gate", "Stage", "Days", "Of days tried", "For example"), rows)


def mark(refusal: Refusal) -> str:
    """The mark of a gate whose value cannot be measured on modelled prices."""
    return " *" if selects_on(refusal.rule, refusal.stage) else ""


def trades(summary: Summary) -> Table:
    """Every trade with its reasons."""
    head = (
        "Opened", "Trade", "VIX · regime", "Closed", "Days", "Result", "Fees", "Reason in",
        "Reason out",
    )  # fmt: skip
    return Table(head, tuple(_trade(trade) for trade in summary.trades))


def _trade(trade: Trade) -> tuple[str, ...]:
    regime = trade.labels.get("regime", NONE).lower()
    several = len({way.tranche for way in trade.exits}) > 1
    out = "; ".join(f"{way.tranche}: {way.why}" if several else way.why for way in trade.exits)
    return (
        f"{trade.opened:%Y-%m-%d %H:%M}",
        f"{trade.strategy} {trade.shape}: {trade.units} × {trade.root} {trade.legs}",
        f"{trade.labels.get('vix', NONE)} · {regime}",
        _closed(trade),
        NONE if trade.days is None else str(trade.days),
        money(trade.pnl, sign=True),
        money(trade.fees),
        f"{trade.why_in}; {money(trade.credit, sign=True)} at the fills",
        out or NONE,
    )


def _closed(trade: Trade) -> str:
    """The time of an end on the same day, the date of a later one."""
    if trade.closed is None:
        return "open"
    return f"{trade.closed:%H:%M}" if trade.days == 0 else f"{trade.closed:%Y-%m-%d}"


def blocks(summary: Summary) -> str:
    """What intervals resample: ``weeks for Friday 0DTE; months for LT112``."""
    every = {block: [t.title for t in summary.tallies if t.block is block] for block in Block}
    return "; ".join(f"{block}s for {listed(names)}" for block, names in every.items() if names)
