"""Early exercise against what is held short: as an evening's look sees it, or as the next one must.

An evening nobody looked at is made up for at the first look of the next session. By then the close is
known for every root, and what an option is worth beyond exercise is what it is quoted with beyond it
now: for a call on its ex-date that is its time value without the dividend, the very thing its holder
weighed against it. Of a future that was not in front no close is known, and of evenings further back
none at all: of those it is said that nobody knows.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from math import isnan

from tomking.core.calendar import AFTER_CLOSE, Session
from tomking.core.contract import Contract
from tomking.core.evidence import Stamped
from tomking.core.facts import Settled
from tomking.core.style import is_american
from tomking.exchange.assignment import Boundary, EarlyExercise, Mode, Seen, exercised
from tomking.exchange.ledger import Ledger
from tomking.exchange.settlement import Due, delivered
from tomking.market.expiry import years_left
from tomking.market.listing import front_future
from tomking.market.snapshot import MID, VOL, Day, Snapshot
from tomking.portfolio.columns import columns
from tomking.portfolio.fees import FeeSchedule, settlement_fee


def exposed(holdings: Mapping[Contract, int]) -> list[Contract]:
    """The options held short that may be exercised before they expire."""
    return [held for held, n in holdings.items() if n < 0 and is_american(held)]


def evening(
    seen: Iterable[Seen], at: datetime, today: date, tomorrow: date, fees: FeeSchedule,
    policy: EarlyExercise, boundary: Boundary,
) -> Iterator[Settled]:  # fmt: skip
    """Who exercises on an evening, of the options as their holders see them."""
    for each in seen:
        count, why = exercised(each, today, tomorrow, policy, boundary)
        if count:
            fee = settlement_fee(each.contract.root, count, today, fees)
            yield delivered(Due(at, each.contract, -count, each.underlying, fee, why))


def as_quoted(ledger: Ledger, contracts: list[Contract], now: Snapshot) -> list[Seen]:
    """What holders look at now; a price that is not known calls for nothing and is left out."""
    if not contracts:
        return []
    table = now.marks(columns([(contract, 1) for contract in contracts])).table
    found: list[Seen] = []
    for contract, price, vol in zip(
        contracts, table[MID].tolist(), table[VOL].tolist(), strict=True
    ):
        stands = now.underlying(contract)
        if isnan(price) or not isinstance(stands, Stamped):
            continue
        left = years_left(contract, now.at)
        paid = now.day.dividends.get(contract.root, ())
        found.append(
            Seen(
                contract, ledger.held(contract), price, stands.value, vol, left, now.day.rate, paid
            )
        )  # fmt: skip
    return found


def as_closed(seen: Iterable[Seen], eve: Session, day: Day) -> list[Seen]:
    """The same at the close of the evening before a day, where that is known: see the module's text."""
    found: list[Seen] = []
    for each in seen:
        close = _close(each.contract, day)
        if close is not None:
            then = replace(each, underlying=close, years=years_left(each.contract, evening_of(eve)))
            found.append(replace(then, price=then.intrinsic + max(each.extrinsic, 0.0)))
    return found


def evening_of(session: Session) -> datetime:
    """When the evening's barrier of a session is due."""
    return session.at(session.minutes + AFTER_CLOSE)


def is_open_question(policy: EarlyExercise) -> bool:
    """Whether holders exercise early at all."""
    return policy.mode is not Mode.OFF


def _close(contract: Contract, day: Day) -> float | None:
    """Yesterday's close of what an option is written on; of futures the front one's is known."""
    if contract.future and front_future(contract.root, day.session.day).future != contract.future:
        return None
    return day.previous_close.get(contract.root)
