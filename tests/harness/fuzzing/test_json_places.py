"""Places in a JSON value: each is met once and leads back; a change shares nothing with the old."""

from copy import deepcopy
from typing import Any

import pytest

from vr_verify.fuzzing import json_places

VALUE: dict[str, Any] = {"b": [1, {"c": "2"}, []], "a": {"d": None, "e": [True]}}
PATHS = [
    (),
    ("a",),
    ("a", "d"),
    ("a", "e"),
    ("a", "e", 0),
    ("b",),
    ("b", 0),
    ("b", 1),
    ("b", 1, "c"),
    ("b", 2),
]


def test_every_place_is_met_once_with_its_value_containers_first() -> None:
    met = list(json_places.walk(VALUE))
    assert [path for path, _ in met] == PATHS
    assert all(json_places.value_at(VALUE, path) is item for path, item in met)


def test_a_change_is_at_its_place_only_and_leaves_the_old_value_alone() -> None:
    before = deepcopy(VALUE)
    changed = json_places.replaced(VALUE, ("b", 1, "c"), "7")
    assert changed == {"b": [1, {"c": "7"}, []], "a": VALUE["a"]}
    assert json_places.replaced(VALUE, (), 5) == 5
    many = json_places.filled(VALUE, {("b", 0): 0, ("b", 1, "c"): "0", ("a", "e", 0): False})
    assert many == {"b": [0, {"c": "0"}, []], "a": {"d": None, "e": [False]}}
    assert json_places.filled(VALUE, {}) == VALUE
    assert json_places.filled(VALUE, {(): 5}) == 5
    assert before == VALUE


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0),
        (-7, -7),
        ("0", 0),
        ("-12", -12),
        ("007", 7),
        (True, None),
        (None, None),
        ("", None),
        ("-", None),
        ("--1", None),
        ("+1", None),
        ("1.5", None),
        ("²", None),
        ("\u0661", None),
        ([1], None),
    ],
)
def test_a_number_is_an_integer_or_a_decimal_text(value: Any, number: int | None) -> None:
    assert json_places.number(value) == number


def test_a_number_is_written_the_way_the_old_one_was() -> None:
    assert json_places.like("12", 5) == "5"
    assert json_places.like(12, 5) == 5
