"""What this process was started with, made fit to run in: its three streams and its signals.

It runs before the program is imported, and must not know what the program does.
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


def _occupy_descriptors() -> None:
    """Fill the standard descriptors that are closed, lest a log be opened as one of them."""
    for descriptor, mode in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            # The lowest free descriptor is given, and those below are taken by now.
            os.open(os.devnull, mode)
