"""Time per part of a turn, for benchmarks only: without a clock it does nothing.

What it measures must never reach a report: the same work gives the same bytes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Clock = Callable[[], int]
"""Gives nanoseconds, ascending."""


class Stopwatch:
    """Nanoseconds by part: `step`, `digest`, `transport`, `compare`."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock
        self.nanoseconds: dict[str, int] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Add the time of the body to a part."""
        if self._clock is None:
            yield
            return
        started = self._clock()
        try:
            yield
        finally:
            spent = self._clock() - started
            self.nanoseconds[name] = self.nanoseconds.get(name, 0) + spent
