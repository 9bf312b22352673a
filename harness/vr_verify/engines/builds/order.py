"""A build that is asked for: found in the cache, else made there once, by one builder at a time.

It must not know how a build is made: the form that asks gives a function for that.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vr_verify.engines import identity
from vr_verify.engines.builds.bounded import BUILD_LIMIT_S, Allowance
from vr_verify.engines.builds.cache import Cache, Program, Record, cache_of, key_of
from vr_verify.engines.builds.command import placed
from vr_verify.engines.builds.installed import chosen, entry_argv, interpreter_of, offers_in
from vr_verify.engines.builds.lent import versions_of
from vr_verify.engines.builds.spec import BuildSpec, NoEngineError, Progress, ignore_progress
from vr_verify.engines.builds.tree import Sources, digest


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: the build's text, the engine's name in it (None: the only one).

    `limit_s` bounds the making, in seconds; `notes` go into the BuildSpec.
    """

    text: str
    name: str | None = None
    progress: Progress = ignore_progress
    limit_s: float = BUILD_LIMIT_S
    notes: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """What errors call the build before it has said its own name."""
        return repr(self.text)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a build is made: its own new folder, the cache's lasting ones, the time it has."""

    order: Order
    folder: Path
    cache: Cache
    allowance: Allowance

    @property
    def hidden(self) -> dict[str, str]:
        """What stands for the folders of this machine in what a build says."""
        cache = self.cache
        return {str(cache.source): ".", str(self.folder): "build", str(cache.root): "cache"}


def obtain(order: Order, key: str, make: Callable[[Site], Record]) -> BuildSpec:
    """Return the build of a key; `make` makes it in the folder of its site if it is not there.

    What it is made with is known only when it is made: the names are kept by the key, and their
    versions are the other half of what the build is found by.
    """
    cache = cache_of(os.environ)
    if (found := _found(order, cache, _place_key(cache, key))) is not None:
        return found
    with cache.alone(order.progress):
        if (found := _found(order, cache, _place_key(cache, key))) is not None:
            return found
        order.progress(f"building {order.text}", 0, 0)
        with cache.making() as folder:
            record = make(Site(order, folder, cache, Allowance.of(order.limit_s)))
            cache.learn(key, record.made_with)
            cache.forget(_place_key(cache, key))
            cache.publish(folder, _place_key(cache, key), record)
    found = _found(order, cache, _place_key(cache, key))
    assert found is not None, "a build that was just made is there"
    return found


def check_name(order: Order, known: tuple[str, ...]) -> None:
    """Refuse a name that is not there before a build that may take long; () is unknown yet."""
    if known:
        chosen(order.text, order.name, known)


def _place_key(cache: Cache, key: str) -> str:
    """Return what a build lies under: its key, and what it is made with as it is now."""
    return key_of(key, *versions_of(cache.made_with(key)))


def _found(order: Order, cache: Cache, key: str) -> BuildSpec | None:
    """Read a build from the cache; None when it is not there, or not what was put there."""
    record, place = cache.record(key), cache.place(key)
    if record is None:
        return None
    try:
        if record.program is not None:
            return _program(order, place, record, record.program)
        return _distribution(order, place, record)
    except OSError:
        return None


def _distribution(order: Order, place: Path, record: Record) -> BuildSpec | None:
    environment = place / "venv"
    interpreter = interpreter_of(environment)
    offers = {
        offer.name: offer.distribution
        for offer in offers_in(environment)
        if offer.distribution.metadata["Name"] == record.distribution
    }
    digests = {identity.digest_of_distribution(distribution) for distribution in offers.values()}
    # An interpreter is gone when the Python that the build was made with has been removed.
    if not interpreter.is_file() or digests != {record.digest}:
        return None
    name = chosen(order.text, order.name, offers)
    argv = entry_argv(interpreter, name)
    build = f"{name}:{record.digest}"
    return BuildSpec(order.text, name, argv, build, record.facts, order.notes)


def _program(order: Order, place: Path, record: Record, program: Program) -> BuildSpec | None:
    tree = place / "tree"
    if digest(Sources(tree, program.built)) != program.whole:
        return None
    if order.name not in (None, program.name):
        raise NoEngineError(f"build {order.text!r}: the engine there is {program.name}")
    folder = tree / program.folder
    argv, build = placed(folder, program.words), f"{program.name}:{record.digest}"
    return BuildSpec(order.text, program.name, argv, build, record.facts, order.notes, folder)
