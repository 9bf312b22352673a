"""How fast cases are made and played: resident workers, the generator, what comparing costs.

The toy engine measures the harness; Void's engines say what a campaign comes to in practice.
"""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from tests.bench.pairs import interleaved
from tests.bench.rows import Case as Compared
from tests.bench.rows import Stated, at_least
from tests.support.toy_builds import TOY
from tests.support.tree import ROOT
from vr_verify.canonical import json_text
from vr_verify.engines.registry import resolve_build
from vr_verify.fuzzing.case_source import Bounds, CaseSource
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.corpus import Corpus
from vr_verify.fuzzing.draws import SeededDraws
from vr_verify.fuzzing.mutations import mutated
from vr_verify.fuzzing.residents import Residents
from vr_verify.session.stopwatch import Stopwatch

TURNS = 5
RESIDENT_MIN, GENERATOR_MIN, COMPARING_MAX = 40, 10, 0.05
FRESH_CASES, RESIDENT_CASES, MADE_CASES, PLAYED_CASES = 2, 60, 300, 200
PART: Final = "of all other time"
_COMMAND: Final = {"slot": 1, "add": "7"}
BASE: Final = Case(
    json_text.encode({"cells": ["0", "11", "22"]}), (((_COMMAND,),), ((),), ((),), ((),), ((),))
)
_CELL = st.integers(0, 2**31).map(str)
_STEP = st.lists(st.fixed_dictionaries({"slot": st.integers(0, 2), "add": _CELL}), max_size=2)
_PLAIN: Final = st.tuples(
    st.lists(_CELL, min_size=1, max_size=6), st.lists(_STEP, min_size=1, max_size=TURNS)
)


@dataclass(frozen=True, slots=True)
class Played:
    """A campaign's cases on two engines: how many in a second, and what comparing cost.

    `comparing` is the time to hash and compare over the time for all else but fetching values,
    `fetching` that of the latter over the same.
    """

    what: str
    cases: int
    seconds: float
    comparing: float
    fetching: float

    @property
    def cases_per_second(self) -> float:
        """Cases made, played and compared in a second."""
        return self.cases / self.seconds


def cases() -> Iterator[Compared | Stated]:
    """Measure residents and the generator on the toy engine, then campaigns of Void's."""
    with patch.dict(os.environ, PYTHONPATH=str(ROOT)), Residents(_toys()) as residents:
        yield Compared(
            "fuzzing/residents",
            "a case in new workers",
            "in resident ones",
            interleaved(_fresh_ns, partial(_resident_ns, residents)),
            at_least(RESIDENT_MIN),
            better="more",
        )
        yield Compared(
            "fuzzing/generator",
            "a case made by hypothesis",
            "by changes of others",
            interleaved(_hypothesis_ns, _changes_ns),
            at_least(GENERATOR_MIN),
            better="more",
        )
    for names in (("python", "rust"), ("rust", "rust")):
        yield from _stated(_played(names))


def _stated(one: Played) -> Iterator[Stated]:
    key, what = f"fuzzing/{one.what}", f"a campaign of generated cases on {one.what}"
    yield Stated(f"{key} rate", what, one.cases_per_second, "cases/s")
    goal = f"goal of the whole comparison: ≤ {COMPARING_MAX}"
    yield Stated(f"{key} comparing", f"{what}: hashing and comparing", one.comparing, PART, goal)
    yield Stated(f"{key} fetching", f"{what}: fetching values", one.fetching, PART)


def _toys() -> list[Any]:
    return [resolve_build(TOY)] * 2


def _fresh_ns() -> int:
    """Return the nanoseconds of a case for which both workers are started."""
    started = time.perf_counter_ns()
    for _ in range(FRESH_CASES):
        with Residents(_toys()) as residents:
            assert not residents.play(BASE).parted
    return (time.perf_counter_ns() - started) // FRESH_CASES


def _resident_ns(residents: Residents) -> int:
    """Return the nanoseconds of a case on workers that stay."""
    started = time.perf_counter_ns()
    for _ in range(RESIDENT_CASES):
        assert not residents.play(BASE).parted
    return (time.perf_counter_ns() - started) // RESIDENT_CASES


def _changes_ns() -> int:
    """Return the nanoseconds in which a case is made by changes of others."""
    corpus = Corpus([BASE])
    made = []
    started = time.perf_counter_ns()
    for number in range(MADE_CASES):
        draws = SeededDraws(1, number)
        made.append(mutated(corpus.pick(draws), [corpus.pick(draws)], TURNS, draws))
    spent = time.perf_counter_ns() - started
    assert len({case.scenario for case in made}) > 1
    return spent // MADE_CASES


def _hypothesis_ns() -> int:
    """Return the nanoseconds in which hypothesis makes a case of the same form by strategies."""
    made: list[Case] = []

    def take(drawn: tuple[Sequence[str], Sequence[list[dict[str, Any]]]]) -> None:
        cells, steps = drawn
        turns = tuple(((*commands,),) for commands in steps)
        made.append(Case(json_text.encode({"cells": cells}), turns))

    run = settings(
        max_examples=MADE_CASES,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
        verbosity=Verbosity.quiet,
    )(given(_PLAIN)(take))
    started = time.perf_counter_ns()
    run()
    return (time.perf_counter_ns() - started) // len(made)


def _played(names: tuple[str, str]) -> Played:
    """Play generated cases, and changes of them, on two engines."""
    watch = Stopwatch(time.perf_counter_ns)
    with Residents([resolve_build(name) for name in names], watch=watch) as residents:
        source = CaseSource(residents, [], Bounds())
        started = time.perf_counter_ns()
        for number in range(PLAYED_CASES):
            case = source.make(number, SeededDraws(1, number))
            played = residents.play(case)
            assert not played.parted, played
            if not played.refused:
                source.corpus.admit(case, frozenset(), played.turns, played.halt is not None)
        spent = time.perf_counter_ns() - started
    parts = watch.nanoseconds
    fetching = parts.get("transport", 0)
    comparing = parts.get("digest", 0) + parts.get("compare", 0)
    rest = spent - fetching - comparing
    what = " and ".join(names)
    return Played(what, PLAYED_CASES, spent / 1e9, comparing / rest, fetching / rest)
