"""What a settings file may hold, as frozen pydantic models made from the fields of ``Limits``."""

from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, fields
from functools import cache
from typing import Annotated, Any, Literal, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic import Field as Bounded

from tomking.core.errors import ConfigError
from tomking.core.near import did_you_mean
from tomking.core.reading import figure
from tomking.exchange.fills import FORMS
from tomking.exchange.working import LATENCY_MAX_S
from tomking.risk.groups import Groups
from tomking.risk.limits import Limits, Named, Pairs

Table = dict[str, Any]
Curves = tuple[tuple[str, Pairs], ...]
Reserves = tuple[tuple[str, str, int], ...]

STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """A field of ``Limits`` as a settings file sees it."""

    name: str
    hint: Any
    default: Any
    unit: str
    rule: str
    low: float
    high: float

    @property
    def is_table(self) -> bool:
        """Whether a file gives it as a table."""
        return self.hint in (Pairs, Named, Curves, Reserves, Groups)

    @property
    def choices(self) -> tuple[str, ...]:
        """The words a text may be; none for a figure."""
        return tuple(self.unit.split(" | ")) if self.hint is str else ()

    @property
    def allowed(self) -> str:
        """``from 0 to 60 points (R-VIX-02)``."""
        if self.choices:
            return f"one of {', '.join(self.choices)} ({self.rule})"
        if self.hint == tuple[str, ...]:
            return f"a list of {self.unit} ({self.rule})"
        most = f" to {figure(self.high)}" if self.high < 1e12 else " upward"
        whole = "whole, " if self.hint is int else ""
        return f"{whole}from {figure(self.low)}{most}, in {self.unit} ({self.rule})"


@cache
def limits() -> Mapping[str, Limit]:
    """Every limit by name."""
    hints = get_type_hints(Limits)
    return {field.name: _limit(field, hints[field.name]) for field in fields(Limits)}


def _limit(field: "Field[Any]", hint: Any) -> Limit:
    about = field.metadata
    return Limit(
        field.name, hint, field.default, about["unit"], about["rule"], about["low"], about["high"]
    )


class Account(BaseModel):
    """``[account]``."""

    model_config = STRICT
    capital: Annotated[float | None, Bounded(ge=1, le=1e9)] = None


class Backtest(BaseModel):
    """``[backtest]``: what a run is made of when the command line does not say."""

    model_config = STRICT
    strategies: list[str] | None = None
    seed: Annotated[int | None, Bounded(ge=0)] = None
    scale: Literal["rebase", "literal"] | None = None
    fill: str | None = None
    early_exercise: str | None = None
    latency_s: Annotated[float | None, Bounded(ge=0, le=LATENCY_MAX_S)] = None


class Desk(BaseModel):
    """``[desk]``: what a running desk does by itself."""

    model_config = STRICT
    automatic_entry: bool | None = None
    execution: Literal["off", "prepare", "send"] | None = None
    backstops: bool | None = None


class File(BaseModel):
    """A settings file; every key may be left out."""

    model_config = STRICT
    preset: str | None = None
    mode: Literal["paper", "live"] | None = None
    account: Account = Account()
    desk: Desk = Desk()
    backtest: Backtest = Backtest()
    limits: dict[str, Any] = Bounded(default_factory=dict)
    strategies: dict[str, dict[str, Any]] = Bounded(default_factory=dict)


#: Bounds of the keys that are no limits, in words.
OTHERS = {
    "mode": "one of paper, live",
    "account.capital": "from 1 to 1,000,000,000, in dollars",
    "desk.automatic_entry": "true or false",
    "desk.execution": "one of off, prepare, send",
    "desk.backstops": "true or false (R-MAN-06)",
    "backtest.strategies": "a list of strategies",
    "backtest.seed": "whole, from 0 upward",
    "backtest.scale": "one of rebase, literal",
    "backtest.fill": FORMS,
    "backtest.early_exercise": "one of off, rational, seeded",
    "backtest.latency_s": f"from 0 to {LATENCY_MAX_S:g}, in seconds",
}


@cache
def _limits_model() -> type[BaseModel]:
    """A model with one optional field per limit, bounded as the limit says."""
    made: dict[str, Any] = {name: (_type(limit) | None, None) for name, limit in limits().items()}
    return create_model("LimitsFile", __config__=STRICT, **made)


def _type(limit: Limit) -> Any:
    """The type a limit has in a file: pairs become tables, tuples lists."""
    bounds = Bounded(ge=limit.low, le=limit.high)
    amount = Annotated[float, bounds]
    if limit.hint is str:
        return Literal[limit.choices]
    if limit.hint is int:
        return Annotated[int, bounds]
    if limit.hint == tuple[str, ...]:
        return list[str]
    if limit.hint == tuple[float, ...]:
        return list[amount]
    if limit.hint in (Pairs, Named):
        return dict[str, amount]
    if limit.hint in (Curves, Reserves):
        return dict[str, dict[str, amount]]
    if limit.hint == Groups:
        return dict[str, list[str]]
    return amount


def checked(data: Mapping[str, Any], where: str) -> Table:
    """A file's keys, each known, of its type and within its bounds; only those that are set.

    Raises
    ------
    ConfigError
        With the key, what is allowed, and the nearest known key when it is unknown.
    """
    try:
        file = File.model_validate(dict(data)).model_dump(exclude_unset=True)
        if "limits" in file:
            set_ = _limits_model().model_validate(file["limits"])
            file["limits"] = set_.model_dump(exclude_unset=True)
    except ValidationError as fault:
        raise ConfigError(f"{where}: {_sentence(fault)}") from fault
    return file


def _sentence(fault: ValidationError) -> str:
    """The first thing that is wrong, in words."""
    first = fault.errors()[0]
    inside = ("limits",) if fault.title == "LimitsFile" else ()
    path = (*inside, *(str(part) for part in first["loc"]))
    key = ".".join(path)
    if first["type"] == "extra_forbidden":
        return f"unknown key {key}{_near(path)}"
    return f"{key} = {first['input']!r} is not allowed: it must be {_allowed(path)}"


def _allowed(path: tuple[str, ...]) -> str:
    if path[0] == "limits" and len(path) > 1 and path[1] in limits():
        limit = limits()[path[1]]
        if limit.hint == Groups:
            return f"a table of lists of {limit.unit} ({limit.rule})"
        table = limit.is_table and len(path) == 2
        return f"a table of figures, each {limit.allowed}" if table else limit.allowed
    return "a name" if path == ("preset",) else OTHERS.get(".".join(path[:2]), "a table")


def _near(path: tuple[str, ...]) -> str:
    """The nearest key in the same table, else anywhere."""
    everywhere = keys()
    table = ".".join(path[:-1])
    beside = [key for key in everywhere if key.rpartition(".")[0] == table]
    near = did_you_mean(".".join(path), beside) if beside else ""
    by_name = {key.rpartition(".")[2]: key for key in everywhere}
    if "mean" not in near and path[-1] in by_name:
        return f"; did you mean {by_name[path[-1]]!r}?"
    return near or did_you_mean(path[-1], everywhere) or "; `tomking config show` prints every key"


def keys() -> tuple[str, ...]:
    """Every key but those of the plans."""
    return (*dict.fromkeys((*File.model_fields, *OTHERS)), *(f"limits.{name}" for name in limits()))


def one_of(word: str, known: Iterable[str], key: str) -> None:
    """Hold a name in a table against the names there are.

    Raises
    ------
    ConfigError
        If it is not one of them.
    """
    choices = list(known)
    if word not in choices:
        raise ConfigError(f"unknown key {key}.{word}{did_you_mean(word, choices)}")
