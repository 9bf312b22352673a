"""What functions are called, and the one line that calls them again.

It must not know what they answer.
"""

import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vr_verify.twin.literals import Writer


def full_name(function: Callable[..., Any]) -> str:
    """Return `module.name` of a function, or the type's of another callable."""
    own: Any = function if hasattr(function, "__qualname__") else type(function)
    module = getattr(own, "__module__", None)
    return f"{module}.{own.__qualname__}" if module else str(own.__qualname__)


def is_importable(function: Callable[..., Any]) -> bool:
    """Tell whether importing its module and following its name leads to this function."""
    name, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", None)
    found: Any = sys.modules.get(module or "")
    if not name or found is None or module == "__main__":
        return False
    for part in name.split("."):
        found = getattr(found, part, None)
    return found is function


def one_line(
    functions: Sequence[Callable[..., Any]], places: Sequence[Any], named: Mapping[str, Any]
) -> tuple[str, str]:
    """Return the call of the first function as text, and a line that asks all of them again.

    The line is one for a shell where all can be imported, else one of Python.
    """
    writer = Writer()
    texts = [writer.text(value) for value in places]
    texts += [f"{name}={writer.text(value)}" for name, value in named.items()]
    call = f"{getattr(functions[0], '__name__', 'left')}({', '.join(texts)})"
    if not all(is_importable(function) for function in functions):
        inside = ", ".join(["left", "right", *texts])
        return call, call if len(functions) == 1 else f"vr_verify.twin.at({inside}).text"
    names = [writer.named(function) for function in functions]
    if len(functions) == 1:
        shown = f"{names[0]}({', '.join(texts)})"
    else:
        shown = f"vr_verify.twin.at({', '.join([*names, *texts])}).text"
        writer.modules.add("vr_verify")
    modules = ", ".join(sorted(writer.modules))
    program = f"import {modules}; print({shown})" if modules else f"print({shown})"
    return call, f"python -c {shlex.quote(program)}"
