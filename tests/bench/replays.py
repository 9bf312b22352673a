"""Recording and replay against bare stepping, two workers against one, memory while replaying.

Bare stepping is the fast engine in this process, all turns in one call: nothing recorded, nothing
compared, no digest worked out. Loading the scenario counts on every side, starting workers on none.
"""

import json
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
from tests.support.tree import ROOT
from void_reckoning_rust import _native
from void_reckoning_scenarios.resolve import resolve
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_registered
from vr_verify.model.outcome import Outcome
from vr_verify.runlog.reader import RunLog
from vr_verify.session.lockstep import Lockstep, Options
from vr_verify.session.recorder import Keeping, Recorder
from vr_verify.session.turns import LiveSide

SPIN_LOOPS: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario, how many turns of it one sample plays, and what is asked of it."""

    scenario: str
    turns: int
    replay: Goal | None = None
    digests: Goal | None = None
    deltas: Goal | None = None


FEW, ALL = at_least(0.95), at_least(0.80)
RUNS: Final = (
    Run("medium", 40),
    Run("large", 20, digests=at_most(1.01), deltas=at_most(1.10)),
    Run("large-quiet", 20, FEW),
    Run("large-busy", 20, ALL),
    Run("million", 5, digests=at_most(1.01), deltas=at_most(1.10)),
    Run("million-quiet", 5, FEW),
    Run("million-busy", 5, ALL),
)
SKETCH_CELLS: Final = 96
# What two workers are given: a scenario, and turns that make it long.
LONG: Final = ("large", 60)
TWO_WORKERS_MIN: Final = 1.75
# Scenario, and the turns of a short and of a long log.
MEMORY: Final = ("medium", (100, 800))


def cases() -> Iterator[Case | Stated]:
    """Measure replay and recording of each run, the spin control, and memory."""
    for run in RUNS:
        scenario, _ = resolve(run.scenario, None)
        yield _replay(run, scenario)
        yield _recording(run, scenario, "sparse", "digests and records", run.digests)
        yield _recording(run, scenario, "delta", "digests, records and deltas", run.deltas)
        yield _sketching(run, scenario)
    yield _spins()
    yield from _two_workers()
    yield from _memory()


def _replay(run: Run, scenario: bytes) -> Case:
    return Case(
        f"replays/replay of {run.scenario}",
        f"bare stepping of {run.scenario}, {run.turns} turns",
        "their replay on one engine, every digest compared, not audited",
        interleaved(
            partial(_bare_ns, scenario, run.turns),
            partial(_replay_ns, run.scenario, run.turns),
        ),
        run.replay,
        better="more",
        work=run.turns,
        unit="turn",
    )


def _recording(run: Run, scenario: bytes, mode: str, what: str, goal: Goal | None) -> Case:
    return Case(
        f"replays/record {run.scenario} {mode}",
        f"recording {what} of {run.scenario}, {run.turns} turns",
        "bare stepping",
        interleaved(
            partial(_record_ns, scenario, run.turns, mode),
            partial(_bare_ns, scenario, run.turns),
        ),
        goal,
        work=run.turns,
        unit="turn",
    )


def _sketching(run: Run, scenario: bytes) -> Case:
    turns = run.turns
    return Case(
        f"replays/sketch {run.scenario}",
        f"recording {turns} turns of {run.scenario} with sketches of {SKETCH_CELLS} cells",
        "without",
        interleaved(
            partial(_record_ns, scenario, turns, "sparse", SKETCH_CELLS),
            partial(_record_ns, scenario, turns, "sparse"),
        ),
        work=turns,
        unit="turn",
    )


def _bare_ns(scenario: bytes, turns: int) -> int:
    """Return the nanoseconds of loading a scenario and stepping through so many turns."""
    engine = _native.Engine()

    def play() -> None:
        steps = len(engine.init(scenario)["steps"])
        ended = engine.play(json.dumps([[[]] * steps] * turns, separators=(",", ":")).encode())
        assert ended == turns

    return timed(play)


@contextmanager
def _worker() -> Iterator[Engine]:
    with Engine(resolve_registered("rust")) as engine:
        yield engine


def _replay_ns(scenario: str, turns: int) -> int:
    """Return the nanoseconds of a replay of a log that is recorded for it."""
    with TemporaryDirectory() as folder, _worker() as engine:
        log = recorded(Path(folder), scenario, turns)
        with RunLog.open(log) as opened:
            lockstep = Lockstep(opened, (LiveSide("rust", engine),), Options(audit="off"))
            spent = timed(lockstep.run)
    return spent


def recorded(folder: Path, scenario: str, turns: int, snapshots: str = "delta") -> Path:
    """Record a shipped scenario on the fast engine."""
    log = folder / f"{scenario}-{turns}.log"
    vr_verify.record(scenario, log, engine="rust", turns=turns, snapshots=snapshots)
    return log


def _record_ns(scenario: bytes, turns: int, mode: str, sketch_cells: int = 0) -> int:
    """Return the nanoseconds of loading a scenario and recording its turns."""
    with TemporaryDirectory() as folder, _worker() as engine:

        def record() -> None:
            recorder = Recorder(engine, scenario, Keeping(mode, sketch_cells=sketch_cells))
            recorder.record(Path(folder) / "run.log", turns, {})

        return timed(record)


def _two_workers() -> Iterator[Case]:
    """Compare a replay by one worker with the same by two; the log is recorded once."""
    scenario, turns = LONG
    with TemporaryDirectory(dir=ROOT / "build") as folder:
        log = recorded(Path(folder), scenario, turns, "full")

        def replay(jobs: int) -> None:
            report = vr_verify.replay(log, against="none", audit="off", jobs=jobs)
            assert report.outcome is Outcome.AGREED, report.outcome

        yield Case(
            "replays/two workers",
            f"replay of {turns} turns of {scenario} by one worker",
            "by two (--jobs 2); the row above is what this machine allows",
            interleaved(partial(timed, partial(replay, 1)), partial(timed, partial(replay, 2))),
            at_least(TWO_WORKERS_MIN),
            better="more",
            rounds_min=4,
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
