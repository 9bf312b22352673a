"""An engine from a tree of sources: built as the tree says, in the cache's lasting folders.

A Python distribution becomes a wheel, and then what a wheel becomes; a program is copied with its
tree and built there. It must not know where the tree came from.
"""

from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from vr_verify.engines import identity
from vr_verify.engines.builds import bounded, toolchain
from vr_verify.engines.builds.cache import Program, Record
from vr_verify.engines.builds.command import refuse_elsewhere
from vr_verify.engines.builds.lent import lent
from vr_verify.engines.builds.order import Order, Site, check_name
from vr_verify.engines.builds.recipe import FILE, Recipe, recipe_of
from vr_verify.engines.builds.spec import BuildFailed
from vr_verify.engines.builds.tree import Sources, digest, mirror, sources_in
from vr_verify.engines.builds.wheel import PIP, install, refuse_without_pip


def build_sources(site: Site, sources: Sources) -> Record:
    """Build the engine of a tree in the folder of a site."""
    recipe = recipe_of(site.order.text, sources.root, sources.inside)
    if recipe.command:
        return _program(site, sources, recipe)
    check_name(site.order, recipe.engines)
    return _distribution(site, sources, recipe)


def _distribution(site: Site, sources: Sources, recipe: Recipe) -> Record:
    refuse_without_pip(site.order)
    _refuse_without_backend(site.order, recipe.project)
    copy = mirror(sources, site.cache.source)
    # Where a build backend stops when it looks above the tree for files of git.
    (site.cache.source.parent / ".git").mkdir(exist_ok=True)
    folder, wheels = copy.root / recipe.folder, site.folder / "wheels"
    words = ("--no-deps", "--no-build-isolation", "--no-index", "--no-cache-dir")
    bounded.run(
        (*PIP, "wheel", *words, "--wheel-dir", str(wheels), str(folder)),
        name=site.order.shown,
        allowance=site.allowance,
        folder=folder,
        environment=toolchain.build_environment(site.cache.target, sources.files),
        hidden=site.hidden,
    )
    (wheel,) = wheels.glob("*.whl")
    cargo = toolchain.uses_cargo(sources.files)
    record = install(site, wheel, toolchain.facts(cargo, folder, recipe.project))
    wheel.unlink()
    wheels.rmdir()
    made_with = {*record.made_with, *lent(_tools(recipe.project))}
    return msgspec.structs.replace(record, made_with=tuple(sorted(made_with)))


def _tools(project: dict[str, Any]) -> list[str]:
    """List what a distribution says it is built with."""
    return list(map(str, project.get("build-system", {}).get("requires", ["setuptools"])))


def _refuse_without_backend(order: Order, project: dict[str, Any]) -> None:
    """BuildFailed when the harness's environment lacks what builds the tree: nothing is fetched."""
    system = project.get("build-system", {})
    backend = str(system.get("build-backend", "setuptools.build_meta"))
    package = backend.partition(":")[0].partition(".")[0]
    if "backend-path" not in system and find_spec(package) is None:
        wanted = " ".join(_tools(project))
        advice = f"its build backend is not installed beside vr-verify: pip install '{wanted}'"
        raise BuildFailed(order.shown, f"{backend}: {advice}")


def _program(site: Site, sources: Sources, recipe: Recipe) -> Record:
    """Copy a tree, build in the copy, and note what starts it.

    Its identity is that of its sources: what a build makes of them may differ from time to time.
    All that it made is noted as well, so that damage to it is found.
    """
    copy = mirror(sources, site.folder / "tree")
    folder = copy.root / recipe.folder
    files = _files_below(sources, recipe.folder)
    named = identity.digest_of_files((name, copy.root / name) for name in files)
    for line in recipe.build:
        bounded.run(
            line,
            name=site.order.shown,
            allowance=site.allowance,
            folder=folder,
            environment=toolchain.build_environment(None, sources.files),
            hidden=site.hidden,
        )
    built = _built(copy.root)
    refuse_elsewhere(site.order.shown, folder, recipe.command, built.files)
    name = recipe.name or _stem(folder, recipe.command)
    program = Program(name, recipe.folder, recipe.command, built.files, digest(built))
    cargo = toolchain.uses_cargo(sources.files)
    return Record(named, toolchain.facts(cargo, folder, {}), program=program)


def _built(tree: Path) -> Sources:
    """List all files after a build but Python's byte code, which a run may write anew."""
    listed = sources_in(tree).files
    kept = (name for name in listed if "__pycache__" not in PurePosixPath(name).parts)
    return Sources(tree, tuple(kept))


def _files_below(sources: Sources, folder: str) -> tuple[str, ...]:
    """List the files that make the engine what it is: its folder's, and what says how to start."""
    prefix = "" if folder == "." else f"{folder}/"
    recipe = FILE if sources.inside == "." else f"{sources.inside}/{FILE}"
    listed = (name for name in sources.files if name.startswith(prefix) or name == recipe)
    return tuple(name for name in listed if (sources.root / name).is_file())


def _stem(folder: Path, command: tuple[str, ...]) -> str:
    """Name a program after the first file of the tree that starts it."""
    files = [word for word in command if (folder / word).is_file()]
    return Path((files or list(command))[-1 if not files else 0]).stem
