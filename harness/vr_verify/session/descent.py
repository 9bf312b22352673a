"""States compared by their digest trees: kilobytes are read where the states take megabytes.

Spec: contract, sections 4 and 5; PROTOCOL.md, section 3. Every value that is shown was held against
its leaf, that against its node, and so on to the digest that the side reports.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from vr_verify.canonical import tree
from vr_verify.canonical.packing import BytesLike
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.canonical.tree import ColumnTree, StateTree, TableTree, UniverseTree
from vr_verify.compare.states import HashedState
from vr_verify.session.column_descent import Branches, ColumnDescent, LyingTreeError, runs
from vr_verify.session.tree_sides import ColumnAt, HeldTree, TreeSide

_GENERATION, _ALIVE = 0, 1
_GAP_SLOTS_MAX = 64
_Hashed = tuple[Universe, UniverseTree]


@dataclass(frozen=True, slots=True)
class Descended:
    """What a descent has shown of each side: a state as far as it was read, and the liars.

    What was not read is equal on all sides and stands here as in the side that is held, else as
    zeros. With liars there are no states.
    """

    sides: dict[str, HashedState]
    liars: tuple[str, ...] = ()
    differ: bool = False


def descend(
    schema: Schema, scenario_digest: bytes, sides: Mapping[str, TreeSide]
) -> Descended | None:
    """Compare sides of one schema at one turn; None where they have not the same universes."""
    ids = [[one.universe for one in side.rows] for side in sides.values()]
    if any(listed != ids[0] for listed in ids):
        return None
    try:
        return _Descent(schema, scenario_digest, sides).run()
    except LyingTreeError as lie:
        return Descended({}, (lie.side,))


class _Descent:
    """Sides on their way from their tops to states that hold all that differs."""

    def __init__(
        self, schema: Schema, scenario_digest: bytes, sides: Mapping[str, TreeSide]
    ) -> None:
        self.schema, self.scenario_digest, self.sides = schema, scenario_digest, sides
        held = (side.held for side in sides.values() if isinstance(side, HeldTree))
        self.base = next(held, None)
        self.tops = {name: iter(side.tops()) for name, side in sides.items()}
        self.differ = False

    def run(self) -> Descended:
        """Descend table by table."""
        first = next(iter(self.sides.values()))
        universes: dict[str, list[tuple[Universe, UniverseTree]]] = {
            name: [] for name in self.sides
        }
        for at, one in enumerate(first.rows):
            tables = [self._table(at, index) for index in range(len(self.schema.tables))]
            for name in self.sides:
                datas = tuple(table[name][0] for table in tables)
                trees = tuple(table[name][1] for table in tables)
                digest = tree.universe_digest(one.universe, [table.digest for table in trees])
                hashed = UniverseTree(one.universe, digest, trees)
                universes[name].append((Universe(one.universe, datas), hashed))
        return Descended(
            {name: self._state(name, universes[name]) for name in self.sides}, (), self.differ
        )

    def _state(self, name: str, universes: Sequence[tuple[Universe, UniverseTree]]) -> HashedState:
        side = self.sides[name]
        if isinstance(side, HeldTree):
            return side.held
        digests = [(hashed.id, hashed.digest) for _, hashed in universes]
        root = tree.root_digest(self.schema.digest, self.scenario_digest, side.turn, digests)
        state = State(side.turn, tuple(universe for universe, _ in universes))
        return HashedState(state, StateTree(root, tuple(hashed for _, hashed in universes)))

    def _table(self, universe: int, index: int) -> dict[str, tuple[TableData, TableTree]]:
        """Descend the columns of one table; return its values and its digests of each side."""
        table = self.schema.tables[index]
        columns = [_Column(self, ColumnAt(universe, index, at)) for at in range(len(table.columns))]
        leaves = [column.descend() for column in columns]
        self.differ = self.differ or any(leaves)
        if self.base is None and table.entity and any(leaves):
            slots = sorted(set(_slots(columns, leaves)))
            for column in (columns[_GENERATION], columns[_ALIVE]):
                column.read_slots(slots)
        return {name: self._of_side(name, universe, index, columns) for name in self.sides}

    def _of_side(
        self, name: str, universe: int, index: int, columns: Sequence["_Column"]
    ) -> tuple[TableData, TableTree]:
        rows = self.sides[name].rows[universe].rows[index]
        trees = tuple(column.tree(name) for column in columns)
        digest = tree.table_digest(
            self.schema.tables[index].name, rows, [column.digest for column in trees]
        )
        data = TableData(rows, tuple(column.payload(name) for column in columns))
        return data, TableTree(digest, trees)


class _Column:
    """One column of all sides."""

    def __init__(self, descent: _Descent, at: ColumnAt) -> None:
        self.at, self.sides, self.base = at, descent.sides, descent.base
        self.table = descent.schema.tables[at.table]
        self.spec = self.table.columns[at.column]
        self.tops = {name: next(tops) for name, tops in descent.tops.items()}
        self.branches = {
            name: Branches.from_top(side, self._size(side), self.tops[name])
            for name, side in self.sides.items()
        }
        self.payloads: dict[str, bytearray] = {}

    def descend(self) -> list[int]:
        """Find the differing leaves, and read them of every side that is not held."""
        sizes = {self._size(side) for side in self.sides.values()}
        if len(sizes) == 1 and len(set(self.tops.values())) == 1:
            return []
        descent = ColumnDescent(self.table, self.at, self.branches)
        leaves = descent.differing_leaves()
        for name, side in self._unheld():
            self.payloads[name] = bytearray(self._like_base(self._size(side)))
            descent.read_leaves(name, leaves, self.payloads[name], self.base is None)
        return leaves

    def read_slots(self, slots: Sequence[int]) -> None:
        """Read the values of these slots, so that the entity there can be named."""
        width = self.spec.width
        for name, side in self._unheld():
            payload = self.payloads.setdefault(name, bytearray(self._size(side)))
            there = [slot for slot in slots if slot < len(payload) // width]
            for first, last in runs(there, _GAP_SLOTS_MAX):
                data = side.values(self.at, first, last + 1 - first)
                if len(data) != (last + 1 - first) * width:
                    raise LyingTreeError(name)
                payload[first * width : (last + 1) * width] = data

    def payload(self, name: str) -> BytesLike:
        """Return a side's values: what was read, and else what all sides have."""
        read = self.payloads.get(name)
        return self._like_base(self._size(self.sides[name])) if read is None else bytes(read)

    def tree(self, name: str) -> ColumnTree:
        """Return a side's tree: the digests that were read, and else those that all have."""
        side, own = self.sides[name], self.branches[name]
        if isinstance(side, HeldTree):
            return (
                side.held.tree.universes[self.at.universe]
                .tables[self.at.table]
                .columns[self.at.column]
            )
        rows = side.rows[self.at.universe].rows[self.at.table]
        names = self.table.name, self.spec.name
        digest = tree.column_digest(*names, rows, self._size(side), self.tops[name])
        return ColumnTree(digest, tuple(self._levels(own)))

    def _levels(self, own: Branches) -> Iterator[bytes]:
        for level, (count, known) in enumerate(zip(own.counts, own.known, strict=True)):
            size = count * tree.DIGEST_BYTES
            digests = bytearray(self._level_of_base(level)[:size].ljust(size, b"\0"))
            for node, digest in known.items():
                digests[node * tree.DIGEST_BYTES : (node + 1) * tree.DIGEST_BYTES] = digest
            yield bytes(digests)
        if not own.counts:
            yield b""

    def _level_of_base(self, level: int) -> bytes:
        if self.base is None:
            return b""
        held = self.base.tree.universes[self.at.universe].tables[self.at.table]
        levels = held.columns[self.at.column].levels
        return levels[level] if level < len(levels) else b""

    def _like_base(self, size: int) -> BytesLike:
        """Return the held side's values, or zeros, as a column of so many bytes."""
        if self.base is None:
            return bytes(size)
        held = self.base.state.universes[self.at.universe].tables[self.at.table]
        payload = held.columns[self.at.column]
        if memoryview(payload).nbytes == size:
            return payload
        return bytes(payload)[:size].ljust(size, b"\0")

    def _size(self, side: TreeSide) -> int:
        return side.rows[self.at.universe].rows[self.at.table] * self.spec.width

    def _unheld(self) -> Iterator[tuple[str, TreeSide]]:
        return ((n, side) for n, side in self.sides.items() if not isinstance(side, HeldTree))


def _slots(columns: Sequence[_Column], leaves: Sequence[Sequence[int]]) -> Iterator[int]:
    """Give every slot whose values differ between any two sides, as far as they were read."""
    for column, listed in zip(columns, leaves, strict=True):
        width, payloads = column.spec.width, list(column.payloads.values())
        for leaf in listed:
            first = leaf * tree.LEAF_BYTES // width
            for slot in range(first, -(-(leaf + 1) * tree.LEAF_BYTES // width)):
                start = slot * width
                values = {bytes(payload[start : start + width]) for payload in payloads}
                if len(values) > 1:
                    yield slot
