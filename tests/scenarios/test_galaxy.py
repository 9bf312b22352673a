"""The generated galaxy against definitions: spanning tree, neighbours, ways, homes, spacing."""

import itertools
import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.scenarios.scenario_files import scenario_text, write
from void_reckoning_scenarios import lanes
from void_reckoning_scenarios.resolve import resolve

COORDINATE = st.integers(-5, 5).map(lambda value: value << 32)
POINTS = st.lists(st.tuples(COORDINATE, COORDINATE, COORDINATE), min_size=2, max_size=6)


def total(points: list[lanes.Point], pairs: set[tuple[int, int]]) -> int:
    return sum(lanes.distance(points[a], points[b]) for a, b in pairs)


def joins_all(points: list[lanes.Point], pairs: set[tuple[int, int]]) -> bool:
    ways = lanes.way_lengths(len(points), [(a, b, 1) for a, b in pairs], 0)
    return lanes.UNREACHED not in ways


@given(POINTS)
def test_no_set_of_as_many_lanes_that_joins_all_is_shorter(points: list[lanes.Point]) -> None:
    tree = lanes.spanning_tree(points)
    assert len(tree) == len(points) - 1
    assert joins_all(points, tree)
    every = list(itertools.combinations(range(len(points)), 2))
    if len(points) <= 5:
        for pairs in itertools.combinations(every, len(points) - 1):
            if joins_all(points, set(pairs)):
                assert total(points, tree) <= total(points, set(pairs))


@given(POINTS, st.integers(0, 3))
def test_each_point_has_its_nearest(points: list[lanes.Point], count: int) -> None:
    pairs = lanes.neighbour_pairs(points, count)
    for slot, point in enumerate(points):
        ranked = sorted(
            (lanes.distance(point, other), place)
            for place, other in enumerate(points)
            if place != slot
        )
        for _, other in ranked[:count]:
            assert (min(slot, other), max(slot, other)) in pairs
    if count == 0:
        assert pairs == set()


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9)).filter(
            lambda lane: lane[0] < lane[1]
        ),
        max_size=12,
    )
)
def test_ways_are_the_shortest(edges: list[tuple[int, int, int]]) -> None:
    best = [0] + [10**9] * 5
    for _ in range(6):
        for a, b, weight in edges:
            best[a] = min(best[a], best[b] + weight)
            best[b] = min(best[b], best[a] + weight)
    expected = [lanes.UNREACHED if way >= 10**9 else way for way in best]
    assert lanes.way_lengths(6, edges, 0) == expected


def test_a_generated_galaxy_keeps_what_its_plan_says(tmp_path: Path) -> None:
    scenario, _ = resolve(write(tmp_path, scenario_text(generated=True)), None)
    found = json.loads(scenario)["state"]["universes"][0]["tables"]
    points = list(
        zip(found["system"]["x"], found["system"]["y"], found["system"]["z"], strict=True)
    )
    assert len(points) == 8
    for left, right in itertools.combinations(points, 2):
        assert lanes.distance(left, right) >= 10 << 32
    for x, y, z in points:
        assert lanes.distance((x, y, 0), (0, 0, 0)) <= 100 << 32
        assert abs(z) <= 5 << 32
    edges = list(zip(found["lane"]["a"], found["lane"]["b"], found["lane"]["weight"], strict=True))
    for a, b, weight in edges:
        assert weight == max(1, (lanes.distance(points[a], points[b]) // 4) >> 32)
    assert lanes.UNREACHED not in lanes.way_lengths(8, edges, 0)
    homes = found["faction"]["home"]
    assert len(set(homes)) == 2
    planets = zip(found["planet"]["system"], found["planet"]["income"], strict=True)
    for system, income in planets:
        assert income == 50 if system in homes else 10 <= income <= 20
