"""Symbols: a contract as the broker's orders and its streams spell it, and back.

Options on shares and indexes are written as the clearing house does (root padded to six, date, right,
strike in thousandths); options on futures carry the future and the series. A future's year has one
digit in a trading symbol and two in a stream: the expiry beside it says which decade.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from types import MappingProxyType

from tomking.core.contract import MONTH_CODES, Contract, Expiry, Right, Settles
from tomking.core.errors import DataError
from tomking.core.product import PRODUCTS, SINGLY
from tomking.market.delivery import ENDINGS, future_contract
from tomking.market.listing import expiries
from tomking.wire.series import WEEKLIES, listed_root, root_of, series_of

#: The exchange behind a future, as streams name it.
EXCHANGES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("ZB", "ZN", "ZC", "ZS", "ZW"), "XCBT")
    | dict.fromkeys(("CL", "MCL"), "XNYM")
    | dict.fromkeys(("GC", "MGC", "SI"), "XCEC")
)
_CME = "XCME"
#: The longest time ahead of which a future's one digit is still read as a year to come.
_DECADE = 10

_OCC = re.compile(r"([A-Z0-9/]{1,6}) *(\d{6})([CP])(\d{8})")
_ON_FUTURE = re.compile(r"\./([A-Z0-9 ]{5})([A-Z0-9 ]{6})(\d{6})([CP])([\d.]+)")
_FUTURE = re.compile(rf"/([A-Z0-9]+?)([{MONTH_CODES}])(\d{{1,2}})")
_STREAMED_OPTION = re.compile(r"\.([A-Z]{1,6})(\d{6})([CP])(\d+(?:\.\d+)?)")
_STREAMED_ON_FUTURE = re.compile(r"\./([A-Z0-9]+?\d{2})([CP])(\d+(?:\.\d+)?):[A-Z]+")
_STREAMED = re.compile(r"/([A-Z0-9]+):[A-Z]+")


def trading_symbol(contract: Contract) -> str:
    """The symbol of an order.

    >>> trading_symbol(Contract("SPX", date(2026, 12, 18), Right.PUT, Decimal("6002.5")))
    'SPXW  261218P06002500'
    >>> trading_symbol(Contract("ES", date(2025, 9, 19), Right.CALL, Decimal(7250), "ESZ25"))
    './ESZ5 EW3U5 250919C7250'
    """
    if contract.right is None or contract.strike is None:
        named = contract.root.removesuffix(SINGLY)
        return future_symbol(contract.future) if contract.future else named
    day, letter = f"{contract.expiry:%y%m%d}", contract.right.value[0]
    if not contract.future:
        root = listed_root(contract)
        return f"{root:6}{day}{letter}{int(contract.strike * 1000):08d}"
    series, month = series_of(contract)
    named = f"{series}{month}{_named_year(contract) % 10}"
    return f".{future_symbol(contract.future):6}{named:6}{day}{letter}{_plain(contract.strike)}"


def future_symbol(code: str) -> str:
    """The symbol of a future by its code.

    >>> future_symbol("ESZ26")
    '/ESZ6'
    """
    return f"/{code[:-2]}{code[-1]}"


def streamer_symbol(contract: Contract) -> str:
    """The symbol of a subscription.

    >>> streamer_symbol(Contract("SPX", date(2026, 12, 18), Right.PUT, Decimal("6002.5")))
    '.SPXW261218P6002.5'
    >>> streamer_symbol(Contract("ES", date(2025, 9, 19), Right.CALL, Decimal(7250), "ESZ25"))
    './EW3U25C7250:XCME'
    """
    exchange = EXCHANGES.get(contract.root, _CME)
    if contract.right is None or contract.strike is None:
        named = contract.root.removesuffix(SINGLY)
        return f"/{contract.future}:{exchange}" if contract.future else named
    letter, strike = contract.right.value[0], _plain(contract.strike)
    if not contract.future:
        return f".{listed_root(contract)}{contract.expiry:%y%m%d}{letter}{strike}"
    series, month = series_of(contract)
    return f"./{series}{month}{_named_year(contract) % 100:02d}{letter}{strike}:{exchange}"


def contract_of(symbol: str, today: date) -> Contract:
    """The contract a trading symbol names.

    Parameters
    ----------
    today
        Tells which decade a future's one digit is of, where no expiry stands beside it.

    Raises
    ------
    DataError
        If the symbol is none, or of something that is not traded here.
    """
    known = _option(symbol) or _option_on_future(symbol) or _outright(symbol, today)
    if known is None:
        raise DataError(f"{symbol!r} is no symbol that is traded here; it is left alone")
    return known


def _option(symbol: str) -> Contract | None:
    found = _OCC.fullmatch(symbol)
    if found is None:
        return None
    listed, day, letter, strike = found.groups()
    root, settles = root_of(listed)
    if root not in PRODUCTS:
        return None
    price = Decimal(strike).scaleb(-3)
    return Contract(root, _day(symbol, day), _right(letter), _plainly(price), settles=settles)


def _option_on_future(symbol: str) -> Contract | None:
    found = _ON_FUTURE.fullmatch(symbol)
    if found is None:
        return None
    code, named, day, letter, strike = (part.strip() for part in found.groups())
    expiry = _day(symbol, day)
    future = _future(f"/{code}", expiry)
    if future is None:
        return None
    try:
        price = Decimal(strike)
    except InvalidOperation as wrong:
        raise DataError(f"{symbol!r} has the strike {strike!r}, which is no number") from wrong
    settles = _fixed(future.root, named)
    return Contract(future.root, expiry, _right(letter), _plainly(price), future.future, settles)


def _outright(symbol: str, today: date) -> Contract | None:
    """A future, or a share or index by its own name."""
    if symbol.startswith("/"):
        return _future(symbol, today)
    root = f"{symbol}{SINGLY}" if f"{symbol}{SINGLY}" in PRODUCTS else symbol
    if root not in PRODUCTS or PRODUCTS[root].is_future:
        return None
    return Contract(root, date.max)


def future_of(streamed: str, today: date) -> Contract | None:
    """The future of a stream's symbol, such as ``/ESZ26:XCME``; nothing if it is none."""
    found = _STREAMED.fullmatch(streamed)
    return _future(f"/{found.group(1)}", today) if found else None


def _future(symbol: str, near: date) -> Contract | None:
    """A future by its symbol: the first of that digit's years that is not over by a date."""
    found = _FUTURE.fullmatch(symbol)
    if found is None or found.group(1) not in ENDINGS:
        return None
    root, month, digits = found.groups()
    size = 10 ** len(digits)
    ahead = (int(digits) - near.year) % size
    for year in (near.year + ahead, near.year + ahead - size):
        future = future_contract(root, f"{root}{month}{year % 100:02d}")
        if future.expiry >= near and year - near.year < _DECADE:
            return future
    return future_contract(root, f"{root}{month}{(near.year + ahead) % 100:02d}")


def _fixed(root: str, named: str) -> Settles:
    """Whether a series is the quarterly one, fixed at the open: it then bears the future's own name."""
    quarterly = root in WEEKLIES and named[:-2] == WEEKLIES[root].quarterly
    return Settles.AM if quarterly and named[-2] in "HMUZ" else Settles.PM


def _named_year(contract: Contract) -> int:
    """The year of the month a series is named by: its expiry's, or its future's."""
    if contract.root in WEEKLIES:
        return contract.expiry.year
    return 2000 + int(contract.future[-2:])


def _day(symbol: str, digits: str) -> date:
    try:
        return datetime.strptime(digits, "%y%m%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError as wrong:
        raise DataError(f"{symbol!r} has the date {digits}, which no calendar has") from wrong


def _right(letter: str) -> Right:
    return Right.CALL if letter == "C" else Right.PUT


def _plainly(strike: Decimal) -> Decimal:
    """A strike without zeros behind the point, and never as a power of ten."""
    return Decimal(_plain(strike))


def _plain(strike: Decimal) -> str:
    return f"{strike.normalize():f}"


@lru_cache(maxsize=50_000)  # a feed names the same few thousand at every look
def streamed_contract(streamed: str, today: date) -> Contract:
    """The contract a stream's symbol names.

    Raises
    ------
    DataError
        If it names none, or an option on a future that is not listed on that day.
    """
    found = _STREAMED_OPTION.fullmatch(streamed)
    if found is not None:
        root, day, letter, strike = found.groups()
        return contract_of(f"{root:6}{day}{letter}{int(Decimal(strike) * 1000):08d}", today)
    found = _STREAMED_ON_FUTURE.fullmatch(streamed)
    if found is not None:
        series, letter, strike = found.groups()
        listed = _series_listed(today).get(series)
        if listed is not None:
            root, expiry = listed
            price = _plainly(Decimal(strike))
            return Contract(root, expiry.day, _right(letter), price, expiry.future, expiry.settles)
    future = future_of(streamed, today)
    if future is not None:
        return future
    return contract_of(streamed, today)


@cache
def _series_listed(today: date) -> Mapping[str, tuple[str, Expiry]]:
    """Series with month and year, as ``EW3U25``, of everything on futures that is listed on a day."""
    found: dict[str, tuple[str, Expiry]] = {}
    for root in ("ES", "MES", "CL", "MCL"):
        for expiry in expiries(root, today):
            contract = Contract(root, expiry.day, future=expiry.future, settles=expiry.settles)
            series, month = series_of(contract)
            found[f"{series}{month}{_named_year(contract) % 100:02d}"] = root, expiry
    return found
