"""What is held, valued in the night: the future goes on trading, and everything else is priced from it.

Quotes of the night are thin, and indexes and shares have none. So each option keeps the volatility it
was quoted at in the evening, moved as VIX follows the index, and is priced anew at tonight's price of
its future. That is a model's answer: alarms are raised by it, and nothing is ever sent.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from math import nan
from types import MappingProxyType

from tomking.core.contract import Contract
from tomking.core.errors import QuoteMissing
from tomking.core.evidence import Evidence, Stamped
from tomking.core.reading import Skip, Stage, skip
from tomking.core.value import value
from tomking.market.delivery import future_contract
from tomking.market.expiry import ends
from tomking.market.path import vix_at, vix_day
from tomking.market.quoted import Quoted, Underlying
from tomking.market.snapshot import MID, NO_SHOCK, VOL, Chain, Day, Legs, Marks, Shock, Snapshot
from tomking.portfolio.call import Uncalled, call_of
from tomking.portfolio.margin.account import Terms
from tomking.portfolio.scenarios import term
from tomking.portfolio.stress import money
from tomking.risk.view import View, view_of

#: The future that tells at night where an index or a fund on it would trade.
TELLS: Mapping[str, str] = MappingProxyType(
    {"SPX": "ES", "XSP": "ES", "SPY": "ES", "NDX": "NQ", "QQQ": "NQ", "RUT": "RTY", "IWM": "RTY"}
)
#: Whose move VIX follows.
INDEX = "ES"


@value
class Evening:
    """What is held as it was last quoted in a session, VIX, and the futures that trade on, by root.

    A future is kept with its contract: at midnight another one may stand for its root.
    """

    quoted: Quoted
    vix: float
    futures: Mapping[str, tuple[Contract, float]]


def evening(quoted: Quoted, now: Snapshot, front: Callable[[str], Contract | None]) -> Evening:
    """What to value the night by; ``quoted`` is what is held at the volatility of its quotes."""
    fronts = {root: front(root) for root in dict.fromkeys(TELLS.values())}
    seen = {root: (on, now.underlying(on)) for root, on in fronts.items() if on is not None}
    futures = {
        root: (on, price.value) for root, (on, price) in seen.items() if isinstance(price, Stamped)
    }
    return Evening(quoted, now.vix.value, futures)


@value
class Night:
    """The market of a night: ``now`` as it is told, what is held priced from the future."""

    now: Snapshot
    priced: Quoted

    @property
    def at(self) -> datetime:
        """The instant."""
        return self.now.at

    @property
    def minute(self) -> float:
        """Minutes since the open of the session it is nearest to."""
        return self.now.minute

    @property
    def day(self) -> Day:
        """What was known before the open."""
        return self.now.day

    @property
    def vix(self) -> Stamped:
        """VIX as it follows the index."""
        return self.priced.vix

    def spot(self, root: str) -> Stamped | Skip:
        """The price of a root: priced from the future, or the future's own."""
        return self.priced.spot(root) if root in self.priced.underlyings else self.now.spot(root)

    def session_open(self, root: str) -> Stamped | Skip:
        """Its price at the open."""
        return self.now.session_open(root)

    def vwap(self, root: str) -> float:
        """Its price so far, weighted by volume."""
        return self.now.vwap(root)

    def chain(self, root: str) -> Chain | Skip:
        """Its options as they are told."""
        return self.now.chain(root)

    def marks(self, legs: Legs, shock: Shock = NO_SHOCK) -> Marks:
        """Legs that are held, priced from the future; NaN for any that is not."""
        return self.priced.marks(legs, shock)

    def underlying(self, contract: Contract) -> Stamped | Skip:
        """The price of what a contract is on."""
        return self.now.underlying(contract)

    def fixing(self, contract: Contract) -> Stamped | Skip:
        """The settlement price of what expires today."""
        return self.now.fixing(contract)


def by_night(view: View, known: Evening) -> View | Skip:
    """The same account, all that is held priced from the futures; a skip where one has no price."""
    priced = _priced(known, view.book.legs, view.market)
    if isinstance(priced, Skip):
        return priced
    market = Night(view.market, priced)
    return view_of(market, view.book, view.standing, view.limits, view.fees)


def _priced(known: Evening, held: Legs, now: Snapshot) -> Quoted | Skip:
    """The evening's volatilities at tonight's prices."""
    if not known.vix > 0.0:
        return skip("VIX at night", Stage.DATA, "the evening had none", "VIX")
    move = _move(known, INDEX, now)
    if isinstance(move, Skip):
        return move
    underlyings: dict[str, Underlying] = {}
    for name, on in known.quoted.underlyings.items():
        price = _price(known, on, now)
        if isinstance(price, Skip):
            return price
        underlyings[name] = replace(on, price=price)
    vix = vix_at(known.vix, vix_day(known.vix), 1.0 + move, 1.0)
    there = replace(known.quoted, at=now.at, day=now.day, underlyings=underlyings)
    made = there.marks(held, Shock(vol=term(vix / known.vix))).table
    prices, vols = (
        dict(zip(held.contracts, made[row].tolist(), strict=True)) for row in (MID, VOL)
    )
    prices |= {each: _ended(known, each) for each in held.contracts if ends(each) <= now.at}
    return replace(there, prices=prices, vols=vols, vix=Stamped(vix, now.at, Evidence.MODEL))


def _ended(known: Evening, contract: Contract) -> float:
    """What an option that has ended and is not settled yet was worth by the evening's price."""
    price = known.quoted.underlying(contract)
    if contract.right is None or contract.strike is None or not isinstance(price, Stamped):
        return nan
    return max(contract.right.sign * (price.value - float(contract.strike)), 0.0)


def _price(known: Evening, on: Underlying, now: Snapshot) -> float | Skip:
    """Tonight's price of an underlying: its own, its future's move, or as it was where none tells."""
    root = on.product.root
    if on.future:
        price = now.underlying(future_contract(root, on.future))
        return price.value if isinstance(price, Stamped) else price
    if root not in TELLS:
        return on.price
    move = _move(known, TELLS[root], now)
    return move if isinstance(move, Skip) else on.price * (1.0 + move)


def _move(known: Evening, root: str, now: Snapshot) -> float | Skip:
    """What a future has done since the evening."""
    if root not in known.futures:
        return skip(f"{root} at night", Stage.DATA, "the evening had no price of it", "a price")
    contract, then = known.futures[root]
    price = now.underlying(contract)
    return price.value / then - 1.0 if isinstance(price, Stamped) else price


def called_at(view: View) -> str:
    """The margin-call clock in words: the levels at which buying power is gone, and how far they are."""
    terms = Terms(view.limits.house)
    try:
        found = call_of(view.book.legs, money(view.book), view.market, terms)
    except QuoteMissing as missing:
        return f"the margin call is not known: {missing}"
    if isinstance(found, Uncalled):
        return found.why
    if found.under_water:
        return f"a margin call now: ${-found.now.buying_power:,.0f} is missing"
    ways = ((level.at, word) for level, word in ((found.below, "below"), (found.above, "above")))
    said = [
        f"{word} {found.root} {at.index:,.0f} ({at.index / found.here.index - 1.0:+.1%})"
        for at, word in ways
        if at is not None
    ]
    if found.by_vix.at is not None:
        said.append(f"at VIX {found.by_vix.at.vix:.0f}")
    return f"a margin call {', or '.join(said)}" if said else "no margin call within reach"
