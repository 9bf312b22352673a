"""The tools that builds are made with: what of them decides the result, and how they are told.

It must not know any build.
"""

import os
import platform
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

RECIPE_VERSION: Final = "2"
"""To be raised when builds of the same sources are made in another way."""

_MATURIN: Final = "MATURIN_PEP517_ARGS"
_OPTIONS: Final = (
    *("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"),
    *("RUSTC_WRAPPER", "RUSTUP_TOOLCHAIN", "CC", "CFLAGS", _MATURIN),
)
_PROFILE_PREFIX: Final = "CARGO_PROFILE_"
# A caller's own environment must not decide what is built.
_LEFT_OUT: Final = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "CARGO_TARGET_DIR")
_ANSWER_S: Final = 30.0
# The folders of an absolute path: the same build tells the same facts on every machine.
_FOLDERS: Final = re.compile(r"(?<!\w)/(?:[^/\s=:]+/)*")


def uses_cargo(files: Iterable[str]) -> bool:
    """Whether there is Rust among the files of a tree."""
    return any(PurePosixPath(name).name == "Cargo.toml" for name in files)


def key_parts(cargo: bool) -> tuple[str, ...]:
    """Return what decides the result of a build beside its sources."""
    python = (sys.implementation.cache_tag or "", platform.python_version())
    options = [f"{name}={value}" for name, value in sorted(options_of(os.environ).items())]
    compiler = rustc_version(Path("/")) if cargo else ""
    return (RECIPE_VERSION, *python, sysconfig.get_platform(), compiler, *options)


def options_of(environment: Mapping[str, str]) -> dict[str, str]:
    """Pick the variables that change what a compiler makes."""
    return {
        name: value
        for name, value in environment.items()
        if value and (name in _OPTIONS or name.startswith(_PROFILE_PREFIX))
    }


def build_environment(target: Path | None, files: Iterable[str]) -> dict[str, str]:
    """Return the environment of a build; `target` is cargo's folder, None: the tree's own."""
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    # Build backends look for their programs (maturin, for instance) beside the interpreter.
    folders = [str(Path(sys.executable).parent), *filter(None, [kept.get("PATH")])]
    kept["PATH"] = os.pathsep.join(folders)
    if target is None:
        return kept
    kept["CARGO_TARGET_DIR"] = str(target)
    given = kept.get(_MATURIN, "").split()
    if any(PurePosixPath(name).name == "Cargo.lock" for name in files):
        given += [] if "--locked" in given else ["--locked"]
    return kept | ({_MATURIN: " ".join(given)} if given else {})


def facts(cargo: bool, folder: Path, project: dict[str, Any]) -> dict[str, str]:
    """Return how a build of a folder is made, as it is told where two builds differ."""
    options = {name: _FOLDERS.sub("", value) for name, value in options_of(os.environ).items()}
    told = {"python": platform.python_version(), **options}
    if not cargo:
        return told
    maturin = project.get("tool", {}).get("maturin", {})
    profile = maturin.get("profile", "release") if isinstance(maturin, dict) else "release"
    features = maturin.get("features", []) if isinstance(maturin, dict) else []
    named = {"features": ", ".join(map(str, features))} if features else {}
    return told | {"rustc": rustc_version(folder), "profile": str(profile)} | named


def rustc_version(folder: Path) -> str:
    """Return the version of the Rust compiler that a folder is built with; "none" without one."""
    try:
        said = subprocess.run(
            ["rustc", "--version"],  # noqa: S607 - whichever the caller's path finds, as cargo does
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ANSWER_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "none"
    return said.stdout.decode("utf-8", "replace").strip().removeprefix("rustc ") or "none"
