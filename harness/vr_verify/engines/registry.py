"""Engines by name: registered through entry points, or given with a prefix.

Spec: contract, sections 3 and 7. No engine is imported here; the worker does that under the
build's own interpreter. A name out of a log is looked up like any other, without prefixes.
"""

import importlib.metadata
import os
import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.engines import identity
from vr_verify.engines.saboteur import faults
from vr_verify.errors import MissingFileError, UsageError

GROUP: Final = "vr_verify.engines"
WORKER: Final = Path(__file__).with_name("worker.py")
# -P keeps the worker's own folder off the module path, -E keeps the caller's variables from
# changing what a build is. The site folders stay: that is where an engine is installed.
_ISOLATED: Final = ("-E", "-P")
_PREFIXES: Final = (
    "venv:DIR[:NAME]",
    "cmd:COMMAND LINE",
    "python-class:MODULE:CLASS",
    faults.FORM,
)


@dataclass(frozen=True, slots=True)
class BuildSpec:
    """A build that can be started. `name` is what errors call it before it has said its own."""

    text: str
    name: str
    argv: tuple[str, ...]
    build: str


@dataclass(frozen=True, slots=True)
class Registered:
    """An engine that an installed distribution offers."""

    name: str
    distribution: str
    version: str
    build: str


@dataclass(frozen=True, slots=True)
class _Offer:
    """An entry point and the distribution that it came from."""

    name: str
    distribution: importlib.metadata.Distribution


def list_engines() -> list[Registered]:
    """List the registered engines, by name."""
    listed: list[Registered] = []
    for offer in _offers(importlib.metadata.distributions()):
        distribution = offer.distribution
        build = identity.of_distribution(offer.name, distribution)
        name = distribution.metadata["Name"]
        listed.append(Registered(offer.name, name, distribution.version, build))
    return listed


def resolve_build(text: str) -> BuildSpec:
    """Find the build that a text names: a registered name, else one with a prefix."""
    prefix, colon, rest = text.partition(":")
    if not colon:
        return resolve_registered(text)
    if prefix == "cmd":
        return _command(text, rest)
    if prefix == "python-class":
        return _python_class(text, rest)
    if prefix == "venv":
        return _environment(text, rest)
    if prefix == "saboteur":
        return _saboteur(text, rest)
    raise UsageError(f"unknown build {text!r}: no prefix {prefix!r}; {_known()}")


def default_build() -> BuildSpec:
    """Return the first registered engine; UsageError when there is none."""
    offers = _offers(importlib.metadata.distributions())
    if not offers:
        raise UsageError(f"no engine is registered: name one with --engine; {_known()}")
    return resolve_registered(offers[0].name)


def _offers(distributions: Iterable[importlib.metadata.Distribution]) -> list[_Offer]:
    """Collect the entry points of our group; the first of a name is the one that is loaded."""
    found: dict[str, _Offer] = {}
    for distribution in distributions:
        for entry in distribution.entry_points:
            if entry.group == GROUP:
                found.setdefault(entry.name, _Offer(entry.name, distribution))
    return [found[name] for name in sorted(found)]


def _known() -> str:
    names = [offer.name for offer in _offers(importlib.metadata.distributions())]
    registered = ", ".join(names) if names else "none"
    return f"registered: {registered}; with a prefix: {', '.join(_PREFIXES)}"


def resolve_registered(name: str) -> BuildSpec:
    """Find a registered engine by its plain name; all that a log's own word may be used for."""
    for offer in _offers(importlib.metadata.distributions()):
        if offer.name == name:
            argv = (sys.executable, *_ISOLATED, str(WORKER), f"entry:{name}")
            return BuildSpec(name, name, argv, identity.of_distribution(name, offer.distribution))
    raise UsageError(f"unknown engine {name!r}; {_known()}")


def _command(text: str, line: str) -> BuildSpec:
    try:
        argv = tuple(shlex.split(line))
    except ValueError as error:
        raise UsageError(f"build {text!r}: {error}") from error
    if not argv:
        raise UsageError(f"build {text!r}: expected a command line after cmd:")
    # No word of a command line is surely the engine's name: errors quote all of it.
    return BuildSpec(text, repr(text), argv, identity.of_command(Path(argv[-1]).stem, argv))


def _python_class(text: str, target: str) -> BuildSpec:
    module, colon, name = target.partition(":")
    if not (colon and module and name.isidentifier()):
        raise UsageError(f"build {text!r}: expected python-class:MODULE:CLASS")
    # The class is not installed, so the caller's module path is what it is found by.
    argv = (sys.executable, "-P", str(WORKER), target)
    relative = Path(*module.split(".")).with_suffix(".py")
    folders = [*os.environ.get("PYTHONPATH", "").split(os.pathsep), *sys.path]
    files = [Path(folder) / relative for folder in folders if (Path(folder) / relative).is_file()]
    return BuildSpec(text, name, argv, identity.of_command(name, [target, *map(str, files[:1])]))


def _environment(text: str, rest: str) -> BuildSpec:
    folder, _, name = rest.partition(":")
    interpreter = Path(folder) / "bin" / "python"
    if not interpreter.is_file():
        raise MissingFileError(f"build {text!r}: no virtual environment, {interpreter} is missing")
    sites = [str(path) for path in sorted(Path(folder).glob("lib/python*/site-packages"))]
    offers = _offers(importlib.metadata.distributions(path=sites))
    known = [offer.name for offer in offers]
    if not name and len(offers) == 1:
        name = known[0]
    for offer in offers:
        if offer.name == name:
            argv = (str(interpreter), *_ISOLATED, str(WORKER), f"entry:{name}")
            return BuildSpec(text, name, argv, identity.of_distribution(name, offer.distribution))
    listed = ", ".join(known) if known else "none"
    raise UsageError(f"build {text!r}: expected venv:DIR:NAME; engines there: {listed}")


def _saboteur(text: str, rest: str) -> BuildSpec:
    head, colon, inner_text = rest.partition(":")
    try:
        lie = faults.read_lie(head if colon else "")
    except ValueError as error:
        raise UsageError(f"build {text!r}: {error}") from error
    inner = resolve_build(inner_text)
    program = (sys.executable, "-P", "-m", "vr_verify.engines.saboteur")
    name = f"saboteur-{inner.build.partition(':')[0]}"
    argv = (*program, "--lie", lie.text, "--", *inner.argv)
    return BuildSpec(text, name, argv, identity.of_command(name, [lie.text, inner.build]))
