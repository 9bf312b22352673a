"""Two functions compared from end to end: replay what failed before, search, simplify, keep.

`compare` is what `vr_verify.twin(left, right)` calls, `at` compares one call. They must not know
pytest, nor engines.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

import msgspec

from vr_verify.errors import UsageError
from vr_verify.model.outcome import Outcome
from vr_verify.twin import files, vectors
from vr_verify.twin.calling import Answer, Side
from vr_verify.twin.domains import Choices
from vr_verify.twin.inputs import Case, Function, Inputs, Parameter, inputs_of
from vr_verify.twin.kept import Shelf
from vr_verify.twin.kinds import named_kinds
from vr_verify.twin.literals import cut, literal
from vr_verify.twin.names import full_name, one_line
from vr_verify.twin.sameness import ONE_FUNCTION, check_callable, one_function
from vr_verify.twin.search import Found, Search
from vr_verify.twin.tolerance import Tallies, Tolerance
from vr_verify.twin.verdict import Cases, Counterexample, ToleranceUse, TwinVerdict, VectorsKept

EXAMPLES: Final = 300
DRAWN: Final = 12


class Options(TypedDict, total=False):
    """How two functions are compared; each of these may be left out.

    - `given`: values by parameter name: a domain, a range, a list of choices, a type hint or a
      hypothesis strategy. Other parameters take theirs from the type hints.
    - `where`: the precondition, called with the arguments.
    - `cases`: the caller's own cases by their comment, each a tuple of arguments.
    - `examples`: how many cases hypothesis tries (300); `drawn`: how many are drawn without it, at
      thirty times its speed (12); `seed` (0) is that of hypothesis.
    - `tolerances`: declared ones; without any, numbers are compared to the last bit.
    - `view`: turns a result into what is compared. `twice` False: never ask a side again.
    - `function`: the name that files are found by; the left function's own is taken without it.
    - `kept`: a folder for counterexamples, replayed first. `vectors`: a file for golden vectors,
      written when both agree; `note` stands in it (units, scale).
    """

    given: Mapping[str, Any]
    where: Callable[..., bool]
    cases: Mapping[str, Sequence[Any]]
    examples: int
    drawn: int
    seed: int
    tolerances: Sequence[Tolerance]
    view: Callable[[Any], Any]
    twice: bool
    function: str
    kept: Path | str | None
    vectors: Path | str | None
    note: str


@dataclass
class _Comparison:
    """One comparison on its way."""

    search: Search
    inputs: Inputs
    options: Options
    function: str
    shelf: Shelf | None
    cases: Cases = field(default_factory=Cases)

    def named(self) -> Iterator[tuple[str, Case]]:
        """Give the caller's own cases, by name."""
        parameters = self.inputs.parameters
        for comment, values in self.options.get("cases", {}).items():
            if len(values) != len(parameters):
                raise UsageError(
                    f"case {comment!r}: expected {len(parameters)} arguments, found {len(values)}"
                )
            yield comment, {p.name: value for p, value in zip(parameters, values, strict=True)}

    def drawn(self) -> Iterator[tuple[str, Case]]:
        """Give the drawn cases."""
        if self.inputs.drawable and self.inputs.parameters:
            for number in range(self.options.get("drawn", DRAWN)):
                yield f"drawn {number}", self.inputs.drawn(self.function, number)

    def kept(self) -> tuple[list[Case], int]:
        """Return the cases that failed at other times, and how many no longer fit."""
        if self.shelf is None:
            return [], 0
        return self.shelf.read(self.inputs, named_kinds(p.domain for p in self.inputs.parameters))

    def found(self) -> Found | None:
        """Look for a difference in order of cost; count where the cases came from."""
        kept, stale = self.kept()
        counts = {"stale": stale}
        sources = {
            "kept": iter(kept),
            "named": (case for _, case in self.named()),
            "boundaries": (case for _, case in self.inputs.boundaries()),
            "drawn": (case for _, case in self.drawn()),
        }
        words = {"kept": "kept", "named": "named", "boundaries": "boundary", "drawn": "drawn"}
        found = None
        for name, cases in sources.items():
            before = self.search.compared
            found = self.search.first(cases, words[name])
            counts[name] = self.search.compared - before
            if found is not None:
                break
        if found is None:
            examples = self.options.get("examples", EXAMPLES)
            examples = examples if self.inputs.parameters else 0
            found, counts["searched"] = self.search.searched(examples, self.options.get("seed", 0))
        self.cases = Cases(refused=self.search.refused, **counts)
        return None if found is None else self.search.simplest(found)


def compare(left: Function, right: Function, **options: Unpack[Options]) -> TwinVerdict:
    """Compare two functions over generated cases; return the verdict.

    One function in both places is `nothing_compared`, whatever it answers: that is what an import
    with a fallback makes of a port that is not there. There is no option against it: who means to
    compare a function with itself wraps the right one, `functools.partial(f)`.

    UsageError where a side cannot be called, the parameters are not known or the results cannot be
    compared; IoFailed where a file cannot be written. A difference is a verdict, never an
    exception.
    """
    check_callable(left=left, right=right)
    _check(options)
    inputs = inputs_of(left, right, options.get("given", {}), options.get("where"))
    view = options.get("view")
    search = Search(
        Side("left", left, inputs, view),
        Side("right", right, inputs, view),
        inputs,
        Tallies(tuple(options.get("tolerances", ()))),
        twice=options.get("twice", True),
    )
    function = options.get("function") or full_name(left)
    folder = options.get("kept")
    shelf = None if folder is None else Shelf(Path(folder), function)
    comparison = _Comparison(search, inputs, options, function, shelf)
    found = None if one_function(left, right) else comparison.found()
    verdict = _verdict(comparison, found)
    if verdict.agreed and options.get("vectors") is not None:
        return _with_vectors(comparison, verdict, Path(options["vectors"] or ""))
    return verdict


def at(left: Function, right: Function, *places: Any, **named: Any) -> TwinVerdict:
    """Compare two functions in one call; one function in both places is `nothing_compared`."""
    check_callable(left=left, right=right)
    values = {str(position): value for position, value in enumerate(places)}
    parameters = [Parameter(name, True, False, Choices((values[name],))) for name in values]
    parameters += [Parameter(n, False, False, Choices((v,))) for n, v in named.items()]
    inputs = Inputs(tuple(parameters))
    sides = (Side("left", left, inputs), Side("right", right, inputs))
    comparison = _Comparison(
        Search(*sides, inputs, Tallies()), inputs, Options(), full_name(left), None
    )
    found = None
    if not one_function(left, right):
        found = comparison.search.compare(values | named, "named")
        comparison.cases = Cases(named=1)
    return _verdict(comparison, found, refusals=True)


def _check(options: Options) -> None:
    """Refuse options that make no sense together."""
    unknown = [name for name in options if name not in Options.__annotations__]
    if unknown:
        raise UsageError(f"no option is called {unknown[0]}")
    for name, count in (("examples", options.get("examples")), ("drawn", options.get("drawn"))):
        if count is not None and count < 0:
            raise UsageError(f"expected {name} of 0 or more, found {count}")
    if options.get("tolerances") and options.get("vectors") is not None:
        raise UsageError("vectors are exact: they cannot be written under a tolerance")


def _verdict(
    comparison: _Comparison, found: Found | None, *, refusals: bool = False
) -> TwinVerdict:
    search = comparison.search
    outcome, message = _outcome(search, found, refusals)
    return TwinVerdict(
        outcome=outcome,
        message=message,
        function=comparison.function,
        sides={"left": full_name(search.left.function), "right": full_name(search.right.function)},
        seed=comparison.options.get("seed", 0),
        cases=comparison.cases,
        called_twice=search.called_twice,
        raised=dict(sorted(search.raised.items())) or None,
        changed=tuple(sorted(search.changed)) or None,
        tolerances=_tolerances(search.tallies) or None,
        counterexample=None if found is None else _counterexample(comparison, found),
    )


def _outcome(search: Search, found: Found | None, refusals: bool) -> tuple[Outcome, str | None]:
    """Return the outcome and what must be said beside it; agreement over nothing is none."""
    if found is not None:
        kinds = {"panic": Outcome.CRASHED, "intermittent": Outcome.INTERMITTENT}
        return kinds.get(found.kind, Outcome.DIVERGED), None
    if one_function(search.left.function, search.right.function):
        return Outcome.NOTHING_COMPARED, ONE_FUNCTION
    if search.compared == 0:
        return Outcome.NOTHING_COMPARED, "no case was compared"
    if search.results == 0 and not refusals:
        return (
            Outcome.NOTHING_COMPARED,
            "both functions raised in every case: no result was compared",
        )
    faults = search.tallies.faults()
    return (Outcome.VIOLATED, "; ".join(faults)) if faults else (Outcome.AGREED, None)


def _tolerances(tallies: Tallies) -> tuple[ToleranceUse, ...]:
    rows = zip(tallies.declared, tallies.used, tallies.compared, strict=True)
    return tuple(
        ToleranceUse(tolerance.path, tolerance.described, tolerance.reason, used, compared)
        for tolerance, used, compared in rows
    )


def _counterexample(comparison: _Comparison, found: Found) -> Counterexample:
    """Return a find for the verdict, and keep its case."""
    search = comparison.search
    places, named = comparison.inputs.bound(found.case)
    call, again = one_line([search.left.function, search.right.function], places, named)
    words = ("left", "right") if found.side is None else ("first", "again")
    kept = None if comparison.shelf is None else comparison.shelf.keep(found)
    difference = found.difference
    return Counterexample(
        arguments={name: literal(value) for name, value in found.case.items()},
        call=call,
        kind=difference.kind if found.side is None else "intermittent",
        path=difference.path,
        values=dict(zip(words, (difference.left, difference.right), strict=True)),
        results=dict(zip(words, map(_told, (found.left, found.right)), strict=True)),
        found_by=found.found_by,
        reproduce=again,
        side=found.side,
        file=kept,
    )


def _told(answer: Answer) -> str:
    return answer.raised.text if answer.raised is not None else cut(literal(answer.result))


def _with_vectors(comparison: _Comparison, verdict: TwinVerdict, path: Path) -> TwinVerdict:
    """Write the vectors, unless an answer that stands there would change."""
    found = [("found: once a counterexample", case) for case in comparison.kept()[0]]
    cases = [*comparison.named(), *comparison.inputs.boundaries(), *comparison.drawn(), *found]
    text, count = vectors.document(
        comparison.function,
        comparison.search.left,
        comparison.inputs,
        cases,
        comparison.options.get("note", ""),
    )
    if count == 0:
        raise UsageError("no vectors: these parameters have no boundaries; give cases={…}")
    changed = vectors.outdated(path, text)
    fresh = not path.exists() or path.read_text(encoding="utf-8") != text
    if changed is None and fresh:
        files.write(path, text)
    kept = VectorsKept(path.name, count, changed is None and fresh)
    outcome = verdict.outcome if changed is None else Outcome.GOLDEN_OUTDATED
    return msgspec.structs.replace(verdict, outcome=outcome, message=changed, vectors=kept)
