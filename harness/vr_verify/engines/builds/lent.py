"""What the harness's own environment lends a build: distributions that it is made with or needs.

Their versions decide what a build becomes, as its sources do. It must not know any build.
"""

import importlib.metadata
import re
from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import Distribution
from typing import Final

_PROJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_MISSING: Final = "none"


def plain_name(name: str) -> str:
    """Spell a distribution's name as all of its spellings are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required_names(requirements: Iterable[str]) -> Iterator[str]:
    """Name what is required; more than needed where a condition does not hold, which pip checks."""
    for requirement in requirements:
        wanted, _, condition = requirement.partition(";")
        if "extra" not in condition and (named := _PROJECT.match(wanted.strip())):
            yield plain_name(named.group())


def lent(
    requirements: Iterable[str], present: Collection[str] = ()
) -> dict[str, Distribution | None]:
    """Find what is required, and what that requires, by plain names; None: it is not installed.

    What is `present` where it is needed is not looked for.
    """
    found: dict[str, Distribution | None] = {}
    waiting = list(required_names(requirements))
    while waiting:
        name = waiting.pop()
        if name in found or name in present:
            continue
        found[name] = ours = _installed(name)
        waiting += required_names(ours.requires or [] if ours else [])
    return found


def versions_of(names: Iterable[str]) -> list[str]:
    """Return NAME==VERSION of each as it is installed here, sorted."""
    found = ((name, _installed(name)) for name in sorted(set(names)))
    return [f"{name}=={ours.version if ours else _MISSING}" for name, ours in found]


def _installed(name: str) -> Distribution | None:
    try:
        return importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
