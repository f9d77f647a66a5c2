"""At which level the broker lets an account see its market, and what its quotes are worth by that.

Source: the notes on tastytrade's wire: the answer with the feed's token names it, ``api`` for quotes of
now and ``demo`` for those of the sandbox, which are delayed.
"""

from tomking.core.evidence import Evidence

#: The level at which quotes are of now; every other word, and none, is of something else.
OF_NOW = "api"


def worth(level: str, claimed: Evidence) -> Evidence:
    """What quotes of a level are: what is claimed of them if they are of now, else a stand-in at most.

    >>> worth("api", Evidence.LIVE).name, worth("demo", Evidence.LIVE).name
    ('LIVE', 'PROXY')
    >>> worth("delayed", Evidence.MODEL).name
    'MODEL'
    """
    return claimed if level == OF_NOW else min(claimed, Evidence.PROXY)


def not_of_now(level: str) -> str:
    """Why nothing may be traded with real money by quotes of a level."""
    return (
        f"the broker's quotes for this account are of level {level or 'unknown'!r} and not {OF_NOW!r}, "
        "so they are not live and no real money is traded by them: ask the broker for live data"
    )
