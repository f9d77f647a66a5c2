"""What can go wrong, as a tree. Refusals are not errors; they are readings that did not hold.

::

    TomKingError
    ├── ConfigError            exit 2: names the key and what is allowed
    ├── DataError              exit 2: QuoteMissing, QuoteStale, QuoteCrossed skip a tick
    │   ├── QuoteMissing · QuoteStale · QuoteCrossed
    │   ├── LookAhead          a figure was asked for before it was known
    │   └── DataCorrupt        exit 4: halts entries
    ├── PricingError
    ├── BrokerError            exit 5
    │   ├── Transient · Rejected · AuthExpired
    │   └── OutcomeUnknown     sent, no answer: never retried
    ├── ReconciliationError    exit 6
    ├── Taken                  exit 4: another process writes the account
    └── InvariantError         a bug: stop; restart replays
        └── Overtaken          exit 4: another process wrote the journal meanwhile
"""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of the command line; a promise to scripts (DESIGN 14)."""

    OK = 0
    ERROR = 1
    USAGE = 2
    REFUSED = 3
    NEEDS_HUMAN = 4
    UNREACHABLE = 5
    RECONCILE = 6


class TomKingError(Exception):
    """Anything this program says went wrong; its text tells the user what to do next."""

    exit_code = Exit.ERROR


class ConfigError(TomKingError):
    """A key or an argument is not allowed; the text names it and what is."""

    exit_code = Exit.USAGE


class DataError(TomKingError):
    """A figure is missing or wrong."""

    exit_code = Exit.USAGE


class QuoteMissing(DataError):
    """No quote for a contract."""


class QuoteStale(DataError):
    """A quote is older than allowed."""


class QuoteCrossed(DataError):
    """A bid stands above its ask."""


class LookAhead(DataError):
    """A figure was asked for before the market could have known it."""


class Unusable(DataError):
    """A file that has to be written cannot be: a person makes room for it."""

    exit_code = Exit.NEEDS_HUMAN


class DataCorrupt(DataError):
    """A file does not hold what it says: entries halt until a human has looked."""

    exit_code = Exit.NEEDS_HUMAN


class PricingError(TomKingError):
    """A price or a volatility has no answer for these arguments."""


class BrokerError(TomKingError):
    """The venue did not do as asked."""

    exit_code = Exit.UNREACHABLE


class Transient(BrokerError):
    """Worth another *read* after a pause; never a reason to send an order again."""


class Rejected(BrokerError):
    """The venue said no: a fact for the journal."""


class AuthExpired(BrokerError):
    """The login ran out: refresh once, then halt."""


class OutcomeUnknown(BrokerError):
    """Sent, and no answer came. Never retried: a blind retry is a double order."""


class ReconciliationError(TomKingError):
    """The venue's holdings and ours differ."""

    exit_code = Exit.RECONCILE


class Taken(TomKingError):
    """Another process is at work on what has one writer; nothing was touched."""

    exit_code = Exit.NEEDS_HUMAN


class InvariantError(TomKingError):
    """The program contradicts itself: a bug. Stop; a restart replays the journal."""


class Overtaken(InvariantError):
    """A journal has grown behind its writer's back: a person ends one of the two."""

    exit_code = Exit.NEEDS_HUMAN
