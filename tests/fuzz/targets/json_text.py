"""Fuzzes canonical JSON, the harness's reader against the reference's (PROTOCOL.md, section 1).

Both must take the same texts as the same values; the harness's free reader takes no fewer.
"""

from void_reckoning_reference.shared import codec
from vr_verify.canonical import json_text


def run(data: bytes) -> str:
    """Read a text three ways."""
    strict = read_strictly(data)
    assert strict == read_by_reference(data), "harness and reference part"
    try:
        value = json_text.decode(data)
    except ValueError:
        assert strict is None, "the free reader refuses a canonical text"
        return "refused"
    text = json_text.encode(value)
    assert json_text.decode_canonical(text) == value
    assert strict is None or text == data
    return "refused" if strict is None else "taken"


def read_strictly(data: bytes) -> str | None:
    """Return what the harness reads of a canonical text, with types told apart."""
    try:
        return repr(json_text.decode_canonical(data))
    except ValueError:
        return None


def read_by_reference(data: bytes) -> str | None:
    """Return what the reference reads of a canonical text."""
    try:
        return repr(codec.decode_json(data))
    except codec.CodecError:
        return None


def seeds() -> list[bytes]:
    """Return texts of every kind of value, canonical and not."""
    return [
        b'{"a":[1,-9223372036854775808,18446744073709551615],"b":null,"c":{"":true}}',
        '{"é":"\\u000a\\"\\\\\U0001f600","z":[]}'.encode(),
        b'{"b": 1, "a": 2}',
        b"[1.5,1e3,-0,01,NaN]",
        b"[" * 64 + b"]" * 64,
        b"[" * 65 + b"]" * 65,
        b'["\\ud83d\\ude00","\\ud800","\xff"]',
        b'{"a":1,"a":1}',
        b"18446744073709551616",
    ]
