"""Lanes over points in space: the minimum spanning tree and the nearest neighbours, made exactly.

Distances are `shared/vector`'s; ties go to the lower slots. Knows no planets and no factions.
"""

from void_reckoning_reference.shared.fx import mul_floor, to_int_floor
from void_reckoning_reference.shared.vector import distance_floor

Point = tuple[int, int, int]

UNREACHED = -1


def distance(left: Point, right: Point) -> int:
    """Return the raw distance of two points, rounded down."""
    return distance_floor(*left, *right)


def spanning_tree(points: list[Point]) -> set[tuple[int, int]]:
    """Return the pairs (a, b), a < b, of the minimum spanning tree (Prim, from slot 0)."""
    nearest = {slot: (distance(points[0], points[slot]), 0) for slot in range(1, len(points))}
    pairs: set[tuple[int, int]] = set()
    while nearest:
        slot = min(nearest, key=lambda other: (nearest[other], other))
        _, inside = nearest.pop(slot)
        pairs.add((min(slot, inside), max(slot, inside)))
        for other, best in nearest.items():
            nearest[other] = min(best, (distance(points[slot], points[other]), slot))
    return pairs


def neighbour_pairs(points: list[Point], count: int) -> set[tuple[int, int]]:
    """Return the pairs (a, b), a < b, of each point and the `count` nearest to it."""
    pairs: set[tuple[int, int]] = set()
    for slot, point in enumerate(points):
        others = [(distance(point, points[other]), other) for other in range(len(points))]
        others.remove((0, slot))
        for _, other in sorted(others)[:count]:
            pairs.add((min(slot, other), max(slot, other)))
    return pairs


def lane_weight(length: int, weight_per_lightyear: int) -> int:
    """Return a lane's weight: ⌊length · weight per lightyear⌋, at least 1; both fx raw."""
    return max(1, to_int_floor(mul_floor(length, weight_per_lightyear)))


def way_lengths(systems: int, lanes: list[tuple[int, int, int]], start: int) -> list[int]:
    """Return the least sum of weights from `start` to each system, UNREACHED where no way leads."""
    ends: list[list[tuple[int, int]]] = [[] for _ in range(systems)]
    for a, b, weight in lanes:
        ends[a].append((b, weight))
        ends[b].append((a, weight))
    lengths = [UNREACHED] * systems
    open_ends = {start: 0}
    while open_ends:
        system = min(open_ends, key=lambda other: (open_ends[other], other))
        lengths[system] = open_ends.pop(system)
        for other, weight in ends[system]:
            if lengths[other] == UNREACHED:
                way = lengths[system] + weight
                open_ends[other] = min(way, open_ends.get(other, way))
    return lengths
