"""``tomking live``: the switch for real money, and what still stands in its way."""

import os
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from tomking.app.at_work import at_work
from tomking.app.commanding import known
from tomking.app.config.load import load
from tomking.app.desk_files import PAPER, DeskFiles, there
from tomking.app.key_ring import OsRing
from tomking.app.keys import Ring
from tomking.app.live import (
    ON,
    QUOTES,
    SWITCH_KEY,
    SWITCH_VARIABLE,
    live_refusals,
    switch_of,
    word_for,
)
from tomking.app.screen import show, show_json
from tomking.app.typed import at_terminal, confirmed
from tomking.core.errors import ConfigError, Exit
from tomking.core.evidence import Evidence
from tomking.core.reading import Reading
from tomking.data.live.level import not_of_now, worth
from tomking.report.plain import reading

ACTS = ("start", "enable", "disable")
#: What a desk at the broker trades by if its quotes are of now: that is asked before anything begins.
REAL = {QUOTES: Evidence.LIVE, "history": Evidence.LIVE}


def command(
    act: Annotated[
        str,
        typer.Argument(metavar="enable|disable", help="Set the switch; nothing asks to start."),
    ] = "start",
    account: Annotated[str, typer.Option(metavar="NAME", help="The account.")] = PAPER,
    json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> int:
    """Say everything that stands in the way of real money, or set the second switch.

    It takes mode = "live" in the settings, the switch that `tomking live enable` sets elsewhere, a stage
    that was signed for, a typed word, and live quotes. Exit code 3 while one of them is missing.
    """
    if act not in ACTS:
        raise ConfigError(f"unknown word {act!r}: say `tomking live`, or with enable or disable")
    files = there(account)
    if act == "start":
        return _start(files, OsRing(), json=json)
    switch = _enable(account, OsRing()) if act == "enable" else _disable(account, OsRing())
    if json:
        show_json({"account": account, "switch": switch})
    elif switch == ON and act == "disable":
        show(
            f"{SWITCH_VARIABLE} in the environment still switches {account} on: take it away there."
        )
    else:
        show(f"The live switch of {account} is {switch}. The settings are the other one.")
    return Exit.OK


def _enable(account: str, ring: Ring) -> str:
    try:
        ring.ready()
    except ConfigError as none:
        raise ConfigError(
            f"this system has no key ring for the switch: set {SWITCH_VARIABLE}={account} in the "
            "environment of the desk instead"
        ) from none
    confirmed(word_for(account), f"{account} is to be allowed to trade real money.", at_terminal)
    ring.put(account, SWITCH_KEY, ON)
    return switch_of(account, os.environ, ring)


def _disable(account: str, ring: Ring) -> str:
    ring.drop(account, SWITCH_KEY)
    return switch_of(account, os.environ, ring)


def _start(files: DeskFiles, ring: Ring, *, json: bool) -> int:
    """Say what refuses; when only the word is missing ask for it, and trade once it was typed."""
    word = word_for(files.account)
    refused = refusals(files, ring, None, REAL)
    if [seen.bound for seen in refused] != [word]:
        return _refuse(files.account, refused, "", json=json)
    with at_work(files):
        return _typed(files, ring, word, json=json)


def _typed(files: DeskFiles, ring: Ring, word: str, *, json: bool) -> int:
    """Ask for the word, and trade once it was typed and the broker's quotes are of now."""
    warned = f"{files.account} will trade real money until it is stopped or halted."
    refused = refusals(files, ring, at_terminal(f"{warned}\nType {word} to go on:"), REAL)
    if refused:
        return _refuse(files.account, refused, "", json=json)
    from tomking.app.real_money import level_at, traded  # the wire is not loaded to say no

    level = level_at(files, ring)
    evidence = REAL | {QUOTES: worth(level, REAL[QUOTES])}
    refused = refusals(files, ring, word, evidence)
    if refused:
        return _refuse(files.account, refused, not_of_now(level), json=json)
    return traded(files, ring).code


def _refuse(account: str, refused: tuple[Reading, ...], why: str, *, json: bool) -> int:
    if json:
        show_json(_document(account, refused) | ({"why": why} if why else {}))
        return Exit.REFUSED
    show(f"{account} does not trade real money:")
    for seen in refused:
        show(f"  refused: {seen}{f'; {why}' if why else ''}")
    return Exit.REFUSED


def refusals(
    files: DeskFiles, ring: Ring, typed: str | None, evidence: Mapping[str, Evidence]
) -> tuple[Reading, ...]:
    """What stands in the way of an account, by its settings, its switch and its signatures."""
    settings = load(files.settings)
    signed = known(files, settings.limits, settings.capital).record
    return live_refusals(
        account=files.account,
        mode=settings.mode,
        switch=switch_of(files.account, os.environ, ring),
        stage=signed.stage if signed.signed else 0,
        typed=typed,
        evidence=evidence,
    )


def _document(account: str, refused: tuple[Reading, ...]) -> dict[str, Any]:
    return {"account": account, "live": False, "refused": [reading(seen) for seen in refused]}
