"""The account as the venue sees it: its ledger, its security, and what an order would do to it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from math import isnan

from tomking.core.contract import Contract
from tomking.core.money import ZERO, points
from tomking.core.order import Order
from tomking.core.product import product
from tomking.core.reading import Reading, Sense, Stage
from tomking.core.venue import Code
from tomking.exchange.charges import leg_fees
from tomking.exchange.collateral import Collateral, marked, mids, roots, spot
from tomking.exchange.ledger import Ledger, multiplier, worth
from tomking.market.snapshot import MID, Legs, Marks, Snapshot
from tomking.portfolio.columns import columns, columns_of
from tomking.portfolio.cover import may_uncover
from tomking.portfolio.fees import FeeSchedule
from tomking.portfolio.order_rules import instruments_known, prices_are_figures
from tomking.portfolio.power import equity
from tomking.portfolio.preview import NOT_ASKED, Preview, Refusal


class Account:
    """Cash and holdings with their margin; what was worked out from a ledger lives as long as it.

    ``version`` grows with every change of the ledger; ``roots`` are those of what is held, each once.
    """

    def __init__(self, start: Ledger, fees: FeeSchedule, house: str) -> None:
        self.ledger = start
        self.fees = fees
        self.version = 0
        self._collateral = Collateral(house)
        self._held: Legs | None = None
        self._marked: tuple[Snapshot, Marks] | None = None
        self.roots: tuple[str, ...] = roots(start.holdings)

    def take_up(self, ledger: Ledger, version: int) -> None:
        """Go on where another account was."""
        self.keep(ledger)
        self.version = version

    def prices(self, now: Snapshot) -> dict[str, float]:
        """The price of every root held.

        Raises
        ------
        QuoteMissing
            If one has none.
        """
        return {root: spot(root, now) for root in self.roots}

    def keep(self, ledger: Ledger) -> None:
        """Another ledger: what was worked out from the last one is forgotten."""
        if ledger is not self.ledger:
            self.ledger = ledger
            self.version += 1
            self._held = self._marked = None
            self.roots = roots(ledger.holdings)
            self._collateral.forget()

    def requirement(self, now: Snapshot) -> Decimal:
        """Margin of everything held, in dollars."""
        return self._collateral.total(self._legs(), now, self._marks)

    def net_liq(self, now: Snapshot) -> Decimal:
        """Cash and what is held at mid, in dollars.

        Raises
        ------
        QuoteMissing
            If a holding has no mark.
        """
        return worth(self.ledger, self._mids(now))

    def equity(self, now: Snapshot) -> Decimal:
        """What can carry a requirement, in dollars: net liquidation without options.

        Raises
        ------
        QuoteMissing
            If a holding has no mark.
        """
        marks = self._mids(now)
        return equity(worth(self.ledger, marks), value_of_options(self.ledger, marks))

    def dry_run(self, order: Order, now: Snapshot, reserved: Decimal) -> Preview:
        """What an order would need, cost and leave free.

        One that takes risk off is asked for fees only, unless it sells what may cover a short.

        ``reserved`` is set aside for other working orders.

        Raises
        ------
        QuoteMissing
            If what it would need cannot be worked out.
        """
        if not (instruments_known(order).passed and prices_are_figures(order).passed):
            return NOT_ASKED
        table = now.marks(columns_of(order.legs, order.units)).table[MID].tolist()
        prices = [ZERO if isnan(mid) else points(mid) for mid in table]
        fees = sum(leg_fees(self.fees, order, prices, now.day.session.day), ZERO)
        if not order.adds_risk and not may_uncover(order, self.ledger.holdings):
            return replace(NOT_ASKED, fees=fees)
        before, after, alone = self._collateral.change(self.ledger.holdings, order, now)
        if not order.adds_risk and after <= before:
            return replace(NOT_ASKED, fees=fees)
        free = self.equity(now) - before - reserved
        seen = Preview(before, after, alone, fees, "estimate", premium(order, prices), free)
        return replace(seen, refusals=margin_refusals(seen))

    def _mids(self, now: Snapshot) -> Mapping[Contract, float]:
        """The mids of everything held."""
        return mids(self._legs(), self._marks(now))

    def _marks(self, now: Snapshot) -> Marks:
        """The marks of everything held, by one call an instant."""
        if self._marked is None or self._marked[0] is not now:
            self._marked = now, marked(self._legs(), now)
        return self._marked[1]

    def _legs(self) -> Legs:
        """Everything held, laid out once."""
        if self._held is None:
            self._held = columns(tuple(self.ledger.holdings.items()))
        return self._held


def premium(order: Order, prices: Sequence[Decimal]) -> Decimal:
    """Dollars of options an order brings (+) or costs (-): at its limit, at the market at these prices.

    A future costs nothing, and a share stays worth what was paid for it.
    """
    if any(not leg.contract.is_option for leg in order.legs):
        return ZERO
    net = order.limit
    if net is None:
        net = -sum((leg.quantity * at for leg, at in zip(order.legs, prices, strict=True)), ZERO)
    return net * order.units * product(order.root).multiplier


def value_of_options(ledger: Ledger, marks: Mapping[Contract, float]) -> Decimal:
    """Market value of the options held, + long and - short, in dollars."""
    return sum(
        (
            Decimal(repr(marks[contract])) * quantity * multiplier(contract)
            for contract, quantity in ledger.holdings.items()
            if contract.is_option
        ),
        ZERO,
    )


def margin_refusals(seen: Preview) -> tuple[Refusal, ...]:
    """Why the account could not carry an order: it would take more than is free."""
    left = Reading(
        "buying power after the order", Stage.MARGIN, Sense.AT_LEAST,
        float(seen.buying_power_after), 0.0, "dollars",
    )  # fmt: skip
    return () if left.passed else (Refusal(Code.MARGIN, str(left)),)
