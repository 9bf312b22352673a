"""Each setting really changes what it names around a process, and nothing else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from vr_verify.engines.factors import FACTORS, Manner, Setting, refusal, surrounded
from vr_verify.engines.registry import BuildSpec, resolve_build

# What a process sees of its surroundings, as one line of JSON.
LOOK = """
import ctypes, json, os, sys, time
print(json.dumps({
    "variables": dict(os.environ),
    "folder": os.getcwd(),
    "processors": sorted(os.sched_getaffinity(0)),
    "hash": hash("a"),
    "allocator": sys._debugmallocstats is not None and os.environ.get("PYTHONMALLOC", ""),
    "layout": ctypes.CDLL(None).personality(0xFFFFFFFF),
    "hour": time.localtime(0).tm_hour,
}))
"""
FIXED_LAYOUT = 0x0040000


def spec(*words: str) -> BuildSpec:
    """Name a command line as a build."""
    return BuildSpec("a build", "a build", words, "a build:1")


PYTHON = spec(sys.executable, "-E", "-P", "-c", LOOK)


def seen(*settings: Setting, of: BuildSpec = PYTHON) -> dict[str, Any]:
    """Start a program under settings and return what it sees."""
    argv = surrounded(of, *settings).argv
    done = subprocess.run(argv, capture_output=True, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def settings_of(name: str) -> dict[str, Setting]:
    """Return the settings of one factor by their names."""
    (factor,) = [factor for factor in FACTORS if factor.name == name]
    return {setting.name: setting for setting in factor.settings}


@pytest.fixture(autouse=True)
def own_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Give the program a worker's own directory, where workers have theirs."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("VR_VERIFY_WORKER", "vr-test")
    (tmp_path / "vr-test").mkdir()
    return tmp_path / "vr-test"


def test_names_are_those_of_the_issue_and_no_two_settings_are_one() -> None:
    names = [factor.name for factor in FACTORS]
    assert names == [
        "hash-seed",
        "threads",
        "processors",
        "memory-fill",
        "locale",
        "time-zone",
        "directory",
        "environment-size",
        "second-run",
        "load",
        "tracing",
        "address-layout",
        "instruction-set",
    ]
    settings = [setting for factor in FACTORS for setting in factor.settings]
    assert len(set(settings)) == len(settings) == 36


def test_nothing_is_put_around_a_build_that_is_only_played_otherwise() -> None:
    assert surrounded(PYTHON) == PYTHON
    for manner in Manner:
        assert surrounded(PYTHON, Setting("x", manner=manner)) == PYTHON
    assert surrounded(PYTHON, Setting("x", layout="fixed")) != PYTHON


def test_the_launcher_by_itself_changes_nothing() -> None:
    plain = subprocess.run(PYTHON.argv, capture_output=True, check=True, text=True)
    before, after = json.loads(plain.stdout), seen(Setting("x", processors="first"))
    differing = {key for key in before if before[key] != after[key]}
    assert differing == {"hash", "processors"}, "the hash seed is new in every run"


def test_a_hash_seed_is_heeded_although_registered_engines_ignore_the_environment() -> None:
    seeds = settings_of("hash-seed")
    hashes = [seen(seeds[name])["hash"] for name in ("0", "1", "4294967295")]
    assert len(set(hashes)) == 3
    assert hashes[0] == seen(seeds["0"])["hash"]
    assert "-E" not in surrounded(resolve_build("python-class:a:B"), seeds["0"]).argv


def test_no_other_variable_of_python_comes_in_with_the_seed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONOPTIMIZE", "2")
    zero = settings_of("hash-seed")["0"]
    kept = {name for name in seen(zero)["variables"] if name.startswith("PYTHON")}
    assert kept == {"PYTHONHASHSEED"}
    heeding = spec(sys.executable, "-P", "-c", LOOK)
    kept = {name for name in seen(zero, of=heeding)["variables"] if name.startswith("PYTHON")}
    assert {"PYTHONHASHSEED", "PYTHONOPTIMIZE"} <= kept, "a build that heeds them heeds them on"


def test_isolation_is_kept_but_for_the_environment() -> None:
    zero = settings_of("hash-seed")["0"]
    argv = surrounded(spec(sys.executable, "-I", "engine.py", "-I"), zero).argv
    assert argv[-5:] == (sys.executable, "-P", "-s", "engine.py", "-I")
    argv = surrounded(spec("python3.12", "-m", "engine", "-E"), zero).argv
    assert argv[-4:] == ("python3.12", "-m", "engine", "-E"), "words of the engine stay"
    inner = ("--", sys.executable, "-E", "-P", "worker.py")
    argv = surrounded(spec(sys.executable, "-P", "-m", "saboteur", *inner), zero).argv
    assert argv[-4:] == ("--", sys.executable, "-P", "worker.py")


def test_threads_time_zone_locale_and_fill_reach_the_program() -> None:
    threads = seen(settings_of("threads")["8"])["variables"]
    assert threads["VR_THREADS"] == threads["RAYON_NUM_THREADS"] == "8"
    assert seen(settings_of("time-zone")["AHEAD-14"])["hour"] == 14
    assert seen(settings_of("locale")["C.UTF-8"])["variables"]["LC_ALL"] == "C.UTF-8"
    filled = seen(settings_of("environment-size")["100000"])["variables"]
    assert len(filled["VR_VERIFY_FILL"]) == 100_000
    assert "VR_VERIFY_FILL" not in seen(settings_of("time-zone")["UTC0"])["variables"]


def test_memory_is_filled() -> None:
    fills = settings_of("memory-fill")
    look = (
        "import ctypes; c = ctypes.CDLL(None); c.malloc.restype = ctypes.c_void_p\n"
        "print(ctypes.string_at(c.malloc(300_000) + 1000, 1)[0])"
    )
    program = spec(sys.executable, "-E", "-c", look)
    found = [
        int(subprocess.run(argv, capture_output=True, check=True).stdout)
        for argv in (
            program.argv,
            surrounded(program, fills["0xa5"]).argv,
            surrounded(program, fills["0x5a"]).argv,
        )
    ]
    assert found == [0, 0xA5, 0x5A]
    assert seen(fills["python-debug"])["allocator"] == "debug"


def test_directories_are_made_in_the_workers_own(own_directory: Path) -> None:
    folders = settings_of("directory")
    assert seen(folders["root"])["folder"] == "/"
    long = seen(folders["long"])["folder"]
    assert 1000 < len(long) < 2000
    odd = seen(folders["odd"])["folder"]
    assert " " in odd
    assert not odd.isascii()
    assert Path(long).is_relative_to(own_directory)
    assert Path(odd).is_relative_to(own_directory)


def test_a_build_is_found_from_another_directory_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "engine.py").write_text(LOOK)
    (tmp_path / "modules").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", f"modules{os.pathsep}/elsewhere")
    root = settings_of("directory")["root"]
    found = seen(root, of=spec(sys.executable, "engine.py"))
    assert found["folder"] == "/"
    listed = found["variables"]["PYTHONPATH"].split(os.pathsep)
    assert listed == [str(tmp_path / "modules"), "/elsewhere"]


@pytest.mark.parametrize("name", ["fixed", "randomised"])
def test_the_kernel_lays_out_as_it_is_told(name: str) -> None:
    setting = settings_of("address-layout")[name]
    if (reason := refusal(PYTHON, setting, ())) is not None:
        pytest.skip(f"not varied here: {reason}")
    assert bool(seen(setting)["layout"] & FIXED_LAYOUT) == (name == "fixed")


def test_processors_are_taken_away() -> None:
    here = sorted(os.sched_getaffinity(0))
    for name, left in (("first", here[0]), ("last", here[-1])):
        setting = settings_of("processors")[name]
        if len(here) == 1:
            assert refusal(PYTHON, setting, ()) == "there is only one processor here"
        else:
            assert seen(setting)["processors"] == [left]


def test_settings_of_several_factors_come_together() -> None:
    several = (settings_of("hash-seed")["1"], settings_of("directory")["odd"])
    found = seen(*several, settings_of("time-zone")["BEHIND+11:30"])
    assert found["hash"] == seen(settings_of("hash-seed")["1"])["hash"]
    assert found["variables"]["TZ"] == "BEHIND+11:30"
    assert " " in found["folder"]


def test_what_cannot_be_varied_says_why() -> None:
    seeds, sets = settings_of("hash-seed"), settings_of("instruction-set")
    native = spec("/bin/true")
    assert "Python interpreter" in str(refusal(native, seeds["0"], ()))
    assert refusal(PYTHON, seeds["0"], ()) is None
    assert "capability isa" in str(refusal(native, sets["engine"], ("digest",)))
    assert refusal(native, sets["engine"], ("isa",)) is None
    nowhere = Setting("xx_XX", (("LC_ALL", "xx_XX.UTF-8"),))
    assert refusal(native, nowhere, ()) == "the locale xx_XX.UTF-8 is not installed"
    assert refusal(native, settings_of("locale")["C"], ()) is None
    assert "capability snapshot" in str(refusal(native, settings_of("load")["each"], ()))


def test_a_script_names_its_interpreter(tmp_path: Path) -> None:
    script = tmp_path / "engine"
    script.write_text("#!/usr/bin/env python3\n")
    assert refusal(spec(str(script)), settings_of("hash-seed")["0"], ()) is None
    script.write_text("#!/bin/sh\n")
    assert refusal(spec(str(script)), settings_of("hash-seed")["0"], ()) is not None


def test_a_program_that_is_not_there_ends_the_launcher_with_a_sentence() -> None:
    argv = surrounded(spec("/nowhere/engine"), settings_of("time-zone")["UTC0"]).argv
    done = subprocess.run(argv, capture_output=True, check=False, text=True)
    assert done.returncode == 127
    assert done.stderr == "/nowhere/engine: No such file or directory\n"
