"""Replay against bare stepping, recording against turns with digests, two workers, memory.

Bare stepping is the fast engine in this process, all turns in one call, nothing recorded, compared
or digested; a recording's base works out each turn's digest too. What is timed are turns alone.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import vr_verify
from tests.bench.memory import peaks_of
from tests.bench.pairs import interleaved, timed
from tests.bench.rows import Case, Goal, Stated, at_least, at_most
from tests.bench.stretches import (
    Stretch,
    bare_ns,
    digested_ns,
    recomputed_ns,
    record_ns,
    recorded,
    replay_ns,
)
from tests.support.tree import ROOT
from void_reckoning_scenarios.resolve import resolve
from vr_verify.model.outcome import Outcome
from vr_verify.session.recorder import Keeping

SPIN_LOOPS: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario, the turns that one sample times, and what is asked of it.

    All end before turn 110, when the war begins. `recordings` are modes with their goals; they are
    timed in at least `rounds_recorded`. `parts`: also what digests and sketches cost by themselves.
    """

    scenario: str
    stretch: Stretch
    replay: Goal | None = None
    recordings: tuple[tuple[str, Goal | None], ...] = ()
    parts: bool = False
    rounds_min: int = 4

    @property
    def rounds_recorded(self) -> int:
        """Rounds of a row of recordings, which are the dearest: twice as many at most."""
        return min(3, self.rounds_min)


FEW, ALL = at_least(0.95), at_least(0.80)
BOTH: Final = (("sparse", at_most(1.01)), ("delta", at_most(1.10)))
LARGE, MILLION = Stretch(10, 60), Stretch(5, 30)
RUNS: Final = (
    Run("large", LARGE, recordings=BOTH, parts=True),
    Run("large-quiet", LARGE, FEW),
    Run("large-busy", LARGE, ALL),
    Run("million", MILLION, recordings=BOTH, rounds_min=2),
    Run("million-quiet", MILLION, FEW, rounds_min=2),
    Run("million-busy", MILLION, ALL, rounds_min=2),
)
RECORDED: Final = {"sparse": "events and digests", "delta": "events, digests and deltas"}
SKETCH_CELLS: Final = 96
ONE_THREAD: Final = "VR_THREADS"
# What two workers are given: a scenario, and turns that make it long. It is cut at keyframes that
# are at least 128 turns apart: into four segments, so that both workers have as much to do.
LONG: Final = ("large", 556)
TWO_WORKERS_MIN: Final = 1.75
# Scenario, and the turns of a short and of a long log.
MEMORY: Final = ("medium", (100, 800))


def cases() -> Iterator[Case | Stated]:
    """Measure replay and recording of each run, the spin control, and memory."""
    for run in RUNS:
        yield from _run(run)
    yield _spins()
    yield from _two_workers()
    yield from _memory()


def _run(run: Run) -> Iterator[Case | Stated]:
    scenario, _ = resolve(run.scenario, None)
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        # One turn more than is timed: the last one is recomputed.
        log = recorded(Path(folder), run.scenario, run.stretch.last + 1)
        yield _replay(run, scenario, log)
        yield Stated(
            f"replays/recomputed turn of {run.scenario}",
            f"a turn of {run.scenario} that is recomputed, replayed",
            recomputed_ns(log, run.stretch) / 1e6,
            "ms",
            "the last one, and of a long log keyframes that are at least 128 turns apart",
        )
    for mode, goal in run.recordings:
        yield _recording(run, scenario, mode, goal)
    if run.parts:
        yield _digesting(run, scenario)
        yield _sketching(run, scenario)


def _replay(run: Run, scenario: bytes, log: Path) -> Case:
    return Case(
        f"replays/replay of {run.scenario}",
        f"{run.stretch.turns} turns of {run.scenario}, bare stepping",
        "in their replay on one engine: every digest compared, none recomputed, not audited",
        interleaved(partial(bare_ns, scenario, run.stretch), partial(replay_ns, log, run.stretch)),
        run.replay,
        better="more",
        rounds_min=run.rounds_min,
        rounds_max=2 * run.rounds_min,
        work=run.stretch.turns,
        unit="turn",
    )


def _recording(run: Run, scenario: bytes, mode: str, goal: Goal | None) -> Case:
    """Hold a recording against whole turns as the goal defines them: with their digests."""
    return Case(
        f"replays/record {run.scenario} {mode}",
        f"{run.stretch.turns} turns of {run.scenario}, {RECORDED[mode]} recorded",
        "the same turns stepped through, the digest of each worked out, nothing recorded",
        interleaved(
            partial(record_ns, scenario, run.stretch, Keeping(mode)),
            partial(digested_ns, scenario, run.stretch),
        ),
        goal,
        rounds_min=run.rounds_recorded,
        rounds_max=2 * run.rounds_recorded,
        work=run.stretch.turns,
        unit="turn",
    )


def _digesting(run: Run, scenario: bytes) -> Case:
    """Say what the digests in a recording's base cost, so that it can be read against bare too."""
    return Case(
        f"replays/digests of {run.scenario}",
        f"{run.stretch.turns} turns of {run.scenario}, the digest of each worked out",
        "bare stepping; times the ratio of a recording it is that against bare stepping",
        interleaved(
            partial(digested_ns, scenario, run.stretch), partial(bare_ns, scenario, run.stretch)
        ),
        rounds_min=2,
        rounds_max=2,
        work=run.stretch.turns,
        unit="turn",
    )


def _sketching(run: Run, scenario: bytes) -> Case:
    sketched = Keeping("sparse", sketch_cells=SKETCH_CELLS)
    return Case(
        f"replays/sketch {run.scenario}",
        f"{run.stretch.turns} turns of {run.scenario} recorded with sketches of 96 cells",
        "without",
        interleaved(
            partial(record_ns, scenario, run.stretch, sketched),
            partial(record_ns, scenario, run.stretch, Keeping("sparse")),
        ),
        rounds_min=run.rounds_recorded,
        rounds_max=2 * run.rounds_recorded,
        work=run.stretch.turns,
        unit="turn",
    )


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have each worker that is started play on one thread."""
    before = os.environ.get(ONE_THREAD)
    os.environ[ONE_THREAD] = "1"
    try:
        yield
    finally:
        del os.environ[ONE_THREAD]
        if before is not None:
            os.environ[ONE_THREAD] = before


def _two_workers() -> Iterator[Case]:
    """Compare a replay by one worker with the same by two; the log is recorded once."""
    scenario, turns = LONG
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        log = recorded(Path(folder), scenario, turns)

        def replay(jobs: int) -> None:
            with _one_thread():
                report = vr_verify.replay(log, against="none", audit="off", jobs=jobs)
            assert report.outcome == Outcome.AGREED, report.outcome

        yield Case(
            "replays/two workers",
            f"replay of {turns} turns of {scenario} by one worker of one thread",
            "by two of them (--jobs 2); the row above is what this machine allows",
            interleaved(partial(timed, partial(replay, 1)), partial(timed, partial(replay, 2))),
            at_least(TWO_WORKERS_MIN),
            better="more",
            rounds_min=2,
            rounds_max=6,
            work=turns,
            unit="turn",
        )


def _spins() -> Case:
    """Compare two pieces of pure work one after the other with both at once."""
    return Case(
        "replays/spin",
        "two processes that only count, one after the other",
        "both at once (what two workers could gain here)",
        interleaved(partial(timed, _serial), partial(timed, _parallel)),
        better="more",
    )


def _spinning() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", f"for _ in range({SPIN_LOOPS}): pass"])


def _serial() -> None:
    for _ in range(2):
        with _spinning() as process:
            pass
        assert process.returncode == 0


def _parallel() -> None:
    with _spinning() as one, _spinning() as other:
        pass
    assert (one.returncode, other.returncode) == (0, 0)


def _memory() -> Iterator[Stated]:
    """State the greatest memory of harness and worker over logs of two lengths."""
    scenario, lengths = MEMORY
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        for turns in lengths:
            log = recorded(Path(folder), scenario, turns, "full")
            peaks = peaks_of(
                [sys.executable, "-m", "vr_verify", "replay", str(log), "--against", "none"]
            )
            note = f"log of {log.stat().st_size / 1e6:.1f} MB with all states"
            for who, peak_bytes in (("harness", peaks.own), ("workers", peaks.children)):
                key = f"replays/memory of {who}, {turns} turns"
                what = f"most memory of the {who} while {turns} turns of {scenario} are replayed"
                yield Stated(key, what, peak_bytes / 1e6, "MB", note)
