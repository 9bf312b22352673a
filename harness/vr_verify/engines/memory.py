"""How much memory this machine has for workers, and whether it can be watched here.

Spec: PROTOCOL.md, section 6.4. It must not know any worker.
"""

import os
from pathlib import Path
from typing import Final

_SHARE: Final = (3, 4)
_GROUP_LIMITS: Final = (
    "sys/fs/cgroup{}/memory.max",
    "sys/fs/cgroup/memory{}/memory.limit_in_bytes",
)
# Address space is reserved far beyond what is used: measured on a small run with two threads, the
# fast engine's worker holds 21 MiB and reserves 157 MiB, and each thread reserves more.
_ADDRESS_SPACE_FACTOR: Final = 4
_ADDRESS_SPACE_MORE_BYTES: Final = 1024**3


def watched() -> bool:
    """Whether the memory of other processes can be read here: it takes Linux's /proc."""
    return Path("/proc/self/statm").is_file()


def share_bytes(workers: int) -> int:
    """Return the default limit of one of several workers, in bytes; 0 where memory is unknown."""
    numerator, denominator = _SHARE
    return _available_bytes(Path("/")) * numerator // (denominator * workers)


def address_space_bytes(limit_bytes: int) -> int:
    """Return the kernel's own limit that stands behind a limit of resident memory; 0 for none."""
    if not limit_bytes:
        return 0
    return limit_bytes * _ADDRESS_SPACE_FACTOR + _ADDRESS_SPACE_MORE_BYTES


def _available_bytes(root: Path) -> int:
    """Return the least of the machine's memory and the limits of the groups that we are in."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        total = 0
    limits = [int(text) for text in _group_limits(root) if text.isdigit()]
    return min([total, *limits]) if total else min(limits, default=0)


def _group_limits(root: Path) -> list[str]:
    """Read the limits of our group and of all above it, as far as they can be seen."""
    found: list[str] = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, kinds, path = line.split(":", 2)
        if kinds and "memory" not in kinds.split(","):
            continue
        pattern = _GROUP_LIMITS[1 if kinds else 0]
        folders = [path, *map(str, Path(path).parents)]
        found += [_text(root / pattern.format(f"/{folder.strip('/')}")) for folder in folders]
    return [text.strip() for text in found]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
