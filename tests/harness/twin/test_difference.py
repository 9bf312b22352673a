"""Results compared to the last bit and type: what differs is found at its path, what not is not."""

import math
import struct
from dataclasses import make_dataclass
from typing import Any

import numpy as np
import pytest

from tests.harness.twin.hulls import Fleet, Hull, Place, Posture
from vr_verify.errors import UsageError
from vr_verify.twin.difference import first_difference
from vr_verify.twin.literals import Writer
from vr_verify.twin.tolerance import Tallies, Tolerance

_NAN = struct.unpack(">d", bytes.fromhex("fff8000000000001"))[0]
_HULL = Hull(3, Posture.STILL, ["a"])

PAIRS: list[tuple[Any, Any, str, str]] = [
    (1, True, "$", "type"),
    (1, 1.0, "$", "type"),
    (True, 1.0, "$", "type"),
    (0.0, -0.0, "$", "value"),
    (math.nan, _NAN, "$", "value"),
    (1.0, math.nextafter(1.0, 2), "$", "value"),
    ([1, 2], (1, 2), "$", "type"),
    ([1, [2, 3]], [1, [2, 4]], "$[1][1]", "value"),
    ([1], [1, 2], "$[1]", "length"),
    ({"a": 1}, {"b": 1}, "$['a']", "key"),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "$", "order"),
    ({1: 0}, {True: 0}, "$", "order"),
    ({1, 2}, {1, 3}, "$[1]", "value"),
    (b"ab", bytearray(b"ab"), "$", "type"),
    (bytearray(b"ab"), bytearray(b"ac"), "$", "value"),
    (Posture.STILL, Posture.MOVING, "$", "value"),
    (Place(1, 2), (1, 2), "$", "type"),
    (Place(1, 2), Place(1, 3), "$.r", "value"),
    (Fleet(Place(0, 0), [_HULL]), Fleet(Place(0, 0), []), "$.hulls[0]", "length"),
    (_HULL, Hull(3, Posture.STILL, ["b"]), "$.names[0]", "value"),
    (np.array([1, 2]), np.array([1, 3]), "$[1]", "value"),
    (np.array([1], "<i4"), np.array([1], "<i8"), "$", "type"),
    (np.zeros((2, 2)), np.array([[0.0, 0.0], [0.0, -0.0]]), "$[1, 1]", "value"),
    (np.int64(1), 1, "$", "type"),
    (1 + 2j, 1 + 3j, "$", "value"),
]


@pytest.mark.parametrize(("left", "right", "path", "kind"), PAIRS)
def test_a_difference_is_found_at_its_path(left: Any, right: Any, path: str, kind: str) -> None:
    found = first_difference(left, right, Tallies())
    assert found is not None
    assert (found.path, found.kind) == (path, kind)
    assert found.left != found.right or kind == "order"
    for value in (left, right):
        assert first_difference(value, value, Tallies()) is None


def test_one_record_in_two_versions_is_compared_by_its_fields() -> None:
    versions = [make_dataclass("Unit", [("hp", int)]) for _ in range(2)]
    assert first_difference(versions[0](3), versions[1](3), Tallies()) is None
    found = first_difference(versions[0](3), versions[1](4), Tallies())
    assert found is not None
    assert found.path == "$.hp"
    grown = make_dataclass("Unit", [("hp", int), ("armour", int)])
    other = first_difference(versions[0](3), grown(3, 0), Tallies())
    assert other is not None
    assert (other.kind, other.right) == ("key", "fields hp, armour")


def test_what_cannot_be_compared_is_refused_and_not_passed() -> None:
    assert first_difference(1 + 2j, 1 + 2j, Tallies()) is None
    with pytest.raises(UsageError, match="give view="):
        first_difference([object()], [object()], Tallies())
    nested: list[Any] = []
    nested.append(nested)
    with pytest.raises(UsageError, match="nested over 64"):
        first_difference(nested, nested, Tallies())


@pytest.mark.parametrize(
    ("tolerance", "left", "right", "holds"),
    [
        (Tolerance("r", absolute=1), 5, 6, True),
        (Tolerance("r", absolute=1), 5, 7, False),
        (Tolerance("r", absolute=0.5), 2**62, 2**62 + 1, False),
        (Tolerance("r", absolute=2.0**53), 2.0**53, -1.0, False),
        (Tolerance("r", relative=1e-9), 1e9, 1e9 + 1, True),
        (Tolerance("r", relative=1e-9), 1e9, 1e9 + 2, False),
        (Tolerance("r", relative=1), math.inf, 1.0, False),
        (Tolerance("r", absolute=1), math.nan, math.nan, False),
        (Tolerance("r", nan=True), math.nan, math.nan, True),
        (Tolerance("r", nan=True), math.nan, 1.0, False),
    ],
)
def test_a_tolerance_is_exact_about_its_width(
    tolerance: Tolerance, left: float, right: float, holds: bool
) -> None:
    assert tolerance.holds(left, right) is holds


def test_a_tolerance_that_says_nothing_is_refused() -> None:
    assert Tolerance("why", absolute=1).described == "1"
    for wrong in ({}, {"absolute": -1}, {"relative": math.inf}, {"absolute": math.nan}):
        with pytest.raises(UsageError, match="above 0"):
            Tolerance("why", **wrong)
    with pytest.raises(UsageError, match="reason"):
        Tolerance(" ", absolute=1)


@pytest.mark.parametrize("value", [value for pair in PAIRS for value in pair[:2]])
def test_a_literal_makes_the_value_again(value: Any) -> None:
    writer = Writer()
    text = writer.text(value)
    names: dict[str, Any] = {}
    for module in writer.modules:
        exec(f"import {module}", names)
    made = eval(text, names)
    assert first_difference(value, made, Tallies()) is None, text


def test_a_literal_names_no_address() -> None:
    assert "0x" in repr(object())
    assert Writer().text([object()]) == "[<object object>]"
    assert Writer().text("x at 0x7f") == "'x at 0x7f'"
