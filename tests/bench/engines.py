"""The reference against the fast engine, turn for turn; and a lockstep replay with its parts."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import vr_verify
from tests.bench.fuzzing import COMPARING_MAX
from tests.bench.pairs import interleaved
from tests.bench.play import replay_parts, turns_of
from tests.bench.rows import Case, Stated
from void_reckoning_adapter.python import PythonEngine
from void_reckoning_adapter.rust import RustEngine
from void_reckoning_scenarios.resolve import resolve

# Scenario, turns of a sample, turns of the replay.
SIZES = (("small", 30, 30), ("medium", 5, 20))


def cases() -> Iterator[Case | Stated]:
    """Measure shipped scenarios, small to large."""
    for name, turns, replayed in SIZES:
        yield _speed(name, turns)
        yield from _replay(name, replayed)


def _speed(name: str, turns: int) -> Case:
    scenario, _ = resolve(name, None)
    return Case(
        f"engines/turns of {name}",
        f"{turns} turns of {name} in the Python reference",
        "in Rust",
        interleaved(
            partial(turns_of, PythonEngine, scenario, turns),
            partial(turns_of, RustEngine, scenario, turns),
        ),
        better="more",
        rounds_min=4,
        rounds_max=16,
        work=turns,
        unit="turn",
    )


def _replay(name: str, turns: int) -> Iterator[Stated]:
    """State what a lockstep replay is made of, both engines in workers, all recomputed."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / f"{name}.log"
        vr_verify.record(name, log, engine="rust", turns=turns)
        log_bytes = log.stat().st_size
        parts, played = replay_parts(log)
    what = f"lockstep replay of {name}"
    key = f"engines/{what}"
    yield Stated(f"{key} log", f"{what}: log", log_bytes / (played + 1), "bytes a turn")
    for part, seconds in parts.items():
        yield Stated(f"{key} {part}", f"{what}: {part}", seconds * 1000 / played, "ms a turn")
    comparing = (parts["digest"] + parts["compare"]) / parts["step"]
    note = f"goal: ≤ {COMPARING_MAX}"
    yield Stated(f"{key} comparing", f"{what}: comparing over stepping", comparing, "share", note)
