"""What a report is about, before anybody draws it."""

from datetime import date
from decimal import Decimal

from tomking.analysis.fullest import Fullest
from tomking.analysis.gate_value import GateLedger
from tomking.analysis.summary import Summary
from tomking.core.evidence import Evidence
from tomking.core.facts import Fact
from tomking.core.value import value
from tomking.engine.scores import Scores


@value
class Column:
    """One complete run: the one asked for, or the same with one thing changed.

    ``name`` is short (``fees ×2``), ``note`` says what differs. ``fullest`` is the moment margin took
    most, for the run asked for; ``gates`` what its gates were worth, where that was asked; ``scores``
    what was shown of it at the last close.
    """

    name: str
    note: str
    run_hash: str
    summary: Summary
    elapsed_s: float = 0.0
    fullest: Fullest | None = None
    gates: GateLedger | None = None
    scores: Scores | None = None


@value
class Account:
    """One capital: the run asked for, the command that makes it again, and the sensitivity columns."""

    capital: Decimal
    command: str
    base: Column
    strip: tuple[Column, ...] = ()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The run asked for and everything it is compared with."""
        return (self.base, *self.strip)


@value
class Input:
    """One input of the run: what its figures are, and a sentence about them."""

    name: str
    evidence: Evidence
    title: str
    note: str


@value
class Goal:
    """What the source documents hope of a strategy; a thing to compare with, never a gate."""

    strategy: str
    win_rate: str
    note: str


@value
class Venue:
    """How the venue of a run behaved: its fill model, the holders of what was sold, and seconds of
    latency.
    """

    fill: str
    early_exercise: str
    latency_s: float


@value
class Streams:
    """What came over the market feed in a paper day, and what the day took.

    ``connections`` beyond the first are reconnects; ``odd`` is what was told and could not be read.
    """

    events: int
    connections: int
    symbols: int
    odd: int
    looks: int
    elapsed_s: float


@value
class PaperDay:
    """A day traded at the exchange server over HTTP and the streams: its facts, how they came."""

    day: date
    command: str
    facts: tuple[Fact, ...]
    streams: Streams


@value
class Report:
    """Everything on the page. ``assumptions`` and ``never`` (what was not exercised) are pairs of a
    heading and a sentence; ``scale`` is the mode and the factor of the index level; ``paper`` is a day
    that was traded over the wire as well.
    """

    title: str
    command: str
    first: date
    last: date
    sessions: int
    seed: int
    scale: tuple[str, float]
    assumptions: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    never: tuple[tuple[str, str], ...]
    goals: tuple[Goal, ...]
    venue: Venue
    accounts: tuple[Account, ...]
    paper: PaperDay | None = None

    @property
    def data_class(self) -> Evidence:
        """The weakest link."""
        return min(line.evidence for line in self.inputs)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every run of every account."""
        return tuple(column for account in self.accounts for column in account.columns)

    @property
    def same_day(self) -> bool:
        """Whether any strategy's trades expire on the day they are opened."""
        return any(tally.same_day for tally in self.accounts[0].base.summary.tallies)
