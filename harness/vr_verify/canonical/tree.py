"""The digest tree of a state: leaf, node, column, table, universe, state (PROTOCOL.md, section 3).

Built once, it is kept whole, so that a comparison descends instead of hashing again.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from blake3 import blake3

from vr_verify.canonical.packing import BytesLike, derived, text, u32, u64
from vr_verify.canonical.schema import Schema, Table
from vr_verify.canonical.state import State, TableData, Universe

LEAF_BYTES: Final = 256
FAN_OUT: Final = 16
DIGEST_BYTES: Final = 32
_GROUP_BYTES: Final = FAN_OUT * DIGEST_BYTES
_EMPTY_TOP: Final = bytes(DIGEST_BYTES)
# Most columns of a small state are as they were a turn ago, and telling that is cheaper.
_REMEMBERED_BYTES_MAX: Final = 4096

_NODE_CONTEXT: Final = "vr-verify 2026-11 column node v1"
_COLUMN_CONTEXT: Final = "vr-verify 2026-11 column v1"
_TABLE_CONTEXT: Final = "vr-verify 2026-11 table v1"
_UNIVERSE_CONTEXT: Final = "vr-verify 2026-11 universe v1"
_STATE_CONTEXT: Final = "vr-verify 2026-11 state v1"


@dataclass(frozen=True, slots=True)
class ColumnTree:
    """One column. `levels[L]` is all digests of level L behind one another, 32 bytes each."""

    digest: bytes
    levels: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class TableTree:
    """One table and its columns in schema order."""

    digest: bytes
    columns: tuple[ColumnTree, ...]


@dataclass(frozen=True, slots=True)
class UniverseTree:
    """One universe and its tables in schema order."""

    id: int
    digest: bytes
    tables: tuple[TableTree, ...]


@dataclass(frozen=True, slots=True)
class StateTree:
    """The whole state; `digest` is its root."""

    digest: bytes
    universes: tuple[UniverseTree, ...]


@lru_cache(maxsize=4096)
def _names(table: str, column: str) -> bytes:
    return text(table) + text(column)


@lru_cache(maxsize=4096)
def node_key(table: str, column: str, level: int) -> bytes:
    """Return the key of a column's nodes at a level; level 0 are the leaves."""
    return derived(_NODE_CONTEXT, _names(table, column) + u32(level))


def leaf_digest(table: str, column: str, piece: BytesLike) -> bytes:
    """Return the digest of at most 256 payload bytes, padded with zeros to 256."""
    padded = bytes(piece).ljust(LEAF_BYTES, b"\0")
    return blake3(padded, key=node_key(table, column, 0)).digest()


def node_digest(table: str, column: str, level: int, children: bytes) -> bytes:
    """Return the digest of 1 to 16 digests of the level below."""
    return blake3(children, key=node_key(table, column, level)).digest()


def column_digest(table: str, column: str, rows: int, payload_bytes: int, top: bytes) -> bytes:
    """Bind a column's top to its names and lengths."""
    lengths = u64(rows) + u64(payload_bytes)
    return derived(_COLUMN_CONTEXT, _names(table, column) + lengths + top)


def table_digest(table: str, rows: int, columns: list[bytes]) -> bytes:
    """Bind the digests of a table's columns, in schema order."""
    head = text(table) + u64(rows) + u32(len(columns))
    return derived(_TABLE_CONTEXT, head + b"".join(columns))


def universe_digest(universe: int, tables: list[bytes]) -> bytes:
    """Bind the digests of a universe's tables, in schema order."""
    return derived(_UNIVERSE_CONTEXT, u32(universe) + u32(len(tables)) + b"".join(tables))


def root_digest(
    schema_digest: bytes, scenario_digest: bytes, turn: int, universes: list[tuple[int, bytes]]
) -> bytes:
    """Bind (id, digest) of all universes to schema, scenario and turn: the state's digest."""
    head = schema_digest + scenario_digest + u64(turn) + u32(len(universes))
    return derived(_STATE_CONTEXT, head + b"".join(u32(at) + digest for at, digest in universes))


def build_column(table: str, column: str, rows: int, payload: BytesLike) -> ColumnTree:
    """Hash one column from its leaves up; a short one that was hashed lately is remembered."""
    if memoryview(payload).nbytes <= _REMEMBERED_BYTES_MAX:
        return _built_short(table, column, rows, bytes(payload))
    return _built(table, column, rows, memoryview(payload).cast("B"))


@lru_cache(maxsize=2048)
def _built_short(table: str, column: str, rows: int, payload: bytes) -> ColumnTree:
    return _built(table, column, rows, memoryview(payload))


def _built(table: str, column: str, rows: int, view: memoryview) -> ColumnTree:
    size = len(view)
    if 0 < size <= LEAF_BYTES:  # as below, in one step: most columns of small states
        leaf = leaf_digest(table, column, view)
        return ColumnTree(column_digest(table, column, rows, size, leaf), (leaf,))
    whole = size - size % LEAF_BYTES
    key = node_key(table, column, 0)
    leaves = [
        blake3(view[start : start + LEAF_BYTES], key=key).digest()
        for start in range(0, whole, LEAF_BYTES)
    ]
    if whole != size:
        leaves.append(leaf_digest(table, column, view[whole:]))
    levels = [b"".join(leaves)]
    while len(levels[-1]) > DIGEST_BYTES:
        below, level = levels[-1], len(levels)
        groups = (below[at : at + _GROUP_BYTES] for at in range(0, len(below), _GROUP_BYTES))
        levels.append(b"".join(node_digest(table, column, level, group) for group in groups))
    top = levels[-1] or _EMPTY_TOP
    return ColumnTree(column_digest(table, column, rows, size, top), tuple(levels))


def replace_leaf(
    tree: ColumnTree, table: str, column: str, rows: int, payload: BytesLike, leaf: int
) -> ColumnTree:
    """Return the tree of `payload`, which differs from the tree's own in one leaf at most.

    Costs one path instead of the column; `payload` has the length of the one hashed before.
    """
    view = memoryview(payload).cast("B")
    start = leaf * LEAF_BYTES
    digest = leaf_digest(table, column, view[start : start + LEAF_BYTES])
    levels: list[bytes] = []
    for level, old in enumerate(tree.levels):
        if level:
            group = leaf - leaf % FAN_OUT
            children = levels[-1][group * DIGEST_BYTES :][:_GROUP_BYTES]
            leaf //= FAN_OUT
            digest = node_digest(table, column, level, children)
        at = leaf * DIGEST_BYTES
        levels.append(old[:at] + digest + old[at + DIGEST_BYTES :])
    return ColumnTree(column_digest(table, column, rows, len(view), levels[-1]), tuple(levels))


def differing_leaves(left: ColumnTree, right: ColumnTree) -> list[int]:
    """Return the leaf numbers that differ, in order; a leaf that one side lacks differs.

    Descends by levels: only what is below differing nodes is looked at. A node that one side
    lacks, since its tree is lower there, differs as well.
    """
    if left.digest == right.digest:
        return []
    height = max(len(left.levels), len(right.levels))
    found = [0]
    for level in reversed(range(height)):
        one, two = (
            tree.levels[level] if level < len(tree.levels) else b"" for tree in (left, right)
        )
        last = max(len(one), len(two))
        starts = [node * _GROUP_BYTES for node in found] if level < height - 1 else [0]
        found = [
            at // DIGEST_BYTES
            for start in starts
            for at in range(start, min(start + _GROUP_BYTES, last), DIGEST_BYTES)
            if one[at : at + DIGEST_BYTES] != two[at : at + DIGEST_BYTES]
        ]
    return found


def level_counts(payload_bytes: int) -> list[int]:
    """Return how many digests each level of a column's tree has, leaves first; no bytes, none."""
    counts = [-(-payload_bytes // LEAF_BYTES)] if payload_bytes else []
    while counts and counts[-1] > 1:
        counts.append(-(-counts[-1] // FAN_OUT))
    return counts


def build_table(table: Table, data: TableData) -> TableTree:
    """Hash one table."""
    columns = tuple(
        build_column(table.name, column.name, data.rows, payload)
        for column, payload in zip(table.columns, data.columns, strict=True)
    )
    digests = [column.digest for column in columns]
    return TableTree(table_digest(table.name, data.rows, digests), columns)


def build_universe(schema: Schema, universe: Universe) -> UniverseTree:
    """Hash one universe."""
    pairs = zip(schema.tables, universe.tables, strict=True)
    tables = tuple(build_table(table, data) for table, data in pairs)
    digest = universe_digest(universe.id, [table.digest for table in tables])
    return UniverseTree(universe.id, digest, tables)


def build_state(schema: Schema, scenario_digest: bytes, state: State) -> StateTree:
    """Hash a whole state; it must have the schema's shape (`check_state`)."""
    universes = tuple(build_universe(schema, universe) for universe in state.universes)
    pairs = [(universe.id, universe.digest) for universe in universes]
    return StateTree(root_digest(schema.digest, scenario_digest, state.turn, pairs), universes)


def state_digest(schema: Schema, scenario_digest: bytes, state: State) -> bytes:
    """Return the digest of a state, 32 bytes."""
    return build_state(schema, scenario_digest, state).digest
