"""What a caller asked of a campaign, and the commands that show one of its findings again.

Spec: contract, section 4: an absolute path enters no document, so its file is named, and which
option told where it is. It must not play anything.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vr_verify.engines.registry import BuildSpec
from vr_verify.fuzzing.findings import Finding


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asked for. `engine` and `against` are None where the caller named none."""

    cases: int
    seed: int
    engine: str | None
    against: str | None
    sources: tuple[str, ...]
    size: int
    turns: int
    search: bool
    folder: Path
    declared: Path | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """A command that shows a finding again, and where the files are that it names without a path.

    `where` is empty where the command runs in the folder in which the campaign ran.
    """

    command: str
    where: str = ""


def again(asked: Asked, finding: Finding, specs: Sequence[BuildSpec]) -> Again:
    """Return the command for a finding: the campaign up to it where nothing less will do."""
    words = _Words(asked, specs)
    if not finding.reproduced or finding.kept is None:
        return words.campaign(finding.number + 1)
    if finding.kept.log:
        return words.replay(finding.kept.log)
    return words.record(finding.kept.parts, max(1, len(finding.small.turns)))


class _Words:
    """The words of one command; remembers which files it names without their folders."""

    def __init__(self, asked: Asked, specs: Sequence[BuildSpec]) -> None:
        self._asked = asked
        # A log's own word for its engine does not find a side that is registered under another
        # name or not at all, nor does a side's counterpart have to be the other one.
        given = asked.engine, asked.against
        self._sides = [name or spec.text for name, spec in zip(given, specs, strict=True)]
        self._where: list[str] = []

    def replay(self, log: str) -> Again:
        """Replay a log that was kept."""
        return self._again(["replay", self._kept(log), *self._both(), *self._declared()])

    def record(self, parts: Sequence[str], turns: int) -> Again:
        """Record a case from its parts, as far as the engine plays it."""
        scenario, commands = map(self._kept, parts)
        words = ["record", scenario, "--commands", commands, "--turns", str(turns)]
        log = str(Path(scenario).with_suffix(".log"))
        return self._again([*words, "--engine", self._sides[0], "-o", log])

    def campaign(self, cases: int) -> Again:
        """Run the first cases of the same campaign."""
        asked = self._asked
        words = ["fuzz", *self._both(), "--cases", str(cases), "--seed", str(asked.seed)]
        words += ["--size", str(asked.size), "--turns", str(asked.turns)]
        for source in asked.sources:
            words += ["--from", self._named(Path(source), "given by --from")]
        words += ["--search"] if asked.search else []
        return self._again([*words, *self._declared()])

    def _both(self) -> list[str]:
        engine, against = self._sides
        return ["--engine", engine, "--against", against]

    def _declared(self) -> list[str]:
        if self._asked.declared is None:
            return []
        return ["--declared", self._named(self._asked.declared, "given by --declared")]

    def _kept(self, file: str) -> str:
        return self._named(self._asked.folder / file, "in the folder given by --out")

    def _named(self, path: Path, whence: str) -> str:
        """Return a path as the caller gave it, or its name where it is absolute."""
        if not path.is_absolute():
            return str(path)
        self._where.append(f"{path.name} is {whence}")
        return path.name

    def _again(self, words: Sequence[str]) -> Again:
        return Again(shlex.join(["vr-verify", *words]), "; ".join(self._where))
