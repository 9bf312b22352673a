"""The canonical route: defined by distances alone, so any exact method gives the same.

Law: RULES.md, `pathfinding/route`. Lanes are undirected, weights at least 1. Knows no fleet.
Twin: `engine/crates/pathfinding/src/route.rs`.
"""

from collections.abc import Sequence
from heapq import heappop, heappush

from void_reckoning_reference.shared.ids import NONE

UNREACHABLE = 4294967295


def adjacency(systems: int, lanes: Sequence[tuple[int, int, int]]) -> list[list[tuple[int, int]]]:
    """Return for each of `systems` systems its (neighbour, weight), neighbours ascending.

    `lanes` are (a, b, weight); of several lanes between two systems the least weight counts.
    """
    weights: list[dict[int, int]] = [{} for _ in range(systems)]
    for a, b, weight in lanes:
        assert weight >= 1, f"a lane of weight {weight}"
        least = min(weight, weights[a].get(b, weight))
        weights[a][b] = least
        weights[b][a] = least
    return [sorted(neighbours.items()) for neighbours in weights]


def distances(adjacency: Sequence[Sequence[tuple[int, int]]], target: int) -> list[int]:
    """Return d(v, target) for each system v; UNREACHABLE where there is no way."""
    found = [UNREACHABLE] * len(adjacency)
    found[target] = 0
    frontier = [(0, target)]
    while frontier:
        distance, system = heappop(frontier)
        if distance > found[system]:
            continue
        for neighbour, weight in adjacency[system]:
            if distance + weight < found[neighbour]:
                found[neighbour] = distance + weight
                heappush(frontier, (distance + weight, neighbour))
    return found


def next_hop(
    adjacency: Sequence[Sequence[tuple[int, int]]], to_target: Sequence[int], system: int
) -> int:
    """Return the least neighbour v with w + to_target[v] = to_target[system].

    NONE if the system is the target or unreachable.
    """
    remaining = to_target[system]
    if remaining in (0, UNREACHABLE):
        return NONE
    for neighbour, weight in adjacency[system]:
        if weight + to_target[neighbour] == remaining:
            return neighbour
    raise AssertionError(f"no way on from system {system}, though {remaining} from the target")
