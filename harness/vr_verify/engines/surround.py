"""The launcher: changes what surrounds a program, and then becomes that program.

Spec: `factors.py`, which writes its orders. A program of the standard library, run between the
keeper and an engine; it stays the same process, so the keeper watches the engine as ever.
It must not know frames, calls or engines.
"""

# Started once for every worker: pathlib would be most of its time.
# ruff: noqa: PTH103, PTH112, PTH118, PTH123

import ctypes
import json
import os
import sys
import tempfile
from typing import Any, NoReturn

# From <sys/personality.h>.
ADDR_NO_RANDOMIZE = 0x0040000
PERSONALITY_ASK = 0xFFFFFFFF
# Carries nothing but its length.
FILL = "VR_VERIFY_FILL"
RANDOMISING = "/proc/sys/kernel/randomize_va_space"
# The name of the worker's own directory, which the keeper removes with all that is in it.
MARK = "VR_VERIFY_WORKER"
MEMORY_FILES = "/dev/shm"  # noqa: S108 - where `keeping.py` makes that directory
REFUSED = 126
NO_PROGRAM = 127


def refuse(problem: str, status: int = REFUSED) -> NoReturn:
    """Say on standard error what this machine does not allow, and end."""
    os.write(2, f"{problem}\n".encode("utf-8", "surrogateescape"))
    os._exit(status)


def lay_out(layout: str) -> None:
    """Have the kernel place the next program at fixed or at random addresses."""
    if not sys.platform.startswith("linux"):
        refuse("only Linux lets a program choose its address layout")
    personality = ctypes.CDLL(None, use_errno=True).personality
    personality.argtypes = [ctypes.c_ulong]
    now = personality(PERSONALITY_ASK)
    if now < 0:
        refuse(f"personality: {os.strerror(ctypes.get_errno())}")
    wanted = now | ADDR_NO_RANDOMIZE if layout == "fixed" else now & ~ADDR_NO_RANDOMIZE
    if layout == "randomised":
        with open(RANDOMISING, encoding="ascii") as file:
            if file.read().strip() == "0":
                refuse("this kernel randomises no addresses")
    if wanted != now and personality(wanted) < 0:
        refuse(f"personality: {os.strerror(ctypes.get_errno())}")


def confine(processors: str) -> None:
    """Leave this process only the first or the last of the processors that it may use."""
    if not hasattr(os, "sched_setaffinity"):
        refuse("this system cannot bind a process to a processor")
    free = sorted(os.sched_getaffinity(0))
    if len(free) < 2:
        refuse("there is only one processor here")
    os.sched_setaffinity(0, {free[0] if processors == "first" else free[-1]})


def enter(folder: str) -> None:
    """Make a folder below the worker's own directory and go there; an absolute one is there."""
    if not folder.startswith("/"):
        mark = os.environ.get(MARK, "")
        parents = [MEMORY_FILES, tempfile.gettempdir()]
        owned = [parent for parent in parents if mark and os.path.isdir(os.path.join(parent, mark))]
        if not owned:
            refuse("the worker's own directory is not where workers have theirs")
        folder = os.path.join(owned[0], mark, folder)
    name = folder.encode("utf-8", "surrogateescape")
    try:
        os.makedirs(name, exist_ok=True)
        os.chdir(name)
    except OSError as error:
        refuse(f"directory: {error.strerror}")


def main() -> None:
    """Carry out the orders of the first word, and become the program of the others."""
    orders: dict[str, Any] = json.loads(sys.argv[1])
    argv = sys.argv[2:]
    if orders["layout"]:
        lay_out(orders["layout"])
    if orders["processors"]:
        confine(orders["processors"])
    if orders["folder"]:
        enter(orders["folder"])
    if orders["without"]:
        for name in [name for name in os.environ if name.startswith(orders["without"])]:
            del os.environ[name]
    os.environ.update(orders["variables"])
    if orders["fill"]:
        os.environ[FILL] = "x" * orders["fill"]
    try:
        os.execvp(argv[0], argv)  # noqa: S606 - to run what it is told is the point of it
    except OSError as error:
        refuse(f"{argv[0]}: {error.strerror}", NO_PROGRAM)


if __name__ == "__main__":
    main()
