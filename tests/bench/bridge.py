"""What the bridge between Python and Rust costs: an empty call, a batch of route requests.

The empty call is held against the same in C, built here and now by the machine's compiler; the
batch against the same batch in a process without Python (`native`).
"""

import json
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from functools import partial
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from tests.bench.native import sampled, scenario_files
from tests.bench.pairs import interleaved, timed
from tests.bench.rows import Case, Skipped, at_most
from void_reckoning_rust import _native
from void_reckoning_scenarios.resolve import resolve

SOURCE: Final = Path(__file__).with_name("nothing.c")
CALLS: Final = 1_000_000
"""Calls in a sample; ten in each turn of the loop, so that the loop hardly counts."""
REQUESTS: Final = 100_000
SCENARIO: Final = "million"
"""Whose columns of a million rows are viewed, and through whose lanes routes are asked for."""
SMALL: Final = "small"
VIEWS: Final = 20_000
EMPTY_MAX, BATCH_MAX, VIEW_MAX = 2.5, 1.1, 1.1


class NotBuiltError(Exception):
    """The C extension cannot be built on this machine; says why."""


def cases() -> Iterator[Case | Skipped]:
    """Measure the empty call, where there is a C compiler, and the batch."""
    with TemporaryDirectory() as folder:
        try:
            in_c = build_nothing(Path(folder))
        except NotBuiltError as missing:
            yield Skipped("bridge/nothing", str(missing))
        else:
            yield _nothing(in_c)
    yield from _batch()
    yield _view()


def build_nothing(folder: Path, compiler: str = "cc") -> Callable[[], None]:
    """Return the empty function in C, built into a folder; NotBuiltError says why it cannot be."""
    headers = sysconfig.get_path("include")
    if shutil.which(compiler) is None:
        raise NotBuiltError(f"no C compiler here: {compiler} was not found")
    if not Path(headers, "Python.h").is_file():
        raise NotBuiltError("no headers of Python here: Python.h was not found")
    file = folder / "nothing.so"
    loose = ["-undefined", "dynamic_lookup"] if sys.platform == "darwin" else []
    command = [compiler, "-O2", "-shared", "-fPIC", *loose, f"-I{headers}", str(SOURCE)]
    done = subprocess.run([*command, "-o", str(file)], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NotBuiltError(f"{compiler} refused nothing.c: {done.stderr[:200]}")
    spec = spec_from_file_location(
        "nothing", file, loader=ExtensionFileLoader("nothing", str(file))
    )
    assert spec is not None
    module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    found: Callable[[], None] = module.nothing
    return found


def _nothing(in_c: Callable[[], None]) -> Case:
    return Case(
        "bridge/nothing",
        "an empty call into Rust (PyO3)",
        "one into C (METH_FASTCALL)",
        interleaved(
            partial(timed, partial(call_often, _native.nothing)),
            partial(timed, partial(call_often, in_c)),
        ),
        at_most(EMPTY_MAX),
        rounds_min=12,
        work=CALLS,
        unit="call",
    )


def call_often(function: Callable[[], None]) -> None:
    """Call a function CALLS times."""
    for _ in repeat(None, CALLS // 10):
        function()
        function()
        function()
        function()
        function()
        function()
        function()
        function()
        function()
        function()


def _batch() -> Iterator[Case]:
    with scenario_files([SCENARIO]) as files, sampled("routes", files) as native:
        engine = _native.Engine()
        wanted = requests(_systems(engine.init(files[0].read_bytes())))
        assert len(engine.routes(0, wanted)) == 4 * REQUESTS
        yield Case(
            "bridge/routes",
            f"{REQUESTS:,} requests for routes of {SCENARIO} through the bridge",
            "the same in Rust alone",
            interleaved(partial(timed, partial(engine.routes, 0, wanted)), native),
            at_most(BATCH_MAX),
            rounds_min=12,
            work=REQUESTS,
            unit="request",
        )


def _view() -> Case:
    large, small = (_started(name) for name in (SCENARIO, SMALL))
    large_bytes, small_bytes = (
        memoryview(one.view(0, "unit", "hp")).nbytes for one in (large, small)
    )
    return Case(
        "bridge/view",
        f"a view of a column of {large_bytes / 1e6:.1f} MB (a table's rows end at 8.4 MB)",
        f"of one of {small_bytes:,} bytes",
        interleaved(
            partial(timed, partial(_view_often, large)), partial(timed, partial(_view_often, small))
        ),
        at_most(VIEW_MAX),
        rounds_min=12,
        work=VIEWS,
        unit="view",
    )


def _started(scenario: str) -> _native.Engine:
    engine = _native.Engine()
    engine.init(resolve(scenario, None)[0])
    return engine


def _view_often(engine: _native.Engine) -> None:
    for _ in repeat(None, VIEWS):
        memoryview(engine.view(0, "unit", "hp")).release()


def _systems(started: dict[str, Any]) -> int:
    """Return the number of systems of the first universe, from the answer to `init`."""
    names = [table["name"] for table in json.loads(started["schema"])["tables"]]
    rows: list[int] = started["universes"][0]["rows"]
    return rows[names.index("system")]


def requests(systems: int) -> bytes:
    """Return packed pairs (from, to); the crate `bench` makes the same ones."""
    ends = [mixed(seed, REQUESTS) % np.uint64(systems) for seed in (8, 9)]
    return np.stack(ends, axis=1).astype("<u4").tobytes()


def mixed(seed: int, count: int) -> Any:
    """Return `count` numbers of SplitMix64, as `numbers::mixed` of the crate `bench` does."""
    steps = np.arange(1, count + 1, dtype="u8")
    state = np.uint64(seed) + steps * np.uint64(0x9E3779B97F4A7C15)
    once = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    twice = (once ^ (once >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return twice ^ (twice >> np.uint64(31))
