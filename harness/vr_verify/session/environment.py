"""Facts about the surroundings of a run that a difference may come from.

They are recorded in a log's header and compared first; equal ones are not reported.
"""

import getpass
import os
import platform
from collections.abc import Mapping, Sequence

_UNKNOWN = "unknown"


def facts() -> dict[str, str]:
    """Return what is so here and now."""
    return {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "system": platform.system(),
        "threads": str(_threads()),
    }


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
