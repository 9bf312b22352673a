"""Canonical JSON: one text for one value (PROTOCOL.md, section 1).

Reading accepts any white space and key order but no value that has no canonical text;
`decode_canonical` accepts the one text only.
"""

import json
import re
from typing import Any, Final, NoReturn

DEPTH_MAX: Final = 64
INTEGER_MIN: Final = -(2**63)
INTEGER_MAX: Final = 2**64 - 1

_SHORT_ESCAPE: Final = re.compile(r'\\(["\\nrtbf])')
_LONG_ESCAPES: Final = {
    '"': '\\"',
    "\\": "\\\\",
    "n": "\\u000a",
    "r": "\\u000d",
    "t": "\\u0009",
    "b": "\\u0008",
    "f": "\\u000c",
}
# A run of short integers, which needs no look (columns are little else), a whole string
# (possessive, so that hostile text costs linear time), a bracket, a number that is no integer, one
# that is long enough to be out of range.
_TOKEN: Final = re.compile(
    r'(?:-?\d{1,18}+,)++|"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]|-?\d++[.eE]|-?\d{19,}+'
    r"|NaN|-?Infinity",
    re.DOTALL,
)
# An escaped pair of surrogates is one character; group 1 is a surrogate without its other half.
_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def encode(value: Any) -> bytes:
    """Return the canonical text of objects, lists, texts, integers, booleans and None.

    Tuples are written as lists. ValueError for anything else, for an integer outside
    -2^63 to 2^64 - 1, and for nesting over 64.
    """
    _check(value, 0)
    return _written(value)


def _written(value: Any) -> bytes:
    """Return the canonical text of a value that has one."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return _SHORT_ESCAPE.sub(lambda match: _LONG_ESCAPES[match[1]], written).encode()


def decode(data: bytes) -> Any:
    """Read JSON that has a canonical text; ValueError says what is wrong and where.

    Refused: floats, NaN, Infinity, integers out of range, duplicate keys, lone surrogates, nesting
    over 64, bad UTF-8.
    """
    try:
        characters = data.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"at byte {error.start}: expected UTF-8") from error
    _scan(characters)
    try:
        return json.loads(characters, object_pairs_hook=_unique, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"at character {error.pos}: not JSON: {error.msg}") from error


def decode_canonical(data: bytes) -> Any:
    """Read a text that must be canonical itself; ValueError names the first byte that is not."""
    value = decode(data)
    canonical = _written(value)  # what was decoded has been checked
    if canonical != data:
        pairs = enumerate(zip(canonical, data, strict=False))
        place = next((at for at, (left, right) in pairs if left != right), None)
        place = min(len(canonical), len(data)) if place is None else place
        raise ValueError(f"at byte {place}: not canonical JSON")
    return value


def _check(value: Any, depth: int) -> None:
    """Refuse what canonical JSON cannot say; exact types, since an enum is not its integer."""
    kind = type(value)
    if kind in (str, bool) or value is None:
        return
    if kind is int:
        if not INTEGER_MIN <= value <= INTEGER_MAX:
            raise ValueError("canonical JSON has integers from -2^63 to 2^64 - 1 only")
        return
    if kind not in (dict, list, tuple):
        raise ValueError(f"canonical JSON has no {kind.__name__}: {value!r:.80}")
    if depth == DEPTH_MAX:
        raise ValueError(f"nested deeper than {DEPTH_MAX}")
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise ValueError(f"a key is a text, found {key!r:.80}")
            _check(item, depth + 1)
    elif not _only_integers(value):
        for item in value:
            _check(item, depth + 1)


def _only_integers(items: list[Any] | tuple[Any, ...]) -> bool:
    """Tell at once of a long column what `_check` would find item by item."""
    kinds = set(map(type, items))
    return kinds == {int} and min(items) >= INTEGER_MIN and max(items) <= INTEGER_MAX


def _scan(characters: str) -> None:
    """Refuse deep nesting before the parser recurses, and floats while their place is known."""
    depth = 0
    for token in _TOKEN.finditer(characters):
        first = token[0][0]
        if first in "[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise ValueError(f"at character {token.start()}: nested deeper than {DEPTH_MAX}")
        elif first in "]}":
            depth -= 1
        elif first != '"' and not token[0].endswith(","):
            _check_number(token[0], token.start())
    for escape in _ESCAPE.finditer(characters):
        if escape[1] is not None:
            raise ValueError(f"at character {escape.start()}: half of a surrogate pair")


def _check_number(token: str, start: int) -> None:
    """Refuse what is no integer, and an integer out of range before it is even parsed."""
    if not token.removeprefix("-").isdecimal():
        raise ValueError(f"at character {start}: numbers are integers only")
    if len(token) > 20 or not INTEGER_MIN <= int(token) <= INTEGER_MAX:
        raise ValueError(f"at character {start}: integers are from -2^63 to 2^64 - 1")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r:.80} stands twice in one object")
    return found


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"numbers are integers only, found {name}")
