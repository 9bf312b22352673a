"""A case kept as files that show it again: a log where any side can play it, else its parts.

Spec: contract, section 8. A file that is there already is left alone: what does not show the fault
has another run beside it. It must not know how the case was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blake3 import blake3

from vr_verify.canonical import json_text
from vr_verify.errors import BadLogError, EngineError, SkippedError, UsageError
from vr_verify.fuzzing.cases import Case, case_of_log
from vr_verify.fuzzing.faults import Fault
from vr_verify.fuzzing.keepsakes import keep_case, log_shows
from vr_verify.fuzzing.residents import Residents
from vr_verify.model.run import StepSpec, TurnCommands
from vr_verify.runlog.reader import RunLog

_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Kept:
    """The names of what stands in the folder: `log`, or the `parts` (scenario, commands).

    `log` is empty where no side plays the case to its end. Parts do not hold a first state.
    `beside` is a file that had the name before, and holds something else.
    """

    log: str = ""
    parts: tuple[str, ...] = ()
    beside: str = ""

    @property
    def files(self) -> tuple[str, ...]:
        """All names of files that hold the case."""
        return (self.log,) if self.log else self.parts


def keep_for_ever(
    case: Case, name: str, folder: Path, residents: Residents, fault: Fault | None = None
) -> Kept:
    """Write a case to `folder/name.log`, recorded by the last side that can play it.

    Where none can, to `name.json` and `name.commands.json`. A log of that name that is there
    already will do if it holds this case, or another that shows `fault`; else the case is written
    beside it, under the name and the first 8 hex digits of its digest. The folder is made if it
    is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = f"{name}-{run_digest(case).hex()[:_DIGITS]}"
    path, beside = folder / f"{name}.log", ""
    if path.exists() and not _will_do(path, case, residents, fault):
        path, beside = folder / f"{own}.log", path.name
    try:
        if not path.exists():
            keep_case(case, residents, path)
    except SkippedError:
        return _kept_as_parts(case, (name, own), folder, residents)
    return Kept(path.name, beside=beside)


def run_digest(case: Case) -> bytes:
    """Return the digest of all that a run holds: scenario, commands and first state.

    Steps without commands at a turn's end make no difference, as they make none to a log.
    """
    hasher = blake3(case.scenario)
    hasher.update(b"\0" + json_text.encode([_given(turn) for turn in case.turns]))
    for universe in case.start.universes if case.start is not None else ():
        for table in universe.tables:
            for column in table.columns:
                hasher.update(column)
    return hasher.digest()


def _given(turn: TurnCommands) -> TurnCommands:
    """Return a turn without the steps behind the last one that is given any commands."""
    last = max((at for at, commands in enumerate(turn, start=1) if commands), default=0)
    return turn[:last]


def _will_do(path: Path, case: Case, residents: Residents, fault: Fault | None) -> bool:
    """Whether a log that is there holds this case, or shows the fault on new workers."""
    try:
        with RunLog.open(path) as log:
            if run_digest(case_of_log(log)) == run_digest(case):
                return True
    except BadLogError:
        return False
    if fault is None:
        return False
    residents.restart()
    try:
        return log_shows(path, residents, fault)
    finally:
        residents.restart()


def _kept_as_parts(case: Case, names: Sequence[str], folder: Path, residents: Residents) -> Kept:
    """Write the parts under the first of two names that is free, or holds the same already."""
    parts = _parts(case, _steps(case, residents))
    first, other = ([(folder / f"{name}{end}", data) for end, data in parts] for name in names)
    taken = [path.name for path, data in first if path.exists() and path.read_bytes() != data]
    files, beside = (other, taken[0]) if taken else (first, "")
    for path, data in files:
        if not path.exists():
            path.write_bytes(data)
    return Kept(parts=tuple(path.name for path, _ in files), beside=beside)


def _steps(case: Case, residents: Residents) -> Sequence[StepSpec]:
    """Return the steps that the first side to take the scenario declares; none if none does."""
    for at in range(len(residents.sides)):
        engine = residents.sides[at].engine
        try:
            engine.init(case.scenario)
        except UsageError:
            continue
        except EngineError:
            residents.restart()
            continue
        return engine.steps
    return ()


def _parts(case: Case, steps: Sequence[StepSpec]) -> list[tuple[str, bytes]]:
    """Return the scenario, and the commands in the form that `record --commands` reads."""
    entries: list[dict[str, Any]] = [
        {"turn": turn, "step": step.name, "commands": list(commands)}
        for turn, by_step in enumerate(case.turns, start=1)
        for step, commands in zip(steps, by_step, strict=False)
        if commands
    ]
    return [(".json", case.scenario), (".commands.json", json_text.encode(entries))]
