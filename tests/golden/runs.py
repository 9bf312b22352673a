"""Golden runs: `replays/S/C.log` is answered by `golden/runs/S/C.json`.

An answer holds the run chain of the whole run (FORMAT.md) and the state digest of every turn, the
engines that agreed on it and the reason it was accepted. `python -m tests.golden.runs REASON`
writes the answers; it refuses unless both engines agree with the log.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

import vr_verify
from vr_verify.runlog.reader import RunLog

ROOT: Final = Path(__file__).parents[2]
REPLAYS: Final = ROOT / "replays"
ANSWERS: Final = ROOT / "golden" / "runs"


def answer_path(log: Path) -> Path:
    """Return where the answer of a log stands."""
    return ANSWERS / log.relative_to(REPLAYS).with_suffix(".json")


def facts(log: Path) -> dict[str, Any]:
    """Return what a log says of its run, without any engine."""
    with RunLog.open(log) as opened:
        records = [opened.record(turn) for turn in opened.states]
        return {
            "rules_version": opened.header.rules_version,
            "run_chain": records[-1].run_chain.hex(),
            "state_digests": [(record.digests.state or b"").hex() for record in records],
        }


def orphans() -> dict[str, list[str]]:
    """Name the questions without an answer (missing) and answers without a question."""
    asked = {answer_path(log) for log in REPLAYS.rglob("*.log")}
    answered = set(ANSWERS.rglob("*.json"))
    return {
        "missing": sorted(str(path.relative_to(ROOT)) for path in asked - answered),
        "unexpected": sorted(str(path.relative_to(ROOT)) for path in answered - asked),
    }


def bless(log: Path, reason: str) -> None:
    """Accept what a log says as the answer, if both engines agree with it."""
    report = vr_verify.replay(log)
    if report.outcome != "agreed":
        raise SystemExit(f"{log.name}: {report.outcome}; only an agreed run can be blessed")
    agreed = sorted(name for name in report.sides if name != "recorded")
    document = facts(log) | {"agreed": agreed, "reason": reason}
    path = answer_path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not sys.argv[1].strip():
        raise SystemExit('say why: python -m tests.golden.runs "REASON"')
    for replay_log in sorted(REPLAYS.rglob("*.log")):
        bless(replay_log, sys.argv[1])
