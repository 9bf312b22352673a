"""One pure function asked in both languages: the reference by import, Rust through the bridge.

Results are put into one form: integers, bytes, texts, tuples of these, and None for no result.
"""

import importlib
from typing import Any

from void_reckoning_reference.shared.codec import Event, LedgerEntry
from void_reckoning_rust import _native

_MAY_FAIL = {"shared/archive.decode_archive"}


def ask_reference(place: str, arguments: tuple[Any, ...]) -> Any:
    """Call a function of the reference by its place in RULES.md."""
    path, name = place.split(".")
    module = path.replace("-", "_").replace("/", ".")
    function = getattr(importlib.import_module(f"void_reckoning_reference.{module}"), name)
    if place == "shared/codec.encode_ledger":
        arguments = ([LedgerEntry(*parts) for parts in arguments[0]],)
    if place == "shared/codec.encode_events":
        events = [(*where, *rest) for where, *rest in arguments[0]]
        arguments = ([Event(*parts) for parts in events],)
    return _answer(place, function, *arguments)


def ask_native(place: str, arguments: tuple[Any, ...]) -> Any:
    """Call the same function of the native module."""
    if place == "economy/upkeep.planet_income":
        income, factor, blockaded, share = arguments
        arguments = (income, factor, bool(blockaded), share)
    return _answer(place, _native.call, place, list(arguments))


def _answer(place: str, function: Any, *arguments: Any) -> Any:
    try:
        return frozen(function(*arguments))
    except ValueError:
        if place not in _MAY_FAIL:
            raise
        return None


def frozen(value: Any) -> Any:
    """Return a value with tuples in place of lists."""
    if isinstance(value, list | tuple):
        return tuple(frozen(item) for item in value)
    return value
