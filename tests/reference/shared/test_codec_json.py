"""Canonical JSON: the protocol's own recipe, and everything that is JSON but not canonical."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from void_reckoning_reference.shared.codec import CodecError, JsonValue, decode_json, encode_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)
CONTROLS = "".join(map(chr, range(0x20)))
SHORT_ESCAPES = {"\\n": "\\u000a", "\\r": "\\u000d", "\\t": "\\u0009"} | {
    "\\b": "\\u0008",
    "\\f": "\\u000c",
}


def by_the_recipe(value: JsonValue) -> str:
    """Write canonical JSON with the standard library, as PROTOCOL.md, section 1 says."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    pieces = text.split("\\\\")
    for short, long in SHORT_ESCAPES.items():
        pieces = [piece.replace(short, long) for piece in pieces]
    return "\\\\".join(pieces)


def nested(depth: int) -> JsonValue:
    """Make `depth` arrays and objects inside each other."""
    value: JsonValue = 1
    for level in range(depth):
        value = [value] if level % 2 else {"a": value}
    return value


@given(VALUES)
@example(CONTROLS + '"\\\\n\x7f/é\u2028\U0001f680')
@example({"é": 1, "z": 2, "\U0001f680": 3, "\uffff": 4, "": 5})
@example([2**64 - 1, -(2**63), 0, True, None])
def test_it_is_the_recipe_and_reads_back(value: JsonValue) -> None:
    text = encode_json(value)
    assert text == by_the_recipe(value)
    assert decode_json(text.encode()) == value


def test_known_texts() -> None:
    assert encode_json({"b": [1, True, None], "a": 'x"\\\n\x1f'}) == (
        '{"a":"x\\"\\\\\\u000a\\u001f","b":[1,true,null]}'
    )
    assert encode_json({"\U0001f680": 1, "\uffff": 2}) == '{"\uffff":2,"\U0001f680":1}'
    assert encode_json(("a", ())) == '["a",[]]'


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ('{"a": 1}', '{"a":1}'),
        ("[1,2]\n", "[1,2]"),
        (" 1", "1"),
        ('{"b":1,"a":2}', '{"a":2,"b":1}'),
        ('{"a":1,"a":1}', '{"a":1}'),
        ('{"a":{"b":1,"b":2}}', '{"a":{"b":2}}'),
        ('"\\n"', '"\\u000a"'),
        ('"\\u000A"', '"\\u000a"'),
        ('"\\/"', '"/"'),
        ('"\\u0041"', '"A"'),
        ('"\\u00e9"', '"é"'),
        ('"\\ud83d\\ude80"', '"\U0001f680"'),
        ("-0", "0"),
        ("[-0]", "[0]"),
    ],
)
def test_another_text_of_the_same_value_is_refused(text: str, canonical: str) -> None:
    value = decode_json(canonical.encode())
    assert json.loads(text) == value
    with pytest.raises(CodecError, match="not canonical at character"):
        decode_json(text.encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"1.0",
        b"1e3",
        b"[1E3]",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"01",
        b"+1",
        b"'a'",
        b"[1,]",
        b"{1:2}",
        b"true false",
        b"/**/1",
        b'"\n"',
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b'"\xff"',
        b'"\xc0\x80"',
        b"\xef\xbb\xbf1",
        b"18446744073709551616",
        b"-9223372036854775809",
        b"1" * 5000,
        b"[" * 65 + b"]" * 65,
        b"[" * 200_000,
    ],
)
def test_bytes_that_are_no_canonical_json_are_refused(data: bytes) -> None:
    assert decode_json(b'{"a":[18446744073709551615,-9223372036854775808]}')
    with pytest.raises(CodecError):
        decode_json(data)


@given(st.binary(max_size=12) | TEXT.map(str.encode))
@example(b'{"a":1}')
def test_whatever_is_read_is_what_would_be_written(data: bytes) -> None:
    try:
        value = decode_json(data)
    except CodecError:
        return
    assert encode_json(value).encode() == data


def test_the_place_of_the_fault_is_named() -> None:
    with pytest.raises(CodecError, match=r"character 5: expected '2\]', found ' 2\]'"):
        decode_json(b'["a", 2]')


def test_nesting_ends_at_64() -> None:
    assert decode_json(encode_json(nested(64)).encode()) == nested(64)
    with pytest.raises(CodecError, match="deeper than 64"):
        encode_json(nested(65))


@pytest.mark.parametrize(
    "value", [2**64, -(2**63) - 1, 0.5, b"a", {1: 2}, "\ud800", {"\udfff": 1}, {1, 2}, [object()]]
)
def test_a_value_without_canonical_text_is_refused(value: JsonValue) -> None:
    with pytest.raises(CodecError):
        encode_json(value)
