"""How each rule of docs/rules.md is broken: its figures one at a time, its gates by force.

What can be broken is read from the source, so that a new rule is picked up by itself: the limits and
constants that the rule's Code line names, the figures that plans state under its id, the numbers on a
line that carries the id in a comment, and every function or rule named there that answers with a
reading or with yes and no. What none of these finds stands in ``BY_HAND``.
"""

import ast
import importlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from math import inf
from types import ModuleType
from typing import Any, Literal, get_args, get_origin

from by_hand import BY_HAND
from overlay import PACKAGE, ROOT, Change

ID = re.compile(r"\bR-[A-Z0-9]{2,4}-\d{2}\b")
ENTRY = re.compile(r"(?ms)^### (R-\S+)  .+?(?=^### |^## |\Z)")
PLACE = re.compile(r"`([\w/]+\.py)::([\w.]+)`")
#: A row for a table of limits that is empty by default, by the type of its field.
ROWS = {
    "tuple[tuple[str, float], ...]": '(("friday_0dte", 0.5),)',
    "tuple[tuple[float, float], ...]": "((0.0, 0.5),)",
    "tuple[tuple[str, tuple[tuple[float, float], ...]], ...]": '(("A1", ((0.0, 0.5),)),)',
}
ANSWERS = ("Reading", "bool", "tuple[Reading, ...]", "Readings")


@dataclass(frozen=True, slots=True)
class Rule:
    """An entry of the page: the places of its code and of its tests."""

    id: str
    code: tuple[tuple[str, str], ...]
    test: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Break:
    """One way to break a rule, in words and as changes of modules."""

    rule: str
    what: str
    changes: tuple[Change, ...]


def rules() -> list[Rule]:
    """Every entry of docs/rules.md, in its order."""
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    return [
        Rule(found[1], places(found[0], "Code"), places(found[0], "Test"))
        for found in ENTRY.finditer(page)
    ]


def places(entry: str, label: str) -> tuple[tuple[str, str], ...]:
    line = re.search(rf"(?m)^- {label}: (.+)$", entry)
    return tuple(PLACE.findall(line[1])) if line else ()


def breaks() -> list[Break]:
    """Every way to break every rule."""
    stated = figures_by_rule()
    found: list[Break] = []
    for rule in rules():
        ways = [
            *limits(rule), *constants(rule), *commented(rule), *stated[rule.id],
            *named_figures(rule), *forced(rule), *by_hand(rule),
        ]  # fmt: skip
        found += ways or list(silenced(rule))
    return found


# ---- figures -----------------------------------------------------------------------------------


def worse(now: Any, low: float = 0.0, high: float = inf, choices: Sequence[Any] = ()) -> Any:
    """Another value for a figure: twice it, or one more, or the other choice."""
    if now is None:
        return 1
    if isinstance(now, str):
        return next((choice for choice in reversed(choices) if choice != now), f"not {now}")
    if isinstance(now, tuple):
        if all(isinstance(part, str) for part in now):
            return ()
        return tuple(part if isinstance(part, str) else worse(part) for part in now)
    if hasattr(now, "anchor"):  # an instant of a session
        return replace(now, minutes=now.minutes + 30)
    others = (2 * now, now + 1, now / 2, now - 1)
    kind = type(now)
    return next(kind(x) for x in others if x != now and low <= x <= high and kind(x) == x)


@cache
def parsed(path: str) -> tuple[str, ast.Module]:
    text = (PACKAGE / path).read_text(encoding="utf-8")
    return text, ast.parse(text)


def edited(path: str, node: ast.expr, other: str) -> Change:
    """A file with one expression written otherwise."""
    text, _ = parsed(path)
    lines = text.encode().splitlines(keepends=True)
    start = sum(map(len, lines[: node.lineno - 1])) + node.col_offset
    end = sum(map(len, lines[: (node.end_lineno or 0) - 1])) + (node.end_col_offset or 0)
    source = text.encode()
    return Change(path, (source[:start] + f"({other})".encode() + source[end:]).decode())


def limits(rule: Rule) -> Iterator[Break]:
    """The fields of ``Limits`` a rule names, each at another default."""
    from tomking.risk.limits import Limits

    known = {field.name: field for field in fields(Limits)}
    for path, place in rule.code:
        name = place.removeprefix("Limits.")
        if place == name or name not in known:
            continue
        about = known[name].metadata
        now = known[name].default
        if now == ():
            found = edited(path, default_of(parsed(path)[1], name), ROWS[str(known[name].type)])
            yield Break(rule.id, f"{place} = () -> {ROWS[str(known[name].type)]}", (found,))
            continue
        low, high = (about["low"], about["high"]) if isinstance(now, int | float) else (0.0, inf)
        other = worse(now, low, high, [said.strip() for said in str(about["unit"]).split("|")])
        node = default_of(parsed(path)[1], name)
        yield Break(rule.id, f"{place} = {now!r} -> {other!r}", (edited(path, node, repr(other)),))


def default_of(tree: ast.Module, name: str) -> ast.expr:
    """The expression of ``default=`` of a field."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == name:
            assert isinstance(node.value, ast.Call)
            return next(word.value for word in node.value.keywords if word.arg == "default")
    raise KeyError(name)


def numbers(node: ast.AST) -> list[ast.expr]:
    """The numbers in an expression that a change of shows: no indices, no true or false."""
    return [
        part
        for part in ast.walk(node)
        if isinstance(part, ast.Constant)
        and isinstance(part.value, int | float)
        and not isinstance(part.value, bool)
    ]


def constants(rule: Rule) -> Iterator[Break]:
    """Constants of modules that a rule names; of a table all numbers at once."""
    for path, name in rule.code:
        text, tree = parsed(path)
        for statement in tree.body:
            if (node := assigned(statement, name)) is None or not numbers(node):
                continue
            if isinstance(node, ast.Call) and callee(node.func) in ("Plan", "replace", "variant"):
                continue  # its figures are broken one at a time
            segment = ast.get_source_segment(text, node) or ""
            said = segment if len(segment) < 30 else "every number"
            other = ast.unparse(Doubled().visit(ast.parse(segment, mode="eval")))
            yield Break(rule.id, f"{name} = {said} -> twice", (edited(path, node, other),))


def callee(node: ast.expr) -> str:
    """The last word of what is called."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def assigned(statement: ast.stmt, name: str) -> ast.expr | None:
    """What a statement gives a name, alone or in a row of several."""
    match statement:
        case ast.AnnAssign(target=ast.Name(id=known), value=given) if known == name:
            return given
        case ast.Assign(targets=[ast.Name(id=known)], value=given) if known == name:
            return given
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=given)):
            pairs = zip(names, given, strict=True)
            return next((each for known, each in pairs if getattr(known, "id", "") == name), None)
    return None


class Doubled(ast.NodeTransformer):
    """Every number twice as large; nought becomes one."""

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            return node
        return ast.Constant(2 * node.value or 1)


def commented(rule: Rule) -> Iterator[Break]:
    """Numbers of an expression that begins on a line with the rule's id in a comment, one at a time.

    Where a line names as many rules as it has numbers, they belong together in their order.
    """
    for path in sorted((PACKAGE / "strategies").glob("*.py")):
        place = path.relative_to(PACKAGE).as_posix()
        text, tree = parsed(place)
        for row, line in enumerate(text.splitlines(), 1):
            said = ID.findall(line.partition("  # ")[2])
            if rule.id not in said:
                continue
            found = numbers(begins_on(tree, row))
            if not found and (words := shorter(begins_on(tree, row))) is not None:
                now = ast.literal_eval(words)
                what = f"{place}:{row}: {now!r} -> {now[:-1]!r}"
                yield Break(rule.id, what, (edited(place, words, repr(now[:-1])),))
            if len(found) == len(said) > 1:
                found = [found[said.index(rule.id)]]
            for node in found:
                now = ast.literal_eval(node)
                other = repr(worse(now))
                yield Break(
                    rule.id,
                    f"{place}:{node.lineno}: {now} -> {other}",
                    (edited(place, node, other),),
                )


def shorter(node: ast.AST) -> ast.expr | None:
    """The last row of words in an expression, if it has more than one."""
    for part in ast.walk(node):
        words = isinstance(part, ast.Tuple) and all(isinstance(x, ast.Constant) for x in part.elts)
        if words and isinstance(part, ast.Tuple) and len(part.elts) > 1:
            return part
    return None


def begins_on(tree: ast.Module, row: int) -> ast.AST:
    """The widest statement or expression that begins on a line."""
    found = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt | ast.expr) and node.lineno == row
    )
    return max(found, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))


# ---- plans -------------------------------------------------------------------------------------


@cache
def plans() -> Mapping[str, list[Any]]:
    """Every plan of the project by the file it stands in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, list[Any]] = defaultdict(list)
    for place in project["entry-points"]["tomking.strategies"].values():
        module, _, name = place.partition(":")
        path = module.removeprefix("tomking.").replace(".", "/") + ".py"
        found[path].append(getattr(importlib.import_module(module), name))
    return found


def figures_by_rule() -> Mapping[str, list[Break]]:
    """The figures plans state under an id; one figure of several plans is broken in all of them."""
    from tomking.strategies.tune import figures

    where: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
    for path, each in plans().items():
        for plan in each:
            for figure in figures(plan):
                if figure.rule:
                    after = repr(broken(plan, figure))
                    where[figure.rule, general(figure), repr(figure.now), after].add(path)
    ways: dict[str, list[Break]] = defaultdict(list)
    for (rule, key, now, after), paths in where.items():
        touch = partial(tuned, rule=rule, key=key, now=now)
        changes = tuple(Change(path, touch=touch) for path in sorted(paths))
        ways[rule].append(Break(rule, f"{key} = {now} -> {after}", changes))
    return ways


def named_figures(rule: Rule) -> Iterator[Break]:
    """Figures without an id, of a plan the rule names: of the kinds and fields it names beside it."""
    from tomking.strategies.tune import figures

    kinds = {name.split(".")[-1] for path, name in rule.code if path.startswith("strategies/")}
    kinds |= {"dte"} if "dte_within" in kinds else set()
    for path, name in rule.code:
        plan = next((one for one in plans().get(path, ()) if one.name == name.lower()), None)
        for figure in figures(plan) if plan else ():
            stated = not (
                figure.field == "also" and not figure.now
            )  # no further days: nothing said
            if stated and not figure.rule and kinds & set(general(figure).split(".")):
                touch = partial(
                    tuned, rule="", key=general(figure), now=repr(figure.now), plan=name
                )
                after = broken(plan, figure)
                what = f"{name}: {general(figure)} = {figure.now!r} -> {after!r}"
                yield Break(rule.id, what, (Change(path, touch=touch),))


def general(figure: Any) -> str:
    """The kind of rule and the field: ``LossBelow.of_premium``; the field alone if it is the plan's."""
    kind, _, field = str(figure.keys[-1]).rpartition(".")
    return f"{kind.rpartition('.')[2]}.{field}" if kind else field


def tuned(module: ModuleType, rule: str, key: str, now: str, plan: str = "") -> None:
    """Break a figure of the plans of a module, wherever it stands."""
    from tomking.strategies.plan import Plan
    from tomking.strategies.tune import figures, tune

    for name, held in list(vars(module).items()):
        if not isinstance(held, Plan) or (plan and name != plan):
            continue
        wrong = {
            figure.keys[-1]: other(figure)
            for figure in figures(held)
            if figure.rule == rule and general(figure) == key and repr(figure.now) == now
        }
        setattr(module, name, tune(held, wrong))


def broken(plan: Any, figure: Any) -> Any:
    """Another value of a figure, which tuning must let through: a break is no error."""
    from tomking.strategies.tune import tune

    tune(plan, {figure.keys[-1]: other(figure)})
    return other(figure)


def other(figure: Any) -> Any:
    """Another value of a figure within its bounds."""
    from tomking.strategies.tune import bounds_of

    low, high = bounds_of(figure.keys[0])
    choices = get_args(figure.hint) if get_origin(figure.hint) is Literal else ()
    return worse(figure.now, low, high, choices)


# ---- answers -----------------------------------------------------------------------------------


def forced(rule: Rule) -> Iterator[Break]:
    """Gates and rules that answer with a reading, or yes and no: always passing, always refusing."""
    for path, name in rule.code:
        text, tree = parsed(path)
        function = answering(tree, name)
        if function is None:
            continue
        row = min([function.lineno, *(each.lineno for each in function.decorator_list)])
        lines = text.splitlines(keepends=True)
        indent = " " * function.col_offset
        for how in ("passing", "refusing"):
            mark = f'{indent}@__import__("forced").{how}\n'
            changed = "".join([*lines[: row - 1], mark, *lines[row - 1 :]])
            yield Break(rule.id, f"{name} always {how}", (Change(path, changed),))


def answering(tree: ast.Module, name: str) -> ast.FunctionDef | None:
    """The function of that name, or what a rule of that name does when it is called."""
    for node in tree.body:
        if getattr(node, "name", "") != name:
            continue
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        for each in inside:
            if isinstance(each, ast.FunctionDef) and each.name in (name, "__call__"):
                return each if each.returns and ast.unparse(each.returns) in ANSWERS else None
    return None


def by_hand(rule: Rule) -> Iterator[Break]:
    """What stands in the table."""
    for path, before, after in BY_HAND.get(rule.id, ()):
        text, _ = parsed(path)
        if text.count(before) != 1:
            raise ValueError(
                f"{rule.id}: {path} has {text.count(before)} times {before!r}, not once"
            )
        what = " ".join(f"{path}: {before} -> {after}".split())
        yield Break(rule.id, what, (Change(path, text.replace(before, after)),))


def silenced(rule: Rule) -> Iterator[Break]:
    """Where there is no other way: the functions a rule names, saying nothing."""
    for path, name in rule.code:
        text, tree = parsed(path)
        lines = text.splitlines(keepends=True)
        for node in tree.body:
            if getattr(node, "name", "") != name:
                continue
            inside = node.body if isinstance(node, ast.ClassDef) else [node]
            for each in inside:
                if isinstance(each, ast.FunctionDef) and each.name not in ("__str__", "least"):
                    first = each.body[0].lineno - 1
                    indent = " " * each.body[0].col_offset
                    changed = "".join([*lines[:first], f"{indent}return None\n", *lines[first:]])
                    yield Break(rule.id, f"{name} says nothing", (Change(path, changed),))
                    break
