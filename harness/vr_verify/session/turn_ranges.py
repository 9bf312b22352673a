"""Turns as ranges, both ends included: ascending ones made compact, and those asked for.

It must not know what the turns have in common.
"""

from collections.abc import Iterable, Sequence

from vr_verify.errors import UsageError


class TurnRanges:
    """Turns that are added in ascending order; memory grows with the ranges, not the turns."""

    def __init__(self, turns: Iterable[int] = ()) -> None:
        self._ranges: list[tuple[int, int]] = []
        self.total = 0
        for turn in turns:
            self.add(turn)

    def add(self, turn: int) -> None:
        """Add a turn that is later than all so far."""
        assert not self._ranges or turn > self._ranges[-1][1], "turns come in order"
        self.total += 1
        if self._ranges and self._ranges[-1][1] == turn - 1:
            self._ranges[-1] = (self._ranges[-1][0], turn)
        else:
            self._ranges.append((turn, turn))

    @property
    def first(self) -> int | None:
        """The first turn, None if there is none."""
        return self._ranges[0][0] if self._ranges else None

    @property
    def last(self) -> int | None:
        """The last turn, None if there is none."""
        return self._ranges[-1][1] if self._ranges else None

    def texts(self) -> tuple[str, ...]:
        """Return each range as text."""
        return tuple(range_text(first, last) for first, last in self._ranges)

    def after(self, last_compared: int) -> tuple[int, ...]:
        """Return the first turn behind each range, as far as that was compared."""
        return tuple(end + 1 for _, end in self._ranges if end < last_compared)


def range_text(first: int, last: int) -> str:
    """Return one range as text."""
    return str(first) if first == last else f"{first}:{last}"


def turns_within(log_turns: Sequence[int], asked: tuple[int, int] | None) -> tuple[int, int]:
    """Return the first and the last of a log's turns that are asked for, None: all of them.

    UsageError where there is none.
    """
    first, last = log_turns[0], log_turns[-1]
    if asked is None:
        return first, last
    start, end = asked
    if start > end:
        raise UsageError(f"turns {start}:{end}: the first is after the last")
    if start > last or end < first:
        raise UsageError(f"turns {start}:{end}: the log holds {first} to {last}")
    return max(start, first), min(end, last)
