"""What is timed: turns of both engines in this process, and one replay with its parts."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.bench.pairs import timed
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_registered
from vr_verify.runlog.reader import RunLog
from vr_verify.session.lockstep import Lockstep, Options
from vr_verify.session.stopwatch import Stopwatch
from vr_verify.session.turns import LiveSide


def turns_of(make: Callable[[], RustEngine | PythonEngine], scenario: bytes, turns: int) -> int:
    """Return the nanoseconds of `turns` turns, loading not counted, digests counted."""
    engine = make()
    engine.init(scenario)

    def play() -> None:
        played = 0
        while played < turns:
            played += engine.step([], None, False)["turn_ended"] is True

    return timed(play)


def replay_parts(log: Path) -> tuple[dict[str, float], int]:
    """Replay in lockstep; return the seconds of each part, all sides together, and the turns."""
    watch = Stopwatch(time.perf_counter_ns)
    with ExitStack() as stack:
        opened = stack.enter_context(RunLog.open(log))
        sides = tuple(
            LiveSide(name, stack.enter_context(Engine(resolve_registered(name))))
            for name in ("rust", "python")
        )
        total = timed(Lockstep(opened, sides, Options(), watch).run)
    parts = {name: spent / 1e9 for name, spent in sorted(watch.nanoseconds.items())}
    parts["rest"] = total / 1e9 - sum(parts.values())
    return parts, len(opened.turns) - 1
