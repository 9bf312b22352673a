"""`doctor`: whether this machine is fit to record and replay.

Each check says what was expected, what was found and what to do. It must not know any game.
"""

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from blake3 import blake3

from vr_verify.engines import memory
from vr_verify.engines.registry import list_engines
from vr_verify.model.outcome import Outcome
from vr_verify.report.documents import Check, Checkup, EngineRow
from vr_verify.verbs.engines import NONE_REGISTERED, described

PYTHON_MIN: Final = (3, 11)
FREE_MIN_BYTES: Final = 256 * 1024 * 1024
MEMORY_FILES: Final = Path("/dev/shm")  # noqa: S108 - only its free space is asked for
# The BLAKE3 project's own vectors: the digest of no bytes, and of 1025 bytes 0, 1, … 250, 0, ….
BLAKE3_VECTORS: Final[dict[int, str]] = {
    0: "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
    1025: "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
}


def doctor() -> Checkup:
    """Return all checks in a fixed order; the outcome is `unfit` when one fails."""
    rows = [described(registered.name) for registered in list_engines()]
    checks = (
        python_version(sys.version_info[:2]),
        system(platform.system(), platform.machine(), sys.byteorder),
        blake3_digests(BLAKE3_VECTORS),
        free_space("files in memory", MEMORY_FILES, FREE_MIN_BYTES),
        memory_watch(memory.watched()),
        free_space("free disk", Path(tempfile.gettempdir()), FREE_MIN_BYTES),
        free_space("working directory", Path(), FREE_MIN_BYTES),
        *engines_start(rows),
        *counterparts_agree(rows),
    )
    fit = all(check.fit for check in checks)
    return Checkup(outcome=str(Outcome.AGREED if fit else Outcome.UNFIT), checks=checks)


def python_version(version: Sequence[int]) -> Check:
    """Check that this interpreter is one that the harness is made for."""
    wanted, found = (".".join(map(str, pair)) for pair in (PYTHON_MIN, version))
    return Check(
        name="Python",
        fit=tuple(version) >= PYTHON_MIN,
        expected=f"{wanted} or newer",
        found=found,
        advice=f"Make the virtual environment with Python {wanted} or newer.",
    )


def system(name: str, machine: str, byte_order: str) -> Check:
    """Check that the system is one on which determinism is proven."""
    proven = name in ("Linux", "Darwin") and machine in ("x86_64", "aarch64", "arm64")
    return Check(
        name="system",
        fit=proven and byte_order == "little",
        expected="Linux on x86_64 or aarch64 (macOS as best effort), little-endian",
        found=f"{name} on {machine}, {byte_order}-endian",
        advice="Run on one of these, in a container for instance.",
    )


def blake3_digests(vectors: dict[int, str]) -> Check:
    """Check that the installed BLAKE3 computes what its project publishes."""
    wrong = [
        size
        for size, digest in vectors.items()
        if blake3(bytes(i % 251 for i in range(size))).hexdigest() != digest
    ]
    return Check(
        name="BLAKE3",
        fit=not wrong and bool(vectors),
        expected=f"{len(vectors)} published digests",
        found=f"{len(vectors) - len(wrong)} of {len(vectors)} right",
        advice="Install the package blake3 again; no digest of this machine can be trusted.",
    )


def memory_watch(watched: bool) -> Check:
    """Say whether a limit of memory is kept by what a worker holds; it is no reason to be unfit."""
    kept = "what a worker holds is watched"
    less = "no /proc here: only a worker's address space is limited"
    advice = "Watch the memory of engines yourself, or run on Linux."
    return Check(
        "memory limits", fit=True, expected=kept, found=kept if watched else less, advice=advice
    )


def free_space(name: str, folder: Path, free_min_bytes: int) -> Check:
    """Check that a folder can be written to and has room for a run's bulk data."""
    wanted = f"a folder to write to, {_mebibytes(free_min_bytes)} free"
    advice = f"Free some space in {folder.resolve()}, or make it writable."
    if not os.access(folder, os.W_OK | os.X_OK):
        return Check(name, fit=False, expected=wanted, found="not writable", advice=advice)
    free = shutil.disk_usage(folder).free
    enough = free >= free_min_bytes
    # The exact figure would differ from second to second; the document says what it means.
    found = f"at least {_mebibytes(free_min_bytes)} free" if enough else f"{_mebibytes(free)} free"
    return Check(name, fit=enough, expected=wanted, found=found, advice=advice)


def _mebibytes(size: int) -> str:
    return f"{size // (1024 * 1024)} MiB"


def engines_start(rows: Sequence[EngineRow]) -> list[Check]:
    """Check that there is an engine, and that each one registered starts and answers."""
    if not rows:
        nothing = "no engine"
        return [Check("engines", fit=False, expected="one", found=nothing, advice=NONE_REGISTERED)]
    return [
        Check(
            name=f"engine {row.name}",
            fit=row.error is None,
            expected="an answer to describe",
            found=row.error or f"rules version {row.rules_version}",
            advice="Install the engine's distribution again, or build it anew.",
        )
        for row in rows
    ]


def counterparts_agree(rows: Sequence[EngineRow]) -> list[Check]:
    """Check that each working engine and the counterpart it names hold the same rules version."""
    working = {row.name: row for row in rows if row.error is None}
    checks = []
    for row in working.values():
        if row.counterpart is None or (row.counterpart < row.name and row.counterpart in working):
            continue  # a pair is checked once, from its first name
        other = working.get(row.counterpart)
        theirs = "does not start" if other is None else f"has {other.rules_version}"
        checks.append(
            Check(
                name=f"{row.name} and {row.counterpart}",
                fit=other is not None and other.rules_version == row.rules_version,
                expected="both working, of one rules version",
                found=f"{row.name} has {row.rules_version}, {row.counterpart} {theirs}",
                advice="Build both engines from the same revision.",
            )
        )
    return checks
