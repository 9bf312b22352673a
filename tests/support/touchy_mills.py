"""Mills whose answer hangs on something that must not matter, each on one thing.

From turn 3 on each takes a toll that depends on its surroundings or on how it is played. The
honest mill is the clean twin of them all.
"""

import ctypes
import locale
import math
import os
import time
from pathlib import Path
from typing import Any, ClassVar

from tests.support.mill_engine import MillEngine

TURN = 3
BIG_ENVIRONMENT_BYTES = 90_000
FRESH_BYTES = 300_000
COINS = "VR_TEST_COINS"
"""The variable that names the file in which tosses are counted."""
# The first bits of the fraction of the golden ratio: as fair as any coin.
ROW_OF_COINS = 0x9E3779B97F4A7C15


class Touchy(MillEngine):
    """Pays honestly; the others say in `mood` what their toll hangs on."""

    name = "touchy"

    def pay(self) -> None:
        """Pay, and let the mood of the day count."""
        super().pay()
        if self.turn >= TURN:
            self.treasury[0] += self.mood() % 2**32

    def mood(self) -> int:
        """Give the number that must not matter."""
        return 0


class Hashing(Touchy):
    """Hangs on the hash seed."""

    def mood(self) -> int:
        """Hash a text."""
        return hash("the miller's daughter")


class Threading(Touchy):
    """Hangs on the number of threads."""

    def mood(self) -> int:
        """Read it."""
        return int(os.environ.get("VR_THREADS", "0")) // 8


class Bound(Touchy):
    """Hangs on the number of processors it may use."""

    def mood(self) -> int:
        """Count them."""
        return len(os.sched_getaffinity(0))


class Unwashed(Touchy):
    """Reads memory that nobody has written."""

    def mood(self) -> int:
        """Read a byte from the middle of a fresh block, which the kernel hands out as zeros."""
        library = ctypes.CDLL(None)
        library.malloc.restype = ctypes.c_void_p
        library.malloc.argtypes = [ctypes.c_size_t]
        block = library.malloc(FRESH_BYTES)
        return ctypes.string_at(block + FRESH_BYTES // 2, 1)[0]


class Spelling(Touchy):
    """Hangs on the locale."""

    def mood(self) -> int:
        """Ask the C library for the name of the encoding."""
        locale.setlocale(locale.LC_ALL, "")
        return len(locale.nl_langinfo(locale.CODESET))


class Punctual(Touchy):
    """Hangs on the time zone."""

    def mood(self) -> int:
        """Read the clock of 1 January 1970."""
        return time.localtime(0).tm_hour * 60 + time.localtime(0).tm_min


class Rooted(Touchy):
    """Hangs on its directory."""

    def mood(self) -> int:
        """Look how deep it is."""
        return str(Path.cwd()).count("/") // 4


class Crowded(Touchy):
    """Hangs on the size of its environment."""

    def mood(self) -> int:
        """Weigh it."""
        return int(sum(map(len, os.environ.values())) > BIG_ENVIRONMENT_BYTES)


class Lasting(Touchy):
    """Remembers in the module what an earlier run has left."""

    runs: ClassVar[list[int]] = []

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Begin, and note it where the next run finds it."""
        self.runs.append(1)
        return super().init(scenario)

    def mood(self) -> int:
        """Count the runs."""
        return len(self.runs)


class Forgetful(Touchy):
    """Keeps something beside its state, which a restore loses."""

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Begin with nothing beside the state."""
        self.beside = 0
        return super().init(scenario)

    def restore(self, turn: int, archives: list[tuple[int, str, bytes]]) -> dict[str, Any]:
        """Restore the state, and lose the rest."""
        self.beside = 0
        return super().restore(turn, archives)

    def mood(self) -> int:
        """Count on."""
        self.beside += 1
        return self.beside


class Losing(MillEngine):
    """Loses a column of its state in a restore."""

    name = "losing"

    def restore(self, turn: int, archives: list[tuple[int, str, bytes]]) -> dict[str, Any]:
        """Restore all but the toll."""
        super().restore(turn, archives)
        self.treasury = dict.fromkeys(self.treasury, 0)
        return self.opening()


class Shy(Touchy):
    """Changes when it is looked at."""

    looks = 0

    def events(self) -> bytes:
        """Tell, and be disturbed."""
        self.looks += 1
        return super().events()

    def digests(self) -> dict[str, str]:
        """Its own looking does not count."""
        looks = self.looks
        told = super().digests()
        self.looks = looks
        return told

    def mood(self) -> int:
        """Count the looks."""
        return self.looks


class Placed(Touchy):
    """Hangs on where the kernel has put it."""

    def mood(self) -> int:
        """Look where the C library lies."""
        place = ctypes.cast(ctypes.CDLL(None).malloc, ctypes.c_void_p).value
        assert place is not None
        return place >> 12


class Rounding(Touchy):
    """Computes with the mathematics of the C library."""

    def mood(self) -> int:
        """Add up sines and powers, each to its last bit."""
        values = [at * 0.37 + 1 / at for at in range(1, 3000)]
        return sum(hash(math.sin(value)) + hash(math.pow(value, 1.37)) for value in values)


class Vectored(Touchy):
    """Declares that it can do with the plainest instructions, and computes otherwise with them."""

    capabilities = (*MillEngine.capabilities, "isa")

    def mood(self) -> int:
        """Look which instructions are asked for."""
        return len(os.environ.get("VR_ISA", ""))


class Tossing(Touchy):
    """Tosses a coin for the whole run: the next one of a fixed row of coins."""

    def init(self, scenario: bytes) -> dict[str, Any]:
        """Begin with a toss; the file is as long as there have been tosses."""
        with Path(os.environ[COINS]).open("ab") as file:
            at = file.tell()
            file.write(b".")
        self.side = ROW_OF_COINS >> at % 64 & 1
        return super().init(scenario)

    def mood(self) -> int:
        """Give the side that came up."""
        return self.side


class Paired(Touchy):
    """Hangs on the time zone and the number of threads together, on neither alone."""

    def mood(self) -> int:
        """Look at both."""
        return int(os.environ.get("TZ") == "UTC0" and os.environ.get("VR_THREADS") == "1")


class Brittle(Touchy):
    """Breaks down under the debugging allocator of Python."""

    def mood(self) -> int:
        """Break down."""
        if os.environ.get("PYTHONMALLOC") == "debug":
            raise RuntimeError("the wheel broke")
        return 0


class Undigested(Punctual):
    """Hangs on the time zone and tells no digests."""

    capabilities = ("resolve",)


class Lying(MillEngine):
    """Tells the digest of a state that it does not hold, in the root directory only."""

    name = "lying"

    def snapshot(self) -> list[tuple[int, str, bytes]]:
        """Give another state than the one it tells of."""
        if Path.cwd() != Path("/"):
            return super().snapshot()
        self.treasury[0] += 1
        archives = super().snapshot()
        self.treasury[0] -= 1
        return archives
