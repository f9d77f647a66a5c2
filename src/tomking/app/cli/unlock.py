"""``tomking unlock crisis``: the signature under which puts are sold above the highest VIX."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from tomking.app.config.load import load
from tomking.app.now import now
from tomking.app.screen import show, show_json
from tomking.app.signed import record, sign, signature
from tomking.core.errors import ConfigError, Exit
from tomking.core.reading import Skip
from tomking.market.sessions import sessions_between
from tomking.report.plain import reading
from tomking.risk.crisis import UNLOCK_DAYS, last_day
from tomking.risk.promotion import unlocking


def command(
    what: Annotated[str, typer.Argument(metavar="crisis", help="What is unlocked.")],
    vix: Annotated[
        float | None, typer.Option(min=1, max=1000, help="VIX now, as you read it.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, in your own words.")] = None,
    sign_: Annotated[str | None, typer.Option("--sign", metavar="NAME", help="Who signs.")] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Sign that puts may be sold above the highest VIX, from a budget of their own, for three sessions.

    Exit code 3 while VIX is not above the level from which it is a crisis.
    """
    if what != "crisis":
        raise ConfigError(f"nothing is locked that is called {what!r}: say `tomking unlock crisis`")
    if vix is None:
        raise ConfigError("--vix is missing: say what VIX is, for nothing is unlocked without it")
    limits, at = load(config, preset).limits, now()
    made = unlocking(vix, at, _until(at.date()), signature(sign_, reason), limits)
    if isinstance(made, Skip):
        (seen,) = made.readings
        if json:
            show_json({"unlocked": False, "until": None, "reading": reading(seen)})
        else:
            show(f"refused: {seen} ({seen.rule})")
        return Exit.REFUSED
    place = sign(made)
    if json:
        show_json({"unlocked": True, "until": record(limits).crisis_until, "signed": made.signed})
    else:
        show(f"{str(made)[0].upper()}{str(made)[1:]}; written to {place}")
    return Exit.OK


def _until(today: date) -> date:
    """The last of the sessions over which the budget is spread, today's among them."""
    return last_day([session.day for session in sessions_between(today, today + UNLOCK_DAYS)])
