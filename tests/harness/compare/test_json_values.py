"""Where two JSON values differ: each kind of place, and nothing where nothing differs."""

from typing import Any

import pytest

from vr_verify.compare.json_values import TEXT_CHARACTERS_MAX, json_differences


def found(left: Any, right: Any) -> list[tuple[str, str, str]]:
    return [(d.path, d.left, d.right) for d in json_differences(left, right)]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 2, [("$", "1", "2")]),
        (1, True, [("$", "1", "true")]),
        ("1", 1, [("$", '"1"', "1")]),
        (None, {}, [("$", "null", "{}")]),
        ([1, 2], [1], [("$[1]", "2", "absent")]),
        ([1], [1, None], [("$[1]", "absent", "null")]),
        ({"b": 1, "a": 1}, {"b": 2, "a": 2}, [("$.a", "1", "2"), ("$.b", "1", "2")]),
        ({"a": [{"x": 1}]}, {"a": [{"x": 2}]}, [("$.a[0].x", "1", "2")]),
        ({"a b": 1}, {}, [('$["a b"]', "1", "absent")]),
        ({}, {"ä": None}, [('$["ä"]', "absent", "null")]),
    ],
)
def test_each_difference_has_its_path(left: Any, right: Any, expected: list[Any]) -> None:
    assert found(left, right) == expected
    assert found(left, left) == found(right, right) == []


def test_long_values_are_cut() -> None:
    ((_, left, right),) = found("x" * 1000, "y")
    assert len(left) == TEXT_CHARACTERS_MAX
    assert left.endswith("…")
    assert right == '"y"'
