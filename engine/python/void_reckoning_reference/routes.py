"""Distances of one universe, kept: lanes do not change while a run is played.

No twin by path: each side keeps what it likes; the rule is `pathfinding/route`. Knows no fleet.
"""

from void_reckoning_reference.pathfinding.route import adjacency, distances
from void_reckoning_reference.world import World


class Routes:
    """The lanes of a world as its adjacency, and the distances to each target once asked for."""

    def __init__(self, world: World) -> None:
        lanes = [(lane.a, lane.b, lane.weight) for lane in world.lanes if lane.alive]
        self.adjacency = adjacency(len(world.systems), lanes)
        self._to: dict[int, list[int]] = {}

    def to(self, target: int) -> list[int]:
        """Return the distance of each system to the target, in turns at speed 1."""
        if target not in self._to:
            self._to[target] = distances(self.adjacency, target)
        return self._to[target]
