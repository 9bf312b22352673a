"""Git repositories made in tests: a row of commits of a counting engine, faults planted in some.

The engine is the one of PROTOCOL.md, section 7.2, a program of its own that needs no package.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.support.tree import ROOT

RECIPE = 'build = "{build}"\ncommand = "python3 counter_engine.py"\n'
SCENARIO = '{"strides":["1","2","5"]}'
_COUNT = "row[2] += row[3]"
_WRONG = "row[2] += row[3] + (self.turn >= 3)"
_CLOCK = {
    **{f"GIT_{who}_NAME": "A. Tester" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "tester@example.org" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_DATE": "2026-11-21T12:00:00Z" for who in ("AUTHOR", "COMMITTER")},
}


def engine_text() -> str:
    """Return the complete engine that PROTOCOL.md prints."""
    page = (ROOT / "harness/vr_verify/engines/PROTOCOL.md").read_text("utf-8")
    (text,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert text.count(_COUNT) == 1
    return str(text)


def wrong_from_turn_3(text: str) -> str:
    """Return the engine with a fault that shows from turn 3 on."""
    return text.replace(_COUNT, _WRONG)


def git(folder: Path, *words: str) -> str:
    """Run git as a person without any settings of their own."""
    quiet = os.environ | _CLOCK | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=quiet, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(folder: Path, subject: str, files: Mapping[str, str]) -> str:
    """Write files, commit all, and return the commit's name."""
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", subject)
    return git(folder, "rev-parse", "HEAD")


def history(
    folder: Path, count: int, bad_from: int | None, unbuildable: tuple[int, ...] = ()
) -> list[str]:
    """Make a repository of `count` commits, wrong from one on; some do not build at all."""
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch=main")
    made = []
    for number in range(count):
        text = engine_text()
        if bad_from is not None and number >= bad_from:
            text = wrong_from_turn_3(text)
        build = "false" if number in unbuildable else "true"
        files = {
            "counter_engine.py": f"{text}# revision {number}\n",
            "vr-verify.toml": RECIPE.format(build=build),
        }
        made.append(commit(folder, f"change {number}", files))
    return made
