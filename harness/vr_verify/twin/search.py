"""The search for a case in which two functions differ, and its way down to the simplest one.

In this order: cases that failed before, the caller's, boundaries, drawn ones, hypothesis. What is
found is made simpler while it stays a fault of the same kind. It must not know what is kept.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from vr_verify.twin.calling import Answer, Side, answers_differ, changed_arguments
from vr_verify.twin.difference import Difference
from vr_verify.twin.extra import hypothesis
from vr_verify.twin.inputs import Case, Inputs
from vr_verify.twin.tolerance import Tallies

_TWICE_FIRST: Final = 8
_TWICE_EVERY: Final = 16
_ASKED_AGAIN: Final = 3
_STEPS_MAX: Final = 2000
"""Calls of both sides that making one counterexample simpler may take."""


@dataclass(frozen=True, slots=True)
class Found:
    """A case and where its answers part; `side` is the one that differs from itself, or None."""

    case: Case
    difference: Difference
    left: Answer
    right: Answer
    found_by: str
    side: str | None = None

    @property
    def kind(self) -> str:
        """Return what must stay while the case is made simpler."""
        if self.side is not None:
            return "intermittent"
        return "panic" if self.difference.kind == "panic" else "difference"


@dataclass
class Search:
    """Two sides, their inputs, and what was counted so far."""

    left: Side
    right: Side
    inputs: Inputs
    tallies: Tallies
    twice: bool = True
    compared: int = 0
    called_twice: int = 0
    refused: int = 0
    results: int = 0
    raised: dict[str, int] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)

    def first(self, cases: Iterable[Case], found_by: str) -> Found | None:
        """Return the first of these cases in which the sides differ."""
        for case in cases:
            if self.inputs.holds(case):
                found = self.compare(case, found_by)
                if found is not None:
                    return found
            else:
                self.refused += 1
        return None

    def compare(self, case: Case, found_by: str) -> Found | None:
        """Compare and count one case, now and then asking twice."""
        again = self.compared < _TWICE_FIRST or self.compared % _TWICE_EVERY == 0
        self.compared += 1
        tallies = self.tallies.fresh()
        found, left, right = self._asked(case, found_by, tallies)
        if found is not None:
            return self._differing_from_itself(case, found_by, left, right) or found
        self.tallies.add(tallies)
        if left.raised is None:
            self.results += 1
        else:
            self.raised[left.raised.name] = self.raised.get(left.raised.name, 0) + 1
        self.changed.update(changed_arguments(case, left))
        if again and self.twice:
            self.called_twice += 1
            return self._differing_from_itself(case, found_by, left, right, times=1)
        return None

    def again(self, case: Case, found_by: str = "searched") -> Found | None:
        """Compare a case without counting it."""
        return self._asked(case, found_by, self.tallies.fresh())[0]

    def _asked(
        self, case: Case, found_by: str, tallies: Tallies
    ) -> tuple[Found | None, Answer, Answer]:
        left, right = self.left.ask(case), self.right.ask(case)
        difference = answers_differ(left, right, tallies)
        if difference is None:
            return None, left, right
        return Found(case, difference, left, right, found_by), left, right

    def _differing_from_itself(
        self, case: Case, found_by: str, left: Answer, right: Answer, times: int = _ASKED_AGAIN
    ) -> Found | None:
        """Return the side that answers otherwise when asked again; None where neither does."""
        if not self.twice:
            return None
        for side, first in ((self.left, left), (self.right, right)):
            for _ in range(times):
                second = side.ask(case)
                difference = answers_differ(first, second, Tallies())
                if difference is not None and difference.kind != "panic":
                    return Found(case, difference, first, second, found_by, side.name)
        return None

    def searched(self, examples: int, seed: int) -> tuple[Found | None, int]:
        """Let hypothesis search; return what it found, shrunk, and how many cases it tried.

        Nothing is kept in hypothesis's own database. Cases that its shrinking tries are not
        counted.
        """
        if examples == 0:
            return None, 0
        state = _Hunt(self)
        library = hypothesis()
        settings = library.settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=False,
            verbosity=library.Verbosity.quiet,
            report_multiple_bugs=False,
            suppress_health_check=list(library.HealthCheck),
            phases=[library.Phase.generate, library.Phase.shrink],
        )
        ask = library.seed(seed)(settings(library.given(self.inputs.strategy())(state.ask)))
        try:
            ask()
        except (_Differs, library.errors.Flaky):
            pass  # what was found stands in `state`
        except library.errors.Unsatisfiable:
            pass  # the precondition admitted none; `refused` says how many
        return state.found, state.tried

    def simplest(self, found: Found) -> Found:
        """Return the found case made simpler step by step; the same kind of fault stays."""
        steps = 0
        simpler = True
        while simpler and found.side is None:
            simpler = False
            for case in self.inputs.simpler(found.case):
                steps += 1
                if steps > _STEPS_MAX:
                    return found
                other = self.again(case, found.found_by)
                if other is not None and other.kind == found.kind:
                    found, simpler = other, True
                    break
        return found


class _Differs(AssertionError):  # noqa: N818 - it tells hypothesis of a find, and is no error
    """Two sides differ."""


@dataclass
class _Hunt:
    """One search of hypothesis: counts until the first find, then only watches it shrink."""

    search: Search
    found: Found | None = None
    tried: int = 0

    @property
    def ask(self) -> Callable[[Any], None]:
        """Return the test that hypothesis runs."""

        def compared(case: Any) -> None:
            if self.found is not None and self.found.side is not None:
                return  # a side that differs from itself cannot be shrunk
            if not self.search.inputs.holds(case):
                self.search.refused += self.found is None
                hypothesis().reject()
            found = self._look(case)
            if found is not None:
                self.found = found
                if found.side is None:
                    raise _Differs

        return compared

    def _look(self, case: Case) -> Found | None:
        if self.found is None:
            self.tried += 1
            return self.search.compare(case, "searched")
        found = self.search.again(case)
        return found if found is not None and found.kind == self.found.kind else None
