"""Small changes of Python source, one at a time: what a slip of the hand makes of a rule.

Each is one node of the syntax tree spliced back into the text, so lines keep their numbers. Left
out is what is no rule: assertions, annotations, docstrings, and counts of `fire`, which are watched
and never compared.
"""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_SIGNS: Final[dict[type[ast.operator], type[ast.operator]]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}
_ROUNDED: Final = (ast.FloorDiv, ast.RShift)
_BOUNDS: Final = {"min": "max", "max": "min"}
_WATCHED: Final = "fire"
# A product does not ask for the order of its factors.
_SYMMETRIC: Final = {"mul_floor", "scale_floor"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one file; `before` and `after` are the changed words, `text` all of the file.

    `function` is the one at the top of the module that holds the change, empty outside of any.
    """

    file: str
    line: int
    function: str
    kind: str
    before: str
    after: str
    text: str

    @property
    def name(self) -> str:
        """The change and its place in one line."""
        return f"{self.file}:{self.line}: {self.before} → {self.after}"


def mutants_of(file: str, text: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its lines; `text` is ASCII or UTF-8."""
    data = text.encode()
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for function, node in _rule_nodes(ast.parse(text)):
        first = starts[node.lineno - 1] + node.col_offset
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        last = starts[node.end_lineno - 1] + node.end_col_offset
        before = " ".join(ast.unparse(node).split())
        for kind, after in _changes(node):
            changed = data[:first] + after.encode() + data[last:]
            yield Mutant(file, node.lineno, function, kind, before, after, changed.decode())


def _rule_nodes(tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt]]:
    """Yield every node that may be changed with the name of its top function."""
    for top in tree.body:
        if isinstance(top, ast.FunctionDef | ast.ClassDef):
            yield from ((top.name, node) for part in top.body for node in _nodes(part))
        else:
            yield from (("", node) for node in _nodes(top))


def _nodes(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    if isinstance(node, ast.Assert | ast.JoinedStr) or _is_watched(node):
        return
    if isinstance(node, ast.expr | ast.stmt):
        yield node
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        children: list[ast.AST] = list(node.body)
    elif isinstance(node, ast.AnnAssign):
        children = [] if node.value is None else [node.value]
    else:
        children = list(ast.iter_child_nodes(node))
    for child in children:
        yield from _nodes(child)


def _is_watched(node: ast.AST) -> bool:
    """Whether a statement only counts that a rule fired."""
    call = node.value if isinstance(node, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == _WATCHED
    )


def _changes(node: ast.expr | ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield kind and new text of each change of one node itself."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            changed = copy.deepcopy(node)
            changed.ops[at] = _COMPARISONS[type(operator)]()
            yield "comparison", f"({ast.unparse(changed)})"
    elif isinstance(node, ast.BinOp):
        yield from _arithmetic(node)
    elif isinstance(node, ast.BoolOp):
        joined = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield "logic", f"({ast.unparse(ast.BoolOp(joined, node.values))})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "logic", f"({ast.unparse(node.operand)})"
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield "constant", str(node.value + 1)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif _may_be_dropped(node):
        yield "dropped", "pass"


def _arithmetic(node: ast.BinOp) -> Iterator[tuple[str, str]]:
    if (other := _SIGNS.get(type(node.op))) is not None:
        yield "sign", f"({ast.unparse(ast.BinOp(node.left, other(), node.right))})"
    elif isinstance(node.op, _ROUNDED):
        lowered = ast.BinOp(ast.UnaryOp(ast.USub(), node.left), node.op, node.right)
        yield "rounding", f"(-({ast.unparse(lowered)}))"


def _calls(node: ast.Call) -> Iterator[tuple[str, str]]:
    changed = copy.deepcopy(node)
    if isinstance(changed.func, ast.Name) and changed.func.id in _BOUNDS:
        changed.func.id = _BOUNDS[changed.func.id]
        yield "bound", ast.unparse(changed)
    elif not (isinstance(changed.func, ast.Name) and changed.func.id in _SYMMETRIC):
        for at in range(len(node.args) - 1):
            swapped = copy.deepcopy(node)
            swapped.args[at], swapped.args[at + 1] = node.args[at + 1], node.args[at]
            if not isinstance(node.args[at], ast.Starred) and ast.dump(swapped) != ast.dump(node):
                yield "arguments", ast.unparse(swapped)


def _may_be_dropped(node: ast.expr | ast.stmt) -> bool:
    """Whether a statement can go without another's name going with it."""
    if isinstance(node, ast.Assign):
        return all(isinstance(one, ast.Attribute | ast.Subscript) for one in node.targets)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call)
    return isinstance(node, ast.AugAssign | ast.Continue | ast.Break)
