"""An inbox nobody writes to."""

from collections.abc import Sequence
from datetime import datetime

from tomking.core.facts import Fact
from tomking.risk.standing import Standing


class Quiet:
    """No commands, and no brake."""

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        return ()

    def halted(self) -> bool:
        return False
