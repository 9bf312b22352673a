"""Resident memory of processes, as the kernel tells it. Linux alone; must not know what they do."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_LOOK_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Peaks:
    """The greatest resident bytes of a process, and of all below it taken together.

    0 for what lived too short a time to be looked at.
    """

    own: int
    children: int


def watch(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    out: IO[bytes] | None = None,
) -> tuple[int, Peaks]:
    """Run a command to its end and look at its memory meanwhile: its exit code, and the peaks.

    Each process below it counts with its own greatest figure, even if they were at other times. The
    last look decides: a child that has not yet started its own program shows its parent's memory.
    """
    highest: dict[int, int] = {}
    output = subprocess.DEVNULL if out is None else out
    with subprocess.Popen(
        command, stdout=output, stderr=subprocess.DEVNULL, env=environment
    ) as process:
        while process.poll() is None:
            for pid in [process.pid, *descendants(process.pid)]:
                highest[pid] = resident_bytes(pid, "VmHWM") or highest.get(pid, 0)
            time.sleep(_LOOK_SECONDS)
    own = highest.pop(process.pid, 0)
    return process.returncode, Peaks(own, sum(highest.values()))


def peaks_of(command: Sequence[str], environment: Mapping[str, str] | None = None) -> Peaks:
    """Return the peaks of a command, which must succeed."""
    code, peaks = watch(command, environment)
    assert code == 0, f"{' '.join(command)}: exit code {code}"
    return peaks


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
