"""The canonical route: against a search that tries every way, and at its boundaries."""

from hypothesis import given
from hypothesis import strategies as st

from void_reckoning_reference.pathfinding.route import (
    UNREACHABLE,
    adjacency,
    distances,
    next_hop,
)
from void_reckoning_reference.shared.ids import NONE

SYSTEMS = 6
SLOT = st.integers(0, SYSTEMS - 1)
LANES = st.lists(st.tuples(SLOT, SLOT, st.integers(1, 9)).filter(lambda lane: lane[0] != lane[1]))


def by_relaxation(lanes: list[tuple[int, int, int]], target: int) -> list[int]:
    """Relax every lane as often as there are systems: slow, and plainly right."""
    found = [UNREACHABLE] * SYSTEMS
    found[target] = 0
    for _ in range(SYSTEMS):
        for a, b, weight in lanes:
            found[a] = min(found[a], found[b] + weight)
            found[b] = min(found[b], found[a] + weight)
    return found


@given(LANES, SLOT)
def test_distances_are_those_of_relaxing_every_lane(
    lanes: list[tuple[int, int, int]], target: int
) -> None:
    assert distances(adjacency(SYSTEMS, lanes), target) == by_relaxation(lanes, target)


@given(LANES, SLOT, SLOT)
def test_following_next_hops_costs_the_distance(
    lanes: list[tuple[int, int, int]], start: int, target: int
) -> None:
    graph = adjacency(SYSTEMS, lanes)
    to_target = distances(graph, target)
    at, spent = start, 0
    while (hop := next_hop(graph, to_target, at)) != NONE:
        spent += dict(graph[at])[hop]
        at = hop
    reached = to_target[start] != UNREACHABLE
    assert (at, spent) == ((target, to_target[start]) if reached else (start, 0))


def test_of_several_lanes_the_least_weight_counts_and_neighbours_ascend() -> None:
    lanes = [(2, 0, 5), (0, 1, 4), (0, 2, 3), (1, 0, 9)]
    assert adjacency(4, lanes) == [[(1, 4), (2, 3)], [(0, 4)], [(0, 3)], []]


def test_of_equal_ways_the_least_neighbour_is_next() -> None:
    graph = adjacency(4, [(0, 2, 1), (2, 3, 2), (0, 1, 2), (1, 3, 1)])
    assert next_hop(graph, distances(graph, 3), 0) == 1
    longer = adjacency(4, [(0, 2, 1), (2, 3, 2), (0, 1, 2), (1, 3, 2)])
    assert next_hop(longer, distances(longer, 3), 0) == 2
