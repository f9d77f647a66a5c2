"""Real money: what must be true together before a desk may trade it.

Two switches that are set in two places, a stage that was signed for, a word typed now, and figures that
are real. Each by itself lets nothing through.
"""

from collections.abc import Mapping

from tomking.app.keys import Ring
from tomking.core.evidence import Evidence
from tomking.core.reading import Reading, Sense, Stage

LIVE = "live"
#: The second switch: a secret of that name in the key ring, or the account's name in the environment.
SWITCH_KEY, SWITCH_VARIABLE = "live_switch", "TOMKING_LIVE_SWITCH"
ON, OFF = "on", "off"
STAGE_MIN = 1
QUOTES = "quotes"


def word_for(account: str) -> str:
    """What is typed before real money is traded."""
    return f"LIVE {account}"


def switch_of(account: str, environ: Mapping[str, str], ring: Ring) -> str:
    """``on`` if the second switch of an account is: that of another switches nothing."""
    if environ.get(SWITCH_VARIABLE) == account:
        return ON
    return ON if ring.get(account, SWITCH_KEY) == ON else OFF


def live_refusals(
    *,
    account: str,
    mode: str,
    switch: str,
    stage: int,
    typed: str | None,
    evidence: Mapping[str, Evidence],
) -> tuple[Reading, ...]:
    """What stands in the way of real money; empty when nothing does.

    ``mode`` is the settings', ``switch`` the other place's, ``stage`` the one that was signed for and 0
    for none, ``typed`` what a person typed just now, ``evidence`` the class of every input by name. The
    quotes must be LIVE, everything else RECORDED at least; quotes of which nothing is known are refused.
    """
    asked = (
        _is("mode in the settings", mode, LIVE),
        _is("the live switch", switch, ON),
        Reading(
            "deployment stage signed for",
            Stage.DATA,
            Sense.AT_LEAST,
            stage,
            STAGE_MIN,
            "",
            "R-STG-04",
        ),
        _is("the word typed", typed, word_for(account)),
        _is(f"evidence of {QUOTES}", _named(evidence.get(QUOTES)), Evidence.LIVE.name),
        *(_real(name, seen) for name, seen in sorted(evidence.items()) if name != QUOTES),
    )
    return tuple(reading for reading in asked if not reading.passed)


def _real(name: str, seen: Evidence) -> Reading:
    """An input that is neither a model nor a stand-in."""
    wanted = f"{Evidence.RECORDED.name} or {Evidence.LIVE.name}"
    return _is(f"evidence of {name}", wanted if seen >= Evidence.RECORDED else seen.name, wanted)


def _named(seen: Evidence | None) -> str | None:
    return None if seen is None else seen.name


def _is(name: str, seen: str | None, wanted: str) -> Reading:
    return Reading(name, Stage.DATA, Sense.IS, seen, wanted)
