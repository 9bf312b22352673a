"""Questions and answers by their places: `replays/S/C.log` and `golden/runs/S/C.json`.

Spec: contract, section 3 (`golden`). The project's root is the nearest folder with `replays/` in
it, so this works in anybody's repository. It must not read what the files hold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.errors import MissingFileError, UsageError

REPLAYS: Final = "replays"
ANSWERS: Final = Path("golden", "runs")


@dataclass(frozen=True, slots=True)
class Pair:
    """One question and the place of its answer; either may not be there.

    The names are those of a report: below the project's root, with forward slashes.
    """

    log: Path
    answer: Path
    log_name: str
    answer_name: str

    @property
    def asked(self) -> bool:
        """Whether the question is there."""
        return self.log.is_file()

    @property
    def answered(self) -> bool:
        """Whether the answer is there."""
        return self.answer.is_file()


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the questions are, and where the answers."""

    replays: Path
    answers: Path

    def pair(self, below: Path) -> Pair:
        """Return the pair with this path, which has no suffix, below the folder of questions."""
        log, answer = below.with_name(f"{below.name}.log"), below.with_name(f"{below.name}.json")
        name = (Path(self.replays.name) / log).as_posix()
        folder = ANSWERS if self.answers.parts[-2:] == ANSWERS.parts else Path(self.answers.name)
        return Pair(self.replays / log, self.answers / answer, name, (folder / answer).as_posix())


def find_pairs(
    paths: Sequence[Path | str] = (),
    replays: Path | str | None = None,
    answers: Path | str | None = None,
) -> list[Pair]:
    """List the pairs of logs and folders, in name order; without any, all that there are.

    MissingFileError for a path that is not there, UsageError for one outside the questions.
    """
    found: set[Pair] = set()
    for path in [Path(path).resolve() for path in paths]:
        folders = _folders(path, replays, answers)
        found |= _listed(folders, path)
    if not paths:
        folders = _folders(Path.cwd(), replays, answers)
        found |= _listed(folders, folders.replays)
    return sorted(found, key=lambda pair: (pair.log_name, pair.log))


def covers_all(
    paths: Sequence[Path | str], replays: Path | str | None, answers: Path | str | None
) -> bool:
    """Whether these paths name all pairs of the projects that they lie in."""
    found = set(find_pairs(paths, replays, answers))
    projects = {_folders(Path(path).resolve(), replays, answers) for path in paths}
    return all(_listed(folders, folders.replays) <= found for folders in projects)


def _listed(folders: Folders, path: Path) -> set[Pair]:
    return {folders.pair(below) for below in _below(folders, path)}


def pair_of(log: Path, replays: Path | str | None = None) -> Pair | None:
    """Return the pair of one log, None where it is not below a folder of questions."""
    try:
        folders = _folders(log.resolve(), replays, None)
        return folders.pair(_relative(folders, log.resolve()).with_suffix(""))
    except UsageError:
        return None


def _folders(near: Path, replays: Path | str | None, answers: Path | str | None) -> Folders:
    if replays is not None:
        questions = Path(replays).resolve()
    else:
        roots = (near, *near.parents)
        root = next((folder for folder in roots if (folder / REPLAYS).is_dir()), None)
        if root is None:
            wanted = f"a folder {REPLAYS}/ here or above; name another by --replays"
            raise MissingFileError(f"golden: expected {wanted}, found none")
        questions = root / REPLAYS
    if not questions.is_dir():
        raise MissingFileError(f"golden: there is no folder {questions}")
    default = questions.parent / ANSWERS
    return Folders(questions, default if answers is None else Path(answers).resolve())


def _relative(folders: Folders, path: Path) -> Path:
    if not path.is_relative_to(folders.replays):
        wanted = f"expected a log or a folder below {folders.replays.name}/"
        raise UsageError(f"golden: {wanted}, found {path.name}; name its folder by --replays")
    return path.relative_to(folders.replays)


def _below(folders: Folders, path: Path) -> set[Path]:
    """List the pairs of one path, without their suffixes."""
    relative = _relative(folders, path)
    if path.is_file() or path.suffix == ".log":
        below = relative.with_suffix("")
        if path.suffix != ".log":
            raise UsageError(f"golden: expected a log, found {path.name}")
        if folders.pair(below).asked or folders.pair(below).answered:
            return {below}
    if not path.is_dir() and not (folders.answers / relative).is_dir():
        raise MissingFileError(f"golden: no log and no folder {path}")
    asked = {log.relative_to(folders.replays) for log in path.rglob("*.log")}
    within = folders.answers / relative
    answered = {answer.relative_to(folders.answers) for answer in within.rglob("*.json")}
    return {name.with_suffix("") for name in asked | answered}
