"""Margin calls: when an account is asked whether it carries what it holds, and what is said then.

It is asked after every change of its ledger, when something held has moved by half a per cent since it
was last asked, and every evening. A call is made once; the account is called again only after it has
met the last one. Nothing is sold by it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tomking.core.evidence import Stamped
from tomking.core.facts import Fact, MarginCalled, MarginMet
from tomking.core.money import cents
from tomking.exchange.kept import KeptCalls
from tomking.market.snapshot import Snapshot

#: A move of the price of something held, as a share of it, after which the account is asked again.
MOVE = 0.005
#: What a subtraction of prices adds, in points.
_NOISE = 1e-9


@dataclass(slots=True)
class Calls:
    """What one account has been asked, and whether it is called now.

    Attributes
    ----------
    may_call
        Whether it can be called at all: a cash account cannot.
    called
        Whether a call waits to be met.
    owed
        Whether it is to be asked whatever has happened since.
    version, seen
        The ledger and the prices by root it was last asked at.
    """

    may_call: bool
    called: bool = False
    owed: bool = False
    version: int = 0
    seen: dict[str, float] = field(default_factory=dict[str, float])

    def kept(self) -> KeptCalls:
        """All of it as a value."""
        return KeptCalls(self.called, self.owed, self.version, dict(self.seen))

    def take_up(self, kept: KeptCalls) -> None:
        """Go on where the calls of another exchange were."""
        self.called, self.owed, self.version = kept.called, kept.owed, kept.version
        self.seen = dict(kept.seen)

    def is_due(self, version: int, roots: Iterable[str], now: Snapshot) -> bool:
        """Whether the account is to be asked at this look."""
        if not self.may_call:
            return False
        if self.owed or version != self.version:
            return True
        for root in roots:
            price = now.spot(root)
            if isinstance(price, Stamped) and self._moved(root, price.value):
                return True
        return False

    def _moved(self, root: str, price: float) -> bool:
        seen = self.seen.get(root)
        return seen is None or abs(price - seen) >= MOVE * seen - _NOISE

    def answered(
        self,
        at: datetime,
        equity: Decimal,
        requirement: Decimal,
        version: int,
        prices: dict[str, float],
    ) -> list[Fact]:
        """A call when the account has gone under water, its end when it has come up again."""
        self.owed, self.version, self.seen = False, version, prices
        under = requirement > equity
        if under is self.called:
            return []
        self.called = under
        return [(MarginCalled if under else MarginMet)(at, cents(equity), requirement)]
