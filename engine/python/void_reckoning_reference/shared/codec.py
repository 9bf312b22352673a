"""Canonical bytes: JSON, the draw ledger, the event stream (PROTOCOL.md, sections 1 and 4).

One text for one value, so that a digest of the bytes is a digest of the value. Holds the two plain
records that a turn leaves behind. Twin: `engine/crates/shared/src/codec.rs`. Knows no rule.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn, Self, TypeAlias

JsonValue: TypeAlias = (
    "bool | int | str | list[JsonValue] | tuple[JsonValue, ...] | dict[str, JsonValue] | None"
)

_NESTING_MAX = 64
_INTEGER_MIN = -(1 << 63)
_INTEGER_MAX = (1 << 64) - 1
_INTEGER_LETTERS_MAX = len(str(_INTEGER_MIN))
_NONE = (1 << 32) - 1
_ESCAPES = {code: f"\\u{code:04x}" for code in range(0x20)} | {ord('"'): '\\"', ord("\\"): "\\\\"}


class CodecError(ValueError):
    """A text is not canonical JSON, or a value has none; says where and what was found."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """How often a rule drew from one stream at one site; step and phase with their ordinals."""

    universe: int
    step: int
    phase_ordinal: int
    phase: str
    stream: str
    scope: tuple[int, ...]
    site: str
    count: int


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to an entity, or to none: then table "", slot NONE, generation 0.

    `cause` is the sequence number of the event of this turn that brought this one about, or NONE.
    """

    universe: int
    step: int
    phase: str
    kind: str
    table: str
    slot: int
    generation: int
    cause: int
    fields: tuple[tuple[str, int], ...]
    reason: str


class Packer:
    """Joins numbers and texts as the protocol writes them: little-endian, texts with lengths.

    A number out of its type's range is a bug of the caller and an OverflowError.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def u32(self, value: int) -> Self:
        """Append four bytes."""
        return self.raw(value.to_bytes(4, "little"))

    def u64(self, value: int) -> Self:
        """Append eight bytes."""
        return self.raw(value.to_bytes(8, "little"))

    def i64(self, value: int) -> Self:
        """Append eight bytes, two's complement."""
        return self.raw(value.to_bytes(8, "little", signed=True))

    def text(self, value: str) -> Self:
        """Append the length in bytes as u32, then UTF-8."""
        encoded = value.encode()
        return self.u32(len(encoded)).raw(encoded)

    def raw(self, value: bytes) -> Self:
        """Append bytes as they are."""
        self._pieces.append(value)
        return self

    def packed(self) -> bytes:
        """Return all that was appended."""
        return b"".join(self._pieces)


def encode_json(value: JsonValue) -> str:
    """Return the canonical text of a value; CodecError for a value that has none.

    Objects have text keys, integers fit i64 or u64, nothing else is a number, arrays and objects
    stand in each other at most 64 deep, and texts are Unicode without lone surrogates.
    """
    pieces: list[str] = []
    _append(value, pieces, 0)
    return "".join(pieces)


def decode_json(data: bytes) -> JsonValue:
    """Return the value of a canonical text in UTF-8; CodecError for any other bytes.

    The text is read by the standard library and written again: it is canonical if both are equal,
    which no space, order, escape, doubled key, `-0` or leading zero survives.
    """
    try:
        text = data.decode()
        value: JsonValue = json.loads(
            text, parse_int=_parse_int, parse_float=_refuse, parse_constant=_refuse
        )
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise CodecError(f"not JSON in UTF-8: {error}") from error
    except RecursionError as error:
        raise CodecError(f"JSON nested deeper than {_NESTING_MAX}") from error
    canonical = encode_json(value)
    if text != canonical:
        at = _first_difference(text, canonical)
        expected, found = canonical[at : at + 20], text[at : at + 20]
        raise CodecError(f"not canonical at character {at}: expected {expected!r}, found {found!r}")
    return value


def encode_ledger(entries: Iterable[LedgerEntry]) -> bytes:
    """Return the canonical bytes of a turn's draw ledger.

    Entries come in any order: those equal but for the count are summed, counts of 0 left out.
    """
    phases: dict[tuple[int, int, int], str] = {}
    counts: dict[tuple[int, int, int, bytes, tuple[int, ...], bytes], int] = {}
    for entry in entries:
        assert entry.count >= 0, f"drawn {entry.count} times at {entry.site}"
        place = (entry.universe, entry.step, entry.phase_ordinal)
        assert phases.setdefault(place, entry.phase) == entry.phase, f"two phases at {place}"
        key = (*place, entry.stream.encode(), tuple(entry.scope), entry.site.encode())
        counts[key] = counts.get(key, 0) + entry.count
    keys = [key for key in sorted(counts) if counts[key] > 0]
    ledger = Packer().u64(len(keys))
    for key in keys:
        universe, step, ordinal, stream, scope, site = key
        ledger.u32(universe).u32(step).text(phases[universe, step, ordinal])
        ledger.text(stream.decode()).u32(len(scope))
        for part in scope:
            ledger.u64(part)
        ledger.text(site.decode()).u64(counts[key])
    return ledger.packed()


def encode_events(events: Sequence[Event]) -> bytes:
    """Return the canonical bytes of a turn's event stream, in the order of their making."""
    stream = Packer().u64(len(events))
    for sequence, event in enumerate(events):
        assert event.cause == _NONE or event.cause < sequence, f"{event} comes before its cause"
        if event.table == "":
            assert (event.slot, event.generation) == (_NONE, 0), f"{event} is about no table"
        stream.u32(event.universe).u32(event.step).text(event.phase).text(event.kind)
        stream.text(event.table).u32(event.slot).u32(event.generation).u32(event.cause)
        stream.u32(len(event.fields))
        for name, value in event.fields:
            stream.text(name).i64(value)
        stream.text(event.reason)
    return stream.packed()


def _append(value: JsonValue, pieces: list[str], nesting: int) -> None:
    """Append the text of a value that stands inside `nesting` arrays and objects."""
    if value is None:
        pieces.append("null")
    elif isinstance(value, bool):
        pieces.append("true" if value else "false")
    elif isinstance(value, int):
        if not _INTEGER_MIN <= value <= _INTEGER_MAX:
            raise CodecError(f"the integer {value} fits neither i64 nor u64")
        pieces.append(str(value))
    elif isinstance(value, str):
        pieces.append(_quoted(value))
    elif nesting == _NESTING_MAX:
        raise CodecError(f"JSON nested deeper than {_NESTING_MAX}")
    elif isinstance(value, list | tuple):
        _append_array(value, pieces, nesting + 1)
    elif isinstance(value, dict):
        _append_object(value, pieces, nesting + 1)
    else:
        raise CodecError(f"{type(value).__name__} has no canonical JSON: {value!r}")


def _append_array(values: Sequence[JsonValue], pieces: list[str], nesting: int) -> None:
    pieces.append("[")
    for position, value in enumerate(values):
        if position > 0:
            pieces.append(",")
        _append(value, pieces, nesting)
    pieces.append("]")


def _append_object(values: dict[str, JsonValue], pieces: list[str], nesting: int) -> None:
    for key in values:
        if not isinstance(key, str):
            raise CodecError(f"a key of an object is a text, not {key!r}")
    pieces.append("{")
    for position, key in enumerate(sorted(values)):
        if position > 0:
            pieces.append(",")
        pieces.append(_quoted(key))
        pieces.append(":")
        _append(values[key], pieces, nesting)
    pieces.append("}")


def _quoted(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise CodecError(f"a text with half a character: {text!r}") from error
    return f'"{text.translate(_ESCAPES)}"'


def _parse_int(digits: str) -> int:
    if len(digits) > _INTEGER_LETTERS_MAX:
        raise CodecError(f"an integer of {len(digits)} characters fits neither i64 nor u64")
    return int(digits)


def _refuse(number: str) -> NoReturn:
    raise CodecError(f"{number} is no integer")


def _first_difference(left: str, right: str) -> int:
    for position, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return position
    return min(len(left), len(right))
