"""Builds by name and prefix, their identities, and what is said of an unknown one."""

import dataclasses
import importlib.metadata
import platform
import sys
from pathlib import Path

import pytest

from tests.support.toy_builds import MILL, TOY
from vr_verify.engines import identity, registry
from vr_verify.engines.client import Engine
from vr_verify.errors import EngineCannotStart, MissingFileError, UsageError

ENTRY_POINTS = "[vr_verify.engines]\npocket = pocket_engine:Pocket\n"


def install(site: Path, source: str = "class Pocket:\n    pass\n") -> None:
    """Put a distribution with an engine into a site folder, as an installer would."""
    package, facts = site / "pocket_engine", site / "pocket_engine-1.0.dist-info"
    package.mkdir(parents=True)
    facts.mkdir()
    (package / "__init__.py").write_text(source)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: pocket-engine\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(ENTRY_POINTS)
    files = ["pocket_engine/__init__.py", "pocket_engine-1.0.dist-info/METADATA"]
    (facts / "RECORD").write_text("".join(f"{name},,\n" for name in files))


def test_a_registered_engine_is_found_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="unknown engine 'pocket'"):
        registry.resolve_build("pocket")
    install(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    spec = registry.resolve_build("pocket")
    assert spec.argv[-1] == "entry:pocket"
    assert spec.build.startswith("pocket:")
    assert ("pocket", "pocket-engine", "1.0", spec.build) in [
        (e.name, e.distribution, e.version, e.build) for e in registry.list_engines()
    ]
    assert registry.resolve_registered("pocket") == spec


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("chess", "unknown engine 'chess'; registered: "),
        ("ftp:somewhere", r"no prefix 'ftp'; registered: .*cmd:COMMAND LINE"),
        ("cmd:", "expected a command line"),
        ("cmd:a 'b", "No closing quotation"),
        ("python-class:module", "expected python-class:MODULE:CLASS"),
        ("saboteur:field:toy", "expected saboteur:FAULT@TURN:ENGINE"),
        ("saboteur:lies@3:toy", "with a fault of [a-z, -]*field, order, draw"),
        ("saboteur:field@3:chess", "unknown engine 'chess'"),
    ],
)
def test_an_unknown_build_is_named_with_what_there_is(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        registry.resolve_build(text)


def test_a_virtual_environment_is_a_build(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no virtual environment"):
        registry.resolve_build(f"venv:{tmp_path}")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    with pytest.raises(UsageError, match="engines there: none"):
        registry.resolve_build(f"venv:{tmp_path}")
    install(tmp_path / "lib" / "python3.11" / "site-packages")
    spec = registry.resolve_build(f"venv:{tmp_path}")
    assert spec == registry.BuildSpec(f"venv:{tmp_path}", "pocket", spec.argv, spec.build)
    assert spec.argv[0] == str(tmp_path / "bin" / "python")
    with pytest.raises(UsageError, match="engines there: pocket"):
        registry.resolve_build(f"venv:{tmp_path}:chess")


def test_the_identity_is_that_of_the_files_wherever_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builds = []
    for folder, source in (("a", "X = 1\n"), ("b", "X = 1\n"), ("c", "X = 2\n")):
        install(tmp_path / folder, source)
        cache = tmp_path / folder / "pocket_engine" / "__pycache__"
        cache.mkdir()
        (cache / f"{folder}.pyc").write_text(folder)
        with monkeypatch.context() as patch:
            patch.syspath_prepend(str(tmp_path / folder))
            builds.append(registry.resolve_build("pocket").build)
    assert builds[0] == builds[1] != builds[2]


def test_modules_without_a_package_are_part_of_a_build(tmp_path: Path) -> None:
    builds = []
    for folder, text in (("a", "X = 1\n"), ("b", "X = 1\n"), ("c", "X = 2\n")):
        site = tmp_path / folder
        install(site)
        (site / "alone.py").write_text(text)
        (site / "link.pth").write_text("")
        with (site / "pocket_engine-1.0.dist-info" / "RECORD").open("a") as record:
            record.write("alone.py,,\nlink.pth,,\n")
        (distribution,) = importlib.metadata.distributions(path=[str(site)])
        builds.append(identity.of_distribution("pocket", distribution))
    assert builds[0] == builds[1] != builds[2]


def test_an_editable_build_is_that_of_the_sources_it_points_to(tmp_path: Path) -> None:
    sources, site = tmp_path / "src", tmp_path / "site"
    install(sources)
    facts = site / "pocket_engine-1.0.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: pocket-engine\nVersion: 1.0\n")
    (site / "pocket.pth").write_text(f"{sources}\n")
    (facts / "RECORD").write_text("pocket.pth,,\n__editable__finder.py,,\n")

    def build() -> str:
        (distribution,) = importlib.metadata.distributions(path=[str(site)])
        return identity.of_distribution("pocket", distribution)

    first = build()
    assert first == build()
    (sources / "alone.py").write_text("X = 1\n")
    second = build()
    (sources / "pocket_engine" / "__init__.py").write_text("X = 2\n")
    assert len({first, second, build()}) == 3


def test_facts_and_notes_do_not_tell_builds_apart(tmp_path: Path) -> None:
    spec = registry.resolve_build(MILL)
    told = dataclasses.replace(spec, facts={"rustc": "1.95.0"}, notes=("changed",))
    assert told == spec
    assert dataclasses.replace(spec, build="mill:other") != spec
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    install(tmp_path / "lib" / "python3.11" / "site-packages")
    inner = registry.resolve_build(f"venv:{tmp_path}")
    assert inner.facts == {"python": platform.python_version()}
    assert registry.resolve_build(f"saboteur:late@1:venv:{tmp_path}").facts == inner.facts


def test_a_command_is_identified_by_its_words_and_its_files(tmp_path: Path) -> None:
    def build(folder: str, text: str, *words: str) -> str:
        file = tmp_path / folder / "engine.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return identity.of_command("engine", ["python", str(file), *words])

    first = build("a", "x")
    assert first == build("b", "x")
    assert len({first, build("a", "y"), build("a", "x", "--fast")}) == 3


def test_the_test_engines_start_and_a_class_that_is_not_there_cannot() -> None:
    for text, name in ((TOY, "toy"), (MILL, "mill"), (f"saboteur:late@1:{MILL}", "saboteur-mill")):
        with Engine(registry.resolve_build(text)) as engine:
            assert engine.name == name
    missing = registry.resolve_build("python-class:tests.support.toy_engine:NoSuchEngine")
    with pytest.raises(EngineCannotStart, match="no attribute 'NoSuchEngine'"):
        Engine(missing)


def test_a_lie_that_the_engine_has_no_capability_for_is_refused() -> None:
    with pytest.raises(UsageError, match="the fault draw needs an engine with the capability draw"):
        Engine(registry.resolve_build(f"saboteur:draw@1:{TOY}"))


def test_the_workers_folder_is_not_on_its_module_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `registry` is a module beside the worker; an engine that imports its own must not get it.
    (tmp_path / "registry.py").write_text("class Pocket:\n    def __init__(self): raise OSError\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(EngineCannotStart, match="raise OSError"):
        Engine(registry.resolve_build("python-class:registry:Pocket"))


def test_a_command_line_is_called_by_all_of_its_words() -> None:
    text = "cmd:python3 engine.py 0"
    with pytest.raises(EngineCannotStart, match=f"engine '{text}' cannot start"):
        Engine(registry.resolve_build(text))
    assert registry.resolve_build(f"saboteur:draw@1:{text}").name == "saboteur-0"
