"""What a copy of the reference does with some runs, played straight and without the harness.

A program: RUNS writes every turn of the plain reference; RUNS TRUTH says where a changed one first
does something else. It runs with the copy's folder on the module path.
"""

import json
import resource
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

from void_reckoning_reference.campaign.engine import Engine

CPU_MAX_S = 6


def played(scenario: str, turns: list[list[Any]]) -> list[dict[str, Any]]:
    """Play a run; list for each turn what its end says and what each of its steps shows."""
    engine = Engine()
    try:
        opening = engine.init(scenario.encode())
    except Exception as error:  # noqa: BLE001 - a changed rule may raise anything
        return [_end({"crash": repr(error)}, [])]
    told = [_end(opening, [])]
    listed: Any = opening["steps"]
    for commands in turns:
        steps: list[dict[str, Any]] = []
        answer: dict[str, Any] = {}
        for step in range(len(listed)):
            given = commands[step] if step < len(commands) else []
            answer = _step(engine, given, steps)
            if answer.get("halt") or "crash" in answer:
                break
        told.append(_end(answer, steps))
        if told[-1]["halt"] or told[-1]["crash"]:
            break
    return told


def _step(engine: Engine, commands: list[Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Play one step and add what it shows; whatever is raised is an answer here."""
    try:
        answer = engine.step(commands, None, True)
    except Exception as error:  # noqa: BLE001 - a changed rule may raise anything
        steps.append({"phases": [], "draws": "", "events": ""})
        return {"crash": repr(error)}
    streams = {"draws": _short(engine.draws()), "events": _short(engine.events())}
    steps.append({"phases": answer.get("phase_digests", []), **streams})
    return answer


def _end(answer: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    digests = [answer.get(f"{one}_digest", "") for one in ("state", "ledger", "events")]
    halt, crash = answer.get("halt"), answer.get("crash", "")
    return {"digests": digests, "halt": halt, "crash": crash, "steps": steps}


def _short(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]


def first_difference(
    truth: list[dict[str, Any]], changed: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """Return kind, turn and place of the first turn that is not as it should be, if there is one.

    `step` and `phase` are ordinals; `phase` is there for a state only.
    """
    for turn, (true, found) in enumerate(zip(truth, changed, strict=False)):
        if found["crash"]:
            step = len(found["steps"]) - 1 if turn else None
            return {"kind": "crash", "turn": turn, "step": step, "phase": None}
        if true["halt"] != found["halt"]:
            return {"kind": "halt", "turn": turn, **_place(found["halt"] or true["halt"])}
        for at, kind in enumerate(("state", "draws", "events")):
            if true["digests"][at] != found["digests"][at]:
                return {"kind": kind, "turn": turn, **_first_step(kind, true, found)}
    return None


def _place(halt: dict[str, Any]) -> dict[str, Any]:
    return {"step": halt["step"], "phase": None}


def _first_step(kind: str, true: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    for step, (one, other) in enumerate(zip(true["steps"], found["steps"], strict=True)):
        if kind != "state":
            if one[kind] != other[kind]:
                return {"step": step, "phase": None}
            continue
        pairs = zip(one["phases"], other["phases"], strict=True)
        for phase, (left, right) in enumerate(pairs):
            if left != right:
                return {"step": step, "phase": phase}
    return {"step": None, "phase": None}


def main(runs_file: str, truth_file: str | None) -> None:
    """Write one JSON document to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_MAX_S, CPU_MAX_S))
    runs = json.loads(Path(runs_file).read_text())
    if truth_file is None:
        json.dump([played(**run) for run in runs], sys.stdout)
        return
    truths = json.loads(Path(truth_file).read_text())
    for number, (run, truth) in enumerate(zip(runs, truths, strict=True)):
        found = first_difference(truth, played(**run))
        if found is not None:
            json.dump({"run": number, **found}, sys.stdout)
            return
    json.dump(None, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None)
