"""Which processes are alive, and which of them belong to a worker: for tests of what is left."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from vr_verify.engines.keeping import MARK

PATIENCE_S = 20.0
TEST_MARK = "VR_TEST_MARK"


def runs(process: int) -> bool:
    """Whether a process is alive; one that nobody has waited for yet is not."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def marked(directory: str) -> list[int]:
    """List the living processes of the worker with a bulk directory of this name."""
    return [process for process, mark in _marks() if mark == directory]


def marked_by_test(text: str) -> list[int]:
    """List the living processes with this text as `VR_TEST_MARK` in their environment."""
    wanted = f"{TEST_MARK}={text}".encode()
    return [number for number, names in _environments() if wanted in names and runs(number)]


def abandoned_directories() -> list[Path]:
    """List the bulk directories in memory that no living process is marked with."""
    in_use = {mark for _, mark in _marks()}
    return [path for path in Path("/dev/shm").glob("vr-*") if path.name not in in_use]


def _marks() -> list[tuple[int, str]]:
    prefix = f"{MARK}=".encode()
    return [
        (number, name.removeprefix(prefix).decode())
        for number, names in _environments()
        for name in names
        if name.startswith(prefix) and runs(number)
    ]


def _environments() -> list[tuple[int, list[bytes]]]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                found.append((int(folder.name), (folder / "environ").read_bytes().split(b"\0")))
            except OSError:
                continue
    return found


def soon(holds: Callable[[], object]) -> bool:
    """Whether something comes to hold within a patient while."""
    last_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > last_s:
            return False
        time.sleep(0.01)
    return True
