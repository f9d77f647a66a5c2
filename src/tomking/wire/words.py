"""The broker's words for ours, both ways: actions, instruments, order types, lives of an order."""

from collections.abc import Mapping
from types import MappingProxyType

from tomking.core.contract import Contract
from tomking.core.errors import DataError
from tomking.core.order import Leg, OrderType, TimeInForce
from tomking.core.product import Delivers, Kind, product

EQUITY, INDEX, FUTURE = "Equity", "Index", "Future"
EQUITY_OPTION, FUTURE_OPTION = "Equity Option", "Future Option"

#: Whether a leg buys, and whether it opens. An outright future names the side alone.
_ACTIONS: Mapping[tuple[bool, bool], str] = MappingProxyType(
    {
        (True, True): "Buy to Open", (False, True): "Sell to Open",
        (True, False): "Buy to Close", (False, False): "Sell to Close",
    }
)  # fmt: skip
_SIDES = MappingProxyType({word: side for side, word in _ACTIONS.items()})
ORDER_TYPES: Mapping[OrderType, str] = MappingProxyType(
    {
        OrderType.LIMIT: "Limit", OrderType.MARKET: "Market", OrderType.STOP: "Stop",
        OrderType.STOP_LIMIT: "Stop Limit",
    }
)  # fmt: skip
TIMES_IN_FORCE: Mapping[TimeInForce, str] = MappingProxyType(
    {TimeInForce.DAY: "Day", TimeInForce.GTC: "GTC", TimeInForce.GTD: "GTD"}
)
#: An order that may still trade, and one that never will again.
ALIVE = frozenset(
    {
        "Received",
        "Routed",
        "In Flight",
        "Live",
        "Contingent",
        "Cancel Requested",
        "Replace Requested",
    }
)
OVER = frozenset({"Filled", "Cancelled", "Expired", "Rejected", "Removed", "Partially Removed"})


def action_of(leg: Leg) -> str:
    """What a leg does, in the broker's words.

    >>> from datetime import date
    >>> action_of(Leg(Contract("SPY", date.max), -100, "shares"))
    'Sell to Open'
    """
    if not says_effect(leg.contract):
        return "Buy" if leg.quantity > 0 else "Sell"
    return _ACTIONS[leg.quantity > 0, leg.opens]


def says_effect(contract: Contract) -> bool:
    """Whether an order for it says that it opens or closes; of an outright future that follows."""
    return contract.is_option or not contract.future


def side_of(action: str) -> tuple[int, bool | None]:
    """The sign of an action, and whether it opens; ``None`` where that follows from what is held.

    Raises
    ------
    DataError
        If the broker has no such word.
    """
    if action in ("Buy", "Sell"):
        return (1 if action == "Buy" else -1), None
    if action not in _SIDES:
        raise DataError(
            f"{action!r} is no action; the broker knows {', '.join(_SIDES)}, Buy and Sell"
        )
    buys, opens = _SIDES[action]
    return (1 if buys else -1), opens


def lot_of(contract: Contract) -> int:
    """How many the broker counts for one of ours: the shares of a lot, else one.

    >>> from datetime import date
    >>> lot_of(Contract("SPY", date.max)), lot_of(Contract("ES", date(2026, 12, 18), future="ESZ26"))
    (100, 1)
    """
    traded = product(contract.root)
    is_lot = not contract.is_option and traded.delivers is Delivers.SHARES
    return traded.multiplier if is_lot else 1


def instrument_of(contract: Contract) -> str:
    """The broker's kind of instrument."""
    if contract.future:
        return FUTURE_OPTION if contract.is_option else FUTURE
    if contract.is_option:
        return EQUITY_OPTION
    index = product(contract.root).kind in (Kind.INDEX, Kind.BROAD_INDEX, Kind.VOLATILITY)
    return INDEX if index else EQUITY
