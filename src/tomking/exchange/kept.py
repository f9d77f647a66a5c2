"""What an exchange has to remember to go on where it was, part by part, as plain values.

Nothing here is worked out again from anything else: fees, fill model and house are given anew to the
exchange that takes it up.
"""

from collections.abc import Mapping
from datetime import date, datetime

from tomking.core.value import value
from tomking.exchange.ledger import Ledger
from tomking.exchange.working import Status, Working
from tomking.market.carry import Dividend


@value
class KeptOrders:
    """Every order ever sent: those at work, oldest first, and what became of the others.

    ``intents`` and ``groups`` name an order of each intent and the bracket of each order; ``refused``
    are ends that no look has told yet, and ``cancels`` orders that were asked to end.
    """

    working: Mapping[str, Working]
    ended: Mapping[str, Status]
    intents: Mapping[str, str]
    groups: Mapping[str, str]
    refused: tuple[tuple[str, str], ...]
    cancels: tuple[str, ...]
    version: int


@value
class KeptCalls:
    """What the account was last asked about its margin, and whether it is called."""

    called: bool
    owed: bool
    version: int
    seen: Mapping[str, float]


@value
class KeptClearing:
    """The session that was opened and the evening that was met last, and the dividends known then."""

    opened: date
    closed: date
    dividends: Mapping[str, tuple[Dividend, ...]]


@value
class KeptExchange:
    """An exchange as it stands.

    ``looked`` says when each order at work was last looked at, ``unrouted`` which have not arrived,
    ``at`` the last instant seen, and ``version`` how often the ledger has changed.
    """

    ledger: Ledger
    orders: KeptOrders
    calls: KeptCalls
    clearing: KeptClearing
    looked: Mapping[str, datetime]
    unrouted: tuple[str, ...]
    at: datetime | None
    version: int
