"""The verdict on two functions: a frozen document, like the report of a replay.

`left` and `right` are the functions in the order of the call. The same work gives the same bytes:
no durations, no absolute paths. It must not know how a difference was found.
"""

from typing import Final

import msgspec

from vr_verify.model.outcome import Outcome

TWIN: Final = "vr-verify/twin/1"


class Cases(msgspec.Struct, frozen=True):
    """How many cases were compared, by where they came from, up to the first difference.

    `kept` are counterexamples of earlier times, `stale` those that no longer fit the parameters;
    `named` the caller's own; `refused` cases did not meet the precondition and count nowhere else.
    """

    kept: int = 0
    stale: int = 0
    named: int = 0
    boundaries: int = 0
    drawn: int = 0
    searched: int = 0
    refused: int = 0

    @property
    def compared(self) -> int:
        """Return how many cases both functions were asked with."""
        return self.kept + self.named + self.boundaries + self.drawn + self.searched


class ToleranceUse(msgspec.Struct, frozen=True):
    """A declared tolerance: `used` of the `compared` pairs of numbers needed it."""

    path: str
    tolerance: str
    reason: str
    used: int
    compared: int


class Counterexample(msgspec.Struct, frozen=True, omit_defaults=True):
    """The simplest case that was found, as Python literals, and where its answers part.

    `kind`: type, value, length, key, order, exception, argument (left in another state), panic,
    or intermittent, where `values` are the first and the second answer of one side, `side`.
    `path` starts at `$`, the result, or at an argument's name.
    """

    arguments: dict[str, str]
    call: str
    kind: str
    path: str
    values: dict[str, str]
    results: dict[str, str]
    found_by: str
    reproduce: str
    side: str | None = None
    file: str | None = None


class VectorsKept(msgspec.Struct, frozen=True):
    """The file of vectors by its name: how many cases it holds, and whether it was written now."""

    file: str
    cases: int
    written: bool


class TwinVerdict(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What comparing two functions led to. `raised` counts cases both ended in that exception.

    `changed` names the arguments that both functions changed, and alike. `called_twice` counts the
    cases with which each side was asked again, to see that it does not differ from itself.
    """

    schema: str = msgspec.field(default_factory=lambda: TWIN)
    command: str = msgspec.field(default_factory=lambda: "twin")
    outcome: str
    function: str
    sides: dict[str, str]
    seed: int
    cases: Cases
    called_twice: int
    message: str | None = None
    raised: dict[str, int] | None = None
    changed: tuple[str, ...] | None = None
    tolerances: tuple[ToleranceUse, ...] | None = None
    counterexample: Counterexample | None = None
    vectors: VectorsKept | None = None

    @property
    def agreed(self) -> bool:
        """Tell whether the functions agreed, in at least one case."""
        return self.outcome == Outcome.AGREED

    @property
    def text(self) -> str:
        """Return the verdict for people, as a few lines."""
        lines = [_headline(self)]
        if self.message:
            lines.append(f"  {self.message}")
        if self.counterexample is not None:
            lines += _shown(self.counterexample, self.sides)
        for use in self.tolerances or ():
            where = "" if use.path == "*" else f" at {use.path}"
            lines.append(
                f"  {use.used} of {use.compared} within tolerance {use.tolerance}{where}"
                f" ({use.reason})"
            )
        lines += [
            f"  both raise {name} in {count} of the cases: that is agreement"
            for name, count in (self.raised or {}).items()
        ]
        if self.changed:
            lines.append(f"  both change their arguments alike: {', '.join(self.changed)}")
        return "\n".join([*lines, _covered(self)])


def _headline(verdict: TwinVerdict) -> str:
    pair = f"{verdict.sides['left']} and {verdict.sides['right']}"
    match verdict.outcome:
        case Outcome.AGREED:
            return f"AGREED: {pair} give the same answers"
        case Outcome.DIVERGED:
            return f"DIVERGED: {pair} differ"
        case Outcome.CRASHED:
            return f"CRASHED: {pair}: native code panicked"
        case Outcome.INTERMITTENT:
            return f"INTERMITTENT: of {pair}, one does not answer alike when asked twice"
    return f"{verdict.outcome.upper().replace('_', ' ')}: {pair}"


def _shown(found: Counterexample, sides: dict[str, str]) -> list[str]:
    """Set the counterexample: the call, each side's answer, the place, the line to run."""
    width = max(map(len, found.results))
    lines = [f"  {found.call}  ({found.found_by})"]
    for name, result in found.results.items():
        lines.append(f"    {name:<{width}}  {result}")
    if found.path not in ("$", "exception"):
        lines.append(f"  first difference at {found.path} ({found.kind}):")
        lines += [f"    {name:<{width}}  {value}" for name, value in found.values.items()]
    else:
        lines.append(f"  they differ in {found.kind}")
    if found.side is not None:
        lines.append(f"  {found.side} ({sides[found.side]}) differs from itself")
    kept = [f"  kept as {found.file}"] if found.file else []
    return [*lines, *kept, f"  again: {found.reproduce}"]


def _covered(verdict: TwinVerdict) -> str:
    own = verdict.cases
    parts = {
        "kept": own.kept,
        "named": own.named,
        "boundary": own.boundaries,
        "drawn": own.drawn,
        "searched": own.searched,
    }
    named = ", ".join(f"{count:,} {name}" for name, count in parts.items() if count)
    noun = "case" if own.compared == 1 else "cases"
    text = f"  {own.compared:,} {noun} compared" + (f" ({named})" if named else "")
    text += f", {verdict.called_twice:,} of them twice, seed {verdict.seed}"
    if own.refused:
        text += f"; {own.refused:,} refused by the precondition"
    return text + (f"; {own.stale:,} kept ones no longer fit" if own.stale else "")
