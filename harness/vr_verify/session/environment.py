"""Facts about the surroundings of a run that a difference may come from.

They are recorded in a log's header and compared first; equal ones are not reported.
"""

import getpass
import os
import platform
from collections.abc import Mapping, Sequence

from vr_verify.engines.client import Engine
from vr_verify.engines.registry import BuildSpec

_UNKNOWN = "unknown"


def facts() -> dict[str, str]:
    """Return what is so here and now."""
    return {
        "locale": _locale(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "system": platform.system(),
        "threads": str(_threads()),
    }


def _locale() -> str:
    """Return the locale that programs are told of; an unset one is C."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    return next(filter(None, named), "C")


def user() -> str:
    """Return the name of the user whose process this is, as the system calls them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without an account, as in some containers
        return _UNKNOWN


def build_difference(
    engine: str, recorded: str, live: Mapping[str, str]
) -> tuple[dict[str, str], ...]:
    """List the builds of the recorded engine, by side, where any is not the recorded one."""
    if all(build == recorded for build in live.values()):
        return ()
    return ({"what": f"build of {engine}"} | dict(live) | {"recorded": recorded},)


def _threads() -> int:
    """Count the processors that this process may use; macOS tells only of all there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def differences(
    recorded: Mapping[str, str], now: Mapping[str, str], live: Sequence[str]
) -> tuple[dict[str, str], ...]:
    """List the facts that differ: `what`, its value for each live side, and the recorded one."""
    listed: list[dict[str, str]] = []
    for what in sorted(recorded.keys() | now.keys()):
        then, here = recorded.get(what, _UNKNOWN), now.get(what, _UNKNOWN)
        if then != here:
            listed.append({"what": what} | dict.fromkeys(live, here) | {"recorded": then})
    return tuple(listed)


def build_facts(engine: Engine, spec: BuildSpec) -> dict[str, str]:
    """Return what is known of a started build: what it is, where it runs, how it was made."""
    described = engine.description
    named = recorded_facts(described.name, spec.build, described.rules_version)
    said = {"build by its own word": described.build}
    said |= {"capabilities": ", ".join(sorted(described.capabilities))}
    said |= {"rules": ", ".join(described.rules)}
    return named | said | facts() | dict(spec.facts)


def recorded_facts(engine: str, build: str, rules_version: str) -> dict[str, str]:
    """Return what a log says of the build that recorded it, under the names of `build_facts`."""
    return {"engine": engine, "build": build, "rules version": rules_version}


def side_differences(sides: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, str], ...]:
    """List the facts in which any two sides differ that know them: `what`, its value by side."""
    listed: list[dict[str, str]] = []
    for what in dict.fromkeys(key for facts_of in sides.values() for key in facts_of):
        known = {facts_of[what] for facts_of in sides.values() if what in facts_of}
        if len(known) > 1:
            values = {name: facts_of.get(what, _UNKNOWN) for name, facts_of in sides.items()}
            listed.append({"what": what} | values)
    return tuple(listed)
