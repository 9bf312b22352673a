"""The texts of builds that are made: `wheel:FILE[:NAME]`, `dir:DIR[:NAME]`, `git:REV[:NAME]`.

Spec: contract, section 3. It must not make anything itself.
"""

from pathlib import Path

from vr_verify.engines.builds.folder import resolve_folder
from vr_verify.engines.builds.order import Order
from vr_verify.engines.builds.revision import resolve_revision, split_revision
from vr_verify.engines.builds.spec import BuildSpec, Progress
from vr_verify.engines.builds.wheel import resolve_wheel


def resolve_made(prefix: str, text: str, rest: str, progress: Progress) -> BuildSpec:
    """Resolve the rest of a text after its prefix: dir, wheel or git."""
    if prefix == "git":
        here = Path()
        return resolve_revision(here, *split_revision(here, rest), progress)
    path, name = _split_path(rest)
    order = Order(text, name, progress)
    return resolve_wheel(order, path) if prefix == "wheel" else resolve_folder(order, path)


def _split_path(rest: str) -> tuple[Path, str | None]:
    """Split PATH[:NAME]: a path may hold a colon itself, and then it is there."""
    path, colon, name = rest.rpartition(":")
    if not colon or Path(rest).exists():
        return Path(rest), None
    return Path(path), name
