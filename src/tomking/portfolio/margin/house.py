"""House tables: the rates a venue charges for uncovered options, as dated data with sources.

``exchange`` is the rule book (FINRA 4210(f)(2), Cboe 10.3): no flat minimum. ``tastytrade`` adds
the house's own rates and $250 a contract. Live trading takes the venue's dry run and logs the
difference.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from tomking.core.errors import ConfigError
from tomking.core.product import Kind
from tomking.core.value import value

UNIVERSAL = "universal"
BOUND = "bound"
ESTIMATE = "estimate"

_FINRA = "FINRA 4210(f)(2); Cboe 10.3"
_TT_NAKED = "tastytrade support 43000435177, 43000435195"
_TT_INDEX = "tastytrade support 43000435385"
_TT_VOLATILITY = "tastytrade support 43000435311"
_FUTURE = (
    "assumption until a 16-scenario scan: the broad-index rates on the future's notional. Futures "
    "themselves 10 %: exchange margins of 4 % (April 2025) to 7 % (2020) of notional times the house's "
    "125 %, rounded up"
)
_UNIVERSAL_SINCE = date(2012, 10, 26)
_TT_SINCE = date(2017, 1, 1)


@value
class House:
    """Rates for one kind of underlying at one venue.

    ``rate`` of the underlying less the amount out of the money, or ``minimum_rate`` of the underlying
    (call) or strike (put), whichever is more; at least ``floor`` dollars a contract. ``calendars`` says
    whether a long of a later expiry covers; ``outright_rate`` is the share of its value that the future
    or share itself needs.
    """

    rate: float
    minimum_rate: float
    floor: float
    calendars: bool
    outright_rate: float
    method: str
    source: str
    since: date


_EQUITY = House(0.20, 0.10, 0.0, True, 0.50, UNIVERSAL, _FINRA, _UNIVERSAL_SINCE)
_BROAD = replace(_EQUITY, rate=0.15, outright_rate=1.0)
_EXCHANGE: Mapping[Kind, House] = MappingProxyType(
    {
        Kind.EQUITY: _EQUITY,
        Kind.ETF: _EQUITY,
        Kind.LEVERAGED_ETF: _EQUITY,
        Kind.INDEX: replace(_EQUITY, outright_rate=1.0),
        Kind.BROAD_INDEX: _BROAD,
        Kind.VOLATILITY: replace(_EQUITY, outright_rate=1.0),
        Kind.FUTURE: replace(_BROAD, outright_rate=0.10, method=ESTIMATE, source=_FUTURE),
    }
)

_TT_EQUITY = replace(_EQUITY, floor=250.0, source=_TT_NAKED, since=_TT_SINCE)
_TT_LISTED_INDEX = replace(
    _TT_EQUITY, rate=0.25, minimum_rate=0.15, calendars=False, outright_rate=1.0, source=_TT_INDEX
)
_TT_LISTED_VOLATILITY = replace(
    _TT_EQUITY, rate=1.0, minimum_rate=0.75, outright_rate=1.0, source=_TT_VOLATILITY
)
_TASTYTRADE: Mapping[Kind, House] = MappingProxyType(
    {
        Kind.EQUITY: _TT_EQUITY,
        Kind.ETF: _TT_EQUITY,
        Kind.LEVERAGED_ETF: _TT_EQUITY,
        Kind.INDEX: replace(_TT_EQUITY, outright_rate=1.0),
        Kind.BROAD_INDEX: _TT_LISTED_INDEX,
        Kind.VOLATILITY: _TT_LISTED_VOLATILITY,
        Kind.FUTURE: _EXCHANGE[Kind.FUTURE],
    }
)
HOUSES: Mapping[str, Mapping[Kind, House]] = MappingProxyType(
    {"exchange": _EXCHANGE, "tastytrade": _TASTYTRADE}
)

#: Symbols that carry a rate of their own at tastytrade, whatever kind the caller takes them for.
#: VIX without calendar relief is our assumption: each of its expiries has an underlying of its own.
TASTYTRADE_SYMBOLS: Mapping[str, House] = MappingProxyType(
    dict.fromkeys(("RUT", "DJX", "RVX", "NDX", "MNX", "XSP", "SPX", "OEX", "XEO"), _TT_LISTED_INDEX)
    | dict.fromkeys(("UVXY", "SVXY", "VXX", "VIXY", "VIXM"), _TT_LISTED_VOLATILITY)
    | {"VIX": replace(_TT_LISTED_VOLATILITY, calendars=False)}
)


def house_for(kind: Kind, house: str = "tastytrade", symbol: str = "") -> House:
    """The rates for a kind of underlying; tastytrade's own lists go by symbol first.

    Raises
    ------
    ConfigError
        For a house that is not in the table.

    >>> house_for(Kind.BROAD_INDEX, "exchange").rate, house_for(Kind.INDEX, symbol="XSP").rate
    (0.15, 0.25)
    """
    if house not in HOUSES:
        raise ConfigError(f"unknown house {house!r}; choose one of {', '.join(sorted(HOUSES))}")
    if house == "tastytrade" and symbol in TASTYTRADE_SYMBOLS:
        return TASTYTRADE_SYMBOLS[symbol]
    return HOUSES[house][kind]
