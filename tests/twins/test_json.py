"""Canonical JSON of Rust, which is reached as a scenario and as commands: both twins take one text.

What one refuses the other refuses, and commands of any shape are told of alike.
"""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.twins.pair import Pair, canonical, edited, small
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_rust import _native
from vr_verify.canonical import json_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**64 - 1), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=12,
)
PIECES = [b"", b" ", b"0", b"-", b".", b"e1", b'"', b"\\", b"\\u000a", b"\xff", b"\xc3\xa9", b"\n"]
PIECES += [b"{", b"[", b"]", b",", b":", b"null", b"true", b"1e3", b"18446744073709551616", b"\x7f"]


def takes(engine: PythonEngine | RustEngine, scenario: bytes) -> bool:
    """Tell whether an engine takes a scenario; refusing it must have the kind `scenario`."""
    try:
        engine.init(scenario)
    except ValueError as error:
        if getattr(error, "kind", None) != "scenario":
            raise
        return False
    return True


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 500), st.integers(0, 3), st.sampled_from(PIECES))
def test_an_edited_text_is_taken_by_both_or_by_neither(place: int, cut: int, piece: bytes) -> None:
    text = small()
    text = text[:place] + piece + text[place + cut :]
    assert takes(PythonEngine(), text) == takes(RustEngine(), text)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_any_name_is_taken_in_its_one_form(name: str) -> None:
    value = json.loads(small()) | {"name": name}
    text = json_text.encode(value)
    assert takes(PythonEngine(), text)
    assert takes(RustEngine(), text)
    # The standard library has a short escape for these; canonical text has none.
    short = any(character in "\n\r\t\b\f" for character in name)
    assert (text != canonical(value)) == short


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, max_size=4))
def test_commands_of_any_shape_are_told_of_alike(commands: list[object]) -> None:
    pair = Pair(edited(small(), faction__mind={0: 0, 1: 0}))
    pair.turn({1: commands})
    assert pair.same("rules_fired")["rules"]["order_rejected"] == len(commands)


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"[ ]", b"[1.0]", b"[" * 65 + b"]" * 65, b'["\\n"]', b"[01]", b"[-0]"]
)
def test_commands_that_are_not_canonical_are_refused(text: bytes) -> None:
    engine = _native.Engine()
    engine.init(small())
    with pytest.raises(_native.CommandError):
        engine.step(text, None, False)
    assert engine.step(b"[]", None, False)["step"] == 0


def test_nesting_has_the_same_limit() -> None:
    for depth, legal in ((62, True), (65, False)):
        value: object = 1
        for _ in range(depth):
            value = [value]
        engine = RustEngine()
        engine.init(small())
        if legal:
            assert engine.step([value], None, False)["step"] == 0
        else:
            with pytest.raises(_native.CommandError):
                engine.step([value], None, False)
