"""Bad builds through the command line: each its exit code and its words, beside one that works."""

import sys
from pathlib import Path

import pytest

from tests.cli.program import one_document, run
from tests.harness.engines.builds import trees
from tests.support.toy_builds import toy_scenario
from tests.support.tree import ROOT

WINDOWS = "pocket_engine-1.0-cp39-cp39-win_amd64.whl"


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make one of each: builds that cannot be, and `toy`, a folder with a whole engine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    engine = (ROOT / "tests" / "support" / "toy_engine.py").read_text()
    project = trees.PROJECT.replace("pocket_engine:Pocket", "pocket_engine:ToyEngine")
    trees.package(tmp_path / "toy", project=project)
    trees.write(tmp_path / "toy", {"pocket_engine/__init__.py": engine})
    broken = f"{trees.RECIPE}build = \"sh -c 'echo error: the mill stands still; exit 3'\"\n"
    trees.program(tmp_path / "broken")
    trees.write(tmp_path / "broken", {"vr-verify.toml": broken})
    trees.write(tmp_path, {"empty/README": "nothing\n", "text/bin/python": "no program\n"})
    trees.write(tmp_path, {WINDOWS: "no zip\n"})
    for name, build in (("shell", '"true && false"'), ("steps", '["true", "sh -c \'exit 3\'"]')):
        trees.program(tmp_path / name)
        trees.write(tmp_path / name, {"vr-verify.toml": f"{trees.RECIPE}build = {build}\n"})
    trees.write(tmp_path, {"untold/vr-verify.toml": "[command\n"})
    other = trees.write(tmp_path, {"other/bin/python": "#!/bin/sh\necho I am a shell\n"})
    (other / "other/bin/python").chmod(0o755)
    toy_scenario(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("engine", "code", "outcome", "said"),
    [
        ("dir:broken", 4, "cannot_build", "exit status 3: error: the mill stands still"),
        ("venv:text", 4, "cannot_build", "python ended with exit status 126"),
        (f"wheel:{WINDOWS}", 4, "cannot_build", "is no wheel: it is no zip archive"),
        ("venv:other", 4, "cannot_build", "bin/python is no Python interpreter: it said 'I am a"),
        ("dir:steps", 4, "cannot_build", "sh ended with exit status 3"),
        ("dir:shell", 2, "usage", "build: no shell reads it, found '&&'"),
        ("dir:untold", 2, "usage", "vr-verify.toml is no TOML"),
        ("venv:nowhere", 2, "usage", "no virtual environment, it has no bin/python"),
        ("dir:empty", 2, "usage", "no engine in its root"),
        ("dir:nowhere", 2, "usage", "nowhere is no directory"),
        ("git:HEAD", 2, "usage", "no git repository"),
        ("wheel:nowhere.whl", 2, "usage", "there is no file nowhere.whl"),
    ],
)
def test_a_build_that_cannot_be_has_its_exit_code(
    places: Path, engine: str, code: int, outcome: str, said: str
) -> None:
    result = run(
        "record", "toy.json", "-o", "run.log", "--turns", "3", "--engine", engine, "--json"
    )
    document = one_document(result.stdout)
    assert (result.exit_code, document["outcome"]) == (code, outcome), document
    assert said in document["message"]
    assert str(places) not in result.stdout
    assert not (places / "run.log").exists()


@pytest.mark.parametrize(
    "engine", ["venv:{}/nothing", "venv:{}/other", "dir:{}/no", "wheel:{}/a.whl"]
)
def test_a_path_is_told_as_the_caller_typed_it(places: Path, engine: str) -> None:
    folder = places / "my builds"
    places.joinpath("other").rename(folder) if "other" in engine else folder.mkdir()
    typed = engine.replace("/other", "").format(folder)
    words = ("record", "toy.json", "-o", "run.log", "--turns", "3")
    document = one_document(run(*words, "--engine", typed, "--json").stdout)
    assert repr(typed) in document["message"]
    rest = document["message"].replace(repr(typed), "")
    assert str(places) not in rest, "nothing but what was typed"


@pytest.mark.slow
def test_a_folder_and_its_revision_record_and_replay_alike(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded = run("record", "toy.json", "-o", "run.log", "--turns", "3", "--engine", "dir:toy")
    assert recorded.exit_code == 0, recorded.output
    trees.commit(places / "toy", "toy")
    monkeypatch.chdir(places / "toy")
    again = ("--engine", "git:HEAD:pocket", "--against", "none")
    replayed = run("replay", str(places / "run.log"), *again, "--json")
    document = one_document(replayed.stdout)
    assert (replayed.exit_code, document["outcome"]) == (0, "agreed")
    builds = {side["build"] for side in document["sides"].values()}
    assert len(builds) == 1, "the log's build and the one that played again are the same"
    assert sys.executable not in replayed.stdout
