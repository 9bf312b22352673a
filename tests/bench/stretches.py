"""Turns alone: bare stepping, replay and recording timed from one turn's end to another's.

Starting workers, loading the scenario, the first state and the end of the run stand outside. It
must not know what is compared with what.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import vr_verify
from tests.bench.pairs import timed
from void_reckoning_rust import _native
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_registered
from vr_verify.runlog.reader import RunLog
from vr_verify.session.lockstep import Lockstep, Options
from vr_verify.session.recorder import Keeping, Recorder
from vr_verify.session.turns import LiveSide


@dataclass(frozen=True, slots=True)
class Stretch:
    """The turns behind the first `warm` ones that are timed: `turns` of them."""

    warm: int
    turns: int

    @property
    def last(self) -> int:
        """The last turn that is played."""
        return self.warm + self.turns


class _Watch:
    """Notes when the first and the last turn of a stretch have ended; told as progress."""

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self._noted: dict[int, int] = {}

    def __call__(self, _what: str, turn: int, _turns: int) -> None:
        if turn in (self._stretch.warm, self._stretch.last):
            self._noted[turn] = time.perf_counter_ns()

    @property
    def nanoseconds(self) -> int:
        """The time between the two."""
        return self._noted[self._stretch.last] - self._noted[self._stretch.warm]


def bare_ns(scenario: bytes, stretch: Stretch) -> int:
    """Step through the turns in this process: no digest, no record, nothing compared."""
    engine = _native.Engine()
    steps = len(engine.init(scenario)["steps"])

    def play(turns: int) -> None:
        commands = [[[]] * steps] * turns
        ended = engine.play(json.dumps(commands, separators=(",", ":")).encode())
        assert ended == turns

    play(stretch.warm)
    return timed(lambda: play(stretch.turns))


def digested_ns(scenario: bytes, stretch: Stretch) -> int:
    """Play the turns in this process with the digest of each; nothing recorded or compared."""
    engine = _native.Engine()
    steps = len(engine.init(scenario)["steps"])

    def play(turns: int) -> None:
        commands = [[[]] * steps] * turns
        text = json.dumps(commands, separators=(",", ":")).encode()
        told = [one["state_digest"] for one in engine.advance(text)]
        assert len(told) == turns
        assert all(told)

    play(stretch.warm)
    return timed(lambda: play(stretch.turns))


def replay_ns(log: Path, stretch: Stretch) -> int:
    """Replay a log of one turn more on one engine: all digests compared, no audit.

    That turn is not timed: the last turn of a log is recomputed.
    """
    return _replayed(log, stretch)


def recomputed_ns(log: Path, stretch: Stretch) -> int:
    """Return the time of the turn behind a stretch, the last of its log."""
    return _replayed(log, Stretch(stretch.last, 1))


def _replayed(log: Path, stretch: Stretch) -> int:
    watch = _Watch(stretch)
    with RunLog.open(log) as opened, Engine(resolve_registered("rust")) as engine:
        sides = (LiveSide("rust", engine),)
        found = Lockstep(opened, sides, Options(audit="off"), progress=watch).run()
        assert found.first is None
        assert found.coverage.turns == opened.turns[-1]
    return watch.nanoseconds


def record_ns(scenario: bytes, stretch: Stretch, keeping: Keeping) -> int:
    """Record the turns into a file that is removed again."""
    watch = _Watch(stretch)
    with TemporaryDirectory() as folder, Engine(resolve_registered("rust")) as engine:
        recorder = Recorder(engine, scenario, keeping)
        recorder.record(Path(folder) / "run.log", stretch.last, {}, watch)
    return watch.nanoseconds


def recorded(folder: Path, scenario: str, turns: int, snapshots: str = "delta") -> Path:
    """Record a shipped scenario on the fast engine."""
    log = folder / f"{scenario}-{turns}.log"
    vr_verify.record(scenario, log, engine="rust", turns=turns, snapshots=snapshots)
    return log
