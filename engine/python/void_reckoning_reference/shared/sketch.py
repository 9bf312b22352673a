"""The sketch of a turn's changed rows: cells that add up, so that two sketches can be subtracted.

Law: PROTOCOL.md, section 4.1; plain, one row after the other. Only written here, never decoded.
Twin: `engine/crates/shared/src/sketch.rs`. Knows no table by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from blake3 import blake3

from void_reckoning_reference.shared.codec import Packer

CELLS_DEFAULT = 96
CELLS_MAX = 3 << 16

_ROW_CONTEXT = "vr-verify 2026-11 sketch row v1"
_BLOCK_BYTES = 64
_ORDINALS = 1 << 16
_U16 = 1 << 16
_U64 = 1 << 64


class SketchError(ValueError):
    """A number of cells, universes or tables that a sketch cannot have."""

    kind = "command"


@dataclass(frozen=True, slots=True)
class ChangedTable:
    """The changed rows of one table: slots, and for each column the packed value of each row."""

    name: str
    slots: Sequence[int]
    columns: Sequence[Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class ChangedUniverse:
    """The changed rows of one universe, table by table in schema order."""

    id: int
    tables: Sequence[ChangedTable]


def sketch(universes: Sequence[ChangedUniverse], cells: int) -> bytes:
    """Return the sketch of a turn's changed rows as bytes, 4 + 18 for each cell."""
    if cells % 3 != 0 or not 3 <= cells <= CELLS_MAX:
        raise SketchError(f"expected a multiple of 3 from 3 to {CELLS_MAX} cells, found {cells}")
    table_counts = [len(universe.tables) for universe in universes]
    if max(len(universes), *table_counts, 0) > _ORDINALS:
        raise SketchError(f"expected at most {_ORDINALS} universes and tables")
    counts, marks, digests = [0] * cells, [0] * cells, [0] * cells
    for name, digest in _rows(universes):
        for cell in _cells_of(digest, cells):
            counts[cell] = (counts[cell] + 1) % _U16
            marks[cell] ^= _mix(name ^ digest)
            digests[cell] ^= digest
    packed = Packer().u32(cells)
    for count in counts:
        packed.raw(count.to_bytes(2, "little"))
    for number in marks + digests:
        packed.u64(number)
    return packed.packed()


def _rows(universes: Sequence[ChangedUniverse]) -> list[tuple[int, int]]:
    """Return name and digest of each changed row."""
    rows = []
    for universe_ordinal, universe in enumerate(universes):
        for table_ordinal, table in enumerate(universe.tables):
            key = blake3(Packer().text(table.name).packed(), derive_key_context=_ROW_CONTEXT)
            for at, slot in enumerate(table.slots):
                packed = Packer().u32(universe.id).u32(slot)
                for column in table.columns:
                    packed.raw(column[at])
                digest = _row_digest(key.digest(), packed.packed())
                rows.append((universe_ordinal << 48 | table_ordinal << 32 | slot, digest))
    return rows


def _row_digest(key: bytes, row: bytes) -> int:
    blocks = -(-len(row) // _BLOCK_BYTES)
    padded = row.ljust(blocks * _BLOCK_BYTES, b"\0")
    return int.from_bytes(blake3(padded, key=key).digest()[:8], "little")


def _cells_of(digest: int, cells: int) -> list[int]:
    """Return the three cells of a row, one in each third of all."""
    third = cells // 3
    return [j * third + (((digest >> 21 * j) % (1 << 21)) * third >> 21) for j in range(3)]


def _mix(number: int) -> int:
    """Scramble a number of 64 bits, so that the exclusive or of names is no name."""
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 % _U64
    number = (number ^ number >> 27) * 0x94D049BB133111EB % _U64
    return number ^ number >> 31
