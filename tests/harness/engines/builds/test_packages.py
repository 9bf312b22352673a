"""Builds that are Python distributions: of sources, of a wheel, of an environment."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.harness.engines.builds import trees
from vr_verify.engines.builds.cache import Cache
from vr_verify.engines.builds.spec import BuildFailed, NoEngineError
from vr_verify.engines.client import Engine
from vr_verify.engines.registry import resolve_build
from vr_verify.errors import EngineCannotStart, MissingFileError, UsageError

PIP = (sys.executable, "-I", "-m", "pip", "--isolated", "wheel", "--no-deps")
NEEDS = trees.PROJECT.replace("dependencies = []", 'dependencies = ["{}"]')


def wheel_of(tree: Path, folder: Path) -> Path:
    words = ("--no-build-isolation", "--no-index", "--wheel-dir", str(folder), str(tree))
    subprocess.run([*PIP, *words], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def test_one_content_is_one_build_by_every_form(tmp_path: Path, cache: Cache) -> None:
    tree = trees.package(tmp_path / "tree")
    spec = resolve_build(f"dir:{tree}")
    assert sorted(path.name for path in tree.iterdir()) == ["pocket_engine", "pyproject.toml"]
    with Engine(spec) as engine:
        assert engine.name == "pocket"
    wheel = wheel_of(tree, tmp_path / "wheels")
    builds = [resolve_build(f"wheel:{wheel}"), resolve_build(f"wheel:{wheel}:pocket")]
    builds += [resolve_build(f"venv:{cache.root}/builds/{Path(spec.argv[0]).parents[2].name}/venv")]
    assert {build.build for build in builds} == {spec.build}
    assert {build.name for build in builds} == {"pocket"}
    trees.package(tree, "changed")
    assert resolve_build(f"dir:{tree}").build != spec.build
    assert len(list(cache.root.glob("builds/*"))) == 3


def test_what_an_engine_needs_comes_from_our_own_environment(tmp_path: Path) -> None:
    tree = trees.package(tmp_path / "tree", project=NEEDS.format("blake3>=1; python_version>'3'"))
    text = trees.PACKAGE.replace("class", "import blake3\n\n\nclass", 1)
    trees.write(tree, {"pocket_engine/__init__.py": text})
    spec = resolve_build(f"dir:{tree}")
    assert spec.facts["dependencies"].startswith("blake3 ")
    with Engine(spec) as engine:
        assert engine.description.rules_version == "1"


@pytest.mark.slow
def test_what_is_missing_or_too_old_is_named(tmp_path: Path, cache: Cache) -> None:
    for wanted, said in (
        ("no-such-library", "pocket-engine 1.0 requires no-such-library, which is not installed"),
        ("click>=9999", "pocket-engine 1.0 has requirement click>=9999, but you have click "),
    ):
        tree = trees.package(tmp_path / "tree", project=NEEDS.format(wanted))
        with pytest.raises(BuildFailed) as caught:
            resolve_build(f"dir:{tree}")
        assert said in caught.value.message
        assert "install it beside vr-verify" in caught.value.message
        assert list(cache.root.glob("builds/*")) == []


def test_several_engines_need_a_name_before_they_are_built(tmp_path: Path, cache: Cache) -> None:
    project = trees.PROJECT.replace("pocket = ", 'chess = "pocket_engine:Pocket"\npocket = ')
    tree = trees.package(tmp_path / "tree", project=project)
    wheel = wheel_of(tree, tmp_path / "wheels")
    for text in (f"dir:{tree}", f"wheel:{wheel}"):
        with pytest.raises(NoEngineError, match=r":NAME; engines there: chess, pocket"):
            resolve_build(text)
        with pytest.raises(NoEngineError, match=r":NAME; engines there: chess, pocket"):
            resolve_build(f"{text}:go")
    assert not (cache.root / "builds").exists()
    chess, pocket = (resolve_build(f"dir:{tree}:{name}") for name in ("chess", "pocket"))
    assert (chess.build, pocket.build) == (
        pocket.build.replace("pocket:", "chess:"),
        resolve_build(f"wheel:{wheel}:pocket").build,
    )


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (("hatchling.build", "no_such_backend"), "no_such_backend: its build backend is not inst"),
        (('version = "1.0"', 'version = "one"'), "Invalid version"),
        (
            ("dependencies = []", 'readme = "missing.md"'),
            "exit status 1: OSError: Readme file does not exist: missing.md",
        ),
    ],
)
def test_a_distribution_that_does_not_build_says_why(
    tmp_path: Path, broken: tuple[str, str], said: str
) -> None:
    project = trees.PROJECT.replace(*broken)
    tree = trees.package(tmp_path / "tree", project=project)
    with pytest.raises(BuildFailed, match=said) as caught:
        resolve_build(f"dir:{tree}")
    assert caught.value.outcome == "cannot_build"
    assert len(caught.value.message.splitlines()) <= 21
    assert str(tmp_path / "cache") not in caught.value.message


def test_a_wheel_for_another_platform_is_refused_by_name(tmp_path: Path) -> None:
    wheel = wheel_of(trees.package(tmp_path / "tree"), tmp_path)
    foreign = wheel.rename(tmp_path / "pocket_engine-1.0-cp39-cp39-win_amd64.whl")
    with pytest.raises(BuildFailed) as caught:
        resolve_build(f"wheel:{foreign}")
    made = "it was made for Python cp39, ABI cp39, platform win_amd64; this is cp3"
    assert f"{foreign.name}: {made}" in caught.value.message


def test_what_is_no_wheel_of_an_engine_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"there is no file x\.whl"):
        resolve_build(f"wheel:{tmp_path}/x.whl")
    (tmp_path / "x.whl").write_text("no zip\n")
    with pytest.raises(UsageError, match=r"expected a file named NAME-VERSION-.*, found x\.whl"):
        resolve_build(f"wheel:{tmp_path}/x.whl")
    text = tmp_path / "x-1.0-py3-none-any.whl"
    text.write_text("no zip\n")
    with pytest.raises(BuildFailed, match="is no wheel: it is no zip archive"):
        resolve_build(f"wheel:{text}")
    dumb = trees.package(
        tmp_path / "dumb", project=trees.PROJECT.replace("vr_verify.engines", "chess.openings")
    )
    with pytest.raises(NoEngineError, match=r"no engine in pocket_engine-1.0-.*; a wheel of an"):
        resolve_build(f"wheel:{wheel_of(dumb, tmp_path / 'wheels')}")


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("no program at all\n", "cannot be built: python ended with exit status 12[67]"),
        ("#!/bin/sh\necho 3.11.7\n", r"is no Python interpreter: it said '3\.11\.7"),
        ("#!/bin/sh\nexit 5\n", "python ended with exit status 5"),
        (
            "#!/bin/sh\necho vr-verify asks a Python 3.9.2\n",
            r"is Python 3\.9\.2; an engine needs 3\.11",
        ),
    ],
)
def test_an_interpreter_that_is_none_cannot_be_built_with(
    tmp_path: Path, program: str, said: str
) -> None:
    interpreter = trees.write(tmp_path / "venv", {"bin/python": program}) / "bin" / "python"
    interpreter.chmod(0o755 if program.startswith("#!") else 0o644)
    with pytest.raises(EngineCannotStart, match=said):
        resolve_build(f"venv:{tmp_path}/venv")
    interpreter.unlink()
    interpreter.symlink_to(sys.executable)
    with pytest.raises(NoEngineError, match="engines there: none"):
        resolve_build(f"venv:{tmp_path}/venv")


@pytest.mark.slow
def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path: Path) -> None:
    text = f"dir:{trees.package(tmp_path / 'tree')}"
    spec = resolve_build(text)
    interpreter = Path(spec.argv[0])
    interpreter.unlink()
    interpreter.symlink_to("/nowhere/python")
    assert resolve_build(text) == spec
    with Engine(spec) as engine:
        assert engine.name == "pocket"
