"""The sample universe folder for the tests, and copies of it to plant faults in."""

import shutil
from pathlib import Path
from typing import Any

from void_reckoning_scenarios.resolve import resolve

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "void_reckoning_sample"
OWN = "universes/lantern_reach"
ROSTER = f"{OWN}/units/procedural_roster.json"
FIELDS = {"done", "file", "found", "key", "kind"}

Place = tuple[str, str, str]
"""Kind, file and key of a flaw."""


def copy_sample(folder: Path) -> Path:
    """Copy the sample below a folder; return the copy."""
    return Path(shutil.copytree(SAMPLE, folder / "universe"))


def places(flaws: list[dict[str, str]]) -> list[Place]:
    """Return where flaws are, and of which kind."""
    assert all(flaw.keys() == FIELDS for flaw in flaws)
    return [(flaw["kind"], flaw["file"], flaw["key"]) for flaw in flaws]


def flaws_of(folder: Path) -> list[Place]:
    """Resolve a folder; return its flaws."""
    return places(resolve(str(folder), None)[1])


def edit(path: Path, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def play(engine: Any, turns: int) -> list[Any]:
    """Play turns without commands; return the digests of each."""
    ends = []
    for _ in range(turns):
        answer = engine.step([], None, False)
        while answer["halt"] is None and not answer["turn_ended"]:
            answer = engine.step([], None, False)
        assert answer["halt"] is None
        ends.append([answer[f"{name}_digest"] for name in ("state", "ledger", "events")])
    return ends
