"""One piece of a soak: go on with the log, replay what came to it, look at the memory meanwhile.

All is asked of `vr-verify` as a program, so that what is watched is what people run.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeAlias

from tests.bench.memory import watch
from vr_verify.runlog.reader import RunLog

Line: TypeAlias = dict[str, int | None]
_AGREED = "agreed"


class AlarmError(Exception):
    """A verdict other than agreement: a false alarm, or a fault."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A finished command: its report, and greatest resident bytes of harness and workers.

    Nothing for what lived too short a time to be looked at.
    """

    report: dict[str, Any]
    harness_bytes: int | None
    workers_bytes: int | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece that agreed: its turns (both ends), and the memory of recording and of replay.

    Without a recording if a soak that was stopped had made it, and nobody watched.
    """

    first_turn: int
    last_turn: int
    recording: Watched | None
    replay: Watched

    def line(self) -> Line:
        """Give what the soak keeps of it, as JSON values; null is memory that nobody watched."""
        return {
            "first_turn": self.first_turn,
            "last_turn": self.last_turn,
            "record_harness_bytes": self.recording and self.recording.harness_bytes,
            "record_workers_bytes": self.recording and self.recording.workers_bytes,
            "replay_harness_bytes": self.replay.harness_bytes,
            "replay_workers_bytes": self.replay.workers_bytes,
        }


def play(log: Path, scenario: str, engine: str, turns: tuple[int, int], against: str) -> Piece:
    """Record up to the last of these turns, then replay them; AlarmError unless all agree."""
    first, last = turns
    recording = _recorded(log, scenario, engine, last)
    replay = watched(["replay", str(log), "--against", against, "--turns", f"{first}:{last}"])
    checked = replay.report["checked"]
    if checked["turns"] != last - first + 1:
        raise AlarmError(f"turns {first} to {last}: only {checked['turns']} were replayed")
    return Piece(first, last, recording, replay)


def _recorded(log: Path, scenario: str, engine: str, last: int) -> Watched | None:
    """Record up to this turn, unless a soak that was stopped has done so before: None then."""
    wanted = ["record", scenario, "--engine", engine, "--turns", str(last), "-o", str(log)]
    if not log.is_file():
        return watched(wanted)
    with RunLog.open(log) as held:
        done = held.complete and held.turns[-1] == last
    return None if done else watched([*wanted, "--resume"])


def watched(arguments: Sequence[str]) -> Watched:
    """Run `vr-verify` with these arguments to its end, and look at its memory all along."""
    command = [sys.executable, "-m", "vr_verify", *arguments, "--json"]
    with TemporaryFile() as out:
        code, peaks = watch(command, out=out)
        out.seek(0)
        text = out.read().decode()
    if code != 0:
        raise AlarmError(f"vr-verify {' '.join(arguments)}: exit {code}\n{text}")
    report = json.loads(text)
    if report["outcome"] != _AGREED:
        raise AlarmError(f"vr-verify {' '.join(arguments)}: {report['outcome']}")
    return Watched(report, peaks.own or None, peaks.children or None)
