"""``tomking unlock crisis``: the signature under which puts are sold above the highest VIX."""

from pathlib import Path
from typing import Annotated

import typer

from tomking.app.commanding import commanded
from tomking.app.config.load import load
from tomking.app.now import instant, now
from tomking.app.of_account import alone, document, of_account, show_came
from tomking.app.screen import show, show_json
from tomking.app.signed import record, sign, signature
from tomking.core.errors import ConfigError, Exit
from tomking.core.reading import Skip
from tomking.core.restraints import CrisisUnlocked
from tomking.engine.commands import crisis_until
from tomking.engine.spool import UNLOCK, Command
from tomking.report.plain import reading
from tomking.risk.promotion import unlocking


def command(
    what: Annotated[str, typer.Argument(metavar="crisis", help="What is unlocked.")],
    vix: Annotated[
        float | None, typer.Option(min=1, max=1000, help="VIX now, as you read it.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why, in your own words.")] = None,
    sign_: Annotated[str | None, typer.Option("--sign", metavar="NAME", help="Who signs.")] = None,
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="An account: it is signed into its journal.")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="A settings file.")] = None,
    preset: Annotated[str | None, typer.Option(help="A shipped preset to begin from.")] = None,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Sign that puts may be sold above the highest VIX, from a budget of their own, for three sessions.

    With --account it is signed into that account's journal, by way of its desk while one runs. Exit
    code 3 while VIX is not above the level from which it is a crisis.
    """
    if what != "crisis":
        raise ConfigError(f"nothing is locked that is called {what!r}: say `tomking unlock crisis`")
    if vix is None:
        raise ConfigError("--vix is missing: say what VIX is, for nothing is unlocked without it")
    signed = signature(sign_, reason)
    if account is not None:
        alone(account, config=config, preset=preset)
        return _of_account(
            account, Command(UNLOCK, instant(), _plain(sign_), _plain(reason), f"{vix}"), json=json
        )
    limits, at = load(config, preset).limits, now()
    made = unlocking(vix, at, crisis_until(at.date()), signed, limits)
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


def _of_account(account: str, wanted: Command, *, json: bool) -> int:
    """Sign into an account's journal, by way of its desk while one runs."""
    files, settings = of_account(account)
    came = commanded(files, settings.limits, settings.capital, wanted)
    if json:
        until = [fact.until for fact in came.facts if isinstance(fact, CrisisUnlocked)]
        show_json(document(came, "unlocked") | {"until": until[0] if until else None})
    else:
        show_came(came, account)
    return Exit.REFUSED if came.refused else Exit.OK


def _plain(said: str | None) -> str:
    return (said or "").strip()
