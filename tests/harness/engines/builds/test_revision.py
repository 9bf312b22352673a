"""`git:` and `dir:` of small trees: which content is built, and what is said where none can be."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from vr_verify.engines.builds.revision import resolve_revision
from vr_verify.engines.builds.spec import BuildFailed, NoEngineError
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec, resolve_build
from vr_verify.errors import MissingFileError, UsageError


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository of three versions of a program, and stand in it."""
    folder = tmp_path / "game"
    for version in ("one", "two", "three"):
        trees.program(folder, version)
        trees.commit(folder, version)
    monkeypatch.chdir(folder)
    return folder


def named(spec: BuildSpec) -> str:
    """Start a build and return what it calls itself, which is its version."""
    with Engine(spec) as engine:
        return engine.description.name


def test_each_revision_is_a_build_of_its_own(repository: Path) -> None:
    before = trees.contents(repository)
    specs = [resolve_build(f"git:{revision}") for revision in ("HEAD~2", "HEAD~1", "main")]
    assert [named(spec) for spec in specs] == ["one", "two", "three"]
    assert len({spec.build for spec in specs}) == 3
    assert [(spec.text, spec.name) for spec in specs[:1]] == [("git:HEAD~2", "toy")]
    assert trees.contents(repository) == before, "the repository is only read"
    assert resolve_revision(repository, "main", None) == specs[2]
    assert resolve_build("git:HEAD~2:toy").build == specs[0].build


def test_the_same_content_is_the_same_build_whatever_it_is_called(repository: Path) -> None:
    here = resolve_build("git:HEAD")
    assert resolve_build("dir:.").build == here.build
    assert resolve_build(f"dir:{repository}:toy").build == here.build
    trees.commit(repository, "nothing changed")
    assert resolve_build("git:HEAD") == replace(here, text="git:HEAD")
    trees.program(repository, "four")
    assert resolve_build("dir:.").build != here.build
    assert named(resolve_build("dir:.")) == "four"


def test_uncommitted_changes_are_not_built_and_it_is_said(repository: Path) -> None:
    clean = resolve_build("git:HEAD")
    assert clean.notes == ()
    trees.program(repository, "changed")
    spec = resolve_build("git:HEAD")
    (note,) = spec.notes
    commit = trees.git(repository, "rev-parse", "HEAD")[:12]
    assert note.startswith("the repository has uncommitted changes, which are not in git:HEAD ")
    assert note.endswith(f"(commit {commit}); dir:. builds the files as they are")
    assert spec == clean
    assert named(spec) == "three"
    # Who names an older revision does not expect today's changes in it.
    assert resolve_build("git:HEAD~1").notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("git:", "expected git:REV[:NAME]"),
        ("git:nowhere", "no revision 'nowhere' in the git repository game"),
        ("git:nowhere:toy", "no revision 'nowhere' in the git repository game"),
        ("git:HEAD:chess", "build 'git:HEAD:chess': the engine there is toy"),
        ("dir:", "expected dir:DIR[:NAME]"),
        ("dir:.:chess", "build 'dir:.:chess': the engine there is toy"),
        ("wheel:", "expected wheel:FILE[:NAME]"),
    ],
)
def test_what_cannot_be_meant_is_usage(repository: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve_build(text)
    assert said in caught.value.message


def test_missing_places_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="no git repository"):
        resolve_build("git:HEAD")
    with pytest.raises(MissingFileError, match="nowhere is no directory"):
        resolve_build("dir:nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoEngineError, match=r"build 'dir:empty': no engine in its root"):
        resolve_build("dir:empty")


def test_a_path_and_a_revision_may_hold_a_colon(repository: Path) -> None:
    trees.program(repository / "a:b", "colon")
    assert named(resolve_build("dir:a:b")) == "colon"
    assert named(resolve_build("dir:a:b:toy")) == "colon"
    spec = resolve_build("git:HEAD@{2100-01-01 10:00}")
    assert (spec.text, named(spec)) == ("git:HEAD@{2100-01-01 10:00}", "three")


def test_an_engine_is_built_by_what_its_tree_says(repository: Path) -> None:
    recipe = 'source = "play"\ncommand = "python made.py"\nbuild = "make engine"\nname = "player"\n'
    makefile = "engine:\n\tcp toy.py made.py\n"
    trees.program(repository / "play", "made")
    trees.write(repository, {"vr-verify.toml": recipe, "play/Makefile": makefile})
    trees.write(repository, {"play/vr-verify.toml": ""})
    trees.commit(repository, "made")
    spec = resolve_build("git:HEAD")
    assert (spec.name, named(spec)) == ("player", "made")
    assert spec == resolve_build("git:HEAD:player") or spec.build.startswith("player:")
    # What lies outside the engine's folder does not make another build of it.
    trees.write(repository, {"README": "Other words.\n"})
    assert resolve_build("dir:.").build == spec.build
    trees.write(repository, {"play/Makefile": "engine:\n\techo 'fatal: no rule'; false\n"})
    with pytest.raises(BuildFailed, match=r"make ended with exit status 2: (.|\n)*fatal: no rule"):
        resolve_build("dir:.")


def test_a_build_may_take_so_long_and_no_longer(repository: Path) -> None:
    trees.write(repository, {"vr-verify.toml": f'{trees.RECIPE}build = "sleep 600"\n'})
    trees.commit(repository, "slow")
    with pytest.raises(BuildFailed, match=r"engine 'git:HEAD' cannot be built: not done in 0\.5 s"):
        resolve_revision(repository, "HEAD", None, limit_s=0.5)
