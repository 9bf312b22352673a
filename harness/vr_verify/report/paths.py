"""A path as documents show it: as it was given, and never as a place on one machine.

Spec: contract, section 4 (no absolute paths).
"""

from pathlib import Path


def shown_path(path: Path) -> str:
    """Return a relative path as it was given, an absolute one as its last part."""
    return path.name if path.is_absolute() else path.as_posix()
