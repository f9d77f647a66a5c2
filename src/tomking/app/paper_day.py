"""One day traded at the exchange server by processes of their own, and what came of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from tomking.app.desk_files import PAPER, DeskFiles
from tomking.core.errors import Transient
from tomking.core.value import value
from tomking.data.recorded import read
from tomking.engine.journal import SqliteJournal
from tomking.report.contents import PaperDay, Streams

#: Dollars it is traded with.
CAPITAL = 100_000
#: Seconds a day may take before something is wrong with it.
WITHIN_S = 300.0


@value
class Asked:
    """A day, what is traded in it, and the minute of it at which somebody begins."""

    day: date
    strategies: tuple[str, ...]
    minute: int

    @property
    def words(self) -> tuple[str, ...]:
        """The command that trades it, without the program's name."""
        return (
            "paper", "--day", f"{self.day}", "--minute", f"{self.minute}", "--speed", "0",
            "--capital", f"{CAPITAL}", "--sessions", "1", "--strategies", ",".join(self.strategies),
        )  # fmt: skip


@dataclass(slots=True)
class Going:
    """A day that is being traded in a folder of its own."""

    asked: Asked
    home: Path
    process: "subprocess.Popen[str]"

    def result(self) -> PaperDay:
        """What came of it, waited for.

        Raises
        ------
        Transient
            If it did not end well; it has said why.
        """
        try:
            out, _ = self.process.communicate(timeout=WITHIN_S)
        except subprocess.TimeoutExpired as late:
            raise Transient(
                f"the paper day took more than {WITHIN_S:.0f} s: try it alone"
            ) from late
        if self.process.returncode:
            raise Transient("the paper day did not end well: see what it said above")
        said = json.loads(out)
        feed, took = said["feed"], said["elapsed_s"]
        files = DeskFiles(self.home / PAPER)
        looks = len(read(files.folder, self.asked.day).ticks)
        with closing(SqliteJournal.open(files.journal)) as journal:
            facts = tuple(fact for _, fact in journal.read())
        streams = Streams(
            feed["events"], feed["connections"], feed["symbols"], feed["odd"], looks, took
        )
        return PaperDay(self.asked.day, f"tomking {' '.join(self.asked.words)}", facts, streams)


@contextmanager
def trading(asked: Asked) -> Iterator[Going]:
    """A day begun beside whatever else is done; nothing of it is left when the block ends."""
    with TemporaryDirectory(prefix="tomking-paper-day-") as home:
        command = [sys.executable, "-m", "tomking.app.main", *asked.words, "--json"]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=home,  # no settings of anybody lie there
            env={**os.environ, "TOMKING_HOME": home},
        ) as process:  # fmt: skip
            try:
                yield Going(asked, Path(home), process)
            finally:
                if process.poll() is None:
                    process.terminate()
