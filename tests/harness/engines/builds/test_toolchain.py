"""What decides a build beside its sources: told to its key, to its tools and in its facts."""

import os
import sys
from pathlib import Path

import pytest

from vr_verify.engines.builds import toolchain

RUST = ("Cargo.toml", "src/lib.rs")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the caller of the tests has set."""
    for name in toolchain.options_of(os.environ):
        monkeypatch.delenv(name)


def test_what_changes_a_compiler_changes_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    first = toolchain.key_parts(cargo=True)
    monkeypatch.setenv("RUST_BACKTRACE", "full")
    assert toolchain.key_parts(cargo=True) == first != toolchain.key_parts(cargo=False)
    found = {first}
    for name in ("RUSTFLAGS", "CARGO_PROFILE_RELEASE_LTO", "MATURIN_PEP517_ARGS", "CC"):
        monkeypatch.setenv(name, "x")
        found.add(toolchain.key_parts(cargo=True))
    assert len(found) == 5


def test_cargo_is_held_to_its_lock_file_where_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = "MATURIN_PEP517_ARGS"
    assert arguments not in toolchain.build_environment(tmp_path, RUST)
    locked = toolchain.build_environment(tmp_path, [*RUST, "Cargo.lock"])
    assert (locked[arguments], locked["CARGO_TARGET_DIR"]) == ("--locked", str(tmp_path))
    monkeypatch.setenv(arguments, "--features fast")
    locked = toolchain.build_environment(tmp_path, [*RUST, "Cargo.lock"])
    assert locked[arguments] == "--features fast --locked"
    monkeypatch.setenv(arguments, "--locked")
    assert toolchain.build_environment(tmp_path, ["Cargo.lock"])[arguments] == "--locked"


def test_the_callers_own_environment_does_not_decide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("CARGO_TARGET_DIR", "/elsewhere")
    told = toolchain.build_environment(None, RUST)
    assert not {"PYTHONPATH", "CARGO_TARGET_DIR"} & told.keys()
    assert told["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)
    assert told["PATH"].endswith(os.environ["PATH"])


def test_facts_say_how_and_not_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = toolchain.facts(False, tmp_path, {})
    assert plain.keys() == {"python"}
    monkeypatch.setenv("RUSTC_WRAPPER", "/opt/tools/sccache")
    monkeypatch.setenv("MATURIN_PEP517_ARGS", "--features shared/fast")
    project = {"tool": {"maturin": {"profile": "dev", "features": ["a", "b"]}}}
    told = toolchain.facts(True, tmp_path, project)
    assert told.keys() - plain.keys() >= {"rustc", "profile", "features"}
    assert (told["profile"], told["features"], told["RUSTC_WRAPPER"]) == ("dev", "a, b", "sccache")
    assert told["MATURIN_PEP517_ARGS"] == "--features shared/fast"


def test_a_missing_compiler_is_no_failure_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert toolchain.rustc_version(tmp_path)[0].isdigit()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert toolchain.rustc_version(tmp_path) == "none"
