"""``tomking status``: how an account stands, from its files alone and with nothing but Python."""

import json as plain_json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from tomking.app.desk_files import PAPER, accounts, there
from tomking.app.now import instant
from tomking.app.plain_words import ACCOUNT, JSON, Option, asks_help, page, read
from tomking.app.standing_now import Seen, ago, seen
from tomking.core.errors import Exit
from tomking.core.rung import DOES, Rung
from tomking.engine.heartbeat import Heartbeat, Line

STATUS = "status"
OPTIONS = (Option(ACCOUNT, f"The account; {PAPER} when left out.", "NAME"), JSON)
UNKNOWN = "not known"


def run(words: Sequence[str]) -> int:
    """Read the words and say how things stand."""
    if asks_help(words):
        print(page(STATUS, (command.__doc__ or "").replace("\n    ", "\n").strip(), OPTIONS))
        return Exit.OK
    given = read(words, OPTIONS, STATUS)
    return command(given.get(ACCOUNT, PAPER), json="json" in given)


def command(account: str = PAPER, *, json: bool = False) -> int:
    """Say whether the desk runs, what it holds, what keeps it from trading, and who must act.

    Exit code 4 when a person is needed: the account is halted or locked, a file is damaged, or positions
    are held and no desk is running.
    """
    found = seen(there(account), instant())
    if json:
        print(plain_json.dumps(document(found), ensure_ascii=False))
    else:
        print("\n".join(lines(found)))
    return Exit.NEEDS_HUMAN if found.needs_human else Exit.OK


def lines(found: Seen) -> Iterator[str]:
    """The page, a line a thing."""
    heart = found.heart
    yield f"{found.account}: {_running(found)}"
    yield f"  halted     {_halted(found)}"
    if heart is not None:
        yield from _told(heart, _may(found, heart))
    yield from (f"  off        {name}: {why}" for name, why in found.off)
    yield f"  last fact  {_fact(found)}"
    if found.waiting:
        yield f"  commands   {found.waiting} waiting to be taken"
    if found.odd:
        yield f"  odd files  {found.odd} in the spool that are no commands: look, then delete them"
    others = [name for name in accounts() if name != found.account]
    if others:
        yield f"  others     {', '.join(others)} (--account NAME)"
    yield from (f"NEEDS YOU: {why}." for why in found.needs_human)


def _running(found: Seen) -> str:
    heart, age = found.heart, found.age_s
    if heart is None or age is None:
        return "no desk has left a heartbeat"
    mode = f"{heart.mode}, process {heart.pid}"
    if found.running:
        return f"running ({mode}, heartbeat {ago(age)})"
    gone = "its process is gone" if found.alive is False else "its process does not answer"
    return f"NOT running ({mode}, {gone}, last heartbeat {ago(age)})"


def _halted(found: Seen) -> str:
    if not found.halted:
        return "no"
    return f"YES: {found.why_halted or 'the HALT file says nothing'}"


def _told(heart: Heartbeat, may: str) -> Iterator[str]:
    """What the desk said last, whenever that was."""
    yield f"  rung       {heart.rung}"
    yield f"  reasons    {', '.join(heart.reasons) or 'none'}"
    yield f"  may        {may}"
    yield f"  net liq    {_money(heart.net_liq)}"
    if heart.tonight:
        yield f"  tonight    {heart.tonight}"
    yield f"  next due   {_due(heart.next_due)}"
    for name, rows in (("positions", heart.positions), ("working", heart.working)):
        yield f"  {name:<11}{len(rows) or 'none'}"
        yield from (f"    {row.name}: {row.what}" for row in rows)


def _may(found: Seen, heart: Heartbeat) -> str:
    """What the desk may do: whatever holds back most is named."""
    rung = Rung.__members__.get(heart.rung)
    if found.faults:
        return "nothing new: see below"
    if not found.running:
        return "nothing: no desk is running"
    if not heart.exits:
        return "send nothing, exits neither: orders are judged and written down (desk.execution)"
    if rung is None:
        return UNKNOWN
    if rung is not Rung.NORMAL:
        return f"at {rung.name} {DOES[rung]}; exits go"
    if found.halted or heart.reasons:
        return f"nothing opens ({', '.join((*heart.reasons, *['HALT'] * found.halted))}); exits go"
    if not heart.entries:
        return "send exits alone: by its settings plans do not open by themselves"
    return DOES[rung]


def _due(at: datetime | None) -> str:
    """When a plan is asked next, on both clocks."""
    if at is None:
        return UNKNOWN
    try:
        from tomking.core.calendar import LONDON, NEW_YORK  # a table of zones is not always there
    except (ImportError, LookupError):
        return at.isoformat(timespec="minutes")
    here, there_ = at.astimezone(NEW_YORK), at.astimezone(LONDON)
    return f"{here:%a %Y-%m-%d %H:%M} New York, {there_:%H:%M} London"


def _money(dollars: str) -> str:
    try:
        return f"${float(dollars):,.2f}"
    except ValueError:
        return UNKNOWN


def _fact(found: Seen) -> str:
    fact, heart = found.fact, found.heart
    if fact is None:
        return "none"
    since = 0 if heart is None else fact.seq - heart.last_seq
    later = f", {since} since the heartbeat" if since > 0 else ""
    return f"{fact.seq}: {fact.kind} at {fact.at}{later}"


def document(found: Seen) -> dict[str, Any]:
    """The same for a program."""
    heart, fact = found.heart, found.fact
    return {
        "account": found.account,
        "at": found.at.isoformat(),
        "running": found.running,
        "heartbeat_age_s": found.age_s,
        "pid": heart.pid if heart else None,
        "pid_alive": found.alive,
        "mode": heart.mode if heart else None,
        "halted": found.halted,
        "why_halted": found.why_halted or None,
        "rung": heart.rung if heart else None,
        "reasons": list(heart.reasons) if heart else None,
        "may": _may(found, heart) if heart else None,
        "net_liq": (heart.net_liq or None) if heart else None,
        "tonight": (heart.tonight or None) if heart else None,
        "next_due": heart.next_due.isoformat() if heart and heart.next_due else None,
        "off": dict(found.off),
        "positions": _rows(heart.positions) if heart else None,
        "working": _rows(heart.working) if heart else None,
        "last_fact": {"seq": fact.seq, "at": fact.at, "kind": fact.kind} if fact else None,
        "commands_waiting": found.waiting,
        "odd_files": found.odd,
        "faults": list(found.faults),
        "needs_human": list(found.needs_human),
    }


def _rows(rows: Sequence[Line]) -> list[dict[str, str]]:
    return [{"name": row.name, "what": row.what} for row in rows]
