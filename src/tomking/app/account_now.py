"""An account as its journal leaves it: book, the broker's numbers, doubts, locks, the last close.

Read-only: a desk may be writing the same file, or none may be running.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from tomking.app.config.load import Settings, load
from tomking.app.desk_files import DeskFiles
from tomking.app.live import LIVE
from tomking.app.now import instant
from tomking.app.runs import of_file
from tomking.app.salvage import Damage, Salvaged, salvaged
from tomking.app.standing_now import Seen, seen
from tomking.brokers.tastytrade.inbox import TradeInbox
from tomking.core.calendar import NEW_YORK
from tomking.core.contract import Right
from tomking.core.dealings import Acknowledged, BooksCompared, Doubted, Unguarded, WentOn
from tomking.core.errors import ConfigError, DataCorrupt
from tomking.core.facts import (
    Fact,
    LegFilled,
    OrderEnded,
    Reviewed,
    RunStarted,
    Sent,
    SessionClosed,
)
from tomking.core.order import Order
from tomking.core.restraints import Halted, Resumed
from tomking.engine.hedged import HEDGES
from tomking.engine.orphans import REPAIR, Cut, cut_by
from tomking.portfolio import book as books
from tomking.portfolio.book import Book, empty_book
from tomking.portfolio.holding import position_of
from tomking.risk.limits import Limits
from tomking.strategies.plan import Strategy


@dataclass(slots=True)
class Folded:
    """What an account's facts add up to.

    ``numbers`` are the broker's by our order, ``doubts`` why it is not known whether an order was
    taken, ``halted`` the notes of reasons not to trade, ``compared`` the last look at the broker's
    positions, ``opened`` the last order that sold or bought options of a right into a position, ``cut``
    the positions that are in pieces, ``repairs`` what was last done about each that ever was,
    ``unguarded`` why the broker would have no stop behind one.
    """

    book: Book = field(default_factory=lambda: empty_book(Decimal(0)))
    inbox: TradeInbox = field(default_factory=TradeInbox)
    numbers: dict[str, str] = field(default_factory=dict[str, str])
    doubts: dict[str, str] = field(default_factory=dict[str, str])
    halted: dict[str, str] = field(default_factory=dict[str, str])
    opened: dict[tuple[str, Right], Order] = field(default_factory=dict[tuple[str, Right], Order])
    unguarded: dict[str, str] = field(default_factory=dict[str, str])
    cut: Mapping[str, Cut] = field(default_factory=dict[str, Cut])
    repairs: dict[str, Reviewed] = field(default_factory=dict[str, Reviewed])
    compared: BooksCompared | None = None
    closed: SessionClosed | None = None
    began: datetime | None = None
    last: datetime | None = None
    mode: str = ""

    def take(self, fact: Fact) -> None:
        """One more fact."""
        before, self.book = self.book, books.apply(self.book, fact)
        self.cut = cut_by(fact, before, self.book, self.cut)
        self.inbox.fold([fact])
        self.began, self.last = self.began or fact.at, fact.at
        match fact:
            case RunStarted(mode=mode) | WentOn(mode=mode):
                self.mode = mode
            case LegFilled():
                self._traded(fact)
            case Acknowledged(order=order, number=number):
                self.numbers[order] = number
                self.doubts.pop(order, None)
            case Doubted(order=order, why=why):
                self.doubts[order] = why
            case OrderEnded(order=order):
                self.doubts.pop(order, None)
            case Halted(reason=reason, note=note):
                self.halted[reason] = note
            case Resumed(reason=reason):
                self.halted.pop(reason, None)
            case BooksCompared():
                self.compared = fact
            case SessionClosed():
                self.closed = fact
            case _:
                self._looked_after(fact)

    def _looked_after(self, fact: Fact) -> None:
        """What is done for positions beside trading them: repairs, and stops at the broker."""
        match fact:
            case Reviewed(matter=matter) if matter.endswith(REPAIR):
                self.repairs[matter.removesuffix(REPAIR)] = fact
            case Sent(order=sent) if sent.is_backstop:
                self.unguarded.pop(sent.closes, None)
            case Unguarded(position=position, why=why):
                self.unguarded[position] = why
            case _:
                return

    def _traded(self, fact: LegFilled) -> None:
        order = self.book.working[fact.order].order
        leg = order.legs[fact.leg]
        if leg.opens and leg.contract.right is not None:
            self.opened[position_of(order, leg), leg.contract.right] = order


def folded(facts: Iterable[Fact]) -> Folded:
    """What facts add up to."""
    made = Folded()
    for fact in facts:
        made.take(fact)
    return made


@dataclass(frozen=True, slots=True)
class AccountNow:
    """An account: what its journal adds up to, what its desk says of itself, and its plans by name.

    ``damage`` is what is wrong with the journal: then it is what is left of it that is added up.
    ``unsettled`` is what is wrong with its settings: then plans and limits are those that ship.
    """

    name: str
    told: Folded
    seen: Seen
    plans: Mapping[str, Strategy]
    limits: Limits
    damage: Damage | None = None
    unsettled: str = ""

    @property
    def watched(self) -> bool:
        """Whether a desk is at work that sends exits."""
        return self.seen.running and self.seen.heart is not None and self.seen.heart.exits

    @property
    def at(self) -> datetime:
        """The instant ages are counted to: ours, or of a paper account its market's last."""
        last = None if self.told.mode == LIVE else self.told.last
        return (last or self.seen.at).astimezone(NEW_YORK)

    def made(self, campaign: str) -> tuple[Decimal, str] | None:
        """What a campaign makes after fees and as of when: by the heartbeat, else by the last close."""
        heart, closed = self.seen.heart, self.told.closed
        if heart is not None and self.seen.running and campaign in dict(heart.profits):
            return Decimal(dict(heart.profits)[campaign]), "now"
        if closed is not None and campaign in dict(closed.profits):
            return dict(closed.profits)[campaign], f"close of {closed.day}"
        return None

    @property
    def net_liq(self) -> Decimal | None:
        """Dollars the account is worth, by the heartbeat or the last close."""
        heart, closed = self.seen.heart, self.told.closed
        if heart is not None and heart.net_liq:
            return Decimal(heart.net_liq)
        return None if closed is None else closed.net_liq


def account_now(files: DeskFiles) -> AccountNow:
    """An account by its files; one that never had a journal holds nothing.

    Raises
    ------
    DataCorrupt
        If the journal does not hold, or is gone.
    ConfigError
        If its settings do not.
    """
    settings = settings_of(files)
    found = Salvaged(of_file(files.journal)) if files.journal.is_file() else salvaged(files)
    if found.damage is not None:
        raise DataCorrupt(found.damage.fault)
    return _now(files, found, settings.limits, settings.tunings)


def account_as_known(files: DeskFiles) -> AccountNow:
    """The same whatever does not hold: by what is left of the journal, and as plans ship."""
    found = salvaged(files)
    try:
        settings = settings_of(files)
    except ConfigError as fault:  # a slip in a file must not hide what is held
        return _now(files, found, Limits(), {}, str(fault))
    return _now(files, found, settings.limits, settings.tunings)


def settings_of(files: DeskFiles) -> Settings:
    """The settings of an account; one that ``init`` never made has none of its own.

    Raises
    ------
    ConfigError
        If they do not hold.
    """
    return load(files.settings if files.settings.exists() else None)


def _now(
    files: DeskFiles,
    found: Salvaged,
    limits: Limits,
    tunings: Mapping[str, Mapping[str, object]],
    unsettled: str = "",
) -> AccountNow:
    told = folded(found.facts)
    return AccountNow(
        files.account, told, seen(files, instant()), _plans(told.book, tunings), limits,
        found.damage, unsettled,
    )  # fmt: skip


def _plans(book: Book, tunings: Mapping[str, Mapping[str, object]]) -> Mapping[str, Strategy]:
    """The plans of what is held, tuned as the settings say; one that is gone is left out."""
    from tomking.app import (
        strategies,
    )  # they load every plan, which a book that holds none does without

    found: dict[str, Strategy] = {HEDGES.name: HEDGES}
    for name in sorted({held.strategy for held in book.positions.values()} - {HEDGES.name}):
        try:
            found[name] = strategies.chosen(
                [name], {k: v for k, v in tunings.items() if k == name}
            )[0]
        except ConfigError:  # it was renamed or taken away: what is held of it is shown without
            continue
    return found
