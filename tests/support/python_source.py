"""A small reader of Python source through `ast`: functions, constants and imports of a module."""

import ast
import re
from collections.abc import Iterator

from tests.support.rust_source import Function

_CONSTANT = re.compile(r"[A-Z][A-Z0-9_]*\Z")


def functions(text: str) -> Iterator[Function]:
    """Yield every function and method, nested ones included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _function(node)


def public_functions(text: str) -> list[Function]:
    """List the public functions at the top of the module, in order; methods are not among them."""
    nodes = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef))
    return [_function(node) for node in nodes if not node.name.startswith("_")]


def public_constants(text: str) -> list[str]:
    """List the public UPPER_CASE names assigned at the top of the module, in order."""
    names = []
    for node in ast.parse(text).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names += [target.id for target in targets if isinstance(target, ast.Name)]
    return [name for name in names if _CONSTANT.match(name)]


def imports(text: str) -> Iterator[tuple[str, str | None]]:
    """Yield (module, name) for each import; name is None for `import module`."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or ".", alias.name) for alias in node.names)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Function:
    arguments = node.args
    ordered = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return Function(
        name=node.name,
        parameters=tuple(argument.arg for argument in ordered),
        line_first=node.lineno,
        line_last=node.end_lineno or node.lineno,
    )
