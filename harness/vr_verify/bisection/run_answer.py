"""The answer of one run: its digests and halts turn by turn, equal or not to another's.

Spec: contract, section 6.7. It must not know how a run is played.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from blake3 import blake3

from vr_verify.canonical import json_text
from vr_verify.errors import VrVerifyError
from vr_verify.model.run import Digests, Halt

# A digest behind a byte that says that it was told.
_PART_BYTES: Final = 33
_UNKNOWN: Final = bytes(_PART_BYTES)
_NO_HALT: Final = b"\1" + bytes(_PART_BYTES - 1)
KINDS: Final = ("halt", "state", "draws", "events")
_TURN_BYTES: Final = _PART_BYTES * len(KINDS)


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two answers part first; `kind` is one of `KINDS`, "digest", or a failure's outcome."""

    turn: int
    kind: str


@dataclass(frozen=True, slots=True)
class RunAnswer:
    """One run's answer: four parts of each turn from `first_turn` on, in the order of `KINDS`.

    `final` is the harness's own digest of the values at the end. `failure` is the outcome of an
    engine that failed, `error` the failure itself; the answer stops before it.
    """

    first_turn: int
    parts: bytes
    final: bytes = _UNKNOWN
    failure: str = ""
    error: VrVerifyError | None = field(default=None, compare=False)

    @property
    def turns(self) -> int:
        """How many turns have an answer, the first state included."""
        return len(self.parts) // _TURN_BYTES

    @property
    def last_turn(self) -> int:
        """The last turn with an answer."""
        return self.first_turn + self.turns - 1

    def difference(self, other: "RunAnswer") -> Difference | None:
        """Return where this answer parts from another first; what only one tells is equal."""
        for turn, mine, theirs in self._pairs(other):
            for kind, own, its in zip(KINDS, mine, theirs, strict=True):
                if own != its and _UNKNOWN not in (own, its):
                    return Difference(turn, kind)
        if self.failure != other.failure or self.turns != other.turns:
            short = min(self, other, key=lambda answer: answer.turns)
            failed = self.failure or other.failure
            return Difference(short.last_turn + 1, failed or "halt")
        if self.final != other.final and _UNKNOWN not in (self.final, other.final):
            return Difference(self.last_turn, "digest")
        return None

    def until(self, turn: int) -> "RunAnswer":
        """Return the answer up to a turn, as if the run had been asked for no more."""
        kept = max(0, turn - self.first_turn + 1) * _TURN_BYTES
        return RunAnswer(self.first_turn, self.parts[:kept])

    def _pairs(self, other: "RunAnswer") -> Iterator[tuple[int, list[bytes], list[bytes]]]:
        """Give the parts of each turn that both have and that are not equal as a whole."""
        assert self.first_turn == other.first_turn, "answers of one range"
        for at in range(0, min(len(self.parts), len(other.parts)), _TURN_BYTES):
            mine, theirs = self.parts[at : at + _TURN_BYTES], other.parts[at : at + _TURN_BYTES]
            if mine != theirs:
                yield self.first_turn + at // _TURN_BYTES, _cut(mine), _cut(theirs)


class AnswerWriter:
    """An answer in the making; turns come in order."""

    def __init__(self, first_turn: int) -> None:
        self._first_turn = first_turn
        self._parts = bytearray()

    def add(self, digests: Digests, halt: Halt | None = None) -> None:
        """Add a turn. Of one that halted only the halt counts: it has been undone."""
        told = (digests.state, digests.ledger, digests.events) if halt is None else (None,) * 3
        self._parts += _NO_HALT if halt is None else _halt_part(halt)
        for digest in told:
            self._parts += _part(digest)

    def correct_state(self, digest: bytes) -> None:
        """Let the latest turn's state be one of this digest."""
        at = len(self._parts) - _TURN_BYTES + _PART_BYTES
        self._parts[at : at + _PART_BYTES] = _part(digest)

    def answer(self, final: bytes | None) -> RunAnswer:
        """Return the answer of a run that came to its end."""
        return RunAnswer(self._first_turn, bytes(self._parts), _part(final))

    def failed(self, error: VrVerifyError) -> RunAnswer:
        """Return the answer of a run that a failure ended."""
        return RunAnswer(
            self._first_turn,
            bytes(self._parts),
            failure=error.outcome,
            error=error.with_traceback(None),
        )


def _part(digest: bytes | None) -> bytes:
    return _UNKNOWN if digest is None else b"\1" + digest


def _halt_part(halt: Halt) -> bytes:
    return _part(blake3(json_text.encode(dict(halt.as_json()))).digest())


def _cut(parts: bytes) -> list[bytes]:
    """Cut the parts of one turn."""
    return [parts[at : at + _PART_BYTES] for at in range(0, _TURN_BYTES, _PART_BYTES)]
