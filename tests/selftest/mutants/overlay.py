"""Copies of the harness with one change: each lies before the real one on a module path.

The words to be replaced must stand in their file exactly once, or the plant proves nothing.
"""

import os
import shutil
from pathlib import Path

from tests.support.tree import ROOT

HARNESS = ROOT / "harness"
PACKAGE = "vr_verify"


def replaced(text: str, before: str, after: str) -> str:
    """Replace words that occur exactly once."""
    assert text.count(before) == 1, f"{text.count(before)} times: {before}"
    assert before != after
    return text.replace(before, after)


def overlay(folder: Path, file: str = "", before: str = "", after: str = "") -> Path:
    """Copy the harness, with words of one file replaced if one is named; return its folder."""
    assert os.pathsep not in str(folder), "a module path would fall apart there"
    # What was compiled of the rest stays good; the changed file may be as long and as old.
    ignored = shutil.ignore_patterns(f"{Path(file).stem}.cpython-*.pyc")
    shutil.copytree(HARNESS / PACKAGE, folder / PACKAGE, ignore=ignored)
    if file:
        path = folder / PACKAGE / file
        path.write_text(replaced(path.read_text(), before, after))
    return folder
