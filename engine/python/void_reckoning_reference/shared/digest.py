"""Digests: from the values of a column up to the state, and of ledger and events.

Law: PROTOCOL.md, sections 3 and 4. All are BLAKE3, 32 bytes, each with a context of its own.
Twin: `engine/crates/shared/src/digest.rs`. Knows no table by name.
"""

from collections.abc import Sequence

from blake3 import blake3

from void_reckoning_reference.shared.codec import Packer

_NODE_CONTEXT = "vr-verify 2026-11 column node v1"
_COLUMN_CONTEXT = "vr-verify 2026-11 column v1"
_TABLE_CONTEXT = "vr-verify 2026-11 table v1"
_UNIVERSE_CONTEXT = "vr-verify 2026-11 universe v1"
_STATE_CONTEXT = "vr-verify 2026-11 state v1"
_LEDGER_CONTEXT = "vr-verify 2026-11 ledger v1"
_EVENTS_CONTEXT = "vr-verify 2026-11 events v1"

_DIGEST_BYTES = 32
_LEAF_BYTES = 256
_FAN_OUT = 16


class ColumnTree:
    """All digests over a column's payload, `levels[0]` being the leaves; no level over no bytes."""

    def __init__(self, table: str, column: str, payload: bytes) -> None:
        self.levels: list[list[bytes]] = []
        if payload == b"":
            return
        key = _level_key(table, column, 0)
        leaves = []
        for start in range(0, len(payload), _LEAF_BYTES):
            piece = payload[start : start + _LEAF_BYTES]
            leaves.append(_keyed(key, piece.ljust(_LEAF_BYTES, b"\0")))
        self.levels.append(leaves)
        while len(self.levels[-1]) > 1:
            below = self.levels[-1]
            key = _level_key(table, column, len(self.levels))
            nodes = []
            for start in range(0, len(below), _FAN_OUT):
                nodes.append(_keyed(key, b"".join(below[start : start + _FAN_OUT])))
            self.levels.append(nodes)

    def top(self) -> bytes:
        """Return the one digest on top; zeros over no bytes."""
        if self.levels == []:
            return bytes(_DIGEST_BYTES)
        return self.levels[-1][0]


def column_digest(table: str, column: str, rows: int, payload: bytes) -> bytes:
    """Return the digest of one column; `payload` holds its `rows` values, packed little-endian."""
    packed = Packer().text(table).text(column).u64(rows).u64(len(payload))
    packed.raw(ColumnTree(table, column, payload).top())
    return _derived(_COLUMN_CONTEXT, packed.packed())


def table_digest(table: str, rows: int, columns: Sequence[bytes]) -> bytes:
    """Return the digest of one table from those of its columns, in schema order."""
    packed = Packer().text(table).u64(rows).u32(len(columns))
    for column in columns:
        packed.raw(_digest(column))
    return _derived(_TABLE_CONTEXT, packed.packed())


def universe_digest(id: int, tables: Sequence[bytes]) -> bytes:  # noqa: A002 (the law's name)
    """Return the digest of one universe from those of its tables, in schema order."""
    packed = Packer().u32(id).u32(len(tables))
    for table in tables:
        packed.raw(_digest(table))
    return _derived(_UNIVERSE_CONTEXT, packed.packed())


def state_digest(
    schema_digest: bytes,
    scenario_digest: bytes,
    turn: int,
    universes: Sequence[tuple[int, bytes]],
) -> bytes:
    """Return the digest of a state; universes are pairs of id and digest, ids ascending."""
    packed = Packer().raw(_digest(schema_digest)).raw(_digest(scenario_digest)).u64(turn)
    packed.u32(len(universes))
    id_before = -1
    for universe_id, universe in universes:
        assert universe_id > id_before, f"universe {universe_id} after universe {id_before}"
        packed.u32(universe_id).raw(_digest(universe))
        id_before = universe_id
    return _derived(_STATE_CONTEXT, packed.packed())


def ledger_digest(turn: int, ledger: bytes) -> bytes:
    """Return the digest of a turn's draw ledger, given as `codec.encode_ledger` writes it."""
    return _derived(_LEDGER_CONTEXT, Packer().u64(turn).raw(ledger).packed())


def events_digest(turn: int, events: bytes) -> bytes:
    """Return the digest of a turn's event stream, given as `codec.encode_events` writes it."""
    return _derived(_EVENTS_CONTEXT, Packer().u64(turn).raw(events).packed())


def _level_key(table: str, column: str, level: int) -> bytes:
    return _derived(_NODE_CONTEXT, Packer().text(table).text(column).u32(level).packed())


def _digest(value: bytes) -> bytes:
    assert len(value) == _DIGEST_BYTES, f"a digest has 32 bytes, not {len(value)}"
    return value


def _derived(context: str, material: bytes) -> bytes:
    return blake3(material, derive_key_context=context).digest()


def _keyed(key: bytes, message: bytes) -> bytes:
    return blake3(message, key=key).digest()
