"""The distance in space: exact sum, root rounded down, bounds of the coordinates."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from void_reckoning_reference.shared import fx, vector

COORDINATE_MAX = 2**52
POINT = st.tuples(*[st.integers(-COORDINATE_MAX, COORDINATE_MAX)] * 3)
FAR = (COORDINATE_MAX,) * 3
OPPOSITE = (-COORDINATE_MAX,) * 3


@given(POINT, POINT)
@example(FAR, OPPOSITE)
@example((0, 0, 0), (0, 0, 1))
def test_it_is_the_greatest_whole_number_not_above_the_root(
    a: tuple[int, int, int], b: tuple[int, int, int]
) -> None:
    exact = sum((left - right) ** 2 for left, right in zip(a, b, strict=True))
    found = vector.distance_floor(*a, *b)
    assert found >= 0
    assert found**2 <= exact < (found + 1) ** 2
    assert found == vector.distance_floor(*b, *a)
    assert found < 2**63, "the distance of any two points fits i64"


def test_known_distances() -> None:
    one = fx.ONE
    assert vector.distance_floor(0, 0, 0, 3 * one, 4 * one, 12 * one) == 13 * one
    assert vector.distance_floor(0, 0, 0, 1, 1, 1) == 1
    assert vector.distance_floor(5, -7, 9, 5, -7, 9) == 0


def test_a_point_out_of_space_is_a_bug_and_one_on_its_edge_is_not() -> None:
    assert vector.distance_floor(*FAR, *FAR) == 0
    for position in range(6):
        coordinates = [0] * 6
        coordinates[position] = -COORDINATE_MAX - 1
        with pytest.raises(AssertionError, match="out of space"):
            vector.distance_floor(*coordinates)
