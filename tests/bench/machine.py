"""The machine as the page names it: processor, cores, instruction set, versions. No paths.

The instruction set is the widest that the kernel reports, which is what BLAKE3 and the engine
choose by themselves; where VR_ISA asks for another one, that is the one in use.
"""

import os
import platform
import subprocess
from pathlib import Path

_CPU_FILE = Path("/proc/cpuinfo")
# Widest first; what the kernel must report for each.
_SETS = (
    ("avx512", {"avx512f", "avx512vl"}),
    ("avx2", {"avx2"}),
    ("sse41", {"sse4_1"}),
    ("neon", {"asimd"}),
)


def facts() -> dict[str, object]:
    """Return what the page says of the machine, as JSON values."""
    return {
        "architecture": platform.machine(),
        "cpu": _cpu("model name") or platform.processor() or "unknown",
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1,
        "instruction_set": instruction_set(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "rustc": _rustc(),
    }


def instruction_set() -> str:
    """Return the name of the instruction set in use."""
    asked = os.environ.get("VR_ISA", "")
    if asked:
        return asked
    flags = set((_cpu("flags") or _cpu("Features") or "").split())
    return next((name for name, needed in _SETS if needed <= flags), "baseline")


def _cpu(field: str) -> str:
    """Return a field of the first processor; nothing where the kernel tells none."""
    if not _CPU_FILE.is_file():
        return ""
    for line in _CPU_FILE.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == field:
            return value.strip()
    return ""


def _rustc() -> str:
    told = subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True)
    return told.stdout.split()[1]
