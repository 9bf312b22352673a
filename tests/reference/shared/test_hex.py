"""Hexes: a metric, six neighbours, rings whose order is part of the rule."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from void_reckoning_reference.shared import hex as hexes

COORDINATE = st.integers(-(2**19), 2**19)
HEX = st.tuples(COORDINATE, COORDINATE)
Hex = tuple[int, int]


def walked(start: Hex, steps_max: int) -> dict[Hex, int]:
    """Find every hex within some steps by walking, with the number of steps it took."""
    steps = {start: 0}
    edge = [start]
    for step in range(1, steps_max + 1):
        reached = [(q + dq, r + dr) for q, r in edge for dq, dr in hexes.DIRECTIONS]
        edge = [place for place in dict.fromkeys(reached) if place not in steps]
        steps |= dict.fromkeys(edge, step)
    return steps


def test_directions_come_in_the_order_of_the_rule() -> None:
    assert hexes.DIRECTIONS == ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))


@given(HEX, HEX, HEX)
def test_distance_is_a_metric(a: Hex, b: Hex, c: Hex) -> None:
    assert (hexes.distance(*a, *b) == 0) == (a == b)
    assert hexes.distance(*a, *b) == hexes.distance(*b, *a)
    assert hexes.distance(*a, *c) <= hexes.distance(*a, *b) + hexes.distance(*b, *c)


def test_distance_counts_the_steps_of_a_walk() -> None:
    steps = walked((3, -2), 6)
    assert len(steps) == 127
    assert all(hexes.distance(3, -2, q, r) == count for (q, r), count in steps.items())


@given(HEX)
def test_neighbours_are_one_step_away_in_direction_order(centre: Hex) -> None:
    around = hexes.neighbours(*centre)
    offsets = tuple((q - centre[0], r - centre[1]) for q, r in around)
    assert offsets == hexes.DIRECTIONS
    assert all(hexes.distance(*centre, *place) == 1 for place in around)


@given(HEX, st.integers(1, 12))
def test_a_ring_is_a_closed_walk_at_one_distance(centre: Hex, radius: int) -> None:
    around = hexes.ring(*centre, radius)
    assert len(around) == len(set(around)) == 6 * radius
    assert all(hexes.distance(*centre, *place) == radius for place in around)
    closed = zip(around, [*around[1:], around[0]], strict=True)
    assert all(hexes.distance(*here, *there) == 1 for here, there in closed)
    assert around[0] == (centre[0], centre[1] - radius), "it starts in direction 4"


def test_rings_by_hand() -> None:
    assert hexes.ring(5, 7, 0) == [(5, 7)]
    assert hexes.ring(0, 0, 1) == [(0, -1), (1, -1), (1, 0), (0, 1), (-1, 1), (-1, 0)]


@given(HEX, st.integers(0, 8))
def test_a_spiral_is_its_rings_and_all_that_a_walk_reaches(centre: Hex, radius: int) -> None:
    within = hexes.spiral(*centre, radius)
    assert within == [place for step in range(radius + 1) for place in hexes.ring(*centre, step)]
    assert set(within) == set(walked(centre, radius))


def test_a_negative_radius_and_a_hex_off_the_map_are_bugs() -> None:
    assert hexes.distance(2**20, -(2**20), -(2**20), 2**20) == 2**21
    with pytest.raises(AssertionError, match="off every map"):
        hexes.distance(0, 0, 0, 2**20 + 1)
    with pytest.raises(AssertionError, match="off every map"):
        hexes.neighbours(-(2**20) - 1, 0)
    for walk in (hexes.ring, hexes.spiral):
        with pytest.raises(AssertionError, match="radius of at least 0"):
            walk(0, 0, -1)
