"""What this process was started with, made fit to run in: its three streams and its signals.

It runs before the program is imported and after it has ended; it must not know what that does.
"""

import os
import signal
import sys


def settle() -> None:
    """Give every stream something to be, and let a request to end clean up as Ctrl-C does."""
    _occupy_descriptors()
    if sys.stdout is None:
        # The descriptor is open for reading only: every write is refused and told as io_failed.
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        # Nobody hears what is said there; that alone is no failure.
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    # Whoever started us with the signal ignored wants it ignored.
    if signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)


def leave() -> None:
    """Empty both streams for good: a flush that fails as Python ends turns the exit code into 120.

    What cannot be written by now has been told by the exit code; it goes nowhere.
    """
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
