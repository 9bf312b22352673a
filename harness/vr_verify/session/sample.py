"""Which turns a side plays that is too slow for all of them: spread evenly, fixed by the run alone.

Spec: contract, section 3 (`--sample`). It must not know what a side is.
"""

from bisect import bisect_left
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Final

from vr_verify.canonical.packing import derived, u64

_CONTEXT: Final = "vr-verify 2026-11 sample v1"


@dataclass(frozen=True, slots=True)
class Sample:
    """The chosen turns out of `turns`, ascending; `share` is what was asked for."""

    share: Fraction
    turns: range
    chosen: tuple[int, ...]

    def __contains__(self, turn: int) -> bool:
        """Whether a turn was chosen."""
        at = bisect_left(self.chosen, turn)
        return at < len(self.chosen) and self.chosen[at] == turn


def choose(share: Fraction, scenario_digest: bytes, turns: range) -> Sample:
    """Choose a share of turns, rounded up: the first, the last, and one of each even part between.

    Where in its part a turn lies is BLAKE3 over the run's scenario and the part, so the same log
    and share give the same turns, and nobody can write an engine that is right at all of them.
    """
    count = min(len(turns), max(2, ceil(share * len(turns))))
    chosen = {turns[0], turns[-1]} if turns else set[int]()
    for part in range(1, count - 1):
        first, behind = (len(turns) * at // count for at in (part, part + 1))
        material = scenario_digest + u64(turns[first]) + u64(behind - first)
        number = derived(_CONTEXT, material)[:8]
        chosen.add(turns[first + int.from_bytes(number, "little") % (behind - first)])
    return Sample(share, turns, tuple(sorted(chosen)))
