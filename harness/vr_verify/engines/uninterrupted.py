"""A stretch of work that Ctrl-C must not cut in two: it is heeded right after it.

It must not know the work.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_NUMBERS: Final = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back requests to end until the block is done, then hand them to whom they were for.

    Only the main thread is ever interrupted, so elsewhere there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    heeding = {}
    for number in _NUMBERS:
        current = signal.getsignal(number)
        if callable(current):
            heeding[number] = current
            signal.signal(number, lambda *request: held.append(request))
    try:
        yield
    finally:
        for number, heeded in heeding.items():
            signal.signal(number, heeded)
        for requested, frame in held:
            heeding[signal.Signals(requested)](requested, frame)
