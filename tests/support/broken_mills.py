"""Mills that break down in the evening of turn 3, each in a way of its own.

Each has the honest mill's rules up to there. `Sane` is the clean twin of them all.
"""

import ctypes
import os
import subprocess
import sys
import time
from typing import Any

from tests.support.mill_engine import MillEngine

TURN = 3


class PanicException(BaseException):
    """No `Exception`: a panic of Rust comes out of native code like this, under this name."""


class Sane(MillEngine):
    """Breaks down never; the others say how in `break_down`."""

    def grind(self) -> None:
        """Grind, and break down when the turn has come."""
        if self.turn == TURN:
            self.break_down()
        super().grind()

    def break_down(self) -> None:
        """Do nothing of the kind."""


class Spacing(Sane):
    """Hands over a scenario that is not canonical."""

    def resolve(self, source: str, seed: str | None) -> tuple[bytes, list[dict[str, str]]]:
        """Resolve as the honest mill does, and put a space behind the text."""
        scenario, flaws = super().resolve(source, seed)
        return scenario + b" ", flaws


class Raising(Sane):
    """Raises what is an engine's own error."""

    def break_down(self) -> None:
        """Raise."""
        raise RuntimeError("the wheel broke")


class Panicking(Sane):
    """Panics as native code does."""

    def break_down(self) -> None:
        """Panic."""
        raise PanicException("index out of bounds: the len is 3 but the index is 3")


class Aborting(Sane):
    """Aborts."""

    def break_down(self) -> None:
        """Abort."""
        os.abort()


class Segfaulting(Sane):
    """Reads where nothing is."""

    def break_down(self) -> None:
        """Read at address 0."""
        ctypes.string_at(0)


class Leaving(Sane):
    """Ends without a word, and as if all were well."""

    def break_down(self) -> None:
        """Leave."""
        sys.exit(0)


class Hanging(Sane):
    """Hangs in native code with the interpreter locked."""

    def break_down(self) -> None:
        """Hang."""
        ctypes.PyDLL(None).sleep(60)


class Growing(Sane):
    """Takes memory without end."""

    def break_down(self) -> None:
        """Grow, slowly enough for an unwatched machine to survive a while."""
        kept = []
        while True:
            kept.append(b"x" * 2**20)
            time.sleep(0.001)


class Reserving(Sane):
    """Asks for more address space than there is."""

    def break_down(self) -> None:
        """Ask."""
        bytearray(2**60)


class Forking(Sane):
    """Leaves a process in a session of its own behind, and then crashes."""

    def break_down(self) -> None:
        """Fork and crash."""
        subprocess.Popen(["sleep", "60"], env={}, start_new_session=True)
        os._exit(1)


class Closing(Sane):
    """Closes every descriptor and lives on."""

    def break_down(self) -> None:
        """Close."""
        os.closerange(0, 100)
        time.sleep(60)


class Printing(Sane):
    """Prints in every way, which does no harm: it is the second clean twin."""

    def break_down(self) -> None:
        """Print by Python, by its descriptor, and by the C library."""
        print("a stray print")
        os.write(1, b"a stray write\n" * 10_000)
        library = ctypes.CDLL(None)
        library.puts(b"a stray puts")
        library.fflush(None)


class Sleepy(Sane):
    """Takes its time for each turn: the third clean twin, for time limits."""

    def grind(self) -> None:
        """Sleep and grind."""
        time.sleep(0.15)
        super().grind()


class Parting(Sane):
    """Computes something else in turn 2, and crashes in turn 3."""

    def pay(self) -> None:
        """Pay too much."""
        super().pay()
        if self.turn == TURN - 1:
            self.treasury[0] += 1

    def break_down(self) -> None:
        """Crash."""
        os._exit(1)


class PartingOnce(Parting):
    """Computes something else in turn 2; run again from there it crashes at once."""

    def restore(self, turn: int, archives: list[tuple[int, str, bytes]]) -> dict[str, Any]:
        """Crash."""
        raise RuntimeError("never again")

    def break_down(self) -> None:
        """Go on."""
