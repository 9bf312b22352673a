"""What this process was started with, made fit to run in: its three streams and its signals.

It runs before the program is imported and after it has ended; it must not know what that does.
"""

import os
import signal
import sys
from types import FrameType


class _EndRequests:
    """Ctrl-C and a request to end, as an interrupt of what is being done.

    While the answer is on its way the first one is spared: half an answer, or two, is none. The
    second one is heeded even then, for a reader may never read on.
    """

    def __init__(self) -> None:
        self._spared = 0
        self._loading = True
        self._held = 0

    def spare_one(self) -> None:
        """Let the next request pass."""
        self._spared = 1

    def loaded(self) -> None:
        """Heed what was asked while the program was imported: an import loses an interrupt."""
        self._loading = False
        if self._held:
            raise KeyboardInterrupt

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Heed a request."""
        if self._loading:
            self._held += 1
            return
        if self._spared:
            self._spared -= 1
            return
        signal.default_int_handler(number, frame)


_requests = _EndRequests()


def settle() -> None:
    """Give every stream something to be, and let a request to end clean up as Ctrl-C does."""
    _occupy_descriptors()
    if sys.stdout is None:
        # The descriptor is open for reading only: every write is refused and told as io_failed.
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        # Nobody hears what is said there; that alone is no failure.
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    # Whoever started us with a signal ignored wants it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, _requests)


def loaded() -> None:
    """Note that the program is imported; KeyboardInterrupt if it was asked to end meanwhile."""
    _requests.loaded()


def answer_begins() -> None:
    """Note that the answer is on its way: it is delivered whole, and once."""
    _requests.spare_one()


def leave() -> None:
    """Empty both streams for good: a flush that fails as Python ends turns the exit code into 120.

    What cannot be written by now has been told by the exit code; it goes nowhere. So does a request
    to end, since that is what happens.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    # An interrupt that met an `exec` of text, as a dataclass in the making is, has marked this
    # process to kill itself by SIGINT at its exit, although it was heeded. The next one unmarks it.
    exec("")  # noqa: S102
    for stream, descriptor in ((sys.stdout, 1), (sys.stderr, 2)):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


def _occupy_descriptors() -> None:
    """Fill the standard descriptors that are closed, lest a log be opened as one of them."""
    for descriptor, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free descriptor is given, and those below are taken by now.
            os.open(os.devnull, mode)
