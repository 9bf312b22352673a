"""The draws of `resolve`: streams of the seed, in a phase of their own (RULES.md, `shared/stream`).

Sites: `galaxy.position.x`, `.y`, `.z`; `galaxy.planets.count`; `galaxy.planet.class`, `.income`;
`galaxy.home.first`. They happen before turn 0, so no ledger counts them.
"""

from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.shared.stream import draw_many, stream_key

PHASE = "resolve"
UNIVERSE = 0
_TURN = 0


def draws(seed: int, stream: str, scope: list[int], count: int, first: int = 0) -> list[int]:
    """Return `count` draws (u64) of a stream, from its draw `first` on."""
    key = stream_key(seed, UNIVERSE, _TURN, PHASE, NONE, stream, scope)
    return draw_many(key, first, count)
