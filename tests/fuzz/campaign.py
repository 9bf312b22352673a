"""A campaign of one target: portions of cases in processes of their own, counted and resumable.

`FOLDER/TARGET/` holds the corpus that grows, `state.json` (cases done, cases left) and what was
found. It must not know how cases are made.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PORTION_CASES: Final = 20_000
PORTION_LIMIT_S: Final = 900
TAIL_CHARACTERS: Final = 4000


@dataclass
class Campaign:
    """What was done of a target. `left` is not 0 where a run was stopped before its end."""

    target: str
    folder: Path
    done: int = 0
    left: int = 0
    found: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    finding: str = ""

    @classmethod
    def of(cls, target: str, folder: Path) -> "Campaign":
        """Read the state that an earlier run has left, if there is one."""
        own = folder / target
        (own / "corpus").mkdir(parents=True, exist_ok=True)
        (own / "findings").mkdir(exist_ok=True)
        campaign = cls(target, own)
        if campaign.state.exists():
            kept = json.loads(campaign.state.read_text())
            campaign.done, campaign.left = kept["cases_done"], kept["cases_left"]
        return campaign

    @property
    def state(self) -> Path:
        """The file of the state."""
        return self.folder / "state.json"

    def keep(self) -> None:
        """Write the state, whole or not at all."""
        draft = self.state.with_suffix(".new")
        draft.write_text(json.dumps({"cases_done": self.done, "cases_left": self.left}) + "\n")
        draft.replace(self.state)

    def run(self, engine: str, cases: int) -> None:
        """Run so many cases, or what an earlier run has left; stop at a finding."""
        self.left = self.left or cases
        self.keep()
        while self.left and not self.finding:
            self._portion(engine, min(self.left, PORTION_CASES))
            self.keep()

    def _portion(self, engine: str, cases: int) -> None:
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "tests.fuzz.child", engine, self.target]
        argv += [str(self.folder / "corpus"), str(cases), str(self.done), str(report)]
        ended = subprocess.run(
            argv,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": "0"},
            capture_output=True,
            timeout=PORTION_LIMIT_S,
            check=False,
        )
        counts = Counter(json.loads(report.read_text()) if report.exists() else {})
        # What the guided engine did since its last report is not in it, but was done.
        ran = cases if ended.returncode == 0 else max(counts.total(), 1)
        self.outcomes += counts
        self.done, self.left = self.done + ran, self.left - min(ran, self.left)
        if ended.returncode != 0:
            self.left = 0
            lines = (ended.stdout + ended.stderr).decode(errors="replace").splitlines()
            told = "\n".join(line for line in lines if not line.startswith("INFO:"))
            self.finding = told[-TAIL_CHARACTERS:] or f"exit code {ended.returncode}"


def guided_is_here() -> bool:
    """Whether the coverage-guided fuzzer is installed (extra `fuzz`)."""
    return find_spec("atheris") is not None
