"""What the gates of a run were worth: its refused entries carried here, or shared out if many."""

from collections.abc import Sequence
from itertools import chain, zip_longest

from tomking.analysis.gate_value import GateLedger, gate_ledger
from tomking.analysis.shadows import Shadow
from tomking.app.pool import Heard, is_shared, processes, shared_out
from tomking.backtest.run import Paths, Run, RunSpec
from tomking.backtest.shadows import Refused, carried, refused, world_of
from tomking.core.value import value
from tomking.data.embedded import History

#: From so many refused entries on, starting processes costs less than it saves.
MANY = 60


@value
class Share:
    """A part of what a run refused."""

    spec: RunSpec
    history: History
    wanted: tuple[Refused, ...]


def gates_of(made: Run, paths: Paths, heard: Heard | None) -> GateLedger:
    """The value of every gate of a run.

    ``heard`` goes on from the run's sessions, unless this is shared work itself.
    """
    wanted, done = refused(made.facts), len(made.sessions)

    def _further(carried_: int, whole: int) -> None:
        if heard is not None and not is_shared():
            heard(done + carried_, done + whole)

    count = processes()
    if is_shared() or count < 2 or len(wanted) < MANY:
        found = carried(
            wanted, made.spec.strategies, world_of(made.spec, made.history, paths), _further
        )
    else:
        shares = [Share(made.spec, made.history, wanted[place::count]) for place in range(count)]
        found = _in_order(list(shared_out(carry, shares, _further)))
    return gate_ledger(found, made.spec.seed)


def carry(share: Share, heard: Heard) -> tuple[Shadow, ...]:
    """The shadows of a share."""
    return carried(
        share.wanted, share.spec.strategies, world_of(share.spec, share.history, {}), heard
    )


def _in_order(parts: Sequence[tuple[Shadow, ...]]) -> tuple[Shadow, ...]:
    """Shares put back as they were dealt."""
    dealt = chain.from_iterable(zip_longest(*parts))
    return tuple(shadow for shadow in dealt if shadow is not None)
