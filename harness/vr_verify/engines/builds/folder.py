"""`dir:DIR[:NAME]`: a folder of sources, as its files are now, as a build."""

import shutil
from pathlib import Path

from vr_verify.engines.builds import toolchain
from vr_verify.engines.builds.cache import Record, key_of
from vr_verify.engines.builds.order import Order, Site, obtain
from vr_verify.engines.builds.source import build_sources
from vr_verify.engines.builds.spec import BuildFailed, BuildSpec
from vr_verify.engines.builds.tree import Sources, digest, mirror, sources_of
from vr_verify.errors import MissingFileError


def resolve_folder(order: Order, folder: Path) -> BuildSpec:
    """Build a folder of sources, or find it built; the folder itself is only read."""
    if not folder.is_dir():
        raise MissingFileError(f"build {order.text!r}: {folder} is no directory")
    sources = sources_of(folder)
    content = digest(sources)
    parts = toolchain.key_parts(toolchain.uses_cargo(sources.files))
    key = key_of("dir", content, sources.inside, *parts)
    return obtain(order, key, lambda site: _build(site, sources, content))


def _build(site: Site, sources: Sources, content: str) -> Record:
    """Build a copy, so that the key is surely that of what is built."""
    copy = mirror(sources, site.folder / "sources")
    if digest(copy) != content:
        raise BuildFailed(site.order.shown, "its files changed while they were read; try again")
    record = build_sources(site, copy)
    shutil.rmtree(copy.root)
    return record
