"""Engines that are installed in a virtual environment, and whether its interpreter is one.

Spec: contract, section 7. No engine is imported: entry points are read from files.
"""

import importlib.metadata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.engines import identity
from vr_verify.engines.builds import bounded
from vr_verify.engines.builds.recipe import GROUP
from vr_verify.engines.builds.spec import ISOLATED, WORKER, BuildFailed, BuildSpec, NoEngineError
from vr_verify.errors import MissingFileError

_OLDEST: Final = (3, 11)
_GREETING: Final = "vr-verify asks a Python"
_QUESTION: Final = f"import platform; print({_GREETING!r}, platform.python_version())"
_ANSWER_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Offer:
    """An entry point and the distribution that it came from."""

    name: str
    distribution: importlib.metadata.Distribution


def offers_of(distributions: Iterable[importlib.metadata.Distribution]) -> list[Offer]:
    """Collect the entry points of our group; the first of a name is the one that is loaded."""
    found: dict[str, Offer] = {}
    for distribution in distributions:
        for entry in distribution.entry_points:
            if entry.group == GROUP:
                found.setdefault(entry.name, Offer(entry.name, distribution))
    return [found[name] for name in sorted(found)]


def offers_in(environment: Path) -> list[Offer]:
    """List the engines that are installed in a virtual environment."""
    return offers_of(importlib.metadata.distributions(path=list(map(str, sites_of(environment)))))


def sites_of(environment: Path) -> list[Path]:
    """List the site folders of a virtual environment."""
    return sorted(environment.glob("lib/python*/site-packages"))


def interpreter_of(environment: Path) -> Path:
    """Return where a virtual environment has its interpreter."""
    return environment / "bin" / "python"


def entry_argv(interpreter: Path | str, name: str) -> tuple[str, ...]:
    """Return the command line that serves a registered engine under an interpreter."""
    return (str(interpreter), *ISOLATED, str(WORKER), f"entry:{name}")


def chosen(text: str, name: str | None, known: Iterable[str]) -> str:
    """Return the name that was asked for, or the only one there is; else NoEngineError."""
    names = list(known)
    if name is None and len(names) == 1:
        return names[0]
    if name is not None and name in names:
        return name
    bare = text if name is None else text.removesuffix(f":{name}")
    listed = ", ".join(names) if names else "none"
    raise NoEngineError(f"build {text!r}: expected {bare}:NAME; engines there: {listed}")


def resolve_environment(text: str, rest: str) -> BuildSpec:
    """Find the build that `venv:DIR[:NAME]` names; BuildFailed if its interpreter is none."""
    folder, _, name = rest.partition(":")
    environment = Path(folder)
    interpreter = interpreter_of(environment)
    if not interpreter.is_file():
        raise MissingFileError(f"build {text!r}: no virtual environment, it has no bin/python")
    facts = {"python": python_version(repr(text), interpreter)}
    offers = {offer.name: offer for offer in offers_in(environment)}
    name = chosen(text, name or None, offers)
    build = identity.of_distribution(name, offers[name].distribution)
    return BuildSpec(text, name, entry_argv(interpreter, name), build, facts)


def python_version(name: str, interpreter: Path) -> str:
    """Ask a program for the version of Python that it is; BuildFailed if it is none, or too old."""
    shown = "bin/python"
    said = bounded.run(
        (str(interpreter.absolute()), "-I", "-S", "-c", _QUESTION),
        name=name,
        allowance=bounded.Allowance.of(_ANSWER_S),
        folder=interpreter.parent,
        hidden={str(interpreter.absolute()): shown},
    )
    greeting, _, version = said.strip().rpartition(" ")
    if greeting != _GREETING:
        raise BuildFailed(name, f"{shown} is no Python interpreter: it said {said[:80]!r}")
    oldest = ".".join(map(str, _OLDEST))
    if tuple(map(int, version.split(".")[:2])) < _OLDEST:
        raise BuildFailed(name, f"{shown} is Python {version}; an engine needs {oldest} or newer")
    return version
