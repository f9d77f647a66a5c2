"""Dividends: whoever holds shares as an ex-date opens receives, whoever is short owes."""

from datetime import datetime

from tomking.core.facts import DividendBooked
from tomking.core.money import cents
from tomking.exchange.ledger import Ledger, size
from tomking.exchange.settlement import share_of
from tomking.market.snapshot import Day


def booked(ledger: Ledger, day: Day, at: datetime) -> tuple[DividendBooked, ...]:
    """What the shares held bring or cost on an ex-date, by root.

    To be asked once a session, before anything else of it happens: what is bought on the ex-date
    comes without the dividend, what was assigned the evening before with it. The quantity is in
    shares; the cash is dated and booked on the ex-date, some days before it is paid in truth.
    """
    facts: list[DividendBooked] = []
    for root in sorted(day.dividends):
        share = share_of(root)
        shares = ledger.held(share) * size(share)
        facts += [
            DividendBooked(at, share, shares, paid.amount, cents(shares * paid.amount))
            for paid in day.dividends[root]
            if shares and paid.ex_date == day.session.day
        ]
    return tuple(facts)
