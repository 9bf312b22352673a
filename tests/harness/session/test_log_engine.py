"""A log never says what to run: its engine is looked up among the registered ones, or refused."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.program import run
from tests.harness.runlog.logs import header_of
from tests.harness.session.written_logs import Written
from tests.support.toy_builds import MILL, variant
from vr_verify.engines import registry
from vr_verify.engines.client import Engine
from vr_verify.errors import SkippedError, UsageError
from vr_verify.model.limits import Limits
from vr_verify.runlog.records import LogHeader
from vr_verify.session.log_engine import engine_of_log, fitting_builds, refuse_other_rules
from vr_verify.verbs.record import record
from vr_verify.verbs.replay import replay

FACTS = "Metadata-Version: 2.1\nName: {0}-distribution\nVersion: 1.0\n"


def install(site: Path, *names: str) -> None:
    """Put engines named `names` into a site folder, each with a class of the mill's kind."""
    for name in names:
        package, facts = site / f"{name}_engine", site / f"{name}_distribution-1.0.dist-info"
        package.mkdir(parents=True)
        facts.mkdir()
        (package / "__init__.py").write_text(f"class Pocket:\n    name = '{name}'\n")
        (facts / "METADATA").write_text(FACTS.format(name))
        entry = f"[vr_verify.engines]\n{name} = {name}_engine:Pocket\n"
        (facts / "entry_points.txt").write_text(entry)
        (facts / "RECORD").write_text(f"{name}_engine/__init__.py,,\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A site folder with two registered engines, `one` and `two`."""
    install(tmp_path / "site", "one", "two")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    yield tmp_path / "site"
    sys.path_importer_cache.clear()


def build_of(name: str) -> str:
    return next(engine.build for engine in registry.list_engines() if engine.name == name)


def header(engine: str, build: str) -> LogHeader:
    return replace(header_of(), engine=engine, build=build)


def test_the_build_is_looked_up_first_and_then_the_name(site: Path) -> None:
    assert engine_of_log(header("one", build_of("two"))).text == "two"
    assert engine_of_log(header("renamed", build_of("two"))).text == "two"
    assert engine_of_log(header("one", "one:" + "00" * 32)).text == "one"
    assert engine_of_log(header("one", "")).argv[-1] == "entry:one"
    with pytest.raises(UsageError, match=r"unknown engine 'three'; registered: .*one.*two"):
        engine_of_log(header("three", "three:" + "00" * 32))


FORGED = (
    "cmd:touch {mark}",
    "cmd:rm -rf {mark}",
    "venv:{folder}:one",
    "venv:{folder}",
    "python-class:os:system",
    "python-class:tests.support.mill_engine:MillEngine",
    "saboteur:field@1:one",
    "saboteur:field@1:cmd:touch {mark}",
    "dir:{folder}",
    "wheel:{folder}/one.whl",
    "git:HEAD",
    "../one",
    "{folder}/engine",
    "entry:one",
    "one\n",
    " one",
    "",
    "-c",
    "\x1b[2J",
)


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_engine_or_build_is_never_started(
    forged: str, site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = planted_interpreter(tmp_path, monkeypatch)
    text = forged.format(mark=tmp_path / "mark", folder=tmp_path / "venv")
    paths = {
        "engine": Written(engine=text, build=text).write(tmp_path / "engine.log"),
        "build": Written(engine="three", build=text).write(tmp_path / "build.log"),
    }
    for path in paths.values():
        with pytest.raises(UsageError, match=r"unknown engine .*registered: .*one, "):
            replay(path)
        assert run("replay", str(path)).exit_code == 2
    assert not (tmp_path / "mark").exists()
    assert started == []
    # The clean twin: asked for by the caller, the same words do start something.
    assert registry.resolve_build(f"cmd:touch {tmp_path / 'mark'}").argv[0] == "touch"
    with pytest.raises(AssertionError, match="started"):
        replay(Written(engine="one").write(tmp_path / "one.log"))
    assert started == ["one"]


def planted_interpreter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Make a virtual environment that could be started, and have every start told and refused."""
    interpreter = folder / "venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text("#!/bin/sh\n")
    interpreter.chmod(0o755)
    started: list[str] = []

    def refuse(self: Engine, spec: registry.BuildSpec, *_: object) -> None:
        started.append(spec.text)
        raise AssertionError("started")

    monkeypatch.setattr(Engine, "__init__", refuse)
    return started


def test_other_rules_name_the_registered_builds_that_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = {name: registry.resolve_build(variant(name)) for name in ("NewRulesMill", "PlainMill")}
    offers = [registry.Registered(name, "d", "1", spec.build) for name, spec in specs.items()]
    monkeypatch.setattr("vr_verify.session.log_engine.list_engines", lambda: offers)
    monkeypatch.setattr("vr_verify.session.log_engine.resolve_registered", specs.__getitem__)
    assert fitting_builds("1", Limits()) == [specs["PlainMill"]]
    assert fitting_builds("3", Limits()) == []
    path = tmp_path / "mill.log"
    record("mill-3", path, turns=1, engine=MILL)
    fitting = f"rules version 1; registered builds of it: {specs['PlainMill'].build}$"
    with pytest.raises(SkippedError, match=fitting):
        replay(path, variant("NewRulesMill"))
    with Engine(specs["PlainMill"]) as engine:
        refuse_other_rules(replace(header_of(), rules_version="1"), [engine])
        with pytest.raises(SkippedError, match="rules version 9; none is registered"):
            refuse_other_rules(replace(header_of(), rules_version="9"), [engine])


def test_builds_that_fit_are_looked_for_within_the_limits_of_the_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = registry.resolve_build(variant("PlainMill"))
    offers = [registry.Registered("PlainMill", "d", "1", spec.build)]
    monkeypatch.setattr("vr_verify.session.log_engine.list_engines", lambda: offers)
    monkeypatch.setattr("vr_verify.session.log_engine.resolve_registered", lambda _: spec)
    # None can describe itself in a microsecond; the clean twin has an hour.
    assert fitting_builds("1", Limits(answer_s=1e-6)) == []
    assert fitting_builds("1", Limits(answer_s=3600)) == [spec]
    used: list[Limits] = []

    def spy(rules_version: str, limits: Limits) -> list[registry.BuildSpec]:
        used.append(limits)
        return fitting_builds(rules_version, limits)

    monkeypatch.setattr("vr_verify.session.log_engine.fitting_builds", spy)
    limits = Limits(answer_s=1234, total_s=4321, memory_bytes=2**30)
    with (
        Engine(spec, limits) as engine,
        pytest.raises(SkippedError, match="rules version 9; none is registered"),
    ):
        refuse_other_rules(replace(header_of(), rules_version="9"), [engine])
    assert used == [limits]
