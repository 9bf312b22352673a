"""Engines by name: registered through entry points, or given with a prefix.

Spec: contract, sections 3 and 7. No engine is imported here; the worker does that under the
build's own interpreter. A name out of a log is looked up like any other, without prefixes.
"""

import importlib.metadata
import os
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vr_verify.engines import identity
from vr_verify.engines.builds.installed import entry_argv, offers_of, resolve_environment
from vr_verify.engines.builds.spec import WORKER, BuildSpec, Progress, ignore_progress
from vr_verify.engines.saboteur import faults
from vr_verify.engines.uninterrupted import uninterrupted
from vr_verify.errors import UsageError

__all__ = [
    "BuildSpec",
    "Registered",
    "default_build",
    "list_engines",
    "resolve_build",
    "resolve_registered",
]

_MADE: Final = {
    "dir": "dir:DIR[:NAME]",
    "wheel": "wheel:FILE[:NAME]",
    "git": "git:REV[:NAME]",
}
_PREFIXES: Final = (
    "venv:DIR[:NAME]",
    *_MADE.values(),
    "cmd:COMMAND LINE",
    "python-class:MODULE:CLASS",
    faults.FORM,
)


@dataclass(frozen=True, slots=True)
class Registered:
    """An engine that an installed distribution offers."""

    name: str
    distribution: str
    version: str
    build: str


def list_engines() -> list[Registered]:
    """List the registered engines, by name."""
    listed: list[Registered] = []
    for offer in offers_of(importlib.metadata.distributions()):
        distribution = offer.distribution
        build = identity.of_distribution(offer.name, distribution)
        name = distribution.metadata["Name"]
        listed.append(Registered(offer.name, name, distribution.version, build))
    return listed


def resolve_build(text: str, progress: Progress = ignore_progress) -> BuildSpec:
    """Find the build that a text names: a registered name, else one with a prefix.

    The forms wheel:, dir: and git: are built if they are not in the cache yet, which may take
    minutes; `progress` is told so. BuildFailed, an EngineCannotStart, if that fails.
    """
    prefix, colon, rest = text.partition(":")
    if not colon:
        return resolve_registered(text)
    if prefix == "cmd":
        return _command(text, rest)
    if prefix == "python-class":
        return _python_class(text, rest)
    if prefix == "venv":
        return resolve_environment(text, rest)
    if prefix in _MADE:
        return _made(prefix, text, rest, progress)
    if prefix == "saboteur":
        return _saboteur(text, rest, progress)
    raise UsageError(f"unknown build {text!r}: no prefix {prefix!r}; {_known()}")


def default_build() -> BuildSpec:
    """Return the first registered engine; UsageError when there is none."""
    offers = offers_of(importlib.metadata.distributions())
    if not offers:
        raise UsageError(f"no engine is registered: name one with --engine; {_known()}")
    return resolve_registered(offers[0].name)


def _known() -> str:
    names = [offer.name for offer in offers_of(importlib.metadata.distributions())]
    registered = ", ".join(names) if names else "none"
    return f"registered: {registered}; with a prefix: {', '.join(_PREFIXES)}"


def resolve_registered(name: str) -> BuildSpec:
    """Find a registered engine by its plain name; all that a log's own word may be used for."""
    for offer in offers_of(importlib.metadata.distributions()):
        if offer.name == name:
            argv = entry_argv(sys.executable, name)
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


def _made(prefix: str, text: str, rest: str, progress: Progress) -> BuildSpec:
    if not rest:
        raise UsageError(f"build {text!r}: expected {_MADE[prefix]}")
    with uninterrupted():  # an import loses an interrupt
        # What makes builds is 13 ms of modules (measured) that no other command should pay for.
        from vr_verify.engines.builds.forms import resolve_made  # noqa: PLC0415
    return resolve_made(prefix, text, rest, progress)


def _saboteur(text: str, rest: str, progress: Progress) -> BuildSpec:
    head, colon, inner_text = rest.partition(":")
    try:
        lie = faults.read_lie(head if colon else "")
    except ValueError as error:
        raise UsageError(f"build {text!r}: {error}") from error
    inner = resolve_build(inner_text, progress)
    program = (sys.executable, "-P", "-m", "vr_verify.engines.saboteur")
    name = f"saboteur-{inner.build.partition(':')[0]}"
    where = () if inner.folder is None else ("--folder", str(inner.folder))
    argv = (*program, "--lie", lie.text, *where, "--", *inner.argv)
    build = identity.of_command(name, [lie.text, inner.build])
    return BuildSpec(text, name, argv, build, inner.facts, inner.notes)
