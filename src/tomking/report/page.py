"""A report as one HTML file that needs nothing but itself."""

import re
from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined

from tomking.analysis.gate_value import Refuser
from tomking.report import alarms, charts, ledger, mechanics, paper_day, scores, stress, tables
from tomking.report.checks import PASS, verdicts
from tomking.report.contents import Account, Report
from tomking.report.findings import (
    SAME_DAY,
    conclusions,
    day,
    flags,
    nearly_all,
    stopped,
)
from tomking.report.words import MINUS, UNMEASURABLE, many, money

#: Trade lists up to this long are shown at once, longer ones behind a click.
SHORT = 12


def page(report: Report) -> str:
    """The whole page as text."""
    checked = verdicts(report)
    template = _environment().get_template("page.html")
    text = template.render(
        report=report,
        style=_asset("page.css"),
        checks=checked,
        failed={name: found for name, found in checked.items() if found != PASS},
        found=conclusions(report),
        flags=flags(report),
        nearly_all=nearly_all(report),
        side_by_side=tables.side_by_side(report) if len(report.accounts) > 1 else None,
        accounts=[_account(report, account) for account in report.accounts],
        paper=_paper(report),
        same_day=SAME_DAY,
        unmeasurable=UNMEASURABLE,
        months=tables.MONTHS,
    )
    return unbroken(text)


def page_of_mechanics(found: mechanics.Mechanics) -> str:
    """The page of a run whose money is not counted."""
    checked = mechanics.verdicts(found)
    strategies = [
        {
            "it": one,
            "exits": mechanics.exits(one),
            "changes": mechanics.changes(one),
            "refusals": mechanics.refusals(one),
        }
        for one in found.strategies
    ]
    text = (
        _environment()
        .get_template("mechanics.html")
        .render(
            found=found,
            why=mechanics.WHY,
            style=_asset("page.css"),
            checks=checked,
            failed={name: said for name, said in checked.items() if said != PASS},
            strategies=strategies,
        )
    )
    return unbroken(text)


def unbroken(text: str) -> str:
    r"""The text with figures that no line may end within: ``3.1 %``, ``−$45``.

    >>> unbroken("3.1 % and −$45")
    '3.1\xa0% and −\u2060$45'
    """
    return re.sub(r"(\d) %", "\\1\u00a0%", text).replace(f"{MINUS}$", f"{MINUS}\u2060$")


def _account(report: Report, account: Account) -> dict[str, object]:
    """One account as the template wants it."""
    summary = account.base.summary
    goals = {goal.strategy: goal for goal in report.goals}
    return {
        "capital": money(account.capital),
        "key": f"a{account.capital:.0f}",
        "command": account.command,
        "run_hash": account.base.run_hash,
        "headline": tables.headline(summary),
        "equity": charts.equity_and_drawdown(account),
        "margin": charts.margin(account),
        "strip_chart": charts.strip(account) if account.strip else None,
        "strip": tables.strip(account) if account.strip else None,
        "columns": account.columns,
        "fullest": _fullest(account),
        "alarms": {
            "said": alarms.said(summary),
            "loud": alarms.table(summary, loud=True),
            "quiet": alarms.table(summary, loud=False),
        },
        "scores": _scores(account),
        "blocks": tables.blocks(summary),
        "months": tables.months(summary),
        "windows": tables.windows(summary),
        "strategies": [
            {
                "tally": tally,
                "funnel": funnel,
                "tiles": tables.strategy(tally, goals.get(tally.name)),
                "goal": goals.get(tally.name),
                "slices": tables.slices(summary, tally.name),
                "gates": tables.gates(funnel),
                "rejections": ledger.rejections(summary, tally.name),
                "results": ledger.results(summary, tally.name),
                "stopped": stopped(tally, funnel),
            }
            for tally, funnel in zip(summary.tallies, summary.funnels, strict=True)
        ],
        "gates": _gates(account),
        "refused": summary.refused,
        "locks": summary.locks,
        "trades": tables.trades(summary),
        "shown": len(summary.trades) <= SHORT,
        "too_early": summary.too_early,
    }


def _paper(report: Report) -> dict[str, object] | None:
    """The day at the exchange server, if there was one."""
    it = report.paper
    if it is None:
        return None
    return {
        "it": it,
        "said": paper_day.said(it),
        "orders": paper_day.orders(it),
        "expired": paper_day.expired(it),
        "streamed": paper_day.streamed(it),
    }


def _fullest(account: Account) -> dict[str, object] | None:
    """The account at its fullest, if it ever held anything that needs margin."""
    found = account.base.fullest
    if found is None:
        return None
    said = {"heading": stress.heading(found), "call": stress.margin_call(found.clock)}
    return said | {"rows": stress.rows(found)}


def _scores(account: Account) -> dict[str, object] | None:
    """What is shown of the account at the last close."""
    found = account.base.scores
    if found is None:
        return None
    return {
        "health": scores.health(found),
        "assignment": scores.assignment(found),
        "book": scores.book(found),
        "expectancy": scores.expectancy(found),
    }


def _gates(account: Account) -> dict[str, object] | None:
    """What each gate was worth, if that was asked."""
    found = account.base.gates
    if found is None:
        return None
    only, first = (ledger.gates(found, refuser) for refuser in Refuser)
    return {"refused": found.refused, "carried": found.carried, "only": only, "first": first}


@cache
def _environment() -> Environment:
    """Templates of this room, escaped, and loud about a name that is not there."""
    found = Environment(
        loader=FunctionLoader(_asset),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(many=many, day=day)
    found.tests["negative"] = lambda text: str(text).startswith(MINUS)
    return found


def _asset(name: str) -> str:
    return (files("tomking.report") / "assets" / name).read_text(encoding="utf-8")
