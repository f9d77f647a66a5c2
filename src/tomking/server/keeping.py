"""A server that remembers: accounts, tokens and watchlists kept in a ledger file."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

from tomking.server.answers import Json
from tomking.server.door import Door
from tomking.server.file import LedgerFile
from tomking.server.kept import KeptHouse
from tomking.server.tokens import Tokens
from tomking.server.world import CLOSED, World


def taken_up(
    file: LedgerFile, world: World, tokens: Tokens, lists: dict[str, Json]
) -> datetime | None:
    """Bring all of it to where a file has it, and say when that was; nothing of a new file.

    Raises
    ------
    DataCorrupt
        If the file does not hold what it says.
    """
    if file.is_empty:
        return None

    def accounts_of(house: KeptHouse) -> Mapping[str, Door]:
        """The accounts that were open."""
        world.others = dict(house.accounts)
        for number, its in house.accounts.items():
            world.doors.pop(number, None)
            if its != CLOSED:
                world.doors[number] = world.make(number, its)
        return world.doors

    house = file.take_up(accounts_of)
    tokens.take_up(house.tokens)
    lists |= {name: json.loads(said) for name, said in house.lists.items()}
    return house.clock


def keeper(
    file: LedgerFile, world: World, tokens: Tokens, lists: Mapping[str, Json]
) -> Callable[[], None]:
    """What puts a world on disk whenever something of it has changed."""

    def keep() -> None:
        """Put it there now."""
        said = {name: json.dumps(each) for name, each in lists.items()}
        at = world.seen or world.clock()
        house = KeptHouse(at, tokens.kept(), said, dict(world.others))
        file.write(world.doors, house)

    return keep
