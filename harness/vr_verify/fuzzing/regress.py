"""A case kept as files that show it again: a log where any side can play it, else its parts.

Spec: contract, section 8. A file that is there already is left alone. It must not know how the
case was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vr_verify.canonical import json_text
from vr_verify.errors import EngineError, SkippedError, UsageError
from vr_verify.fuzzing.cases import Case
from vr_verify.fuzzing.keepsakes import keep_case
from vr_verify.fuzzing.residents import Residents
from vr_verify.model.run import StepSpec


@dataclass(frozen=True, slots=True)
class Kept:
    """The names of what stands in the folder: `log`, or the `parts` (scenario, commands).

    `log` is empty where no side plays the case to its end. Parts do not hold a first state.
    """

    log: str = ""
    parts: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """All names."""
        return (self.log,) if self.log else self.parts


def keep_for_ever(case: Case, name: str, folder: Path, residents: Residents) -> Kept:
    """Write a case to `folder/name.log`, recorded by the last side that can play it.

    Where none can, to `name.json` and `name.commands.json`. The folder is made if it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.log"
    try:
        if not path.exists():
            keep_case(case, residents, path)
    except SkippedError:
        return Kept(parts=_written_parts(case, name, folder, _steps(case, residents)))
    return Kept(path.name)


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


def _written_parts(
    case: Case, name: str, folder: Path, steps: Sequence[StepSpec]
) -> tuple[str, str]:
    """Write the scenario, and the commands in the form that `record --commands` reads."""
    entries: list[dict[str, Any]] = [
        {"turn": turn, "step": step.name, "commands": list(commands)}
        for turn, by_step in enumerate(case.turns, start=1)
        for step, commands in zip(steps, by_step, strict=False)
        if commands
    ]
    scenario, commands = f"{name}.json", f"{name}.commands.json"
    for file, data in ((scenario, case.scenario), (commands, json_text.encode(entries))):
        if not (path := folder / file).exists():
            path.write_bytes(data)
    return scenario, commands
