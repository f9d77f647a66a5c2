"""What an account cannot hold is switched off, and stays so until a person switches it on again."""

from collections.abc import Iterable
from pathlib import Path

from tomking.app import strategies
from tomking.app.account_may import May, asked, cannot, checks
from tomking.app.at_the_broker import asking
from tomking.app.checks import Check
from tomking.app.commanding import Came, commanded, known
from tomking.app.config.load import Settings
from tomking.app.desk_files import DeskFiles
from tomking.app.key_ring import OsRing
from tomking.app.now import instant
from tomking.app.of_account import of_account
from tomking.core.value import value
from tomking.engine.spool import OFF, Command
from tomking.risk.switches import CANNOT_HOLD
from tomking.strategies.plan import Plan, Strategy

BY = "doctor"
BACK = 'tomking resume --account {account} --lock "{lock}" --reason "…"'


@value
class Switching:
    """An account whose plans are held against what its broker lets it do."""

    files: DeskFiles
    settings: Settings

    def done(self, may: May, plans: Iterable[Strategy], *, look: bool) -> dict[str, str]:
        """By plan what came of it: one that cannot be held goes off, one that could not is named."""
        there = known(self.files, self.settings.limits, self.settings.capital)
        off = {one.strategy: one for one in there.standing.off}
        said: dict[str, str] = {}
        for plan in plans:
            against = cannot(plan, may) if isinstance(plan, Plan) else ()
            if against and look:
                said[plan.name] = "switched off" if plan.name in off else "not switched off: --look"
            elif against:
                said[plan.name] = _words(self.switched_off(plan.name, "; ".join(against)))
            elif plan.name in off:
                lock = f"{CANNOT_HOLD}{plan.name}"
                said[plan.name] = BACK.format(account=self.files.account, lock=lock)
        return said

    def switched_off(self, strategy: str, why: str) -> Came:
        """A strategy that is not entered any more: written, or asked of the desk that writes."""
        wanted = Command(OFF, instant(), BY, why, strategy)
        return commanded(self.files, self.settings.limits, self.settings.capital, wanted)


def examined(account: str, join: Path | None, *, look: bool) -> tuple[Check, ...]:
    """What the broker lets an account do, and the plans it cannot hold, which are switched off.

    Raises
    ------
    ConfigError
        If there is no such account, or nobody to ask.
    DataError
        If it cannot be written down.
    """
    files, settings = of_account(account)
    plans = strategies.chosen(settings.strategies, settings.tunings)
    with asking(files, join, OsRing()) as line:
        may = asked(line)
    return tuple(checks(may, plans, Switching(files, settings).done(may, plans, look=look)))


def _words(came: Came) -> str:
    if came.asked is not None:
        return "its desk is asked to switch it off"
    return "switched off" if came.facts else "it is switched off already"
