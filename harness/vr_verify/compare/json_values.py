"""Where two JSON values differ: paths such as `$.cells[2].hp` with the text on each side.

Pure. It must not know what the values mean.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from vr_verify.canonical import json_text

ABSENT: Final = "absent"
TEXT_CHARACTERS_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class JsonDifference:
    """One place and its value on the left and on the right, as canonical JSON cut to a line."""

    path: str
    left: str
    right: str


def json_differences(left: Any, right: Any) -> Iterator[JsonDifference]:
    """Give the places that differ, keys in order of their code points, lists by position.

    Objects and lists that differ are descended; a place that only one side has is one difference.
    """
    return _descend("$", left, right)


def _descend(path: str, left: Any, right: Any) -> Iterator[JsonDifference]:
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            place = f"{path}{_key(key)}"
            if key not in right:
                yield JsonDifference(place, line(left[key]), ABSENT)
            elif key not in left:
                yield JsonDifference(place, ABSENT, line(right[key]))
            else:
                yield from _descend(place, left[key], right[key])
    elif isinstance(left, list) and isinstance(right, list):
        for at in range(max(len(left), len(right))):
            place = f"{path}[{at}]"
            if at >= len(right):
                yield JsonDifference(place, line(left[at]), ABSENT)
            elif at >= len(left):
                yield JsonDifference(place, ABSENT, line(right[at]))
            else:
                yield from _descend(place, left[at], right[at])
    elif type(left) is not type(right) or left != right:
        yield JsonDifference(path, line(left), line(right))


def _key(key: str) -> str:
    """Write a key behind a dot, or in brackets where it is no plain word."""
    plain = key.isascii() and key.replace("-", "_").isidentifier()
    return f".{key}" if plain else f"[{json_text.encode(key).decode()}]"


def line(value: Any) -> str:
    """Return a value as canonical JSON, cut with an ellipsis where it is long."""
    text = json_text.encode(value).decode()
    return text if len(text) <= TEXT_CHARACTERS_MAX else f"{text[: TEXT_CHARACTERS_MAX - 1]}…"
