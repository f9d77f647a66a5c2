"""An account in the scenarios that have a name: the rulebook's, days of history, or a user's own."""

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from tomking.app.ticket.document import dollars, known, readings
from tomking.app.ticket.grid import Owner
from tomking.core.reading import Reading
from tomking.market.moves import OTHERWISE, vol_30
from tomking.portfolio.scenarios import HISTORY, SCENARIOS, Scenario
from tomking.portfolio.stress import Replay, replayed
from tomking.report.stress import verdict
from tomking.report.words import money, percent

#: What is replayed when nobody brings a file of their own.
SHIPPED = (*SCENARIOS.values(), *HISTORY.values())
HEAD = (
    "scenario", "index", "30-day vol", "lost, closed there", "of net liq", "margin there",
    "buying power", "the rule",
)  # fmt: skip


def crashes(mine: Owner, scenarios: Sequence[Scenario] = SHIPPED) -> tuple[Replay, ...]:
    """The account in every scenario."""
    return tuple(
        replayed(mine.holdings, mine.cash, mine.market, row, mine.terms) for row in scenarios
    )


def rows(found: Sequence[Replay]) -> list[tuple[str, ...]]:
    """A row a scenario; margin is the harsher of repriced and multiplied."""
    return [
        (
            one.scenario.name,
            percent(one.scenario.shock.spot, sign=True),
            f"x {vol_30(one.scenario.shock):.2f}",
            money(one.loss),
            percent(_share(one)),
            money(one.margin),
            money(one.buying_power),
            verdict(one),
        )
        for one in found
    ]


def failures(found: Sequence[Replay]) -> list[str]:
    """Every pass mark that is not met, as a sentence."""
    return [str(seen) for one in found for seen in _bounded(one) if not seen.passed]


def sources(found: Sequence[Replay]) -> list[tuple[str, str]]:
    """Where each scenario's figures come from, and how well they are known."""
    return [
        (one.scenario.name, f"{one.scenario.source} ({one.scenario.evidence})") for one in found
    ]


def document(found: Sequence[Replay]) -> list[dict[str, Any]]:
    """The scenarios in JSON."""
    return [_crash(one) for one in found]


def _crash(one: Replay) -> dict[str, Any]:
    row = one.scenario
    bounded = _bounded(one)
    return {
        "scenario": row.name,
        "spot": row.shock.spot,
        "vol": [list(pair) for pair in row.shock.vol],
        "wing": row.shock.wing,
        "spread": row.shock.spread,
        "margin_factor": row.margin_factor,
        "loss": dollars(one.loss),
        "loss_share": known(share) if (share := _share(one)) is not None else None,
        "requirement": one.after.requirement,
        "margin": dollars(one.margin),
        "buying_power": dollars(one.buying_power),
        "called": one.called,
        "passed": all(reading.passed for reading in bounded) if bounded else None,
        "readings": readings(bounded),
        "source": row.source,
        "evidence": row.evidence,
    }


def _bounded(one: Replay) -> list[Reading]:
    """The readings that a scenario has a pass mark for."""
    return [seen for seen in one.readings if seen.bound != inf]


def _share(one: Replay) -> float | None:
    whole = one.before.net_liq
    return one.loss / whole if whole > 0 else None


def moved(mine: Owner) -> Mapping[str, str]:
    """How the price of each root held goes with the index: what has no figure of its own is MODEL."""
    return {
        root: _moved(root, mine) for root in dict.fromkeys(c.root for c in mine.holdings.contracts)
    }


def _moved(root: str, mine: Owner) -> str:
    on = mine.market.underlyings[root]
    if on.product.kind in OTHERWISE:
        return "as 30-day volatility" if on.leverage == 1.0 else f"{on.leverage:g} times the index"
    if on.product.per_index == on.product.per_index:
        return "with the index"
    said = "as the file says" if root in mine.terms.betas else "as nobody says otherwise"
    return f"{on.beta:g} times the index, {said} (MODEL)"
