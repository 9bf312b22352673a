"""What a person can do about an outcome that is not a comparison's, by command where it matters.

Exit codes are the table of `model/outcome.py`; here each failure has a headline and a way on.
"""

from typing import Final

from vr_verify.model.outcome import Outcome

HEADLINES: Final[dict[Outcome, str]] = {
    Outcome.INTERMITTENT: "INTERMITTENT",
    Outcome.FINDING: "FOUND",
    Outcome.USAGE: "USAGE",
    Outcome.BAD_LOG: "BAD LOG",
    Outcome.GOLDEN_OUTDATED: "GOLDEN ANSWER OUTDATED",
    Outcome.GOLDEN_MISSING: "GOLDEN ANSWER MISSING",
    Outcome.GOLDEN_UNEXPECTED: "GOLDEN ANSWER UNEXPECTED",
    Outcome.CRASHED: "ENGINE CRASHED",
    Outcome.TIMED_OUT: "ENGINE TIMED OUT",
    Outcome.OUT_OF_MEMORY: "ENGINE OUT OF MEMORY",
    Outcome.PROTOCOL_ERROR: "ENGINE BROKE THE PROTOCOL",
    Outcome.CANNOT_BUILD: "ENGINE CANNOT START",
    Outcome.NOTHING_COMPARED: "NOTHING COMPARED",
    Outcome.SKIPPED: "SKIPPED",
    Outcome.BUG: "A BUG IN VR-VERIFY",
    Outcome.IO_FAILED: "INPUT OR OUTPUT FAILED",
    Outcome.INTERRUPTED: "INTERRUPTED",
}

_ADVICE: Final[dict[Outcome, str]] = {
    Outcome.BAD_LOG: (
        "The file was damaged, or vr-verify did not write it. Take another copy, or record the "
        "scenario again."
    ),
    Outcome.CRASHED: (
        "The engine is at fault, not what it computed: nothing was decided about its rules. Run "
        "it on the same log alone with --against none."
    ),
    Outcome.TIMED_OUT: (
        "The engine gave no answer in time. See with a shorter --turns A:B whether it is slow or "
        "hangs; if it is slow, give it more by --time-limit."
    ),
    Outcome.OUT_OF_MEMORY: (
        "The engine went over its memory limit. Give it more by --memory-limit, take a smaller "
        "scenario, or look for what grows from turn to turn."
    ),
    Outcome.PROTOCOL_ERROR: (
        "The engine's answer is not what PROTOCOL.md allows; compare the named call with its "
        "section 6."
    ),
    Outcome.CANNOT_BUILD: (
        "`vr-verify engines` lists the engines there are; `vr-verify doctor` says what is wrong "
        "with this machine."
    ),
    Outcome.NOTHING_COMPARED: (
        "Nothing was proven. Check --turns, and that both sides declare digests."
    ),
    Outcome.SKIPPED: (
        "Take an engine of the log's own rules version, or record the scenario again."
    ),
    Outcome.BUG: (
        "This is never the fault of a log or an engine. Please report it with the traceback above."
    ),
    Outcome.IO_FAILED: "Check the free space and the permissions of the place that is named.",
}

_KEPT: Final = (
    "The states sealed so far are kept in the output: `vr-verify inspect` shows them, and the same "
    "command with --resume goes on from there."
)
_OF_RECORD: Final[dict[Outcome, str]] = {
    Outcome.CRASHED: (
        "The engine is at fault, not what it computed: nothing was decided about its rules."
    ),
    Outcome.TIMED_OUT: (
        "The engine gave no answer in time. See with a smaller --turns N whether it is slow or "
        "hangs; if it is slow, give it more by --time-limit."
    ),
    Outcome.IO_FAILED: (
        f"{_ADVICE[Outcome.IO_FAILED]} Turns that were sealed before are kept: the same command "
        "with --resume goes on from there."
    ),
}


def advice(outcome: Outcome, command: str, kept: bool = False) -> str | None:
    """Return what to do about a command's outcome; None where the message says it all.

    `kept`: a recording that did not come to its end left a log that holds turns.
    """
    own = _OF_RECORD.get(outcome) if command == "record" else None
    parts = [own or _ADVICE.get(outcome), _KEPT if kept and command == "record" else None]
    return " ".join(filter(None, parts)) or None
