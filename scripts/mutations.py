"""What a slip of the pen makes of a line: every mutant of a file, by its syntax tree.

A mutant differs from its file in one expression. Left out is what no test could see or should: words
(docstrings, messages, ``__str__``), type hints, decorators (the sizes of caches), ``raise`` and
``assert``, the ``strict`` of ``zip``, and the ``low`` and ``high`` a configuration may choose between.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

#: What a comparison becomes: its boundary moved, or the other way round.
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
}
CALLED = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
}
SIZES = ("abs", "absolute")  # dropped
#: Things that are put together with ``+`` and not added up.
HEAPS = (ast.List, ast.Tuple, ast.JoinedStr, ast.ListComp)
#: Statements whose expressions say why, not what.
WORDS = (ast.Raise, ast.Assert, ast.JoinedStr)
SAID = ("__str__", "__repr__")
#: Arguments that only check or only keep: ``zip(strict=...)``, ``lru_cache(maxsize=...)``.
CHECKS = ("strict", "maxsize")
#: ``about(unit, rule, low, high)`` says what a configuration may choose; ``app`` holds it to that.
BOUNDS = ("about",)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One expression of a file put in the place of another. ``first`` to ``last`` is its statement.

    ``inside`` says that the statement stands in a function: outside, it is run by the import alone.
    """

    path: str
    line: int
    code: str  # that line
    before: str
    after: str
    span: tuple[int, int]  # offsets in the text
    first: int
    last: int
    inside: bool

    def text(self, source: str) -> str:
        """The file with this mutant in it."""
        start, end = self.span
        return f"{source[:start]}({self.after}){source[end:]}"

    @property
    def slip(self) -> str:
        """What is changed in which line, without its number, which moves."""
        return f"{self.path}: {self.code}: {self.before} -> {self.after}"

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.before} -> {self.after}"


def mutants(path: str, source: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its lines."""
    return list(Mutator(path, source).found())


class Mutator:
    """Walks one file, knowing the statement and the function it stands in."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source
        lines = source.splitlines(keepends=True)
        self.starts = [sum(len(line) for line in lines[:row]) for row in range(len(lines) + 1)]
        self.lines = lines

    def found(self) -> Iterator[Mutant]:
        yield from self.block(ast.parse(self.source).body, inside=False, answers=False)

    def block(self, body: Sequence[ast.AST], inside: bool, answers: bool) -> Iterator[Mutant]:
        """The mutants of some statements; ``answers`` is set in a function that returns a bool."""
        for node in body:
            match node:
                case ast.FunctionDef(name=name) if name in SAID:
                    continue
                case ast.FunctionDef(args=arguments, body=within, returns=returns):
                    for default in (*arguments.defaults, *arguments.kw_defaults):
                        if default is not None:
                            yield from self.expressions(node, default, inside)
                    yes_or_no = isinstance(returns, ast.Name) and returns.id == "bool"
                    yield from self.block(within, True, yes_or_no)
                case ast.ClassDef(body=within):
                    yield from self.block(within, inside, False)
                case ast.stmt() | ast.excepthandler() | ast.match_case():
                    yield from self.statement(node, inside, answers)

    def statement(self, node: ast.AST, inside: bool, answers: bool) -> Iterator[Mutant]:
        """The mutants of one statement's own expressions, then those of the statements in it."""
        if isinstance(node, WORDS):
            return
        if answers and isinstance(node, ast.Return) and node.value is not None:
            denied = ast.UnaryOp(ast.Not(), node.value)
            yield self.mutant(node, node.value, denied, inside)
        for name, part in ast.iter_fields(node):
            if name in ("annotation", "type_comment", "pattern"):
                continue
            for child in part if isinstance(part, list) else [part]:
                if isinstance(child, ast.expr):
                    yield from self.expressions(node, child, inside)
                elif isinstance(child, ast.withitem):
                    yield from self.expressions(node, child.context_expr, inside)
                elif isinstance(child, ast.AST):
                    yield from self.block([child], inside, answers)

    def expressions(self, home: ast.AST, node: ast.expr, inside: bool) -> Iterator[Mutant]:
        """The mutants of an expression and of all that stands in it."""
        if isinstance(node, ast.JoinedStr):
            return
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in BOUNDS
        ):
            return
        for other in others(node):
            yield self.mutant(home, node, other, inside)
        if isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant):
            return  # a negative figure is one constant
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.keyword):
                if child.arg not in CHECKS:
                    yield from self.expressions(home, child.value, inside)
            elif isinstance(child, ast.comprehension):
                for part in (child.iter, *child.ifs):
                    yield from self.expressions(home, part, inside)
            elif isinstance(child, ast.expr):
                yield from self.expressions(home, child, inside)

    def mutant(self, home: ast.AST, node: ast.expr, other: ast.expr, inside: bool) -> Mutant:
        start = self.offset(node.lineno, node.col_offset)
        end = self.offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
        first = getattr(home, "lineno", node.lineno)
        last = getattr(home, "end_lineno", node.lineno)
        if getattr(home, "body", None) and not isinstance(home, ast.expr):
            last = node.end_lineno or node.lineno  # the head of a statement that holds others
        changed = ast.unparse(other)
        code = self.lines[node.lineno - 1].strip()
        before, span = ast.unparse(node), (start, end)
        return Mutant(self.path, node.lineno, code, before, changed, span, first, last, inside)

    def offset(self, line: int, column: int) -> int:
        """The offset of a place in the text; columns of the tree are bytes."""
        text = self.lines[line - 1].encode()[:column].decode()
        return self.starts[line - 1] + len(text)


def others(node: ast.expr) -> Iterator[ast.expr]:
    """What an expression itself may become."""
    match node:
        case ast.Compare(left=left, ops=ops, comparators=rights):
            for row, op in enumerate(ops):
                for kind in COMPARED.get(type(op), ()):
                    yield ast.Compare(left, [*ops[:row], kind(), *ops[row + 1 :]], rights)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in RECKONED:
            if not isinstance(left, HEAPS) and not isinstance(right, HEAPS):
                yield ast.BinOp(left, RECKONED[type(op)](), right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield operand
            if isinstance(operand, ast.Constant):
                yield ast.UnaryOp(ast.USub(), ast.BinOp(ast.Constant(2), ast.Mult(), operand))
        case ast.Constant(value=said):
            yield from other_constants(said)
        case ast.Call(func=function, args=given, keywords=keywords):
            yield from other_calls(function, given, keywords)
        case _:
            return


def other_constants(said: object) -> Iterator[ast.expr]:
    """Another number, or the other truth; words are left alone."""
    if isinstance(said, bool):
        yield ast.Constant(not said)
    elif isinstance(said, int | float):
        yield ast.Constant(said + 1)
        if said not in (0, 1):
            yield ast.Constant(2 * said)


def other_calls(
    function: ast.expr, given: list[ast.expr], keywords: list[ast.keyword]
) -> Iterator[ast.expr]:
    """``min`` for ``max``, a size without ``abs``."""
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name in SIZES and len(given) == 1:
        yield given[0]
    if name not in CALLED:
        return
    other: ast.expr = ast.Name(CALLED[name], ast.Load())
    if isinstance(function, ast.Attribute):
        other = ast.Attribute(function.value, CALLED[name], ast.Load())
    yield ast.Call(other, given, keywords)
