"""What commands share that are asked about one account: its files, and what came of a decision."""

from typing import Any

from tomking.app.account_now import AccountNow
from tomking.app.commanding import Came
from tomking.app.config.load import Settings, load
from tomking.app.desk_files import DeskFiles, there
from tomking.app.salvage import told
from tomking.app.screen import show
from tomking.core.errors import ConfigError, Exit
from tomking.report.plain import reading

AS_SHIPPED = (
    "Stops and clocks below are those of the plans as they ship, not as the settings changed them."
)


def of_account(account: str) -> tuple[DeskFiles, Settings]:
    """The files and the settings of an account that is there.

    Raises
    ------
    ConfigError
        If there is none, or its settings are not sound.
    """
    files = there(account)
    return files, load(files.settings if files.settings.exists() else None)


def alone(account: str, **others: object) -> None:
    """Refuse what an account brings along itself.

    Raises
    ------
    ConfigError
        If something of it is named beside the account.
    """
    named = [f"--{name}" for name, given in others.items() if given is not None]
    if named:
        raise ConfigError(
            f"{' and '.join(named)} cannot stand beside --account {account}, which has its own: leave "
            "one of them out"
        )


def document(came: Came, done: str) -> dict[str, Any]:
    """What came of a decision, for a program."""
    return {
        done: bool(came.facts),
        "asked": None if came.asked is None else str(came.asked),
        "written_to": None if came.place is None else str(came.place),
        "said": [str(fact) for fact in came.facts],
        "refused": [reading(seen) for seen in came.refused.failed] if came.refused else [],
    }


def show_came(came: Came, account: str) -> None:
    """What came of a decision, for a person."""
    if came.refused is not None:
        for seen in came.refused.failed:
            show(f"refused: {seen} ({seen.rule})")
    elif came.asked is not None:
        show(f"The desk of {account} runs and is asked to write it; its answer: {came.asked}")
    elif not came.facts:
        show("It was so already: nothing was changed.")
    else:
        for fact in came.facts:
            said = str(fact)
            show(f"{said[0].upper()}{said[1:]}; written to {came.place}")


def show_damage(now: AccountNow) -> None:
    """What is wrong with the files of an account, if anything is, before what is left of it."""
    if now.unsettled:
        show(f"THE SETTINGS DO NOT HOLD: {now.unsettled}. {AS_SHIPPED}\n")
    if now.damage is not None:
        for line in told(now.damage, now.seen.at):
            show(line)


def ended(now: AccountNow) -> Exit:
    """How a command ends that has shown an account: somebody has to see to a file that does not hold."""
    return Exit.OK if now.damage is None and not now.unsettled else Exit.NEEDS_HUMAN
