"""Resident memory of processes, as the kernel tells it. Linux alone; must not know what they do."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Peaks:
    """The greatest resident bytes of a process, and of all below it taken together."""

    own: int
    children: int


def peaks_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Peaks:
    """Run a command that must succeed, and look at its memory until it ends.

    Each process below it counts with its own greatest figure, even if they were at other times.
    """
    highest: dict[int, int] = {}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        while process.poll() is None:
            for pid in [process.pid, *descendants(process.pid)]:
                highest[pid] = max(highest.get(pid, 0), resident_bytes(pid, "VmHWM"))
            time.sleep(_LOOK_SECONDS)
    assert process.returncode == 0, f"{' '.join(command)}: exit code {process.returncode}"
    own = highest.pop(process.pid)
    return Peaks(own, sum(highest.values()))


def descendants(pid: int) -> list[int]:
    """Return the ids of all processes below one; those that end meanwhile may be missing."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        for file in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            try:
                children = [int(child) for child in file.read_text().split()]
            except (FileNotFoundError, ProcessLookupError):
                continue
            found += children
            waiting += children
    return found


def resident_bytes(pid: int, field: str = "VmRSS") -> int:
    """Return a process's resident memory now, or its greatest (`VmHWM`); 0 once it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    values = [line.split()[1] for line in lines if line.startswith(f"{field}:")]
    return int(values[0]) * 1024 if values else 0
