"""Fuzzes `resolve`: one file of a universe folder, or a scenario file, holds the data.

All that may come of it is a canonical scenario with its flaws, or a ScenarioError.
"""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.scenarios.universe_files import SAMPLE
from void_reckoning_scenarios.errors import ScenarioError
from void_reckoning_scenarios.resolve import resolve
from vr_verify.canonical import json_text

ALONE = (".toml", ".json")
SHIPPED = "engine/python/void_reckoning_scenarios/small.toml"
MESSAGE_MAX = 4000
ROOT = Path(__file__).resolve().parents[3]


class Workbench:
    """A folder with a copy of the sample universe, in which one file at a time is another."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="vr-fuzz-")
        self.root = Path(self._folder.name) / "universe"
        shutil.copytree(SAMPLE, self.root)
        self.files = sorted(self.root.rglob("*.json"))
        self._clean = {path: path.read_bytes() for path in self.files}

    def resolve_as(self, place: int, data: bytes) -> tuple[bytes, list[dict[str, str]]]:
        """Resolve with the data as a file of the universe, or as a scenario file alone."""
        if place < len(ALONE):
            path = self.root.parent / f"alone{ALONE[place]}"
            path.write_bytes(data)
            return resolve(str(path), None)
        path = self.files[(place - len(ALONE)) % len(self.files)]
        try:
            path.write_bytes(data)
            return resolve(str(self.root), None)
        finally:
            path.write_bytes(self._clean[path])


@cache
def workbench() -> Workbench:
    """Return the workbench of this process."""
    return Workbench()


def run(data: bytes) -> str:
    """Resolve; the first byte says what the rest stands for."""
    if not data:
        return "refused"
    try:
        text, flaws = workbench().resolve_as(data[0], data[1:])
    except ScenarioError as error:
        return "refused" if len(str(error)) < MESSAGE_MAX else too_long(error)
    json_text.decode_canonical(text)
    json_text.encode(flaws)
    return "taken"


def too_long(error: ScenarioError) -> str:
    """Report a message that nobody would read to its end."""
    raise AssertionError(f"a message of {len(str(error))} characters")


def seeds() -> list[bytes]:
    """Return a scenario file and all files of the sample."""
    files = sorted(path for path in SAMPLE.rglob("*.json"))
    made = [bytes([at + len(ALONE)]) + path.read_bytes() for at, path in enumerate(files)]
    shipped = ROOT / SHIPPED
    return [b"\0" + shipped.read_bytes(), b"\1" + resolve(str(shipped), None)[0], *made]
