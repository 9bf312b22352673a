"""One pure function asked in both languages: the reference by import, Rust through the bridge.

Results are put into one form: integers, bytes, and tuples of these.
"""

import importlib
from typing import Any

from void_reckoning_rust import _native


def ask_reference(place: str, arguments: tuple[Any, ...]) -> Any:
    """Call a function of the reference by its place in RULES.md."""
    path, name = place.split(".")
    module = path.replace("-", "_").replace("/", ".")
    function = getattr(importlib.import_module(f"void_reckoning_reference.{module}"), name)
    return frozen(function(*arguments))


def ask_native(place: str, arguments: tuple[Any, ...]) -> Any:
    """Call the same function of the native module."""
    return frozen(_native.call(place, list(arguments)))


def frozen(value: Any) -> Any:
    """Return a value with tuples in place of lists, bools as integers."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    if isinstance(value, bool):
        return int(value)
    return value
