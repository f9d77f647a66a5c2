"""An inbox of files: the brake is a file that is looked at each time, commands come by spool."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from tomking.core.facts import Fact
from tomking.core.order import Order
from tomking.core.reading import Skip
from tomking.core.rung import OPERATOR
from tomking.engine.brake import braked
from tomking.engine.commands import carried_out, halt
from tomking.engine.spool import DONE, ODD, REFUSED, UNKNOWN, Answer, Spool, Taken
from tomking.risk.limits import Limits
from tomking.risk.promotion import Record
from tomking.risk.standing import Standing, apply

NOTHING_TO_DO = "it was so already: nothing was changed"
LOST = (
    "the desk stopped between taking this command and answering it: look at `tomking status`, "
    "then say it again if it is still wanted"
)


@dataclass(slots=True)
class FileInbox:
    """The ``Inbox`` of an account that people command by files.

    ``report`` hears of odd files and of answers that could not be written; ``net_liq`` says what there
    is now, if anybody knows; ``record`` is what was signed for and shown. Answers wait until the facts
    have been written: ``settle``, or the next ``take``, gives them.
    """

    halt_file: Path
    spool: Spool
    limits: Limits
    report: Callable[[str], None]
    net_liq: Callable[[], Decimal | None] = lambda: None
    record: Callable[[], Record] = Record
    _answers: list[Answer] = field(default_factory=list[Answer])
    _told: set[str] = field(default_factory=set[str])
    _begun: bool = False

    def halted(self) -> bool:
        """Whether the brake is on, seen now."""
        return braked(self.halt_file)

    def called(self) -> bool:
        """Whether somebody has said something since the last look: a clock that waits looks at once."""
        try:
            names = self.spool.waiting()
        except OSError:  # ``take`` reports it
            return False
        return any(name not in self._told for name in names)

    def may_send(self, order: Order) -> bool:
        """Whether the brake lets an order through: it holds what adds risk, and no exit."""
        return not (order.adds_risk and self.halted())

    def take(self, now: datetime, standing: Standing) -> Sequence[Fact]:
        """Commands that arrived since the last look, as facts, and the brake if none told of it."""
        self._begin()
        self.settle(now)
        facts: list[Fact] = []
        for taken in self.spool.take():
            made = self._made(taken, now, standing)
            facts += made
            standing = self._after(standing, made)
        if self.halted() and OPERATOR not in standing.reasons:  # a file that no command told of
            facts += halt(now, standing, self._why(), OPERATOR, self.net_liq())
        return facts

    def settle(self, now: datetime) -> None:
        """Answer what was taken: called once the facts of the last look have been written."""
        waiting, self._answers = self._answers, []
        for told in waiting:
            try:
                self.spool.answer(told, now)
            except OSError as fault:
                said = "; ".join(told.said)
                self.report(
                    f"the answer to {told.name} ({told.outcome}: {said}) cannot be written "
                    f"({fault.strerror}): make room on the disk"
                )

    def _begin(self) -> None:
        """What a process that died took with it is said once, never done again."""
        if self._begun:
            return
        self._begun = True
        try:
            lost = self.spool.unanswered()
        except OSError as fault:
            self.report(f"{self.spool.taken} cannot be looked into ({fault.strerror}): mend it")
            return
        self._answers += [Answer(name, UNKNOWN, (LOST,)) for name in lost]

    def _made(self, taken: Taken, now: datetime, standing: Standing) -> tuple[Fact, ...]:
        """The facts of what was taken; whatever comes of it will be answered."""
        if taken.command is None:
            self._odd(taken)
            return ()
        made = carried_out(
            taken.command,
            now,
            standing,
            self.limits,
            halted=self.halted(),
            age_s=taken.age_s,
            net_liq=self.net_liq(),
            record=self.record,
        )
        if isinstance(made, Skip):
            said = tuple(f"{seen} ({seen.rule})" for seen in made.failed)
            self._answers.append(Answer(taken.name, REFUSED, said))
            return ()
        self._answers.append(Answer(taken.name, DONE, tuple(map(str, made)) or (NOTHING_TO_DO,)))
        return made

    def _odd(self, taken: Taken) -> None:
        """Report a file that is no command, once."""
        if taken.name in self._told:
            return
        self._told.add(taken.name)
        self.report(f"{taken.name} in the spool is left alone: {taken.fault}")
        self._answers.append(Answer(taken.name, ODD, (taken.fault,)))

    def _after(self, standing: Standing, facts: Sequence[Fact]) -> Standing:
        for fact in facts:
            standing = apply(standing, fact, self.limits)
        return standing

    def _why(self) -> str:
        """What the HALT file says, if it can be read; the brake holds either way."""
        said = next(self._lines(), "")
        return f"the HALT file is there{': ' if said else ''}{said}"

    def _lines(self) -> Iterator[str]:
        try:
            text = self.halt_file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        yield from (line.strip() for line in text.splitlines() if line.strip())
