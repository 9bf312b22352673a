"""Protocol Buffers and canonical JSON by hand, for the naive reader.

Spec: FORMAT.md, "Messages"; PROTOCOL.md, section 1. It must not import the harness.
"""

import json
import re
from typing import Any

PROTO = """\
syntax = "proto3";
package vr_verify.runlog.v1;

message Step {
  string name = 1;
  repeated string phases = 2;
}

message Fact {
  string what = 1;
  string value = 2;
}

message Halt {
  string error = 1;
  uint32 step = 2;
  string phase = 3;
  uint32 universe = 4;
  string table = 5;
  uint32 slot = 6;
  string column = 7;
}

message Header {
  uint32 format = 1;
  string engine = 2;
  string build = 3;
  string rules_version = 4;
  string scenario = 5;
  string schema = 6;
  repeated Step steps = 7;
  uint64 first_turn = 8;
  repeated Fact environment = 9;
  repeated string digests = 10;
  string snapshots = 11;
  uint32 sketch_cells = 12;
}

message Commands {
  uint64 turn = 1;
  string by_step = 2;
}

message Turn {
  uint64 turn = 1;
  repeated uint32 universes = 2;
  bytes state_digest = 3;
  bytes ledger_digest = 4;
  bytes events_digest = 5;
  Halt halt = 6;
  bytes run_chain = 7;
  bytes ledger_chain = 8;
  bytes events_chain = 9;
}

message Snapshot {
  uint64 turn = 1;
  uint32 universe = 2;
  string table = 3;
  uint64 rows = 4;
  string codec = 5;
  uint64 archive_bytes = 6;
  bytes data = 7;
}

message Delta {
  uint64 turn = 1;
  uint32 universe = 2;
  string table = 3;
  uint64 rows = 4;
  repeated uint32 columns = 5;
  repeated uint64 counts = 6;
  string codec = 7;
  bytes data = 8;
}

message Seal {
  uint64 turn = 1;
  bytes seal = 2;
}

message End {
  string reason = 1;
  uint64 last_turn = 2;
  bytes run_chain = 3;
}

message Sketch {
  uint64 turn = 1;
  repeated uint32 universes = 2;
  repeated uint64 rows = 3;
  bytes data = 4;
}
"""
FIELD = re.compile(r"(repeated )?(\w+) (\w+) = (\d+);")
MESSAGES = {
    name: [(bool(many), kind, field, int(at)) for many, kind, field, at in FIELD.findall(body)]
    for name, body in re.findall(r"message (\w+) \{(.*?)\n\}", PROTO, re.DOTALL)
}
LARGE = {"scenario", "schema", "by_step", "data", "columns", "counts"}
LIMITS = {"uint32": 2**32, "uint64": 2**64}
EMPTY: dict[str, Any] = {"uint32": 0, "uint64": 0, "string": "", "bytes": b""}
MASKED = re.compile(r'\\([nrtbf]|["\\]|u[0-9a-f]{4})')
LETTERS = {"n": 10, "r": 13, "t": 9, "b": 8, "f": 12}


class RefusedError(Exception):
    """The log is not what the page says; the text tells what is wrong."""


def demand(fact: bool, what: str) -> None:
    """Refuse the log unless the fact holds."""
    if not fact:
        raise RefusedError(what)


def varint(number: int) -> bytes:
    """Encode an unsigned number, seven bits a byte, the low ones first."""
    low, more = number & 127, number >> 7
    return bytes([low | 128]) + varint(more) if more else bytes([low])


def take_varint(data: bytes, at: int) -> tuple[int, int]:
    """Decode the number at an offset; return it and the offset behind it."""
    number = 0
    for place in range(10):
        demand(at + place < len(data), "a varint ends too early")
        number |= (data[at + place] & 127) << 7 * place
        if data[at + place] < 128:
            return number, at + place + 1
    raise RefusedError("a varint is too long")


def decode(name: str, data: bytes) -> dict[str, Any]:
    """Decode a message into a dict of all its fields; refuse all but the one encoding."""
    fields = {at: (many, kind, field) for many, kind, field, at in MESSAGES[name]}
    found: dict[str, Any] = {
        field: [] if many else EMPTY.get(kind) for many, kind, field in fields.values()
    }
    at = large = 0
    while at < len(data):
        tag, at = take_varint(data, at)
        demand(tag >> 3 in fields, f"{name}: unknown field {tag >> 3}")
        many, kind, field = fields[tag >> 3]
        if tag & 7 == 0:
            found[field], at = take_varint(data, at)
            continue
        demand(tag & 7 == 2, f"{name}.{field}: wire type {tag & 7}")
        length, at = take_varint(data, at)
        demand(length <= len(data) - at, f"{name}.{field}: longer than its message")
        value = decode_value(kind, data[at : at + length])
        if many and kind in LIMITS:
            found[field] += value
        elif many:
            found[field].append(value)
        else:
            found[field] = value
        at += length
        large += length if field in LARGE else 0
    demand(len(data) - large <= 2**20, f"{name}: more than 1 MiB of small fields")
    demand(encode(name, found) == data, f"{name}: not in its one encoding")
    return found


def decode_value(kind: str, data: bytes) -> Any:
    """Decode what stands behind a length: a text, bytes, packed numbers or a message."""
    if kind == "bytes":
        return data
    if kind == "string":
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise RefusedError("a string is not UTF-8") from error
    if kind not in LIMITS:
        return decode(kind, data)
    numbers, at = [], 0
    while at < len(data):
        number, at = take_varint(data, at)
        numbers.append(number)
    return numbers


def encode(name: str, value: dict[str, Any]) -> bytes:
    """Encode a message: fields in order of number, no default values, numbers of a list packed."""
    whole = b""
    for many, kind, field, at in MESSAGES[name]:
        items = value[field] if many else [value[field]]
        if kind in LIMITS and isinstance(items, list):
            demand(all(isinstance(item, int) and item < LIMITS[kind] for item in items), field)
        if many and kind in LIMITS:
            parts = [b"".join(map(varint, items))] if items else []
        else:
            parts = [encode_value(kind, item) for item in items if many or item != EMPTY.get(kind)]
        for part in parts:
            if kind in LIMITS and not many:
                whole += varint(at << 3) + part
            else:
                whole += varint(at << 3 | 2) + varint(len(part)) + part
    return whole


def encode_value(kind: str, value: Any) -> bytes:
    """Encode one value without its tag and length."""
    if kind in LIMITS:
        return varint(value)
    if kind == "string":
        return str(value).encode()
    return value if kind == "bytes" else encode(kind, value)


def canonical(value: Any) -> bytes:
    """Make canonical JSON of a value."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return MASKED.sub(one_mask, text).encode()


def one_mask(found: re.Match[str]) -> str:
    r"""Write control characters as \u00xx, whichever way json.dumps wrote them."""
    letter = found[1]
    return f"\\u{LETTERS[letter]:04x}" if letter in LETTERS else found[0]


def parse(text: str, bytes_max: int) -> Any:
    """Parse canonical JSON of at most so many bytes."""
    data = text.encode()
    demand(len(data) <= bytes_max, f"a text of {len(data)} bytes, more than {bytes_max}")
    demand(text.count("[") + text.count("{") <= 2**20, "more than 2^20 opening brackets")
    demand(depth(text) <= 64, "arrays and objects more than 64 deep")
    try:
        value = json.loads(
            text,
            object_pairs_hook=without_doubles,
            parse_float=refuse_number,
            parse_int=whole_number,
            parse_constant=refuse_number,
        )
        written = canonical(value)
    except ValueError as error:
        raise RefusedError(f"not canonical JSON: {error}") from error
    demand(written == data, "not canonical JSON")
    return value


def depth(text: str) -> int:
    """Count how many arrays and objects of a text are inside each other."""
    deepest = now = 0
    for mark in re.sub(r'"(\\.|[^"\\])*"', "", text):
        now += (mark in "[{") - (mark in "]}")
        deepest = max(deepest, now)
    return deepest


def without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object; refuse one that has a key twice."""
    demand(len({key for key, _ in pairs}) == len(pairs), "an object has a key twice")
    return dict(pairs)


def whole_number(text: str) -> int:
    """Read an integer; refuse one outside of canonical JSON's range."""
    number = int(text)
    demand(-(2**63) <= number < 2**64, f"{text} is out of range")
    return number


def refuse_number(text: str) -> None:
    """Refuse a number with a point or an exponent, NaN and infinities."""
    raise RefusedError(f"{text} is no integer")
