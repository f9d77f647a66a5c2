"""Which gates a file's order meets, and which ask for what the file does not say."""

from collections.abc import Iterator
from dataclasses import replace

from tomking.app.event_calendar import own_events
from tomking.core.reading import Reading
from tomking.core.value import value
from tomking.data.tables import events
from tomking.market.events import UNKNOWN
from tomking.market.quoted import Quoted
from tomking.risk.breakers import manual_mode
from tomking.risk.case import Case
from tomking.risk.gates.exposure import GREEKS, MARGIN, book_has_room, underlying_has_room
from tomking.risk.gates.market import (
    CORRELATION,
    group_margin_is_small,
    no_event_blocks_the_day,
    root_has_a_group,
    vix_allows_opening,
)
from tomking.risk.gates.prevention import CROWD, CROWD_OF_ALL
from tomking.risk.judge import Gate, unknown_product
from tomking.risk.limits import Limits

#: Those who count campaigns, and those who ask of the group alone.
COUNTED: tuple[Gate, ...] = (
    *(gate for gate in CORRELATION if gate not in (root_has_a_group, group_margin_is_small)),
    *CROWD, *CROWD_OF_ALL, underlying_has_room, book_has_room,
)  # fmt: skip
GROUPED: tuple[Gate, ...] = (root_has_a_group, group_margin_is_small)


@value
class Unasked:
    """Limits that were not asked, by name and rule, and what the file would have to say."""

    limits: tuple[str, ...]
    missing: str

    def __str__(self) -> str:
        return f"{', '.join(self.limits)} (the file does not say {self.missing})"


@value
class Known:
    """What a file says that only some gates ask for: its VIX, its account, a product that is known."""

    vix: bool
    account: bool
    product: bool
    calendar: bool


VIX = Unasked(("VIX ceiling (R-VIX-02)", "manual mode (R-BRK-09)"), "VIX")
ACCOUNT = Unasked(
    (
        "room in the group (R-COR-01, R-COR-02, R-COR-04)",
        "crowding (R-PRE-01, R-PRE-02, R-PRE-03, R-PRE-07)",
        "campaigns (R-POS-01, R-POS-03)",
    ),
    "what is held",
)
GROUP = Unasked(
    ("margin of the group (R-COR-05)", *ACCOUNT.limits), "a symbol whose group is known"
)
CALENDAR = Unasked(("events of the day (R-EVT-01)",), "a day the event calendar reaches")
#: What no file can say.
ALWAYS = (
    Unasked(("rise of VIX (R-VIX-04)",), "VIX at the last close"),
    Unasked(
        (
            "losses and streaks (R-BRK-01 to R-BRK-05)",
            "entries today (R-POS-04)",
            "expectancy (R-EXP-01, R-EXP-02)",
        ),
        "what the account did before",
    ),
    Unasked(
        (
            "campaigns of the strategy (R-POS-02, R-POS-05)",
            "what is unlocked (R-PHA-04, R-PHA-05, R-STG-03)",
        ),
        "whose strategy the legs are",
    ),
    Unasked(("width of the quotes (R-DAT-02)",), "bids and asks"),
    Unasked(("pattern score (R-PAT-01)",), "the prices of the days before"),
)


def dated(market: Quoted, limits: Limits) -> Quoted:
    """The market of a file with the events that may forbid entries on its day."""
    found = events(own_events()).on(market.at.date(), limits.events_blocked)
    return replace(market, day=replace(market.day, blocked=found))


def known_of(case: Case, *, account: bool, product: bool) -> Known:
    """What a case has of what some gates ask."""
    market = case.view.market
    vix = market.vix.value == market.vix.value
    return Known(vix, account, product, UNKNOWN not in market.day.blocked)


def asked_of(case: Case, known: Known) -> tuple[Reading, ...]:
    """Every gate that the file's figures suffice for, in the order of the evaluation stages."""
    found: list[Reading] = []
    if known.vix:
        found += [manual_mode(case.view), vix_allows_opening(case)]
    if known.calendar:
        found.append(no_event_blocks_the_day(case))
    if known.product:
        gates = (*GROUPED, *COUNTED) if known.account else GROUPED
        found += [gate(case) for gate in gates]
    else:
        found.append(unknown_product(case.order))
    return (*(gate(case) for gate in (*GREEKS, *MARGIN)), *found)


def unasked(known: Known) -> Iterator[Unasked]:
    """The limits that were not asked, for want of what."""
    if not known.vix:
        yield VIX
    if not known.calendar:
        yield CALENDAR
    if not known.product:
        yield GROUP
    elif not known.account:
        yield ACCOUNT
    yield from ALWAYS
