"""When a desk copies its journal: at every close, and when it has stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tomking.app.desk_files import DeskFiles
from tomking.app.now import precise
from tomking.core.errors import DataError
from tomking.engine.backup import back_up
from tomking.engine.journal import SqliteJournal


@dataclass(slots=True)
class Backups:
    """The copies of a desk's journal; what has a copy already is not copied again.

    ``fault`` is why there is none of the last facts, and empty where there is one.
    """

    files: DeskFiles
    journal: SqliteJournal
    report: Callable[[str], None]
    fault: str = ""
    _until: int = -1

    def __call__(self) -> Path | None:
        """Copy what is written by now; a copy that cannot be made is said, and nothing stops for it."""
        if self._until == self.journal.last:
            return None
        try:
            place = back_up(self.files.journal, self.files.backups, precise())
        except DataError as fault:
            self.fault = str(fault)
            self.report(self.fault)
            return None
        self.fault, self._until = "", self.journal.last
        return place
