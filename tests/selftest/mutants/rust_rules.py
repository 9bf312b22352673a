"""The same slip in both languages: words of a rule in Rust, and of its twin in Python.

The Rust one is built and told from the reference; the Python one is played straight, to know where
such a slip shows first. Both are found by their words, which stand in their file once.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.selftest.mutants.overlay import replaced
from tests.support import tree

CRATES: Final = "engine/crates"
MEMBERS: Final = ("Cargo.toml", "Cargo.lock", "engine")
QUICKLY: Final = {
    "CARGO_PROFILE_RELEASE_OPT_LEVEL": "0",
    "CARGO_PROFILE_RELEASE_LTO": "off",
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_INCREMENTAL": "true",
}
"""What has cargo build in seconds; how fast the result plays is no matter here."""


@dataclass(frozen=True, slots=True)
class Slip:
    """One change, twice: file, words and their change, in the crates and in the reference."""

    name: str
    phase: str
    rust: tuple[str, str, str]
    python: tuple[str, str, str]


SLIPS: Final = (
    Slip(
        "a shield absorbs nothing",
        "combat",
        ("combat-resolver/src/damage.rs", "hp.0 - (damage.0 - absorbed.0)", "hp.0 - damage.0"),
        ("combat_resolver/damage.py", "hp - (damage - absorbed)", "hp - damage"),
    ),
    Slip(
        "a credit of upkeep too much",
        "economy",
        ("economy/src/upkeep.rs", "scale_floor(total, factor)", "scale_floor(total, factor) + 1"),
        ("economy/upkeep.py", "scale_floor(total, factor)", "scale_floor(total, factor) + 1"),
    ),
    Slip(
        "the fastest unit leads",
        "movement",
        (
            "pathfinding/src/movement.rs",
            "speeds.min().unwrap_or(u32::MAX)",
            "speeds.max().unwrap_or(u32::MAX)",
        ),
        ("pathfinding/movement.py", "min(speeds)", "max(speeds)"),
    ),
    Slip(
        "a ship a turn too early",
        "production",
        (
            "economy/src/production.rs",
            "if build.turns_left[slot] == 0 {",
            "if build.turns_left[slot] <= 1 {",
        ),
        ("economy/production.py", "if build.turns_left == 0:", "if build.turns_left <= 1:"),
    ),
    Slip(
        "an occupation that counts double",
        "invasion",
        (
            "combat-resolver/src/invasion.rs",
            "planet.occupied_turns[slot] = 1;",
            "planet.occupied_turns[slot] = 2;",
        ),
        (
            "combat_resolver/invasion.py",
            "planet.occupied_turns if planet.occupier == faction else 0",
            "planet.occupied_turns if planet.occupier == faction else 1",
        ),
    ),
    Slip(
        "distance weighs less",
        "decision",
        ("decision/src/mind.rs", "4 + i64::from(distance)", "5 + i64::from(distance)"),
        ("decision/mind.py", "4 + distance", "5 + distance"),
    ),
    Slip(
        "wrecks stay",
        "cleanup",
        (
            "campaign/src/cleanup.rs",
            "muster.lost_units().collect()",
            "muster.lost_units().filter(|_| false).collect()",
        ),
        ("campaign/cleanup.py", "unit.hp == 0", "unit.hp < 0"),
    ),
)

# What a digest leaves out, and the change of the crates.
DIGESTS: Final = (
    ("rows", "shared/src/digest.rs", ".text(table)\n        .u64(rows)", ".text(table)"),
    ("the turn", "shared/src/digest.rs", "run.u64(turn)", "run"),
)


def tree_of_engine(folder: Path) -> Path:
    """Copy what the engine is built of to a folder, as a working tree of its own; return it."""
    for path in tree.paths():
        if path.parts[0] in MEMBERS:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(tree.ROOT / path, folder / path)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return folder


def changed(folder: Path, change: tuple[str, str, str]) -> tuple[Path, str]:
    """Change words of a crate in a copied tree; return the file and its text as it was."""
    file, before, after = change
    path = folder / CRATES / file
    text = path.read_text()
    path.write_text(replaced(text, before, after))
    return path, text
