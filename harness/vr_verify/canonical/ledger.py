"""The draw ledger of a turn: who drew how often, as bytes and digest (PROTOCOL.md, section 4).

It counts the draws that the rules prescribe; it must not know how a number is drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from vr_verify.canonical.packing import PackedReader, derived, text, u32, u64
from vr_verify.model.run import StepSpec

_CONTEXT: Final = "vr-verify 2026-11 ledger v1"
_ENTRY_BYTES_MIN: Final = 32


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """`count` draws at a site of a stream, within a scope, by one phase of a step (ordinal)."""

    universe: int
    step: int
    phase: str
    stream: str
    scope: tuple[int, ...]
    site: str
    count: int


def arrange(entries: Iterable[LedgerEntry], steps: Sequence[StepSpec]) -> tuple[LedgerEntry, ...]:
    """Sum equal entries, leave zero counts out and sort, as the canonical ledger has them.

    ValueError for a step or phase that the engine did not declare.
    """
    ordinals = [{phase: at for at, phase in enumerate(step.phases)} for step in steps]
    counts: dict[tuple[int, int, str, str, tuple[int, ...], str], int] = {}
    for entry in entries:
        if entry.step >= len(steps) or entry.phase not in ordinals[entry.step]:
            raise ValueError(f"a draw in step {entry.step}, phase {entry.phase!r}: not declared")
        place = (entry.universe, entry.step, entry.phase, entry.stream, entry.scope, entry.site)
        counts[place] = counts.get(place, 0) + entry.count
    summed = [LedgerEntry(*place, count) for place, count in counts.items() if count]
    summed.sort(
        key=lambda entry: (
            entry.universe,
            entry.step,
            ordinals[entry.step][entry.phase],
            entry.stream.encode(),
            entry.scope,
            entry.site.encode(),
        )
    )
    return tuple(summed)


def encode_ledger(entries: Sequence[LedgerEntry]) -> bytes:
    """Write arranged entries as bytes."""
    return u64(len(entries)) + b"".join(
        u32(entry.universe)
        + u32(entry.step)
        + text(entry.phase)
        + text(entry.stream)
        + u32(len(entry.scope))
        + b"".join(map(u64, entry.scope))
        + text(entry.site)
        + u64(entry.count)
        for entry in entries
    )


def decode_ledger(data: bytes) -> tuple[LedgerEntry, ...]:
    """Read a ledger as it stands; ValueError names the byte offset of a fault."""
    reader = PackedReader(data)
    number = reader.count(reader.u64(), _ENTRY_BYTES_MIN)
    entries = tuple(_entry(reader) for _ in range(number))
    reader.end()
    return entries


def _entry(reader: PackedReader) -> LedgerEntry:
    universe, step, phase, stream = reader.u32(), reader.u32(), reader.text(), reader.text()
    scope = tuple(reader.u64() for _ in range(reader.count(reader.u32(), 8)))
    return LedgerEntry(universe, step, phase, stream, scope, reader.text(), reader.u64())


def ledger_digest(turn: int, ledger: bytes) -> bytes:
    """Return the digest of a turn's encoded ledger, 32 bytes."""
    return derived(_CONTEXT, u64(turn) + ledger)
