"""Fuzzes what the harness reads from an engine: frames, and answers of every kind.

What arrives in pieces must be read as what arrives at once.
"""

from typing import Any

from vr_verify.engines import answers, framing

KINDS = (
    answers.Description,
    answers.Initialised,
    answers.Opened,
    answers.Stepped,
    answers.Snapshot,
    answers.Audited,
    answers.Fired,
    answers.Resolved,
    answers.Bulk,
)
CAPABILITIES = frozenset({"digest", "draws", "events"})
FRAMES_MAX = 64


def run(data: bytes) -> str:
    """Feed frames in pieces of the size that the first byte says; read each as every answer."""
    if not data:
        return "refused"
    whole, ended = taken(data[1:], len(data))
    assert (whole, ended) == taken(data[1:], data[0] + 1)
    read = [read_answer(frame, kind) for frame in whole for kind in KINDS]
    return "taken" if any(read) else "frames" if whole else "refused"


def taken(data: bytes, piece: int) -> tuple[list[dict[str, Any]], str]:
    """Take frames from a buffer that is fed in pieces, until it refuses or the data ends."""
    buffer, frames = framing.FrameBuffer(), list[dict[str, Any]]()
    try:
        for at in range(0, len(data), piece):
            buffer.feed(data[at : at + piece])
            while len(frames) < FRAMES_MAX and (frame := buffer.take()) is not None:
                frames.append(frame)
    except ValueError:
        return frames, "refused"
    return frames, "ended"


def read_answer(frame: dict[str, Any], kind: type[Any]) -> bool:
    """Read a frame's answer as one kind, with all that the client makes of it."""
    answer = frame.get("ok", frame)
    if not isinstance(answer, dict):
        return False
    try:
        found = answers.read(answer, kind)
        if isinstance(found, answers.Opened | answers.Stepped):
            answers.wide(found.turn, "turn")
            answers.digests(found, CAPABILITIES)
        if isinstance(found, answers.Stepped):
            answers.halt(found.halt)
    except ValueError:
        return False
    return True


DIGEST = "0f" * 32
HALT = {
    "error": "range", "step": 1, "phase": "p", "universe": 0, "table": "t", "slot": 2, "column": "c"
}  # fmt: skip
STAND: dict[str, Any] = {"turn": "7", "universes": [{"id": 0, "rows": [3, 0]}]}
DIGESTS = {f"{name}_digest": DIGEST for name in ("state", "ledger", "events")}
BULK = {"file": "a", "offset": "0", "bytes": "12"}
ANSWERS: list[dict[str, Any]] = [
    {
        "name": "toy", "build": "1", "rules_version": "1", "counterpart": None,
        "capabilities": ["digest"], "rules": ["a"]
    },
    {**STAND, **DIGESTS, "schema": BULK, "steps": [{"name": "s", "phases": ["p"]}]},
    {**STAND, **DIGESTS, "step": 0, "turn_ended": True, "halt": None},
    {**STAND, "step": 0, "turn_ended": True, "halt": HALT, "phase_digests": [DIGEST]},
    {"turn": "7", "archives": [{"universe": 0, "table": "t", **BULK}]},
    {"entities": "5", "invariants": 1, "findings": [
        {"rule": "r", "severity": "major", "universe": 0, "entity": "0/t/1:1", "message": "m"}
    ]},
    {"rules": {"a": "3"}},
    {"scenario": BULK, "flaws": BULK},
    BULK,
]  # fmt: skip


def seeds() -> list[bytes]:
    """Return frames of each kind of answer, an error, and two frames at once."""
    frames = [framing.encode({"seq": at, "ok": answer}) for at, answer in enumerate(ANSWERS)]
    frames.append(framing.encode({"seq": 1, "error": {"kind": "engine", "message": "é\n"}}))
    return [bytes([at * 5]) + frame for at, frame in enumerate([*frames, frames[3] + frames[6]])]
