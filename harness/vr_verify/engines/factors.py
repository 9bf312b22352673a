"""What must not matter to a run, as factors with settings, and any build under such settings.

Spec: contract, section 6.7. A setting is carried out by the launcher (`surround.py`) or, where it
is a manner of playing, by the session. It must not know what an answer is.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Collection, Container, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from vr_verify.engines.registry import BuildSpec

LAUNCHER: Final = Path(__file__).with_name("surround.py")
THREADS: Final = "VR_THREADS"
"""How many threads an engine is to use: the documented variable, beside those of libraries."""
ISA: Final = "VR_ISA"
"""`baseline` asks an engine that declares the capability `isa` for the plainest instructions."""
FILL: Final = "VR_VERIFY_FILL"
"""Carries nothing but its length."""

_THREADS: Final = (THREADS, "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_PYTHON: Final = "PYTHON"
_GLIBC_ONLY: Final = frozenset({"MALLOC_PERTURB_", "GLIBC_TUNABLES"})
# Both spellings of a feature: glibc dropped `_Usable` in 2.33. An unknown name has no effect.
_FEATURED_MACHINES: Final = ("x86_64", "AMD64", "i686")
_FEATURES: Final = ("AVX512F", "AVX512VL", "AVX512BW", "AVX2", "AVX", "FMA", "FMA4", "BMI2", "ERMS")
_PLAIN_ROUTINES: Final = "glibc.cpu.hwcaps=" + ",".join(
    f"-{feature}{ending}" for feature in _FEATURES for ending in ("", "_Usable")
)
_LONG_FOLDER: Final = "/".join(["a-long-path-" + "x" * 188] * 5)
_INTERPRETER: Final = re.compile(r"(?:python|pypy)[0-9.]*")
_SCRIPT_LINE_MAX_BYTES: Final = 256
_PROBE_LIMIT_S: Final = 20.0


class Manner(StrEnum):
    """How a run is played where that must not matter; the session carries it out."""

    PLAIN = "plain"
    SECOND = "second"
    LOADED = "loaded"
    STEPPED = "stepped"
    WATCHED = "watched"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of one factor: what is put around the engine's process, or how it is played.

    `folder` is made below the worker's own directory unless it is absolute. `processors` is first
    or last, `layout` fixed or randomised; empty: as they are. `needs` is a capability that the
    engine must declare.
    """

    name: str
    variables: tuple[tuple[str, str], ...] = ()
    fill_bytes: int = 0
    folder: str = ""
    processors: str = ""
    layout: str = ""
    manner: Manner = Manner.PLAIN
    needs: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that must not matter. `varies` says in words what exactly is varied."""

    name: str
    varies: str
    settings: tuple[Setting, ...]


def _each(variable: str, *values: str) -> tuple[Setting, ...]:
    """Give one setting for each value of one variable."""
    return tuple(Setting(value, ((variable, value),)) for value in values)


FACTORS: Final[tuple[Factor, ...]] = (
    Factor(
        "hash-seed", "PYTHONHASHSEED", _each("PYTHONHASHSEED", "0", "1", "4", "5", "4294967295")
    ),
    Factor(
        "threads",
        ", ".join(_THREADS),
        tuple(Setting(n, tuple((name, n) for name in _THREADS)) for n in ("1", "2", "8")),
    ),
    Factor(
        "processors",
        "the processors that the process may use",
        (Setting("first", processors="first"), Setting("last", processors="last")),
    ),
    Factor(
        "memory-fill",
        "what fresh and freed memory holds (MALLOC_PERTURB_, PYTHONMALLOC)",
        (
            Setting("0xa5", (("MALLOC_PERTURB_", "90"), ("PYTHONMALLOC", "malloc"))),
            Setting("0x5a", (("MALLOC_PERTURB_", "165"), ("PYTHONMALLOC", "malloc"))),
            Setting("python-debug", (("PYTHONMALLOC", "debug"),)),
        ),
    ),
    Factor(
        "locale",
        "LC_ALL",
        _each("LC_ALL", "C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8", "ja_JP.eucJP"),
    ),
    Factor("time-zone", "TZ", _each("TZ", "UTC0", "AHEAD-14", "BEHIND+11:30")),
    Factor(
        "directory",
        "the working directory: the root, a long path, spaces and other scripts",
        (
            Setting("root", folder="/"),
            Setting("long", folder=_LONG_FOLDER),
            Setting("odd", folder="a folder with spaces/Überprüfung 検証"),
        ),
    ),
    Factor(
        "environment-size",
        f"bytes of {FILL}, an environment variable that nobody reads",
        tuple(Setting(str(n), fill_bytes=n) for n in (1, 14, 4_096, 100_000)),
    ),
    Factor(
        "second-run",
        "the run is begun again in a process that has played it",
        (Setting("again", manner=Manner.SECOND),),
    ),
    Factor(
        "load",
        "the state of a turn is put into another process, which plays on",
        (Setting("each", manner=Manner.LOADED, needs="snapshot"),),
    ),
    Factor(
        "tracing",
        "what the engine is asked for on the way",
        (
            Setting("steps", manner=Manner.STEPPED),
            Setting("all", manner=Manner.WATCHED),
        ),
    ),
    Factor(
        "address-layout",
        "where the kernel puts stack, heap and libraries",
        (Setting("fixed", layout="fixed"), Setting("randomised", layout="randomised")),
    ),
    Factor(
        "instruction-set",
        f"the C library's choice of routines (GLIBC_TUNABLES); the engine's own by {ISA}",
        (
            Setting("c-library", (("GLIBC_TUNABLES", _PLAIN_ROUTINES),)),
            Setting("engine", ((ISA, "baseline"),), needs="isa"),
        ),
    ),
)
"""All factors, in the order in which they are tried and told."""


def factor(name: str) -> Factor:
    """Return a factor by its name; KeyError if there is none."""
    return {one.name: one for one in FACTORS}[name]


def surrounded(spec: BuildSpec, *settings: Setting) -> BuildSpec:
    """Return a build that starts under these settings; of two that clash, the later one counts.

    Manners of playing have no part in it. Its identity stays: what is installed is the same.
    """
    variables = dict(pair for setting in settings for pair in setting.variables)
    folder = _last(setting.folder for setting in settings)
    orders = {
        "fill": max((setting.fill_bytes for setting in settings), default=0),
        "folder": folder,
        "layout": _last(setting.layout for setting in settings),
        "processors": _last(setting.processors for setting in settings),
    }
    if not variables and not any(orders.values()):
        return spec
    start = spec.folder or Path()
    argv = tuple(_anywhere(start, word) for word in spec.argv) if folder else spec.argv
    heeding = _heeding(argv) if any(name.startswith(_PYTHON) for name in variables) else argv
    modules = os.environ.get("PYTHONPATH")
    if folder and spec.folder is None and modules is not None and heeding == argv:
        listed = map(os.path.abspath, modules.split(os.pathsep))
        variables = {"PYTHONPATH": os.pathsep.join(listed)} | variables
    told = orders | {"variables": variables, "without": _PYTHON if heeding != argv else ""}
    launcher = (sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(told))
    return replace(spec, argv=(*launcher, *heeding))


def refusal(spec: BuildSpec, setting: Setting, capabilities: Container[str]) -> str | None:
    """Say why this machine cannot vary a setting for a build, None if it can.

    `capabilities` are those that the engine declares.
    """
    if setting.needs and setting.needs not in capabilities:
        return f"the engine does not declare the capability {setting.needs}"
    if setting.folder and spec.folder is not None:
        return "a program that is built starts in its own folder, which is part of it"
    names = {name for name, _ in setting.variables}
    heeded = names
    if not any(map(_is_python, spec.argv)):
        heeded = {name for name in heeded if not name.startswith(_PYTHON)}
    if platform.libc_ver()[0] != "glibc":
        heeded -= _GLIBC_ONLY
    if platform.machine() not in _FEATURED_MACHINES:
        heeded -= {"GLIBC_TUNABLES"}
    if names and not heeded:
        listed = ", ".join(sorted(names))
        return f"nothing here heeds {listed}: it takes {_heeders(names)}"
    return _probed(setting)


def _last(texts: Iterable[str]) -> str:
    return next((text for text in reversed(list(texts)) if text), "")


def _heeders(names: Collection[str]) -> str:
    """Name what would heed variables that nothing here heeds."""
    python = "a Python interpreter in the build's command line"
    return python if all(name.startswith(_PYTHON) for name in names) else "the GNU C library on x86"


def _anywhere(start: Path, word: str) -> str:
    """Make a word that names a file or folder from where it starts name it from anywhere."""
    with suppress(OSError, ValueError):  # a program's text, given as a word, is no path
        path = start / word
        if path.is_file() or (os.sep in word and path.exists()):
            return str(path.absolute())
    return word


def _is_python(word: str) -> bool:
    """Whether a word of a command line is a Python interpreter, or a script that names one."""
    if _INTERPRETER.fullmatch(Path(word).name):
        return True
    with suppress(OSError, ValueError), Path(word).open("rb") as file:
        first = file.readline(_SCRIPT_LINE_MAX_BYTES)
        return first.startswith(b"#!") and b"python" in first
    return False


def _heeding(argv: Sequence[str]) -> tuple[str, ...]:
    """Have every Python interpreter of a command line heed the environment: no -E, no -I.

    What else -I means, -P and -s, stays.
    """
    words: list[str] = []
    options = False
    for word in argv:
        if options and word in ("-E", "-I"):
            words += ["-P", "-s"] if word == "-I" else []
            continue
        words.append(word)
        if _INTERPRETER.fullmatch(Path(word).name):
            options = True
        elif not word.startswith("-") or word in ("-c", "-m", "--"):
            options = False
    return tuple(words)


@cache
def _probed(setting: Setting) -> str | None:
    """Have a small program try what the kernel or the C library may refuse."""
    locale = dict(setting.variables).get("LC_ALL")
    if not (setting.layout or setting.processors or locale):
        return None
    tried = "" if locale is None else "import locale; locale.setlocale(locale.LC_ALL, '')"
    probe = BuildSpec("", "probe", (sys.executable, "-I", "-S", "-c", tried), "")
    argv = surrounded(probe, setting).argv
    limit = _PROBE_LIMIT_S
    done = subprocess.run(argv, capture_output=True, check=False, timeout=limit)  # noqa: S603
    if done.returncode == 0:
        return None
    if locale is not None:
        return f"the locale {locale} is not installed"
    words = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return words[-1] if words else f"its launcher ended with {done.returncode}"
