"""What git tells: commits by name, their order, changes; and that a repository is only read."""

from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from vr_verify.engines.builds import git
from vr_verify.errors import UsageError


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "game"
    folder.mkdir()
    for number in range(3):
        trees.write(folder, {"a.txt": f"{number}\n"})
        trees.commit(folder, f"change {number}")
    return folder


def test_a_revision_is_found_by_any_of_its_names(repository: Path) -> None:
    trees.git(repository, "tag", "v1", "HEAD~1")
    one = git.commit_of(repository, "v1")
    assert (
        one == git.commit_of(repository / ".git", "HEAD~1") == git.find_commit(repository, one.id)
    )
    assert (one.subject, one.id[:12]) == ("change 1", one.short)
    assert one.tree == trees.git(repository, "rev-parse", "v1^{tree}")


@pytest.mark.parametrize("revision", ["v9", "--all", "-h", "", "HEAD:a.txt", "a b", "HEAD~7"])
def test_a_revision_that_is_not_there_is_named(repository: Path, revision: str) -> None:
    said = f"no revision {revision!r} in the git repository game"
    with pytest.raises(UsageError) as caught:
        git.commit_of(repository, revision)
    assert said in caught.value.message


def test_a_folder_without_a_repository_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(UsageError, match=r"no git repository in .*not a git repository"):
        git.commit_of(tmp_path, "HEAD")
    with pytest.raises(UsageError, match="is no directory"):
        git.commit_of(tmp_path / "missing", "HEAD")


def test_without_git_its_absence_is_said(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository))
    with pytest.raises(UsageError, match="git is not installed"):
        git.commit_of(repository, "HEAD")


def test_commits_between_come_oldest_first(repository: Path) -> None:
    found = git.commits_between(repository, "HEAD~2", "HEAD")
    assert [commit.subject for commit in found] == ["change 1", "change 2"]
    assert git.commits_between(repository, "HEAD", "HEAD") == []
    with pytest.raises(UsageError, match=r"HEAD \(.*\) is no ancestor of HEAD~1"):
        git.commits_between(repository, "HEAD", "HEAD~1")


def test_a_merge_is_one_step_of_the_main_line(repository: Path) -> None:
    trees.git(repository, "switch", "--quiet", "--create", "side", "HEAD~1")
    trees.write(repository, {"b.txt": "b\n"})
    trees.commit(repository, "side")
    trees.git(repository, "switch", "--quiet", "main")
    trees.git(repository, "merge", "--quiet", "--no-ff", "--message=merged", "side")
    # The side line left the main line before the good revision, and may still have the fault.
    found = [commit.subject for commit in git.commits_between(repository, "HEAD~1", "HEAD")]
    assert found == ["side", "merged"]
    main = git.commits_between(repository, "HEAD~2", "HEAD", first_parent=True)
    assert [commit.subject for commit in main] == ["change 2", "merged"]


def test_changes_of_any_kind_are_seen(repository: Path) -> None:
    assert not git.has_changes(repository)
    trees.write(repository, {"new.txt": "new\n"})
    assert git.has_changes(repository)
    trees.write(repository, {"new.txt": ""})
    assert not git.has_changes(repository)
    trees.write(repository, {"a.txt": "changed\n"})
    assert git.has_changes(repository)


def test_a_tree_is_written_as_a_check_out_would(repository: Path, tmp_path: Path) -> None:
    trees.write(repository, {".gitattributes": "a.txt export-ignore\n", "run": "#!/bin/sh\n"})
    (repository / "run").chmod(0o755)
    (repository / "link").symlink_to("a.txt")
    trees.commit(repository, "all kinds")
    before = trees.contents(repository)
    target = tmp_path / "out"
    target.mkdir()
    git.check_out(repository, git.commit_of(repository, "HEAD").tree, target)
    assert sorted(path.name for path in target.iterdir()) == [
        ".gitattributes",
        "a.txt",
        "link",
        "run",
    ]
    assert (target / "run").stat().st_mode & 0o100
    assert (target / "link").is_symlink()
    assert trees.contents(repository) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["game", "out"]


def test_a_repository_without_a_working_tree_will_do(repository: Path, tmp_path: Path) -> None:
    bare, target = tmp_path / "bare.git", tmp_path / "out"
    trees.git(repository, "clone", "--quiet", "--bare", str(repository), str(bare))
    target.mkdir()
    git.check_out(bare, git.commit_of(bare, "main").tree, target)
    assert (target / "a.txt").read_text() == "2\n"
    assert git.work_tree_of(bare) is None
    assert not git.has_changes(bare)


def test_the_callers_own_repository_variables_do_not_count(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = git.commit_of(repository, "HEAD")
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert git.commit_of(repository, "HEAD") == wanted
    assert not git.has_changes(repository)
