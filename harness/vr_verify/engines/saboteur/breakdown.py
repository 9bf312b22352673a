"""Faults of a process rather than of a value: they break the answer that was to be sent.

Each takes the frame of the true answer and returns the bytes to send, or does not return. It must
not know engines or calls.
"""

import resource
import signal
from collections.abc import Callable
from typing import Final

GROWTH_STEP_BYTES: Final = 64 * 1024**2
GROWTH_MAX_BYTES: Final = 2 * 1024**3
_GARBAGE: Final = b"\xff\xff\xff\xffthis is no frame"


def _abort(frame: bytes) -> bytes:
    """End by SIGABRT, without the image that the kernel would write."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.raise_signal(signal.SIGABRT)
    return frame


def _hang(_frame: bytes) -> bytes:
    """Wait for a signal for ever."""
    while True:
        signal.pause()


def _grow(frame: bytes) -> bytes:
    """Take memory and touch every page, up to a bound that spares a machine without limits."""
    taken: list[bytes] = []
    while len(taken) * GROWTH_STEP_BYTES < GROWTH_MAX_BYTES:
        taken.append(bytes([len(taken)]) * GROWTH_STEP_BYTES)
    return frame


def _tear(frame: bytes) -> bytes:
    """Keep the first half."""
    return frame[: len(frame) // 2]


def _garble(_frame: bytes) -> bytes:
    """Give bytes whose length says that they are no frame."""
    return _GARBAGE


BREAKDOWNS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "crash": _abort,
    "hang": _hang,
    "growth": _grow,
    "torn-frame": _tear,
    "garbage-frame": _garble,
}
ENDS: Final = frozenset({"torn-frame"})
"""Breakdowns after which the process ends."""
