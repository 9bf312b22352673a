"""Rows of the crate `bench`: the fast engine measured where it lives, without Python in between.

The binary takes the times, this file says what they mean. A row is here and there, or nowhere.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.bench.machine import instruction_set
from tests.bench.pairs import Round, Work
from tests.bench.rows import Case, Goal, Share, at_most
from tests.support.tree import ROOT
from void_reckoning_scenarios.resolve import resolve

_CARGO: Final = ("cargo", "run", "--locked", "--release", "--quiet", "--package", "bench", "--")
ONE_THREAD: Final = {"RAYON_NUM_THREADS": "1", "VR_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Native:
    """A row of the binary in words; `scenarios` are the shipped ones that it is given."""

    row: str
    what: str
    against: str
    goal: Goal | None = None
    scenarios: tuple[str, ...] = ()
    rounds_min: int = 10
    work: int = 1
    unit: str = "sample"

    @property
    def key(self) -> str:
        """The case's name: the row, and what it is given."""
        return f"native/{' '.join((self.row, *self.scenarios))}"


# What a set's products may cost; others have no goal of their own, so that of AVX2 holds.
PRODUCT_MAX: Final = {"avx512": 1.4, "avx2": 2.0}
ROWS: Final = (
    Native("blake3", "one-shot BLAKE3 of 64 MB", "memcpy of them"),
    Native(
        "tree_cold",
        "tree of a column of 1,000,000 rows from cold",
        "one-shot BLAKE3 of it",
        at_most(1.1),
    ),
    Native(
        "tree_scattered",
        "tree after 1 % of 1,000,000 rows changed in 2 of 8 columns, scattered",
        "one-shot BLAKE3 of all",
        at_most(0.1),
    ),
    Native(
        "tree_clustered",
        "the same in runs of 100 rows",
        "one-shot BLAKE3 of all",
        at_most(0.015),
    ),
    Native("hash_batched", "digests of 31,250 leaves in a batch", "one after the other"),
    Native(
        "descent_one",
        "one differing field of 1,000,000 rows of 8 columns named by the engine's own descent, "
        "which no command takes",
        "memcmp of both states",
        at_most(0.001),
        rounds_min=20,
    ),
    Native(
        "descent_thousand",
        "a thousand of them named so",
        "memcmp of both states",
        at_most(0.05),
        rounds_min=20,
    ),
    Native(
        "sketch",
        "ten sketches of 10,000 changed rows of 64 bytes",
        "one-shot BLAKE3 of them",
        work=100_000,
        unit="changed row",
    ),
    Native(
        "keyframe",
        "keyframe of 1,000,000 rows of 64 bytes before compression",
        "memcpy of them",
        at_most(1.25),
    ),
    Native(
        "open",
        "10,000 keyframes of 1,000,000 rows opened, validated",
        "of 1,000 rows",
        at_most(1.1),
        work=10_000,
        unit="opening",
    ),
    Native(
        "multiply",
        "a million products of Q32.32, exact",
        "of f64, on the same instruction set",
        at_most(PRODUCT_MAX.get(instruction_set(), 2.0)),
        work=5_000_000,
        unit="product",
    ),
    Native(
        "multiply_cached",
        "the same on 10,000 rows that stay in a cache",
        "of f64, on the same instruction set",
        work=5_000_000,
        unit="product",
    ),
    Native(
        "keyframe_10kb",
        "10,000 archives of 10 KB",
        "memcpy of them",
        work=10_000,
        unit="archive of 10 KB",
    ),
    Native(
        "distances",
        "distances of all pairs of 100 points",
        "memcpy of as many points",
        work=100,
        unit="unit to 100 others",
    ),
    Native(
        "events",
        "100,000 events noted",
        "memcpy of as many numbers",
        work=100_000,
        unit="event",
    ),
    Native(
        "select",
        "100 queries over all units of medium: two filters, a sort, a limit of 100",
        "a scan that counts the rows that pass",
        scenarios=("medium",),
        work=100,
        unit="query",
    ),
    Native(
        "select",
        "the same over the units of million",
        "a scan that counts the rows that pass",
        scenarios=("million",),
        unit="query",
    ),
    Native(
        "turn",
        "whole turn of medium on one thread",
        "memcpy of its state",
        scenarios=("medium",),
        unit="turn",
    ),
    Native(
        "turn",
        "whole turn of million on one thread",
        "memcpy of its state",
        at_most(60),
        scenarios=("million",),
        rounds_min=4,
        unit="turn",
    ),
    Native(
        "turn_per_unit",
        "a unit's share of a turn of million",
        "of a turn of large",
        at_most(1.3),
        scenarios=("million", "large"),
        rounds_min=4,
    ),
)


def cases() -> Iterator[Case | Share]:
    """Build the binary, then measure each row; each call is a process of its own."""
    yield _tree_memory()
    there = [*json.loads(_run("list"))["rows"]]
    for native in ROWS:
        assert native.row in there, f"the crate bench has no row {native.row}"
        with scenario_files(native.scenarios) as files:
            yield Case(
                native.key,
                native.what,
                native.against,
                partial(_rounds, native.row, files),
                native.goal,
                rounds_min=native.rounds_min,
                rounds_max=4 * native.rounds_min,
                work=native.work,
                unit=native.unit,
            )


def _tree_memory() -> Share:
    part, whole = json.loads(_run("size", "tree_memory"))["bytes"]
    what, of = "memory of a column's tree", "its payload"
    return Share("native/tree_memory", what, of, part, whole, at_most(0.15))


@contextmanager
def scenario_files(names: Sequence[str]) -> Iterator[list[Path]]:
    """Write shipped scenarios as canonical text, for as long as they are needed."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.json" for name in names]
        for name, file in zip(names, files, strict=True):
            file.write_bytes(resolve(name, None)[0])
        yield files


@contextmanager
def sampled(row: str, files: Sequence[Path]) -> Iterator[Work]:
    """Keep a row's process, and give what takes one sample of its A each time; on all threads."""
    command = [*_CARGO, "sample", row, *map(str, files)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asking, answers = process.stdin, process.stdout

        def sample() -> int:
            asking.write(b"\n")
            asking.flush()
            nanoseconds = json.loads(answers.readline())["nanoseconds"]
            assert isinstance(nanoseconds, int)
            return nanoseconds

        yield sample
        asking.close()


def _rounds(row: str, files: Sequence[Path], count: int) -> list[Round]:
    found: list[Any] = json.loads(_run("rounds", row, str(count), *map(str, files)))["rounds"]
    assert len(found) == count
    return [Round(at % 2 == 0, tuple(times)) for at, times in enumerate(found)]


def _run(*arguments: str) -> bytes:
    done = subprocess.run(
        [*_CARGO, *arguments], cwd=ROOT, env=_environment(), check=True, stdout=subprocess.PIPE
    )
    return done.stdout


def _environment() -> dict[str, str]:
    return os.environ | ONE_THREAD
