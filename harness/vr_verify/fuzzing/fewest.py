"""Delta debugging: as few of many parts as still do (Zeller and Hildebrandt, 2002).

It must not know what the parts are.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

Part = TypeVar("Part")


def fewest(parts: Sequence[Part], holds: Callable[[list[Part]], bool]) -> list[Part]:
    """Leave out as many parts as can be: all, then halves, then ever smaller groups.

    What is returned held, or is all of the parts. Order is kept.
    """
    kept, size = list(parts), len(parts)
    while size:
        at = 0
        while at < len(kept):
            without = kept[:at] + kept[at + size :]
            if holds(without):
                kept = without
            else:
                at += size
        size //= 2
    return kept
