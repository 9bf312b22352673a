"""Axial hexes for the ground and for tactics: distance, neighbours, rings (RULES.md, `shared/hex`).

A hex is (q, r). The order of what is returned is part of the rule, since ties break by it.
Twin: `engine/crates/shared/src/hex.rs`. Knows no terrain.
"""

DIRECTIONS = ((1, 0), (0, 1), (-1, 1), (-1, 0), (0, -1), (1, -1))

_COORDINATE_MAX = 1 << 20
_RING_START = 4


def distance(aq: int, ar: int, bq: int, br: int) -> int:
    """Return how many steps lie between two hexes."""
    _check(aq, ar)
    _check(bq, br)
    dq = aq - bq
    dr = ar - br
    return (abs(dq) + abs(dr) + abs(dq + dr)) // 2


def neighbours(q: int, r: int) -> list[tuple[int, int]]:
    """Return the six hexes around one, in the order of `DIRECTIONS`."""
    _check(q, r)
    return [(q + dq, r + dr) for dq, dr in DIRECTIONS]


def ring(q: int, r: int, radius: int) -> list[tuple[int, int]]:
    """Return the hexes at exactly `radius` steps, once around: 6 · radius, or the hex itself.

    It starts in direction 4 and walks `radius` steps in each direction, in their order.
    """
    _check(q, r)
    assert radius >= 0, f"a ring has a radius of at least 0, not {radius}"
    if radius == 0:
        return [(q, r)]
    start_dq, start_dr = DIRECTIONS[_RING_START]
    at_q = q + radius * start_dq
    at_r = r + radius * start_dr
    hexes = []
    for dq, dr in DIRECTIONS:
        for _ in range(radius):
            hexes.append((at_q, at_r))
            at_q += dq
            at_r += dr
    return hexes


def spiral(q: int, r: int, radius: int) -> list[tuple[int, int]]:
    """Return all hexes within `radius` steps: the rings 0 to `radius`, one after the other."""
    _check(q, r)
    assert radius >= 0, f"a spiral has a radius of at least 0, not {radius}"
    hexes = []
    for ring_radius in range(radius + 1):
        hexes.extend(ring(q, r, ring_radius))
    return hexes


def _check(q: int, r: int) -> None:
    """Every hex that enters lies on the map, whose sides the rules bound by 2^20."""
    assert abs(q) <= _COORDINATE_MAX, f"q = {q} is off every map"
    assert abs(r) <= _COORDINATE_MAX, f"r = {r} is off every map"
