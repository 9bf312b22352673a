"""The trials of the table of rates: engines, logs with commands, every fault, pairs, controls.

All choices come from seeds, so a row can be played again alone.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.selftest.trials import Trial, single_faults
from tests.support.open_mill import open_mill
from tests.support.toy_builds import TOY
from vr_verify.verbs.record import record

SEEDS: Final = (3, 11, 29, 47, 83)
TURNS: Final = 6
PAIRS: Final = 42
PAIR_SEED: Final = 20261121


@dataclass(frozen=True)
class Subject:
    """A true engine, the build that stands beside it, and what of it can be lied about."""

    name: str
    build: str
    beside: str
    unread: str | None
    faults: tuple[str, ...]


_BARE: Final = (
    "field",
    "order",
    "swallowed-command",
    "right-until-asked-twice",
    "crash",
    "hang",
    "growth",
    "torn-frame",
    "garbage-frame",
)
_MILL: Final = open_mill()
_ALL: Final = tuple(single_faults())
TOYS: Final = (
    Subject("bare toy", TOY, TOY, None, _BARE),
    Subject("toy", _MILL, _MILL, "treasury.toll", _ALL),
)
TWINS: Final = (
    Subject("python", "python", "rust", "unit.kills", _ALL),
    Subject("rust", "rust", "python", "unit.kills", _ALL),
)
SUBJECTS: Final = TOYS + TWINS


def lie_turn(seed: int) -> int:
    """Return the turn of the lie in the trials of a seed: neither the first nor always the same."""
    return 2 + seed % 4


def recorded(folder: Path, subject: Subject, seed: int) -> Path:
    """Record a run with commands at every turn from 2 on."""
    log = folder / f"{subject.name.replace(' ', '-')}-{seed}.log"
    commands = [
        {"turn": turn, "step": step, "commands": [command]}
        for turn in range(2, TURNS + 1)
        for step, command in [_command(subject, turn)]
    ]
    source = _scenario(folder, subject, seed)
    # The toys' seeds are in their scenarios.
    own = seed if subject in TWINS else None
    report = record(source, log, TURNS, own, subject.build, commands=commands)
    assert report.outcome == "agreed", report
    return log


def _command(subject: Subject, turn: int) -> tuple[str, dict[str, Any]]:
    """Return a step and a command that the engine takes at this turn."""
    if subject.build == TOY:
        return "tick", {"slot": turn % 3, "add": str(turn)}
    if subject.build == _MILL:
        return "evening", {"universe": 3, "slot": turn % 3, "add": str(turn)}
    return "faction 0", {"kind": "disband", "unit": f"0/unit/{turn}:0"}


def _scenario(folder: Path, subject: Subject, seed: int) -> str:
    """Write a toy's scenario; the twins ship theirs."""
    if subject in TWINS:
        return "small"
    cells = ",".join(f'"{seed + 17 * slot}"' for slot in range(5))
    path = folder / f"{subject.name.replace(' ', '-')}-{seed}.json"
    if subject.build == TOY:
        path.write_text(f'{{"cells":[{cells}]}}')
    else:
        path.write_text(f'{{"cells":[{cells}],"limit":"100000","seed":"{seed}"}}')
    return str(path)


def trial(subject: Subject, log: Path, fault: str, turn: int) -> Trial:
    """Return the trial of one fault; a loss in restore needs a replay that restores."""
    turns = (turn + 1, TURNS) if fault == "lost-in-restore" else None
    return Trial(log, subject.beside, f"saboteur:{fault}@{turn}:{subject.build}", turns)


def pairs(logs: dict[tuple[str, int], Path]) -> list[Trial]:
    """Return random pairs of different faults: nested on one side, or one on each side."""
    draw = random.Random(PAIR_SEED)
    made: list[Trial] = []
    for number in range(PAIRS):
        subject = draw.choice(SUBJECTS)
        log = logs[subject.name, draw.choice(SEEDS)]
        first, second = draw.sample([one for one in subject.faults if one != "hang"], 2)
        turns = [draw.randint(2, TURNS - 1) for _ in range(2)]
        outer, inner = (f"saboteur:{first}@{turns[0]}:", f"saboteur:{second}@{turns[1]}:")
        if number % 2:
            made.append(Trial(log, inner + subject.beside, outer + subject.build))
        else:
            made.append(Trial(log, subject.beside, outer + inner + subject.build))
    return made
