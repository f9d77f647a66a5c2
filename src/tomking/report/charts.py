"""Charts as SVG text that can stand inside a page: no link, no script, colours from the page's own.

Matplotlib draws with placeholder colours that become CSS variables, so one drawing serves a light and a
dark page. With a fixed salt for its names, the same figures give the same text.
"""

import re
from collections.abc import Sequence
from datetime import date
from io import StringIO
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tomking.report.contents import Account, Column
from tomking.report.words import MINUS, percent

#: Placeholder colours and the variables of the page that they stand for.
INK, MUTED, LINE, ACCENT, LOSS, GAIN = (f"#0{n}0{n}0{n}" for n in range(1, 7))
VARIABLES = {INK: "ink", MUTED: "muted", LINE: "line", ACCENT: "accent", LOSS: "loss", GAIN: "gain"}
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tomking",
    "font.size": 10.5,
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "ytick.major.size": 0,
    "path.simplify": True,
    "path.simplify_threshold": 0.3,
}
WIDTH_IN = 6.4
#: Ticks on the axis of days, at most, and the months that may lie between two of them.
TICKS_MAX, STEPS = 7, (1, 2, 3, 4, 6, 12, 24, 60)


def equity_and_drawdown(account: Account) -> str:
    """Net liq from close to close, and below it how far under the highest close it stood."""
    path = account.base.summary.curve
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 3.9), layout="constrained")
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(2.4, 1))
        x = ordinals(path.days)
        top.axhline(float(account.capital), color=MUTED, linewidth=0.8, linestyle=(0, (3, 3)))
        top.plot(x, path.net_liq, color=ACCENT, linewidth=1.5)
        top.set_title("Net liquidation", loc="left", color=INK, fontsize=11)
        _dollars(top)
        fall = -100.0 * path.drawdown
        bottom.fill_between(x, fall, 0.0, color=LOSS, alpha=0.25, linewidth=0)
        bottom.plot(x, fall, color=LOSS, linewidth=1.0)
        bottom.set_ylim(min(1.15 * float(fall.min()), -1.0), 0.0)
        bottom.set_title("Drawdown", loc="left", color=INK, fontsize=11)
        _shares(bottom)
        _dates(bottom, account)
        return _svg(figure, f"equity{account.capital:f}")


def margin(account: Account) -> str:
    """Requirement as a share of net liq, the peak marked, and VIX at the close below it."""
    path = account.base.summary.curve
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 3.9), layout="constrained")
        top, bottom = figure.subplots(2, 1, sharex=True, height_ratios=(2.4, 1))
        x, share = ordinals(path.days), 100.0 * path.utilisation
        top.fill_between(x, share, 0.0, color=ACCENT, alpha=0.25, linewidth=0, step="post")
        top.step(x, share, where="post", color=ACCENT, linewidth=1.0)
        peak = int(np.argmax(share))
        if share[peak] > 0:
            top.annotate(
                f"peak {share[peak]:.0f} %", (float(x[peak]), float(share[peak])), xytext=(0, 5),
                textcoords="offset points", ha="center", color=INK, fontsize=10,
            )  # fmt: skip
        top.set_ylim(0.0, max(1.2 * float(share.max()), 5.0))
        top.set_title(
            "Margin in use at closes and entries, share of net liq", loc="left", fontsize=11
        )
        _shares(top)
        bottom.plot(x, path.vix, color=MUTED, linewidth=1.0)
        bottom.set_title("VIX at the close", loc="left", color=INK, fontsize=11)
        bottom.yaxis.set_major_locator(MaxNLocator(3))
        _dates(bottom, account)
        return _svg(figure, f"margin{account.capital:f}")


def strip(account: Account) -> str:
    """What the account gained in every run of the strip, the run asked for on top."""
    columns = account.columns
    gains = [100.0 * column.summary.performance.gain for column in columns]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 0.5 + 0.31 * len(columns)), layout="constrained")
        axes = figure.subplots()
        rows = np.arange(len(columns))[::-1]
        colours = [GAIN if gain > 0 else LOSS for gain in gains]
        axes.hlines(rows, 0.0, gains, color=colours, linewidth=1.4)
        axes.scatter(gains, rows, color=colours, s=[52 if n == 0 else 30 for n in range(len(rows))])
        axes.axvline(0.0, color=MUTED, linewidth=0.8)
        axes.set_yticks(rows, _names(columns))
        axes.tick_params(axis="y", labelcolor=INK)
        room = max(max(map(abs, gains)), 0.5) * 0.28
        axes.set_xlim(min(0.0, *gains) - room, max(0.0, *gains) + room)
        for row, gain in zip(rows, gains, strict=True):
            axes.annotate(
                percent(gain / 100.0, sign=True), (gain, float(row)),
                xytext=(8 if gain > 0 else -8, 0), textcoords="offset points",
                ha="left" if gain > 0 else "right", va="center", color=MUTED, fontsize=10,
            )  # fmt: skip
        axes.grid(visible=False)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        return _svg(figure, f"strip{account.capital:f}")


def _names(columns: Sequence[Column]) -> list[str]:
    return [column.name for column in columns]


def ordinals(days: Sequence[date]) -> list[int]:
    """Days as running numbers."""
    return [day.toordinal() for day in days]


def date_ticks(first: date, last: date) -> list[date]:
    """Firsts of months for an axis of days, in even steps.

    >>> [str(day) for day in date_ticks(date(2017, 6, 5), date(2018, 3, 30))]
    ['2017-07-01', '2017-09-01', '2017-11-01', '2018-01-01', '2018-03-01']
    """
    low, high = 12 * first.year + first.month, 12 * last.year + last.month - 1
    for step in STEPS:
        months = [month for month in range(low, high + 1) if month % step == 0]
        if len(months) <= TICKS_MAX:
            return [date(month // 12, month % 12 + 1, 1) for month in months]
    return [first, last]


def _dates(axes: Axes, account: Account) -> None:
    """Years on a long run, months on a short one."""
    first, last = account.base.summary.first, account.base.summary.last
    ticks = date_ticks(first, last)
    yearly = all(day.month == 1 for day in ticks)
    axes.set_xticks(ordinals(ticks), [f"{day:%Y}" if yearly else f"{day:%b %Y}" for day in ticks])
    axes.set_xlim(first.toordinal(), max(last, first).toordinal() + 1)


def _dollars(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(5))
    low, high = axes.get_ylim()
    places = 0 if high - low > 4000 else 1 if high - low > 400 else 2
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"${y / 1000:,.{places}f}k"))


def _shares(axes: Axes) -> None:
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda y, _: f"{MINUS if y < 0 else ''}{abs(y):g} %")
    )


def _svg(figure: Figure, name: str) -> str:
    """The drawing as an element of a page: placeholders replaced, names made its own."""
    drawn = StringIO()
    figure.savefig(drawn, format="svg", transparent=True, metadata={"Date": None})
    text = drawn.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r' xmlns(:\w+)?="[^"]*"', "", text).replace("xlink:href", "href")
    text = re.sub(r' (?:width|height)="[\d.]+pt"', "", text, count=2)
    mark = re.sub(r"\W", "", name)
    text = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{mark}-", text)
    text = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font: \1 system-ui, sans-serif", text)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var(--{variable})")
    return text.replace("<svg ", '<svg role="img" ', 1)
