"""Cases of a campaign that played and brought something new: what later cases are changed from.

In memory only, and bounded. It must not know how a case is changed or played.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.draws import Draws, chosen
from vr_verify.model.run import Halt

_NEW_MAX: Final = 256
_RECENT_MAX: Final = 32
Feature = tuple[str, str, int]


def features(turns: int, halt: Halt | None, fired: Mapping[str, int]) -> frozenset[Feature]:
    """Say what a case has shown: its length, its halt, and how often each rule fired.

    Counts are told apart by their number of binary digits, so that a case counts as new when it
    does something about twice as often as any before it.
    """
    shown = [("turns", "", turns.bit_length())]
    if halt is not None:
        shown.append(("halt", f"{halt.error} in {halt.phase}", 0))
    shown += [("rule", rule, times.bit_length()) for rule, times in fired.items() if times]
    return frozenset(shown)


class Corpus:
    """Cases to change: those that showed something new, and a few of the latest that went on."""

    def __init__(self, bases: Iterable[Case] = ()) -> None:
        # How far those go is not known yet; they count for all of their length.
        self._bases = [(len(case.turns), case) for case in bases]
        self._new: deque[tuple[int, Case]] = deque(maxlen=_NEW_MAX)
        self._recent: deque[tuple[int, Case]] = deque(maxlen=_RECENT_MAX)
        self._seen: set[Feature] = set()

    def __len__(self) -> int:
        return len(self._bases) + len(self._new) + len(self._recent)

    def admit(self, case: Case, shown: frozenset[Feature], turns: int, halted: bool) -> bool:
        """Take in a case on which the sides agreed for `turns` turns; return whether it is new.

        What halted without showing anything new is left out: most changes of it halt again.
        """
        is_new = not shown <= self._seen
        self._seen |= shown
        if is_new or not halted:
            (self._new if is_new else self._recent).append((turns, case))
        return is_new

    def pick(self, draws: Draws) -> Case:
        """Return the one of two cases that went on for longer.

        Three times of four each of them is one that was new when it was played, if there is any.
        """
        one, other = self._any(draws), self._any(draws)
        return one[1] if one[0] >= other[0] else other[1]

    def _any(self, draws: Draws) -> tuple[int, Case]:
        pools: list[Sequence[tuple[int, Case]]]
        pools = [p for p in (self._new, self._recent, self._bases) if p]
        assert pools, "there is no case to pick"
        return chosen(draws, pools[0] if draws.below(4) else chosen(draws, pools))
