"""What a backtest takes for granted, in sentences made from its spec; and what each input is worth.

A sentence here is about the run at hand: figures come from the spec, the limits and the tables that were
used, never from memory.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from tomking.app.event_calendar import ending
from tomking.app.strip import FILLS
from tomking.backtest.operator import PAUSE_DAYS, REVIEW_DAYS, RUNG_DAYS
from tomking.backtest.run import RunSpec
from tomking.core.evidence import Evidence
from tomking.core.product import PRODUCTS
from tomking.data.embedded import LEVEL
from tomking.exchange.assignment import CONTRARY, DILIGENT, Mode
from tomking.exchange.calls import MOVE
from tomking.market.events import Event
from tomking.market.path import OPEN_SINCE, open_evidence
from tomking.portfolio.margin.ranges import factor_of
from tomking.report.contents import Goal, Input
from tomking.report.findings import day
from tomking.report.words import listed, percent
from tomking.risk.groups import GROUPS

#: Groups that the embedded history has something to trade in.
EXERCISED = ("A1", "A2")
#: What the source documents hope for (rulebook 3 and 4): compared with, never enforced.
GOALS = (
    Goal(
        "friday_0dte", "88 %",
        "Source documents: 88 % (85–92 % in places). With a target of half the credit and a stop at "
        "twice the credit 80 % would break even before costs.",
    ),
    Goal("lt112", "70–75 %", "Source documents: 70–75 % wanted, 71–72 % reported."),
)  # fmt: skip
#: What the holders of sold options are taken to do.
HOLDERS: Mapping[Mode, str] = MappingProxyType(
    {
        Mode.OFF: "No holder exercises early.",
        Mode.RATIONAL: "Holders exercise early whenever it pays.",
        Mode.SEEDED: (
            f"When it pays to exercise early {percent(DILIGENT, 0)} of holders do, by a draw; "
            f"{percent(CONTRARY, 0)} act against the table at a pin."
        ),
    }
)


def assumptions(spec: RunSpec, scale: tuple[str, float]) -> tuple[tuple[str, str], ...]:
    """Headings and sentences, the most important first."""
    return (
        ("Market", _market(spec)),
        ("Level", _level(*scale)),
        ("Fills", _fills(spec)),
        ("Fees", _fees(spec)),
        ("Margin", _margin(spec)),
        ("Options", _options(spec)),
        ("Operator", _operator()),
        ("Cash", "Idle cash earns nothing; no money is put in or taken out; no tax is taken off."),
        ("Gates", _gates(spec)),
        ("Listings", _listings()),
    )


def _market(spec: RunSpec) -> str:
    return (
        "Daily closes, highs and lows of the S&P 500 and closes of VIX are real. The path within a day "
        f"(seed {spec.seed}), VIX within a day and every option price are modelled. A session's own "
        "high, low and close shape its path: that is imputation of what nobody recorded; no rule sees "
        "them before their time."
    )


def _level(mode: str, factor: float) -> str:
    if mode == "literal":
        return "The index stands where it stood; widths and account tables belong to one of 6,000."
    return (
        f"The index is multiplied by {factor:.4f}, so that the window's last close is {LEVEL:,.0f}. "
        "Returns, VIX and margin ratios do not change; points, widths and dollars are today's."
    )


def _fills(spec: RunSpec) -> str:
    named = {fill.name: f"{name} ({note})" for name, fill, note in FILLS}
    said = named.get(spec.fill.name, spec.fill.name)
    late = f" Slots are asked {spec.delay_min} minutes late." if spec.delay_min else ""
    wide = f" Quotes are {spec.spreads:g} times as wide." if spec.spreads != 1.0 else ""
    return (
        f"Packages trade at {said}; never better than the quotes allow.{_parts(spec)}{_walks(spec)}"
        f"{late}{wide} What is sent takes effect {spec.latency_s:g} s later."
    )


def _parts(spec: RunSpec) -> str:
    fill = spec.fill
    much = f"at most {fill.lot} units at a look" if fill.lot else "all units of an order at once"
    patient = (
        " A limit that asks for more is met by a draw; how often is assumed."
        if fill.patience
        else ""
    )
    return f" They trade {much}, and only when somebody looks.{patient}"


def _walks(spec: RunSpec) -> str:
    limits = spec.limits
    if limits.walk_mode != "walk":
        return " Opening orders ask for the far side at once."
    return (
        f" Opening orders ask for mid and are priced again up to {limits.walk_reprices_max} times, "
        f"giving up {percent(limits.walk_give_max, 0)} of the half-spread at most and never going "
        "below the plan's least credit."
    )


def _fees(spec: RunSpec) -> str:
    factor = "" if spec.fees_factor == 1 else f", times {spec.fees_factor}"
    return (
        f"tastytrade's table of today for every year{factor}: commission, clearing, exchange; what "
        "regulators levy goes by date. For closing and settling options on futures the fee is assumed."
    )


def _margin(spec: RunSpec) -> str:
    house = spec.limits.house
    return (
        "Futures and options on them: the worst of sixteen repriced scenarios, times "
        f"{factor_of(house):g} for {house}. That is an estimate: the exchange's files are not public, "
        "and one published margin a product gives its range for every year. On an index or shares the "
        f"rates of {house} of today are taken for every year. Margin is measured at "
        "every entry and every close; the venue also asks after every fill and when something held has "
        f"moved by {percent(MOVE, 1)}. It refuses what the account cannot carry; a margin call stops "
        "entries and closes nothing."
    )


def _options(spec: RunSpec) -> str:
    cut = spec.cut
    taken = (
        f" Premiums are cut by {percent(cut.put16, 0)} (16-delta puts), {percent(cut.put5, 0)} "
        f"(5-delta puts) and {percent(cut.call16, 0)} (calls)."
        if cut.any
        else ""
    )
    return (
        "One volatility surface from VIX, fitted to 14 days of real chains: right to about ±10 % at "
        "16 delta and ±20–25 % at 5 delta, and rich in short puts. Options that may be exercised early "
        "(ES quarterlies fixed in the morning) are priced as American, all others as European "
        f"(Black-76). {HOLDERS[spec.early_exercise]}{taken}"
    )


def _operator() -> str:
    waits = [f"{reason} after {_days(days)}" for reason, days in REVIEW_DAYS.items()]
    rungs = [f"{rung.name} after {_days(days)}" for rung, days in RUNG_DAYS.items()]
    return (
        f"An imagined person lifts tripped locks: {listed(waits)}, or as soon as the rule lets them "
        f"lift; and rungs of the kill ladder: {listed(rungs)}. A strategy its own record pauses begins "
        f"anew after {_days(PAUSE_DAYS)}. Nobody types the word that flattens."
    )


def _days(count: int) -> str:
    return f"{count} day{'s' if count > 1 else ''}"


def _gates(spec: RunSpec) -> str:
    pattern = "enforced" if spec.limits.pattern_mode == "enforce" else "recorded, not enforced"
    return (
        f"Every gate of the eight stages is asked of every order; the pattern score is {pattern}; "
        f"deployment stage {spec.limits.stage}."
    )


def _listings() -> str:
    return (
        f"MES did not exist before {day(PRODUCTS['MES'].listed)}: its trades here are an anachronism. "
        "So are ES quarterly options fixed at the close (listed 2021), which stand in for those fixed "
        "in the morning."
    )


def inputs(first: date, last: date, own: tuple[Event, ...] = ()) -> tuple[Input, ...]:
    """One line for every input and the class of its evidence, for a window."""
    return tuple(_inputs(first, last, own))


def _inputs(first: date, last: date, own: tuple[Event, ...]) -> Iterator[Input]:
    known, stood_in, made = Evidence.RECORDED, Evidence.PROXY, Evidence.MODEL
    yield Input("close", known, "S&P 500 close", "Daily rows shipped with the package arch.")
    yield Input("high", known, "S&P 500 high", "The same rows.")
    yield Input("low", known, "S&P 500 low", "The same rows.")
    yield Input("open", open_evidence(first), "S&P 500 open", _open_note(first, last))
    yield Input("path", made, "Path within the day", "Drawn to meet the day's high, low and close.")
    yield Input("vix_close", known, "VIX close", "Cboe, by arch; known from 16:15.")
    yield Input("vix", made, "VIX at an instant", "Yesterday's close moved by the path so far.")
    yield Input("options", made, "Option prices", "Volatility surface from VIX; widths by table.")
    yield Input("es", stood_in, "ES", "S&P 500 × exp((r − q)·T) to the front expiry.")
    yield Input("mes", stood_in, "MES", "A tenth of ES, quoted three times as wide.")
    yield Input("carry", known, "Rate and dividend yield", "Quarterly tables, last quarter's row.")
    yield Input("fees", stood_in, "Fees", "Today's table for every year; levies by date.")
    yield Input(
        "margin", made, "Margin of futures options",
        "Sixteen scenarios repriced over an estimated range, not the exchange's own files.",
    )  # fmt: skip
    told = (f"{len(own)} dates of your own.",) if own else ()
    note = " ".join(("Public calendars, by date.", *told, *map(_sentence, ending(last, own))))
    yield Input("events", known, "FOMC, CPI, payrolls", note)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _open_note(first: date, last: date) -> str:
    before = "MODEL until 2017: the printed open holds 13–27 % of the true gap."
    after = "PROXY from 2017: the printed open holds about 80 % of the true gap."
    if last < OPEN_SINCE:
        return before
    return after if first >= OPEN_SINCE else f"{before} {after}"


def never(spec: RunSpec) -> tuple[tuple[str, str], ...]:
    """What a run on the embedded history cannot exercise at all."""
    by_chance = {
        Mode.OFF: "No holder acts before expiry; none acts at a pin.",
        Mode.RATIONAL: "Holders act when it pays, all of them; none acts at a pin.",
        Mode.SEEDED: "Holders draw, but only shares are delivered at a pin and none are traded.",
    }
    unused = [name for name, _ in GROUPS if name not in EXERCISED]
    return (
        ("Correlation groups", f"{listed(unused)}: no prices for anything in them."),
        ("Measured correlations", "Only one index is there: nothing to correlate."),
        ("Calendars", "Earnings and OPEC meetings stop no trade in the S&P 500."),
        ("Assignment by chance", by_chance[spec.early_exercise]),
        ("Spikes within a day", "VIX follows the path, so a spike like 5 August 2024 never comes."),
        ("Stops and brackets", "No plan sends a stop, a bracket or an order good till a date."),
        ("Connection", "Quotes never go stale and no order is lost."),
    )
