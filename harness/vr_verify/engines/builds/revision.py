"""`git:REV[:NAME]`: a revision of a repository as a build.

Spec: contract, section 3. The repository is read and never touched: no working tree is registered.
"""

import shutil
from pathlib import Path

from vr_verify.engines.builds import git, toolchain
from vr_verify.engines.builds.bounded import BUILD_LIMIT_S
from vr_verify.engines.builds.cache import Record, key_of
from vr_verify.engines.builds.order import Order, Site, obtain
from vr_verify.engines.builds.source import build_sources
from vr_verify.engines.builds.spec import BuildSpec, Progress, ignore_progress
from vr_verify.engines.builds.tree import sources_in


def resolve_revision(
    repo: Path,
    revision: str,
    name: str | None,
    progress: Progress = ignore_progress,
    limit_s: float = BUILD_LIMIT_S,
) -> BuildSpec:
    """Build a revision, or find it built; `name` picks one of several engines.

    UsageError: no repository, no such revision. NoEngineError (a UsageError): no engine in it, or
    several and no name. BuildFailed (an EngineCannotStart): it does not build.
    """
    commit = git.commit_of(repo, revision)
    text = f"git:{revision}" if name is None else f"git:{revision}:{name}"
    notes = _notes(repo, revision, commit)
    order = Order(text, name, progress, limit_s, notes)
    cargo = toolchain.uses_cargo(git.files_of(repo, commit.tree))
    key = key_of("git", commit.tree, *toolchain.key_parts(cargo))
    return obtain(order, key, lambda site: _build(site, repo, commit))


def split_revision(repo: Path, text: str) -> tuple[str, str | None]:
    """Split REV[:NAME]. A revision may hold a colon itself (a time, for instance)."""
    revision, colon, name = text.rpartition(":")
    if not colon or git.find_commit(repo, text) is not None:
        return text, None
    return revision, name


def _build(site: Site, repo: Path, commit: git.Commit) -> Record:
    checked_out = site.folder / "checked-out"
    checked_out.mkdir()
    git.check_out(repo, commit.tree, checked_out)
    record = build_sources(site, sources_in(checked_out))
    shutil.rmtree(checked_out)
    return record


def _notes(repo: Path, revision: str, commit: git.Commit) -> tuple[str, ...]:
    """Say that changes which are not committed are not in the build, where one may think so."""
    head = git.find_commit(repo, "HEAD")
    if head != commit or not git.has_changes(repo):
        return ()
    left_out = f"the repository has uncommitted changes, which are not in git:{revision}"
    return (f"{left_out} (commit {commit.short}); dir:. builds the files as they are",)
