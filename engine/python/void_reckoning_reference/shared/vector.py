"""Space: points of three fixed-point coordinates and the one distance between them.

Law: RULES.md, `shared/vector`. Twin: `engine/crates/shared/src/vector.rs`. Knows no galaxy.
"""

from math import isqrt

_COORDINATE_MAX = 1 << (20 + 32)


def distance_floor(ax: int, ay: int, az: int, bx: int, by: int, bz: int) -> int:
    """Return the distance of two points as raw fx, rounded down.

    Coordinates are raw fx of at most 2^20 on either side of 0. The sum of squares is exact; the
    only rounding is that of the integer square root.
    """
    for coordinate in (ax, ay, az, bx, by, bz):
        assert -_COORDINATE_MAX <= coordinate <= _COORDINATE_MAX, f"{coordinate} is out of space"
    dx = ax - bx
    dy = ay - by
    dz = az - bz
    return isqrt(dx * dx + dy * dy + dz * dz)
