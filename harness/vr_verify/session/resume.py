"""A cut recording gone on with: the same run, its engine brought to where the log stops.

Spec: contract, sections 3 and 8. It must not write; the recorder does.
"""

from vr_verify.canonical import json_text
from vr_verify.errors import UsageError
from vr_verify.runlog.reader import RunLog
from vr_verify.runlog.records import LogHeader
from vr_verify.session.approach import approach
from vr_verify.session.commands import GivenCommands
from vr_verify.session.turns import LiveSide
from vr_verify.session.views import Hasher


def check_resumable(log: RunLog, header: LogHeader, last_turn: int, given: GivenCommands) -> None:
    """Refuse a log that is not the beginning of the run that is asked for; UsageError says why.

    `header` is that of the run, which is to end at `last_turn`, with the commands `given`.
    """
    for what, there, here in _what_must_agree(log.header, header):
        if there != here:
            raise UsageError(f"--resume: the log was recorded with {what} {there}, not {here}")
    held = log.turns[-1]
    if log.halted and log.complete:
        raise UsageError(f"--resume: the run halted at turn {held}, and a halt ends it")
    if last_turn < held or (last_turn == held and log.complete):
        more = f"ask for more than {held - header.first_turn} by --turns"
        raise UsageError(f"--resume: the log already holds all turns up to {held}; {more}")
    for turn in log.turns[1:]:
        for step, recorded in enumerate(log.record(turn).commands_by_step):
            if recorded != given.get((turn, step), ()):
                place = f"step {header.steps[step].name} of turn {turn}"
                raise UsageError(f"--resume: the log has other commands for {place}")


def _what_must_agree(there: LogHeader, here: LogHeader) -> list[tuple[str, str, str]]:
    """List (what, in the log, now) of all that the run depends on, and how it is kept."""
    return [
        ("the engine", there.engine, here.engine),
        ("the build", there.build, here.build),
        ("rules version", there.rules_version, here.rules_version),
        _scenarios(there, here),
        ("the schema", _short(there.schema.digest), _short(here.schema.digest)),
        ("the steps", str(_names(there)), str(_names(here))),
        ("first turn", str(there.first_turn), str(here.first_turn)),
        ("digests of", ", ".join(there.has), ", ".join(here.has)),
        ("--snapshots", there.snapshots, here.snapshots),
        ("--sketch", str(there.sketch_cells), str(here.sketch_cells)),
    ]


def catch_up(log: RunLog, side: LiveSide, hasher: Hasher) -> str | None:
    """Bring a side from its first state to the log's last one; say so if it stands elsewhere."""
    last = log.turns[-2] if log.halted else log.turns[-1]
    approach(log, [side], last, hasher)
    own, recorded = hasher.digest(side.engine.state()), log.record(last).digests.state
    if own == recorded:
        return None
    return (
        f"{side.name} comes to another state at turn {last} than the log holds, so nothing was "
        "added to it: `vr-verify replay` of the log shows where they part"
    )


def _scenarios(there: LogHeader, here: LogHeader) -> tuple[str, str, str]:
    """Name the first plain value of the scenarios that differs, like the seed; else digests."""
    left, right = (json_text.decode(header.scenario) for header in (there, here))
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() & right.keys()):
            values = (left[key], right[key])
            if left[key] != right[key] and all(isinstance(value, int | str) for value in values):
                return f"the scenario's {key}", f"{left[key]!s:.80}", f"{right[key]!s:.80}"
    return "the scenario", _short(there.scenario_digest), _short(here.scenario_digest)


def _names(header: LogHeader) -> list[str]:
    return [step.name for step in header.steps]


def _short(digest: bytes) -> str:
    return digest.hex()[:16]
