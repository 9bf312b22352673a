"""Counterexamples that are kept for ever: `<folder>/<function>/<digest>.json`, replayed first.

The digest is that of function and arguments, so that the same find twice is one file. It must not
know how a counterexample was found.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from blake3 import blake3

from vr_verify.errors import UsageError
from vr_verify.twin import files
from vr_verify.twin.inputs import Case, Inputs
from vr_verify.twin.portable import as_json, from_json
from vr_verify.twin.search import Found

FORMAT: Final = "vr-twin-case/1"
_NAME_CHARACTERS: Final = 16


@dataclass(frozen=True)
class Shelf:
    """The kept cases of one function."""

    folder: Path
    function: str

    @property
    def _own(self) -> Path:
        return self.folder / self.function.replace("/", ".").replace("<locals>.", "")

    def read(self, inputs: Inputs, kinds: Mapping[str, type[Any]]) -> tuple[list[Case], int]:
        """Return the cases in order of their names, and how many no longer fit the parameters."""
        cases: list[Case] = []
        stale = 0
        for path in sorted(self._own.glob("*.json")):
            written = files.read_object(path, FORMAT).get("arguments")
            if not isinstance(written, dict):
                raise UsageError(f"{path}: expected arguments by name")
            try:
                case = {name: from_json(value, kinds) for name, value in written.items()}
            except ValueError:
                stale += 1
                continue
            if _fits(case, inputs):
                cases.append({p.name: case[p.name] for p in inputs.parameters if p.name in case})
            else:
                stale += 1
        return cases, stale

    def keep(self, found: Found) -> str | None:
        """Keep a case; return its file's name, None where an argument has no JSON form."""
        try:
            arguments = {name: as_json(value) for name, value in found.case.items()}
        except ValueError:
            return None
        told = {"function": self.function, "arguments": arguments}
        address = blake3(json.dumps(told, sort_keys=True).encode()).hexdigest()[:_NAME_CHARACTERS]
        path = self._own / f"{address}.json"
        if not path.exists():
            difference = found.difference
            said = {"path": difference.path, "left": difference.left, "right": difference.right}
            document = {"format": FORMAT} | told | {"found": said}
            files.write(path, json.dumps(document, indent=1, ensure_ascii=False) + "\n")
        return path.name


def _fits(case: Case, inputs: Inputs) -> bool:
    """Tell whether a case has the arguments of these parameters, of their kinds where known."""
    names = {parameter.name for parameter in inputs.parameters}
    needed = {parameter.name for parameter in inputs.parameters if not parameter.optional}
    if not needed <= case.keys() <= names:
        return False
    known = [p for p in inputs.parameters if p.name in case and p.domain.drawable]
    return all(parameter.domain.holds(case[parameter.name]) for parameter in known)
