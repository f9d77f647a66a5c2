"""House tables: the rates a venue charges for uncovered options and for shares, as dated data.

``exchange`` is the rule book (FINRA 4210, Cboe 10.3, Regulation T): no flat minimum. ``tastytrade``
adds the house's own rates and $250 a contract; ``ira`` and ``cash`` are its accounts that may not
borrow. Live trading takes the venue's dry run and logs the difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from tomking.core.dated import begun
from tomking.core.errors import ConfigError
from tomking.core.product import Kind
from tomking.core.value import value

UNIVERSAL = "universal"
BOUND = "bound"
ESTIMATE = "estimate"
SECURED = "secured"

_FINRA = (
    "FINRA 4210(f)(2), Cboe 10.3; shares: Regulation T 220.12, FINRA 4210(c) and margin formulas of "
    "Interactive Brokers"
)
_TT_NAKED = "tastytrade support 43000435177, 43000435195; shares 43000435320, 43000435364"
_TT_INDEX = "tastytrade support 43000435385"
_TT_VOLATILITY = "tastytrade support 43000435311"
_TT_IRA = "tastytrade support 43000435287 (calls, 100 %), 43000435285 (puts); 50 % without a page"
_TT_CASH = "tastytrade support 43000435285, 43000435222"
_FUTURE = (
    "no rule book has rates for options on futures, and accounts are scanned (margin/scan.py); where "
    "the rule is asked all the same it takes the broad-index rates on the notional, and 10 % of a future"
)
#: The universal spread rule came into force: FINRA Regulatory Notice 12-44.
_UNIVERSAL_SINCE = date(2012, 10, 26)
_FINRA_BEFORE = "the rates are older than the rule for spreads, which were named one by one before"
#: The house opened.
_TT_SINCE = date(2017, 1, 1)
_TT_BEFORE = "the house's pages carry no dates: today's rates stand in for every earlier year"


class AccountType(StrEnum):
    """Whether an account may borrow, may only pair options, or must have everything secured."""

    MARGIN = "margin"
    IRA = "ira"
    CASH = "cash"


@value
class House:
    """Rates for one kind of underlying at one venue, in force from ``since``.

    Parameters
    ----------
    rate, minimum_rate
        Of an uncovered short: ``rate`` of the underlying less the amount out of the money, or
        ``minimum_rate`` of the underlying (call) or strike (put), whichever is more.
    floor
        Dollars an uncovered contract, at least.
    calendars
        Whether a long of a later expiry covers.
    outright_rate
        Share of its value that a future or a share needs when it is bought or sold short.
    method, source
        What the answers are, and where the rates come from.
    long_rate, short_rate
        Share of its value that a share, held long or short, needs from then on.
    whole_below
        Long shares cheaper than this many dollars need their whole value.
    at_strike
        Whether shares under a call in the money count at its strike when they are bought, as they
        do from then on.
    loan_rate
        A book certain to owe needs this many times what closing it costs, if that is more than what
        it owes.
    account
        What the account may do.
    before
        Why the row counts on the days before ``since`` too, if it does.
    listed
        Whether the rates are a symbol's own, its leverage in them.
    """

    rate: float
    minimum_rate: float
    floor: float
    calendars: bool
    outright_rate: float
    method: str
    source: str
    since: date
    long_rate: float = 0.25
    short_rate: float = 0.30
    whole_below: float = 0.0
    at_strike: bool = False
    loan_rate: float = 0.0
    account: AccountType = AccountType.MARGIN
    before: str = ""
    listed: bool = False


#: The rows of each kind of underlying, oldest first.
Table = Mapping[Kind, tuple[House, ...]]
_FUNDS: tuple[Kind, ...] = (Kind.EQUITY, Kind.ETF, Kind.LEVERAGED_ETF)
_INDEXES: tuple[Kind, ...] = (Kind.INDEX, Kind.BROAD_INDEX)


def _table(rows: Mapping[Kind, House]) -> Table:
    return MappingProxyType({kind: (row,) for kind, row in rows.items()})


def _unlent(row: House) -> House:
    """A row on whose shares, if there are any, nothing is lent."""
    return replace(row, outright_rate=1.0, long_rate=1.0, short_rate=1.0)


_EQUITY = House(
    0.20, 0.10, 0.0, True, 0.50, UNIVERSAL, _FINRA, _UNIVERSAL_SINCE, loan_rate=1.02,
    before=_FINRA_BEFORE,
)  # fmt: skip
_FUTURES = replace(
    _EQUITY, rate=0.15, outright_rate=0.10, long_rate=0.10, short_rate=0.10, loan_rate=0.0,
    method=ESTIMATE, source=_FUTURE,
)  # fmt: skip
_EXCHANGE = _table(
    {
        **dict.fromkeys(_FUNDS, _EQUITY),
        Kind.INDEX: _unlent(_EQUITY),
        Kind.BROAD_INDEX: replace(_unlent(_EQUITY), rate=0.15),
        Kind.VOLATILITY: _unlent(_EQUITY),
        Kind.FUTURE: _FUTURES,
    }
)

_TT_EQUITY = replace(
    _EQUITY, floor=250.0, whole_below=3.0, at_strike=True, loan_rate=0.0,
    source=_TT_NAKED, since=_TT_SINCE, before=_TT_BEFORE,
)  # fmt: skip
_TT_INDEX_ROW = replace(
    _unlent(_TT_EQUITY), rate=0.25, minimum_rate=0.15, calendars=False, source=_TT_INDEX
)
_TT_VOLATILITY_ROW = replace(
    _unlent(_TT_EQUITY), rate=1.0, minimum_rate=0.75, source=_TT_VOLATILITY
)
_TASTYTRADE = _table(
    {
        **dict.fromkeys(_FUNDS, _TT_EQUITY),
        Kind.INDEX: _unlent(_TT_EQUITY),
        Kind.BROAD_INDEX: _TT_INDEX_ROW,
        Kind.VOLATILITY: _TT_VOLATILITY_ROW,
        Kind.FUTURE: _FUTURES,
    }
)

#: Without futures, and without volatility products: the house has no short calls on them there.
_IRA_ROW = replace(
    _unlent(_TT_EQUITY), rate=1.0, minimum_rate=0.50, account=AccountType.IRA, source=_TT_IRA
)
_IRA_INDEX_ROW = replace(_IRA_ROW, calendars=False)
_IRA = _table({**dict.fromkeys(_FUNDS, _IRA_ROW), **dict.fromkeys(_INDEXES, _IRA_INDEX_ROW)})

_CASH_ROW = replace(
    _unlent(_TT_EQUITY), rate=0.0, minimum_rate=0.0, floor=0.0, calendars=False,
    account=AccountType.CASH, method=SECURED, source=_TT_CASH,
)  # fmt: skip
_CASH = _table(dict.fromkeys((*_FUNDS, *_INDEXES, Kind.VOLATILITY), _CASH_ROW))

HOUSES: Mapping[str, Table] = MappingProxyType(
    {"exchange": _EXCHANGE, "tastytrade": _TASTYTRADE, "ira": _IRA, "cash": _CASH}
)

_LISTED = (
    "RUT", "RUTW", "DJX", "RVX", "NDX", "NDXP", "MNX", "XSP", "XSPW", "SPX", "SPXW", "OEX", "XEO",
)  # fmt: skip
#: Symbols that carry a rate of their own at a house, whatever kind the caller takes them for.
#: VIX without calendar relief is our assumption: each of its expiries has an underlying of its own.
SYMBOLS: Mapping[str, Mapping[str, tuple[House, ...]]] = MappingProxyType(
    {
        "tastytrade": MappingProxyType(
            dict.fromkeys(_LISTED, (_TT_INDEX_ROW,))
            | dict.fromkeys(
                ("UVXY", "SVXY", "VXX", "VIXY", "VIXM"), (replace(_TT_VOLATILITY_ROW, listed=True),)
            )
            | dict.fromkeys(("VIX", "VIXW"), (replace(_TT_VOLATILITY_ROW, calendars=False),))
        ),
        "ira": MappingProxyType(dict.fromkeys(_LISTED, (_IRA_INDEX_ROW,))),
    }
)


def account_of(house: str) -> AccountType:
    """What accounts at a house may do.

    Raises
    ------
    ConfigError
        For a house that is not in the table.

    >>> account_of("cash"), account_of("tastytrade")
    (<AccountType.CASH: 'cash'>, <AccountType.MARGIN: 'margin'>)
    """
    if house not in HOUSES:
        raise ConfigError(f"unknown house {house!r}; choose one of {', '.join(sorted(HOUSES))}")
    return next(iter(HOUSES[house].values()))[0].account


def house_for(
    kind: Kind, house: str = "tastytrade", symbol: str = "", on: date | None = None
) -> House:
    """The rates for a kind of underlying on a day; a house's own list of symbols goes first.

    Parameters
    ----------
    house
        ``exchange``, ``tastytrade``, ``ira`` or ``cash``.
    symbol
        The underlying, such as ``XSP``.
    on
        The day that is asked about; the newest rates without one. Before its first day a row
        counts only if it says why it may.

    Raises
    ------
    ConfigError
        For a house that is not in the table, a kind it has no rates for, or a day before its first
        on which that one does not stand in.

    >>> house_for(Kind.BROAD_INDEX, "exchange").rate, house_for(Kind.INDEX, symbol="XSP").rate
    (0.15, 0.25)
    >>> house_for(Kind.ETF, "exchange", on=date(2012, 10, 26)).since.isoformat()
    '2012-10-26'
    """
    account_of(house)
    rows = SYMBOLS.get(house, {}).get(symbol) or HOUSES[house].get(kind)
    if rows is None:
        raise ConfigError(
            f"{house} has no rates for {symbol or 'an underlying'} ({kind}); ask at another house"
        )
    return _on(rows, on, f"{house} for {symbol or kind}")


def _on(rows: Sequence[House], day: date | None, whose: str) -> House:
    """The row of a day; rows oldest first."""
    if day is None:
        return rows[-1]
    found = begun(rows, day)
    if found is None and not rows[0].before:
        raise ConfigError(
            f"no rates of {whose} are known for {day}: the first came into force on "
            f"{rows[0].since}; name a later day, or none for the newest"
        )
    return found or rows[0]
