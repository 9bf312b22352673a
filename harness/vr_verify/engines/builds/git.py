"""What is asked of git: commits by name, their order, their files. Nothing in a repository changes.

It must not know builds. Needs the program `git`, version 2.24 or newer.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.errors import UsageError

# Set by git in hooks and aliases; a repository is named by its folder here, and by nothing else.
_LOCAL: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_NAMESPACE")
# No hook runs, no monitor is started, no index is split into a file of the repository.
_QUIET: Final = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "core.splitIndex=false"),
    "--no-optional-locks",
)
_SHORT_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit by its full name, the name of its tree, and the first line of its message."""

    id: str
    tree: str
    subject: str

    @property
    def short(self) -> str:
        """The first digits of its name."""
        return self.id[:_SHORT_DIGITS]


def repository_of(folder: Path) -> Path:
    """Return the git directory that a folder belongs to; UsageError where there is none."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no directory, so there is no git repository in it")
    done = _run(folder, "rev-parse", "--absolute-git-dir")
    if done.returncode:
        raise UsageError(f"no git repository in {folder}: {_words(done)}")
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


def commit_of(folder: Path, revision: str) -> Commit:
    """Return the commit that a revision names; UsageError names the revision if there is none."""
    found = find_commit(folder, revision)
    if found is None:
        where = repository_of(folder)
        name = where.parent.name if where.name == ".git" else where.name
        raise UsageError(f"there is no revision {revision!r} in the git repository {name}")
    return found


def find_commit(folder: Path, revision: str) -> Commit | None:
    """Return the commit that a revision names, None if it names none."""
    done = _run(
        folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    if done.returncode:
        repository_of(folder)
        return None
    return described(folder, done.stdout.decode().strip())


def described(folder: Path, commit_id: str) -> Commit:
    """Return what is known of a commit by its full name."""
    return _listed(folder, "--no-walk", commit_id)[0]


def commits_between(
    folder: Path, good: str, bad: str, *, first_parent: bool = False
) -> list[Commit]:
    """List the commits that `bad` has and `good` has not, oldest first, each after its parents.

    `first_parent` follows the main line alone: what a merge brought is one step. UsageError for an
    unknown revision, and when `good` is no ancestor of `bad`: then nothing leads from one to the
    other. `bad` is the last of the list, `good` is not in it.
    """
    first, last = commit_of(folder, good), commit_of(folder, bad)
    if not is_ancestor(folder, first.id, last.id):
        raise UsageError(
            f"{good} ({first.short}) is no ancestor of {bad} ({last.short}); "
            f"name a good revision that {bad} comes from"
        )
    line = ["--first-parent"] if first_parent else []
    return _listed(folder, "--topo-order", "--reverse", *line, f"{first.id}..{last.id}")


def is_ancestor(folder: Path, first: str, last: str) -> bool:
    """Whether one commit is another's ancestor; a commit is its own."""
    return _run(folder, "merge-base", "--is-ancestor", first, last).returncode == 0


def has_changes(folder: Path) -> bool:
    """Whether a working tree holds anything that its last commit does not, new files included."""
    done = _run(folder, "status", "--porcelain")
    return done.returncode == 0 and bool(done.stdout)


def files_of(folder: Path, tree: str) -> list[str]:
    """List the paths of a tree's files, from its root."""
    return _paths(_done(folder, "ls-tree", "-r", "-z", "--full-tree", "--name-only", tree))


def work_tree_of(folder: Path) -> Path | None:
    """Return the root of the working tree that a folder is in, None if it is in none."""
    done = _run(folder, "rev-parse", "--show-toplevel")
    if done.returncode or not done.stdout.strip():
        return None
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


def present_files(work_tree: Path) -> list[str]:
    """List the files of a working tree that are tracked or new, ignored ones left out."""
    listed = _done(work_tree, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [name for name in dict.fromkeys(_paths(listed)) if os.path.lexists(work_tree / name)]


def check_out(folder: Path, tree: str, target: Path) -> None:
    """Write a tree's files into an empty folder, as a check-out would.

    Not by `git archive`, which leaves out what is marked export-ignore. The index is a file of our
    own, so that the repository's stays as it is.
    """
    index = target.with_name(f"{target.name}.index")
    where = (f"--git-dir={repository_of(folder)}", f"--work-tree={target}")
    try:
        _done(target, *where, "read-tree", tree, index=index)
        _done(target, *where, "checkout-index", "--all", "--force", "--quiet", index=index)
    finally:
        index.unlink(missing_ok=True)


def _listed(folder: Path, *what: str) -> list[Commit]:
    """Ask for commits; names have no white space, and a first line has no line end."""
    lines = _done(folder, "log", "--format=%H %T %s", "--no-show-signature", *what, "--")
    return [
        Commit(*line.split(" ", 2)) for line in lines.decode("utf-8", "replace").split("\n") if line
    ]


def _paths(listed: bytes) -> list[str]:
    return [os.fsdecode(name) for name in listed.split(b"\0") if name]


def _done(folder: Path, *words: str, index: Path | None = None) -> bytes:
    """Run git where only the machine or the repository itself can make it fail."""
    done = _run(folder, *words, index=index)
    if done.returncode:
        raise UsageError(f"git cannot read the repository: {_words(done)}")
    return done.stdout


def _words(done: subprocess.CompletedProcess[bytes]) -> str:
    return done.stderr.decode("utf-8", "replace").strip().removeprefix("fatal: ")


def _run(
    folder: Path, *words: str, index: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name not in _LOCAL}
    environment |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"}
    environment |= {} if index is None else {"GIT_INDEX_FILE": str(index)}
    try:
        # A revision is never read as an option: those that come from outside follow a marker.
        return subprocess.run(  # noqa: S603
            ["git", *_QUIET, "-C", str(folder), *words],  # noqa: S607
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise UsageError("the program git is not installed; it is needed for git:") from error
