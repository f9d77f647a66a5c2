"""A report as plain data: what ``--json`` prints and ``report.json`` holds. Its keys are a promise."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from tomking.analysis.equity import Window
from tomking.analysis.fullest import Fullest
from tomking.analysis.gate_value import COVERAGE, GateLedger, GateValue, Refuser
from tomking.analysis.intervals import Interval
from tomking.analysis.performance import Performance
from tomking.analysis.rejections import Rejection
from tomking.analysis.results import Result
from tomking.analysis.summary import Summary
from tomking.analysis.tallies import Tally
from tomking.analysis.trades import Trade
from tomking.core.money import ZERO
from tomking.core.reading import STAGES
from tomking.portfolio.call import CallClock, Level, Uncalled
from tomking.portfolio.stress import Replay
from tomking.report import paper_day
from tomking.report.contents import Account, Column, Report, Venue
from tomking.report.plain import Plain, Record
from tomking.report.records import alarms, scores
from tomking.report.words import ONE_KIND, TOO_FEW, UNMEASURABLE


def contract(report: Report, account: Account, checks: Mapping[str, str]) -> Record:
    """One account as ``tomking backtest --json`` prints it: the run asked for, then what it is held to.

    Money is a JSON number in dollars, exact to the fraction of a cent a half-tick fill leaves.
    """
    base = account.base
    return {
        "run_hash": base.run_hash,
        "data_class": report.data_class.name,
        "sessions": base.summary.sessions,
        "elapsed_s": round(base.elapsed_s, 3),
        "capital": _money(base.summary.capital),
        "final_net_liq": _money(base.summary.final),
        "evidence": {line.name: line.evidence.name for line in report.inputs},
        "scale": {"mode": report.scale[0], "factor": report.scale[1]},
        "strategies": {
            **{tally.name: counts(tally) for tally in base.summary.tallies},
            **hedged(base.summary),
        },
        "rejections": rejections(base.summary),
        "checks": dict(checks),
        "trades": len(base.summary.trades),
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "seed": report.seed,
        "venue": _venue(report.venue),
        "rejections_by": rejected_by(base.summary),
        "results_by": results_by(base.summary),
        "gate_value": None if base.gates is None else gate_value(base.gates),
        "alarms": alarms(base.summary),
        "scores": None if base.scores is None else scores(base.scores),
    }


def _venue(venue: Venue) -> Record:
    return {
        "fill": venue.fill,
        "early_exercise": venue.early_exercise,
        "latency_s": venue.latency_s,
    }


def counts(tally: Tally) -> Record:
    """The promised figures of one strategy; ``pnl`` counts open positions."""
    return {
        "considered": tally.considered,
        "entered": tally.entered,
        "closed": tally.closed,
        "wins": tally.wins,
        "losses": tally.losses,
        "scratches": tally.scratches,
        "pnl": _money(tally.pnl),
    }


def hedged(summary: Summary) -> Record:
    """What emergencies bought, counted like a strategy under its own name; nothing where nothing was."""
    closed = [one for one in summary.hedges if one.closed is not None]
    wins, losses = sum(one.won for one in closed), sum(one.lost for one in closed)
    counted: Record = {
        "considered": len(summary.hedges),
        "entered": len(summary.hedges),
        "closed": len(closed),
        "wins": wins,
        "losses": losses,
        "scratches": len(closed) - wins - losses,
        "pnl": _money(sum((one.pnl for one in summary.hedges), ZERO)),
    }
    return {summary.hedges[0].strategy: counted} if summary.hedges else {}


def rejections(summary: Summary) -> Record:
    """Refused candidates of all strategies by the stage that refused them, every stage named."""
    return {
        stage.value: sum(dict(funnel.by_stage).get(stage.value, 0) for funnel in summary.funnels)
        for stage in STAGES
    }


def rejected_by(summary: Summary) -> Record:
    """Considered and refused entries of each strategy by stage, hour, weekday and pattern."""
    return _nested((row.strategy, row.by, row.label, _rejection(row)) for row in summary.rejections)


def results_by(summary: Summary) -> Record:
    """Closed trades of each strategy by hour and weekday of entry, pattern and regime."""
    return _nested((row.strategy, row.by, row.label, _result(row)) for row in summary.results)


def gate_value(gates: GateLedger) -> Record:
    """What each gate was worth, dollars a trade and unit: + saved, - cost; words where none is told."""
    return {
        "refused": gates.refused,
        "carried": gates.carried,
        "coverage": COVERAGE,
        **{
            refuser.value.replace(" ", "_"): [_gate(each) for each in gates.of(refuser)]
            for refuser in Refuser
        },
    }


def _gate(each: GateValue) -> Record:
    told: Plain = each.value
    if told is None:
        told = TOO_FEW if each.is_measurable else UNMEASURABLE
    return {
        "strategy": each.strategy,
        "root": each.root,
        "rule": each.rule,
        "stage": each.stage,
        "gate": each.gate,
        "refused": each.refused,
        "trades": each.trades,
        "days": each.days,
        "value": told,
        "interval": None if each.interval is None else [each.interval.low, each.interval.high],
        "selects_on": each.selects or None,
    }


def _rejection(row: Rejection) -> Record:
    return {"considered": row.considered, "refused": row.refused, "stages": dict(row.stages)}


def _result(row: Result) -> Record:
    return {
        "closed": row.closed,
        "wins": row.wins,
        "losses": row.losses,
        "win_rate": row.win_rate,
        "pnl": _money(row.pnl),
        "mean": _money(row.mean),
    }


def _nested(rows: Iterable[tuple[str, str, str, Record]]) -> Record:
    """Records by three names, one inside the other."""
    found: dict[str, dict[str, Record]] = {}
    for first, second, third, record in rows:
        found.setdefault(first, {}).setdefault(second, {})[third] = record
    return {name: {by: part for by, part in one.items()} for name, one in found.items()}  # noqa: C416


def payload(report: Report) -> Record:
    """The whole report."""
    return {
        "title": report.title,
        "command": report.command,
        "data_class": report.data_class.name,
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "sessions": report.sessions,
        "seed": report.seed,
        "scale": {"mode": report.scale[0], "factor": report.scale[1]},
        "venue": _venue(report.venue),
        "assumptions": dict(report.assumptions),
        "evidence": {line.name: line.evidence.name for line in report.inputs},
        "never_exercised": dict(report.never),
        "accounts": [
            {
                "capital": _money(account.capital),
                "command": account.command,
                "columns": [_column(column) for column in account.columns],
            }
            for account in report.accounts
        ],
        "paper_day": None if report.paper is None else paper_day.record(report.paper),
    }


def _column(column: Column) -> Record:
    summary = column.summary
    return {
        "name": column.name,
        "note": column.note,
        "run_hash": column.run_hash,
        "final_net_liq": _money(summary.final),
        "performance": _performance(summary.performance),
        "strategies": {
            **{tally.name: counts(tally) | _ratios(tally) for tally in summary.tallies},
            **hedged(summary),
        },
        "rejections": rejections(summary),
        "funnel": {
            funnel.strategy: {
                "candidates": funnel.candidates,
                "entered": funnel.entered,
                "unfilled": funnel.unfilled,
                "by_gate": dict(funnel.by_gate),
            }
            for funnel in summary.funnels
        },
        "gate_value": None if column.gates is None else gate_value(column.gates),
        "rejections_by": rejected_by(summary),
        "results_by": results_by(summary),
        "months": {f"{m.year}-{m.month:02d}": m.gain for m in summary.months},
        "windows": {window.name: _window(window) for window in summary.windows},
        "trades": [_trade(trade) for trade in summary.trades],
        "fullest": None if column.fullest is None else _fullest(column.fullest),
        "alarms": alarms(summary),
        "scores": None if column.scores is None else scores(column.scores),
    }


def _fullest(found: Fullest) -> Record:
    """The account at its fullest: every bad day, and where a margin call waits."""
    clock = found.clock
    return {
        "at": found.at.isoformat(),
        "margin_share": found.share,
        "scenarios": {replay.scenario.name: _replay(replay) for replay in found.replays},
        "margin_call": margin_call(clock),
    }


def margin_call(clock: CallClock | Uncalled) -> Record:
    """Where buying power is gone: below, above and by VIX alone; or why the account cannot be called."""
    if isinstance(clock, Uncalled):
        return {"never": True, "why": clock.why}
    return {
        "root": clock.root,
        "under_water": clock.under_water,
        "below": _call(clock.below),
        "above": _call(clock.above),
        "vix": _call(clock.by_vix),
    }


def _replay(replay: Replay) -> Record:
    return {
        "net_liq": replay.after.net_liq,
        "loss": replay.loss,
        "requirement": _money(replay.after.requirement),
        "margin": replay.margin,
        "buying_power": replay.after.buying_power,
        "passed": all(seen.passed for seen in replay.readings),
    }


def _call(call: Level) -> Record:
    """A level of the margin call; ``never`` where buying power lasts as far as was looked."""
    where = call.at or call.looked
    said: Record = {"never": call.never, "index": where.index, "vix": where.vix}
    return said | {"residual": call.residual, "jumps": call.jumps}


def _performance(figures: Performance) -> Record:
    fall = figures.fall
    return {
        "gain": figures.gain,
        "cagr": figures.cagr,
        "sharpe": figures.sharpe,
        "drawdown": fall.depth,
        "drawdown_from": fall.peak.isoformat(),
        "drawdown_to": fall.trough.isoformat(),
        "recovered": None if fall.recovered is None else fall.recovered.isoformat(),
        "worst_day": figures.worst_day,
        "worst_week": figures.worst_week,
        "worst_days_mean": figures.tail_day,
        "margin_peak": figures.margin_peak,
        "margin_mean": figures.margin_mean,
        "return_on_peak_margin": figures.on_peak_margin,
    }


def _ratios(tally: Tally) -> Record:
    return {
        "fees": _money(tally.fees),
        "win_rate": tally.win_rate,
        "win_rate_interval": _interval(tally.win_rate_interval, tally),
        "average_win": tally.average_win,
        "average_loss": tally.average_loss,
        "payoff_ratio": tally.payoff,
        "profit_factor": tally.profit_factor,
        "expectancy": tally.expectancy,
        "expectancy_interval": _interval(tally.expectancy_interval, tally),
        "resampled": tally.block.value,
        "capture": tally.capture,
    }


def _interval(found: Interval | None, tally: Tally) -> Plain:
    if found is None:
        return ONE_KIND if tally.one_kind else TOO_FEW
    return [found.low, found.high]


def _window(window: Window) -> Record:
    return {
        "pnl": window.pnl,
        "drawdown": window.drawdown,
        "margin_peak": window.margin_peak,
        "vix_peak": window.vix_peak,
    }


def _trade(trade: Trade) -> Record:
    return {
        "campaign": trade.campaign,
        "strategy": trade.strategy,
        "shape": trade.shape,
        "root": trade.root,
        "units": trade.units,
        "legs": trade.legs,
        "opened": trade.opened.isoformat(),
        "closed": None if trade.closed is None else trade.closed.isoformat(),
        "credit": _money(trade.credit),
        "pnl": _money(trade.pnl),
        "fees": _money(trade.fees),
        "reason_in": trade.why_in,
        "reason_out": [f"{way.tranche}: {way.why}" for way in trade.exits],
        "labels": dict(trade.labels),
    }


def _money(amount: Decimal) -> float:
    """Dollars as a JSON number: four decimal places hold any fill of ours exactly."""
    return float(round(amount, 4))
