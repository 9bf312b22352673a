"""Places inside a JSON value: walking it, reading one, replacing one.

It must not know what the value means.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]
"""The keys and positions that lead to a place."""


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Give every value inside a JSON value with its place, containers before what they hold."""
    yield path, value
    if isinstance(value, list):
        for at, item in enumerate(value):
            yield from walk(item, (*path, at))
    elif isinstance(value, dict):
        for key in sorted(value):
            yield from walk(value[key], (*path, key))


def value_at(value: Any, path: Path) -> Any:
    """Return what stands at a place."""
    for key in path:
        value = value[key]
    return value


def replaced(value: Any, path: Path, item: Any) -> Any:
    """Return a value with another item at one place; what is not on the way there is shared."""
    if not path:
        return item
    copied: Any = list(value) if isinstance(value, list) else dict(value)
    copied[path[0]] = replaced(copied[path[0]], path[1:], item)
    return copied


def filled(value: Any, items: Mapping[Path, Any]) -> Any:
    """Return a value with other items at several places, none of them inside another."""
    if () in items:
        return items[()]
    inside: dict[str | int, dict[Path, Any]] = {}
    for path, item in items.items():
        inside.setdefault(path[0], {})[path[1:]] = item
    copied: Any = list(value) if isinstance(value, list) else dict(value)
    for key, inner in inside.items():
        copied[key] = filled(copied[key], inner)
    return copied


def number(value: Any) -> int | None:
    """Read an integer, or a text that is a decimal one; None for all else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.removeprefix("-").isdecimal():
        return int(value)
    return None


def like(value: Any, amount: int) -> Any:
    """Write a number the way that a value is written: as text or as a number."""
    return str(amount) if isinstance(value, str) else amount
