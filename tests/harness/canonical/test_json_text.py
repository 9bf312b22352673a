"""Canonical JSON: one text for one value, and nothing that has no such text gets in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vr_verify.canonical import json_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_a_value_comes_back_from_its_one_text(value: object) -> None:
    text = json_text.encode(value)
    assert json_text.decode_canonical(text) == value
    assert json.loads(text) == value


@given(TEXTS)
def test_only_quote_backslash_and_control_characters_are_escaped(text: str) -> None:
    expected = "".join(
        "\\" + c if c in '"\\' else f"\\u{ord(c):04x}" if ord(c) < 0x20 else c for c in text
    )
    assert json_text.encode(text) == f'"{expected}"'.encode()


def test_keys_are_in_code_point_order_and_nothing_is_blank() -> None:
    value = {"\U0001f600": 1, "\uffff": 2, "b": [True, None, -1], "B": {}}
    text = '{"B":{},"b":[true,null,-1],"\uffff":2,"\U0001f600":1}'
    assert json_text.encode(value) == text.encode()


REFUSED: list[tuple[bytes, bytes, str]] = [
    (b'{"a":1,"a":2}', b'{"a":1,"b":2}', "'a' stands twice"),
    (b"[1.5]", b"[15]", "at character 1"),
    (b"[1,1e5]", b'[1,"1e5"]', "at character 3"),
    (b"[-0.0]", b"[0]", "at character 1"),
    (b"[NaN]", b'["NaN"]', "at character 1"),
    (b"[-Infinity]", b'["-Infinity"]', "at character 1"),
    (b'["\\ud800"]', b'["\\ud83d\\ude00"]', "at character 2: half of a surrogate"),
    (b'["\\ude00\\ud83d"]', b'["\\\\ud800"]', "at character 2: half of a surrogate"),
    (b'["\xed\xa0\x80"]', b'["\xed\x9f\xbf"]', "at byte 2: expected UTF-8"),
    (b"[" * 65 + b"]" * 65, b"[" * 64 + b"]" * 64, "at character 64: nested deeper"),
    (b'{"a":' * 100_000, b'"' + b"[" * 100_000 + b'"', "at character 320: nested deeper"),
    (b"[18446744073709551616]", b"[18446744073709551615]", "at character 1: integers are from"),
    (b"[-9223372036854775809]", b"[-9223372036854775808]", "at character 1: integers are from"),
    (b"9" * 10_000, b'"' + b"9" * 10_000 + b'"', "at character 0: integers are from"),
    (b"[7,-8,9.5,1]", b"[7,-8,95,1]", "at character 6: numbers are integers only"),
    (b"[7,8,9e1]", b"[7,8,91]", "at character 5: numbers are integers only"),
    (b"[7,18446744073709551616,8]", b"[7,18446744073709551615,8]", "at character 3: integers"),
    (b"[7,8,-Infinity]", b'[7,8,"-Infinity"]', "at character 5: numbers are integers only"),
    (b"[7,-,8]", b"[7,-1,8]", "not JSON"),
    (b"[1,]", b"[1]", "not JSON"),
    (b"\xef\xbb\xbf[]", b"[]", "not JSON"),
    (b"", b"0", "at character 0"),
    (b'"a', b'"a"', "at character 0"),
    (b'"\n"', b'"\\n"', "not JSON"),
]


@pytest.mark.parametrize(("faulty", "clean", "message"), REFUSED)
def test_what_has_no_canonical_text_is_refused(faulty: bytes, clean: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        json_text.decode(faulty)
    json_text.encode(json_text.decode(clean))


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**64, -(2**63) - 1, {1: 2}, {"a": {3}}, b"a", "\ud800"]
)
def test_what_canonical_json_cannot_say_is_not_written(value: object) -> None:
    with pytest.raises(ValueError, match=r"canonical JSON|a key is a text|surrogates"):
        json_text.encode(value)


COLUMNS = st.lists(st.integers(-(2**65), 2**65) | st.booleans(), max_size=5)


@given(COLUMNS)
def test_a_column_is_judged_as_its_items_are(column: list[int]) -> None:
    fits = all(-(2**63) <= item < 2**64 for item in column)
    if fits:
        assert json_text.encode(column) == b"[" + b",".join(map(json_text.encode, column)) + b"]"
        assert json_text.decode(json_text.encode(column)) == column
        return
    with pytest.raises(ValueError, match="integers from"):
        json_text.encode(column)
    with pytest.raises(ValueError, match="integers are from"):
        json_text.decode(json.dumps(column).encode())


def test_a_value_nested_deeper_than_64_is_not_written() -> None:
    value: object = 0
    for _ in range(64):
        value = [value]
    assert json_text.encode(value).startswith(b"[" * 64)
    with pytest.raises(ValueError, match="nested deeper than 64"):
        json_text.encode([value])


@pytest.mark.parametrize("text", [b'{"b":1,"a":2}', b"[1, 2]", b'"\\n"', b'"\\u0041"', b"-0"])
def test_only_the_one_text_is_canonical(text: bytes) -> None:
    assert json_text.decode_canonical(json_text.encode(json_text.decode(text))) is not None
    with pytest.raises(ValueError, match=r"at byte \d+: not canonical JSON"):
        json_text.decode_canonical(text)


def test_a_hostile_string_costs_linear_time() -> None:
    with pytest.raises(ValueError, match="not JSON"):
        json_text.decode(b'"' + b'\\"' * 1_000_000)
