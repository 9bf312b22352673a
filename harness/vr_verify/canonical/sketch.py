"""The sketch of a turn: an invertible Bloom lookup table of its changed rows (PROTOCOL.md, 4.1).

Plain Python, written from that section. It must not know engines, logs or how rows were found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from struct import iter_unpack, pack, unpack
from typing import Final

from blake3 import blake3

from vr_verify.canonical.changed_rows import ChangedRows, Changes
from vr_verify.canonical.packing import BytesLike, derived, text, u32
from vr_verify.canonical.schema import Schema
from vr_verify.model.run import TableRows

CELLS_DEFAULT: Final = 96
CELLS_MAX: Final = 3 * 2**16
CELL_BYTES: Final = 18
_HEAD_BYTES: Final = 4
_ROW_CONTEXT: Final = "vr-verify 2026-11 sketch row v1"
_BLOCK_BYTES: Final = 64
_HASHES: Final = 3
_PLACE_BITS: Final = 21
_COUNTS: Final = 2**16
_MASK: Final = 2**64 - 1
_ORDINALS: Final = 2**16
_FACTORS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_INVERSES: Final = tuple(pow(factor, -1, 2**64) for factor in _FACTORS)


@dataclass(frozen=True, slots=True, order=True)
class RowName:
    """A row by the ordinals of its universe and table in canonical order, and its slot."""

    universe: int
    table: int
    slot: int

    def packed(self) -> int:
        """Return the name as u64; ValueError for an ordinal of 2^16 or more."""
        if max(self.universe, self.table) >= _ORDINALS:
            raise ValueError(f"expected ordinals below {_ORDINALS}, found {self}")
        return self.universe << 48 | self.table << 32 | self.slot

    @classmethod
    def unpacked(cls, name: int) -> "RowName":
        """Read a name."""
        return cls(name >> 48, name >> 32 & 0xFFFF, name & 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Sketch:
    """Cells as three lists of one length: counts modulo 2^16, marks and digests as u64."""

    counts: list[int]
    marks: list[int]
    digests: list[int]

    @property
    def cells(self) -> int:
        """The number of cells."""
        return len(self.counts)

    def encode(self) -> bytes:
        """Return the sketch as bytes, 4 + 18 for each cell."""
        cells = self.cells
        packed = (*self.counts, *self.marks, *self.digests)
        return pack(f"<I{cells}H{2 * cells}Q", cells, *packed)

    def minus(self, other: "Sketch") -> "Sketch":
        """Subtract cell by cell; both have the same number of cells."""
        assert self.cells == other.cells, "sketches of one size"
        counts = zip(self.counts, other.counts, strict=True)
        return Sketch(
            [(left - right) % _COUNTS for left, right in counts],
            [left ^ right for left, right in zip(self.marks, other.marks, strict=True)],
            [left ^ right for left, right in zip(self.digests, other.digests, strict=True)],
        )

    def add(self, name: int, digest: int, times: int = 1) -> None:
        """Count a row in its three cells; `times` is 1, or -1 to take it out."""
        mark = mix(name ^ digest)
        for at in places(digest, self.cells):
            self.counts[at] = (self.counts[at] + times) % _COUNTS
            self.marks[at] ^= mark
            self.digests[at] ^= digest


@dataclass(frozen=True, slots=True)
class Decoded:
    """What two sketches name: rows that only the left, only the right or both sides changed so.

    `whole`: these are all. Else the sketch is too full to tell; each row named does differ, and
    one that is named for one side may have been changed on the other too.
    """

    left: tuple[RowName, ...]
    right: tuple[RowName, ...]
    whole: bool


def check_cells(cells: int) -> None:
    """Refuse a number of cells that no sketch has; ValueError."""
    if not _HASHES <= cells <= CELLS_MAX or cells % _HASHES:
        wanted = f"a multiple of {_HASHES} from {_HASHES} to {CELLS_MAX}"
        raise ValueError(f"expected cells as {wanted}, found {cells}")


def sketch_bytes(cells: int) -> int:
    """Return the length of a sketch of so many cells."""
    return _HEAD_BYTES + cells * CELL_BYTES


def empty(cells: int) -> Sketch:
    """Return a sketch of no rows."""
    check_cells(cells)
    return Sketch([0] * cells, [0] * cells, [0] * cells)


def build(schema: Schema, changes: Changes, cells: int) -> Sketch:
    """Return the sketch of a turn's changed rows."""
    sketch = empty(cells)
    keys = [derived(_ROW_CONTEXT, text(table.name)) for table in schema.tables]
    for ordinal, universe in enumerate(changes.universes):
        for at, (key, changed) in enumerate(zip(keys, universe.tables, strict=True)):
            if not changed.count:
                continue
            widths = [column.width for column in schema.tables[at].columns]
            first = RowName(ordinal, at, 0).packed()
            for slot, digest in _row_digests(key, universe.id, changed, widths):
                sketch.add(first + slot, digest)
    return sketch


def decode_sketch(data: BytesLike, cells: int) -> Sketch:
    """Read a sketch that must have so many cells; ValueError for any other bytes."""
    check_cells(cells)
    if len(data) != sketch_bytes(cells):
        raise ValueError(f"expected a sketch of {sketch_bytes(cells)} bytes, found {len(data)}")
    found, *values = unpack(f"<I{cells}H{2 * cells}Q", data)
    if found != cells:
        raise ValueError(f"expected a sketch of {cells} cells, found {found}")
    return Sketch(values[:cells], values[cells : 2 * cells], values[2 * cells :])


def decode_difference(left: Sketch, right: Sketch, rows: Sequence[TableRows]) -> Decoded:
    """Name the rows that two sides have changed differently in one turn.

    `rows` are the greater row counts of both sides, whose universes are the same.
    """
    rest = left.minus(right)
    named: tuple[list[RowName], list[RowName]] = ([], [])
    for name, side in _peeled(rest, rows):
        named[side].append(name)
    whole = not any(map(any, (rest.counts, rest.marks, rest.digests)))
    return Decoded(tuple(sorted(named[0])), tuple(sorted(named[1])), whole)


def mix(number: int) -> int:
    """Scramble a u64, one to one: the finalizer of SplitMix64 (Steele, Lea, Flood 2014)."""
    number = (number ^ number >> 30) * _FACTORS[0] & _MASK
    number = (number ^ number >> 27) * _FACTORS[1] & _MASK
    return number ^ number >> 31


def unmix(number: int) -> int:
    """Undo `mix`."""
    number = (number ^ number >> 31 ^ number >> 62) * _INVERSES[1] & _MASK
    number = (number ^ number >> 27 ^ number >> 54) * _INVERSES[0] & _MASK
    return number ^ number >> 30 ^ number >> 60


def places(digest: int, cells: int) -> tuple[int, int, int]:
    """Return the three cells of a row, one in each third."""
    third = cells // _HASHES
    window = 2**_PLACE_BITS
    return (
        (digest % window * third) >> _PLACE_BITS,
        third + ((digest >> _PLACE_BITS) % window * third >> _PLACE_BITS),
        2 * third + ((digest >> 2 * _PLACE_BITS) % window * third >> _PLACE_BITS),
    )


def _row_digests(
    key: bytes, universe: int, changed: ChangedRows, widths: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Give each changed row's slot and digest."""
    head = u32(universe)
    padding = bytes(-(8 + sum(widths)) % _BLOCK_BYTES)
    values = [
        iter_unpack(f"{width}s", payload)
        for payload, width in zip(changed.columns, widths, strict=True)
    ]
    slots = unpack(f"<{changed.count}I", changed.slots)
    for slot, *row in zip(slots, *values, strict=True):
        packed = b"".join(value for (value,) in row)
        digest = blake3(head + u32(slot) + packed + padding, key=key).digest(8)
        yield slot, int.from_bytes(digest, "little")


def _peeled(rest: Sketch, rows: Sequence[TableRows]) -> Iterator[tuple[RowName, int]]:
    """Take rows out, lowest pure cell first; give each with its side: 0 left, 1 right.

    A cell becomes pure only when a row is taken out of it, so those alone are looked at again. A
    forged sketch could go round and round: more notes than cells are none.
    """
    waiting = list(range(rest.cells))
    notes = 0
    while waiting and notes < rest.cells:
        at = heappop(waiting)
        name = _pure(rest, at, rows)
        if name is None:
            continue
        side = int(rest.counts[at] != 1)
        digest = rest.digests[at]
        rest.add(name.packed(), digest, 1 if side else -1)
        for place in places(digest, rest.cells):
            heappush(waiting, place)
        notes += 1
        yield name, side


def _pure(rest: Sketch, at: int, rows: Sequence[TableRows]) -> RowName | None:
    """Return the row that a cell holds alone; None if it is empty or holds several."""
    if rest.counts[at] not in (1, _COUNTS - 1):
        return None
    digest = rest.digests[at]
    if at not in places(digest, rest.cells):
        return None
    name = RowName.unpacked(unmix(rest.marks[at]) ^ digest)
    if name.universe >= len(rows) or name.table >= len(rows[name.universe].rows):
        return None
    return name if name.slot < rows[name.universe].rows[name.table] else None
