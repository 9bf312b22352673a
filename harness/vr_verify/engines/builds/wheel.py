"""`wheel:FILE[:NAME]`: a wheel, installed into a virtual environment of its own, offline.

What it needs is copied from the environment that the harness runs in; its own files come first. It
must not know sources.
"""

import importlib.metadata
import platform
import re
import shutil
import sys
import sysconfig
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Final

from vr_verify.engines import identity
from vr_verify.engines.builds import bounded
from vr_verify.engines.builds.cache import Record, key_of
from vr_verify.engines.builds.installed import interpreter_of, offers_in, offers_of, sites_of
from vr_verify.engines.builds.lent import lent, plain_name
from vr_verify.engines.builds.order import Order, Site, check_name, obtain
from vr_verify.engines.builds.recipe import GROUP
from vr_verify.engines.builds.spec import BuildFailed, BuildSpec, NoEngineError
from vr_verify.engines.builds.toolchain import key_parts
from vr_verify.errors import MissingFileError, UsageError

PIP: Final = (sys.executable, "-I", "-m", "pip", "--isolated", "--no-input")
"""pip as this harness has it, without the caller's settings: --no-deps decides, not a file."""

_WHEEL: Final = re.compile(r"[^-]+-[^-]+(?:-\d[^-]*)?-[^-]+-[^-]+-[^-]+\.whl")
_FOREIGN: Final = "is not a supported wheel on this platform"
_WANTING: Final = re.compile(r"^\S+ \S+ (?:requires|has requirement) .*$", re.MULTILINE)


def resolve_wheel(order: Order, file: Path) -> BuildSpec:
    """Install a wheel, or find it installed."""
    if not file.is_file():
        raise MissingFileError(f"build {order.text!r}: there is no file {file.name}")
    if not _WHEEL.fullmatch(file.name):
        named = "NAME-VERSION-PYTHON-ABI-PLATFORM.whl"
        raise UsageError(f"build {order.text!r}: expected a file named {named}, found {file.name}")
    known = declared_engines(order, file)
    check_name(order, known)
    key = key_of("wheel", file.name, file.read_bytes(), *key_parts(cargo=False))
    facts = {"python": platform.python_version()}
    return obtain(order, key, lambda site: install(site, file.resolve(), facts))


def declared_engines(order: Order, file: Path) -> tuple[str, ...]:
    """List the engines that a wheel offers, from its own metadata; NoEngineError for none."""
    if not zipfile.is_zipfile(file):
        raise BuildFailed(order.shown, f"{file.name} is no wheel: it is no zip archive")
    offers = offers_of(importlib.metadata.distributions(path=[str(file)]))
    names = tuple(offer.name for offer in offers)
    if not names:
        wanted = f"a wheel of an engine declares entry points of the group {GROUP}"
        raise NoEngineError(f"build {order.text!r}: no engine in {file.name}; {wanted}")
    return names


def install(site: Site, file: Path, facts: dict[str, str]) -> Record:
    """Make the virtual environment of a wheel, in the folder of a site."""
    refuse_without_pip(site.order)
    environment = site.folder / "venv"
    venv.EnvBuilder(with_pip=False, symlinks=True).create(environment)
    try:
        _pip(site, "install", "--no-deps", "--no-index", "--no-cache-dir", str(file))
    except BuildFailed as error:
        if _FOREIGN in error.detail:
            raise _foreign(site.order, file.name) from error
        raise
    project = file.name.partition("-")[0]
    offers = [o for o in offers_in(environment) if _same(o.distribution.metadata["Name"], project)]
    if not offers:
        raise NoEngineError(f"build {site.order.text!r}: no engine in {file.name}")
    distribution = offers[0].distribution
    made_with, copied = _provide(distribution, sites_of(environment)[0])
    if distribution.requires:
        _refuse_wanting(site)
    told = {"dependencies": ", ".join(copied)} if copied else {}
    digest = identity.digest_of_distribution(distribution)
    return Record(digest, facts | told, distribution.metadata["Name"], made_with=made_with)


def refuse_without_pip(order: Order) -> None:
    """BuildFailed where the harness runs in an environment without pip."""
    if find_spec("pip") is None:
        missing = "pip is needed beside vr-verify to make builds: python -m ensurepip"
        raise BuildFailed(order.shown, missing)


def _pip(site: Site, *words: str) -> None:
    interpreter = str(interpreter_of(site.folder / "venv"))
    bounded.run(
        (*PIP, "--python", interpreter, *words),
        name=site.order.shown,
        allowance=site.allowance,
        folder=site.folder,
        hidden=site.hidden,
    )


def _foreign(order: Order, file_name: str) -> BuildFailed:
    """Say for what a wheel was made, and what this is."""
    python, abi, where = file_name.removesuffix(".whl").rsplit("-", 3)[1:]
    ours = f"cp{sys.version_info.major}{sys.version_info.minor}"
    here = re.sub(r"[-.]", "_", sysconfig.get_platform())
    made = f"it was made for Python {python}, ABI {abi}, platform {where}"
    return BuildFailed(order.shown, f"{file_name}: {made}; this is {ours} on {here}")


def _provide(
    distribution: importlib.metadata.Distribution, target: Path
) -> tuple[tuple[str, ...], list[str]]:
    """Copy what a distribution needs, and what that needs, from our own environment.

    Returns all names that were looked for, and name and version of each that was copied.
    """
    installed = importlib.metadata.distributions(path=[str(target)])
    present = {plain_name(one.metadata["Name"]) for one in installed}
    found = lent(distribution.requires or [], present)
    for ours in filter(None, found.values()):
        _copy(ours, target)
    copied = [f"{name} {ours.version}" for name, ours in found.items() if ours is not None]
    return tuple(sorted(found)), sorted(copied)


def _copy(distribution: importlib.metadata.Distribution, target: Path) -> None:
    for file in distribution.files or []:
        path = PurePosixPath(file.as_posix())
        source = Path(str(distribution.locate_file(file)))
        if ".." in path.parts or path.is_absolute() or "__pycache__" in path.parts:
            continue
        if source.is_file():
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / path)


def _refuse_wanting(site: Site) -> None:
    """BuildFailed when something that the wheel requires is not there, or is another version."""
    try:
        _pip(site, "check")
    except BuildFailed as error:
        wanting = _WANTING.findall(error.detail)
        if not wanting:
            raise
        advice = "install it beside vr-verify, or make an environment yourself and name it by venv:"
        raise BuildFailed(site.order.shown, f"{'; '.join(wanting)} {advice}") from error


def _same(left: str, right: str) -> bool:
    return plain_name(left) == plain_name(right)
