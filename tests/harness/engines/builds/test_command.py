"""A program of a revision runs that revision's files, whatever lies where the caller stands."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from tests.support.histories import SCENARIO, engine_text, wrong_from_turn_3
from vr_verify.engines.builds.command import placed, refuse_elsewhere
from vr_verify.engines.builds.spec import BuildFailed
from vr_verify.engines.client import Engine
from vr_verify.engines.factors import factor, refusal, surrounded
from vr_verify.engines.registry import BuildSpec, resolve_build
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

MODULE = 'command = "python3 -m counter_engine"\n'
FILES = ("engine.py", "bin/run.sh", "pkg/__main__.py", "pkg/part.py", "data/rules.json")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a repository whose last commit is wrong, and whose files are uncommitted words."""
    folder = tmp_path / "game"
    right = engine_text()
    for text, subject in ((right, "right"), (wrong_from_turn_3(right), "wrong")):
        trees.write(folder, {"vr-verify.toml": MODULE, "counter_engine.py": text})
        trees.commit(folder, subject)
    trees.write(folder, {"counter_engine.py": trees.PROGRAM.replace("VERSION", "uncommitted")})
    trees.write(tmp_path, {"counter.json": SCENARIO})
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("PYTHONSAFEPATH", "1")
    return folder


def named(spec: BuildSpec) -> str:
    """Start a build and return what it calls itself."""
    with Engine(spec) as engine:
        return engine.description.name


def test_a_module_is_that_of_the_revision(repository: Path) -> None:
    spec = resolve_build("git:HEAD")
    assert (named(spec), spec.name) == ("counter", "counter_engine")
    assert named(replace(spec, folder=None)) == "uncommitted", "what was run from the caller's"
    saboteur = resolve_build("saboteur:field@1:saboteur:field@2:git:HEAD")
    assert named(saboteur) == "saboteur-saboteur-counter"
    assert named(resolve_build("dir:.")) == "uncommitted"
    assert repository == Path.cwd()


def test_a_fault_between_two_revisions_is_found_from_inside_the_repository(
    repository: Path,
) -> None:
    log, scenario = repository.parent / "run.log", repository.parent / "counter.json"
    assert record(scenario, log, turns=5, engine="git:HEAD~1").outcome == "agreed"
    clean = replay(log, "git:HEAD~1", "none")
    assert clean.outcome == "agreed"
    parted = replay(log, "git:HEAD", "git:HEAD~1")
    assert parted.outcome == "diverged"
    assert parted.divergence is not None
    assert parted.divergence.turn == 3


def test_what_surrounds_a_program_leaves_it_its_folder(repository: Path) -> None:
    spec = resolve_build("git:HEAD")
    settings = {
        (one.name, setting.name): setting
        for one in (factor("hash-seed"), factor("time-zone"), factor("directory"))
        for setting in one.settings
    }
    for pair in (("hash-seed", "1"), ("time-zone", "UTC0")):
        assert refusal(spec, settings[pair], ()) is None
        changed = surrounded(spec, settings[pair])
        assert (changed.folder, changed.argv != spec.argv) == (spec.folder, True)
        assert named(changed) == "counter"
    for name in ("root", "long", "odd"):
        elsewhere = settings["directory", name]
        assert "starts in its own folder" in str(refusal(spec, elsewhere, ()))
        assert refusal(replace(spec, folder=None), elsewhere, ()) is None
        # Words are found from its own folder, never from the caller's.
        data = replace(spec, argv=("python3", "counter_engine.py", "missing/x"))
        assert str(spec.folder) in surrounded(data, elsewhere).argv[-2]
        assert str(repository) not in "".join(surrounded(data, elsewhere).argv)


def test_a_file_that_the_revision_does_not_hold_does_not_build(repository: Path) -> None:
    recipe = 'command = "python bin/engine.py"\n'
    trees.write(repository, {"vr-verify.toml": recipe, "counter_engine.py": engine_text()})
    trees.commit(repository, "a recipe, and bin forgotten")
    trees.write(repository, {"bin/engine.py": engine_text()})
    said = r"vr-verify\.toml: command: bin/engine\.py is no file of the engine's folder"
    with pytest.raises(BuildFailed, match=said) as caught:
        resolve_build("git:HEAD")
    assert caught.value.outcome == "cannot_build"
    trees.commit(repository, "bin")
    spec = resolve_build("git:HEAD")
    assert named(spec) == "counter"
    assert spec.argv == ("python", f"{spec.folder}/bin/engine.py")
    with pytest.raises(BuildFailed, match="bin/engine"):
        resolve_build("git:HEAD~1")


def test_a_file_that_only_the_build_makes_is_one_of_the_tree(tmp_path: Path) -> None:
    tree = trees.program(tmp_path / "tree")
    made = 'command = "python out/made.py"\nbuild = ["mkdir out", "cp toy.py out/made.py"]\n'
    trees.write(tree, {"vr-verify.toml": made})
    assert named(resolve_build(f"dir:{tree}")) == "toy"
    trees.write(tree, {"vr-verify.toml": made.replace('out/made.py"]', 'out/other.py"]')})
    with pytest.raises(BuildFailed, match=r"out/made\.py is no file"):
        resolve_build(f"dir:{tree}")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    trees.write(tmp_path, {"outside.py": "x\n"})
    return trees.write(tmp_path / "tree", dict.fromkeys(FILES, "x\n"))


@pytest.mark.parametrize(
    "line",
    [
        "python engine.py --rules=data/rules.json -X dev",
        "sh bin/run.sh --data data/ 0.5 --share=1.5",
        "./bin/run.sh",
        "python -m pkg",
        "python3.12 -Bm pkg.part",
        "python -W error -mpkg.part a:B",
        "python -m installed_runner engine.py",
        "env PYTHONPATH=pkg:data python -m part",
        "cargo run --release",
        "python -c pass -m gone",
    ],
)
def test_words_of_the_tree_and_of_no_file_are_let_through(built: Path, line: str) -> None:
    words = line.split()
    refuse_elsewhere("'x'", built, words, FILES)
    paths = [word for word in placed(built, words) if word.startswith(str(built))]
    assert len(paths) == sum((built / word).is_file() for word in words)
    refuse_elsewhere("'x'", built, ["sh", "-c", "exec python3 bin/engine.py"], FILES)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("python other.py", "other.py is no file"),
        ("python ../outside.py", "../outside.py is no file"),
        ("python ..", ".. is no file"),
        ("python pkg/../../outside.py", "pkg/../../outside.py is no file"),
        ("{}/outside.py", "outside.py is no file"),
        ("python {}/tree/engine.py", "engine.py is no file"),
        ("python engine.py --rules=data/gone.json", "data/gone.json is no file"),
        ("env PYTHONPATH=pkg:../lib python -m part", "../lib is no file"),
        ("bin/run", "bin/run is no file"),
        ("python -m gone", "-m gone is no module"),
        ("python -m pkg.gone", "-m pkg.gone is no module"),
        ("python -m data", "-m data is no module"),
        ("python -m", "-m  is no module"),
        ("python -m .pkg", "-m .pkg is no module"),
        ("pypy3 -Bsm gone", "-m gone is no module"),
        ("python -I -m pkg", "-m pkg is not looked for"),
        ("env python3 -BPm pkg", "-m pkg is not looked for"),
    ],
)
def test_what_could_start_another_file_is_refused(built: Path, line: str, said: str) -> None:
    with pytest.raises(BuildFailed) as caught:
        refuse_elsewhere("'x'", built, line.format(built.parent).split(), FILES)
    assert said in caught.value.message
    assert caught.value.message.startswith("engine 'x' cannot be built: vr-verify.toml: command: ")
