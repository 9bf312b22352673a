"""Memory while logs of 1 and of 10 GB are replayed: it must not grow with the log.

A group of its own that takes minutes and 10 GB of disk, so no part of `make bench`:
`python -m tests.bench run --only huge`. The last run's figures are kept for the page.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.memory import Peaks, peaks_of
from tests.bench.noise_engine import STATE_BYTES
from tests.bench.rows import Stated
from tests.support.tree import ROOT

ENGINE = "python-class:tests.bench.noise_engine:NoiseEngine"
SIZES_BYTES = (10**9, 10**10)
_VERIFY = (sys.executable, "-m", "vr_verify")
# Workers must find the engine above.
_ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


def cases() -> Iterator[Stated]:
    """State the greatest memory of harness and worker over a short log and over a long one."""
    for size_bytes in SIZES_BYTES:
        with TemporaryDirectory(dir=ROOT / "build") as folder:
            log = Path(folder) / "noise.log"
            turns = -(-size_bytes // STATE_BYTES)
            yield from stated(noisy(log, turns), turns)


def noisy(log: Path, turns: int) -> Path:
    """Record so many turns of states that nothing compresses, each of them whole."""
    scenario = log.with_suffix(".json")
    scenario.write_text("{}")
    how = ["--engine", ENGINE, "--turns", str(turns), "--snapshots", "full"]
    command = [*_VERIFY, "record", str(scenario), "-o", str(log), *how]
    subprocess.run(command, check=True, env=_ENVIRONMENT, stdout=subprocess.DEVNULL)
    return log


def peaks_of_replay(log: Path) -> Peaks:
    """Replay a log that must agree; every state is read, from the log and from the engine."""
    replay = [*_VERIFY, "replay", str(log), "--engine", ENGINE, "--against", "none"]
    return peaks_of(replay, _ENVIRONMENT)


def stated(log: Path, turns: int) -> Iterator[Stated]:
    """Give the figures of one log."""
    size = f"{log.stat().st_size / 1e9:.1f} GB"
    peaks = peaks_of_replay(log)
    note = f"{turns} turns, each state of {STATE_BYTES / 1e6:.0f} MB stored whole and read whole"
    for who, peak_bytes in (("harness", peaks.own), ("workers", peaks.children)):
        what = f"most memory of the {who} while a log of {size} is replayed"
        yield Stated(f"huge/memory of {who}, {turns} turns", what, peak_bytes / 1e6, "MB", note)
