"""The digest tree against a naive recomputation, and the blind spots it must not have."""

import struct

import pytest
from blake3 import blake3
from hypothesis import assume, example, given
from hypothesis import strategies as st

from void_reckoning_reference.shared import digest

PAYLOADS = st.binary(min_size=1, max_size=600)
DIGESTS = st.binary(min_size=32, max_size=32)
NAMES = st.sampled_from(["unit", "hp", "fleet", "owner", "", "é"])
U64 = st.integers(0, 2**64 - 1)
# Sizes around leaf, one node, two nodes, three levels: 256, 256 · 16, 256 · 16 · 16 bytes.
EDGES = [0, 1, 255, 256, 257, 2048, 4095, 4096, 4097, 8192, 65535, 65536, 65537]


def h(context: str, material: bytes) -> bytes:
    """Derive as the protocol writes it: H(ctx, m)."""
    return blake3(material, derive_key_context=f"vr-verify 2026-11 {context} v1").digest()


def text(value: str) -> bytes:
    """Write a text as the protocol does."""
    return struct.pack("<I", len(value.encode())) + value.encode()


def naive_node(table: str, column: str, payload: bytes, level: int, index: int) -> bytes:
    """Compute one node from the payload alone, top down."""
    key = h("column node", text(table) + text(column) + struct.pack("<I", level))
    if level == 0:
        piece = payload[256 * index : 256 * (index + 1)]
        return blake3(piece + bytes(256 - len(piece)), key=key).digest()
    span = 256 * 16 ** (level - 1)
    children = [i for i in range(16 * index, 16 * index + 16) if i * span < len(payload)]
    inner = [naive_node(table, column, payload, level - 1, child) for child in children]
    return blake3(b"".join(inner), key=key).digest()


def naive_column(table: str, column: str, rows: int, payload: bytes) -> bytes:
    """Compute a column's digest by recursion from the top; the module goes up from the leaves."""
    height = 0
    while 256 * 16**height < len(payload):
        height += 1
    top = naive_node(table, column, payload, height, 0) if payload else bytes(32)
    sizes = struct.pack("<QQ", rows, len(payload))
    return h("column", text(table) + text(column) + sizes + top)


def column(payload: bytes, rows: int = 600) -> bytes:
    """Digest a column of one name and row count, so that only the payload differs."""
    return digest.column_digest("unit", "hp", rows, payload)


@pytest.mark.parametrize("size", EDGES)
def test_a_column_at_the_edges_of_the_tree(size: int) -> None:
    payload = bytes(position * 7 % 253 for position in range(size))
    expected = naive_column("unit", "hp", size, payload)
    assert digest.column_digest("unit", "hp", size, payload) == expected
    changed = payload[:-1] + b"\xff"
    assert digest.column_digest("unit", "hp", size, changed) != expected


@given(NAMES, NAMES, U64, st.binary(max_size=1000))
def test_a_column_is_the_naive_one(table: str, name: str, rows: int, payload: bytes) -> None:
    expected = naive_column(table, name, rows, payload)
    assert digest.column_digest(table, name, rows, payload) == expected


@given(NAMES, U64, st.lists(DIGESTS, max_size=5))
def test_a_table(name: str, rows: int, columns: list[bytes]) -> None:
    material = text(name) + struct.pack("<QI", rows, len(columns)) + b"".join(columns)
    assert digest.table_digest(name, rows, columns) == h("table", material)


@given(st.integers(0, 2**32 - 1), st.lists(DIGESTS, max_size=5))
def test_a_universe(universe: int, tables: list[bytes]) -> None:
    material = struct.pack("<II", universe, len(tables)) + b"".join(tables)
    assert digest.universe_digest(universe, tables) == h("universe", material)


@given(DIGESTS, DIGESTS, U64, st.dictionaries(st.integers(0, 2**32 - 1), DIGESTS, max_size=4))
def test_a_state(schema: bytes, scenario: bytes, turn: int, universes: dict[int, bytes]) -> None:
    pairs = sorted(universes.items())
    material = schema + scenario + struct.pack("<QI", turn, len(pairs))
    material += b"".join(struct.pack("<I", number) + value for number, value in pairs)
    assert digest.state_digest(schema, scenario, turn, pairs) == h("state", material)


@given(U64, st.binary())
def test_ledger_and_events_have_contexts_of_their_own(turn: int, encoded: bytes) -> None:
    material = struct.pack("<Q", turn) + encoded
    assert digest.ledger_digest(turn, encoded) == h("ledger", material)
    assert digest.events_digest(turn, encoded) == h("events", material)
    assert digest.ledger_digest(turn, encoded) != digest.events_digest(turn, encoded)


@given(PAYLOADS, st.integers(0, 599), st.integers(0, 599))
@example(b"\1" + bytes(299) + b"\2", 0, 300)
def test_no_swap_of_values_goes_unseen(payload: bytes, first: int, second: int) -> None:
    one, other = first % len(payload), second % len(payload)
    assume(payload[one] != payload[other])
    swapped = bytearray(payload)
    swapped[one], swapped[other] = payload[other], payload[one]
    assert column(bytes(swapped)) != column(payload)


@given(st.binary(min_size=600, max_size=600), st.integers(0, 343), st.integers(1, 255))
def test_no_pair_of_cancelling_changes_goes_unseen(payload: bytes, at: int, mask: int) -> None:
    """One byte and its fellow a leaf further change by the same bits: an XOR of leaves is blind."""
    changed = bytearray(payload)
    changed[at] ^= mask
    changed[at + 256] ^= mask
    assert column(bytes(changed)) != column(payload)


@given(st.binary(max_size=300), st.integers(1, 300))
@example(b"", 1)
@example(b"", 256)
@example(bytes(256), 256)
@example(b"a", 255)
def test_no_zero_at_the_end_goes_unseen(payload: bytes, zeros: int) -> None:
    assert column(payload + bytes(zeros)) != column(payload)


@given(st.permutations(range(20)), st.permutations(range(20)))
def test_no_reorder_of_leaves_goes_unseen(left: list[int], right: list[int]) -> None:
    payloads = [b"".join(bytes([leaf]) * 256 for leaf in order) for order in (left, right)]
    assert (column(payloads[0]) == column(payloads[1])) == (left == right)


@given(PAYLOADS, st.integers(1, 600))
def test_no_cut_goes_unseen(payload: bytes, cut: int) -> None:
    assert column(payload[: -min(cut, len(payload))]) != column(payload)


def test_equal_payloads_of_other_columns_tables_and_row_counts_differ() -> None:
    payload = b"payload"
    places = [("unit", "hp", 7), ("unit", "xp", 7), ("unith", "p", 7), ("unit", "hp", 1)]
    found = {digest.column_digest(*place, payload) for place in places}
    again = {digest.column_digest(*place, payload) for place in places}
    assert len(found | again) == len(places)


def test_a_node_is_never_taken_for_a_leaf() -> None:
    """Eight leaf digests are as long as a leaf; as a payload they must not give the same top."""
    payload = bytes(range(256)) * 8
    key = h("column node", text("unit") + text("hp") + struct.pack("<I", 0))
    leaves = b"".join(
        blake3(payload[at : at + 256], key=key).digest() for at in range(0, len(payload), 256)
    )
    assert len(leaves) == 256
    assert one != other


def test_every_part_of_the_state_reaches_the_root() -> None:
    a, b, c, d = (bytes([letter]) * 32 for letter in b"abcd")
    states = [
        (a, b, 7, [(0, c), (1, d)]),
        (b, a, 7, [(0, c), (1, d)]),
        (a, b, 8, [(0, c), (1, d)]),
        (a, b, 7, [(0, d), (1, c)]),
        (a, b, 7, [(0, c), (2, d)]),
        (a, b, 7, [(0, c)]),
        (a, b, 7, []),
    ]
    assert len({digest.state_digest(*state) for state in states + states}) == len(states)
    tables = [[c, d], [d, c], [c], [c, d, c]]
    assert len({digest.table_digest("unit", 2, columns) for columns in tables}) == len(tables)
    assert len({digest.universe_digest(0, inner) for inner in tables}) == len(tables)
    assert digest.universe_digest(0, tables[0]) != digest.universe_digest(1, tables[0])


def test_the_turn_reaches_ledger_and_events() -> None:
    for of_turn in (digest.ledger_digest, digest.events_digest):
        assert of_turn(7, bytes(8)) == of_turn(7, bytes(8))
        assert of_turn(7, bytes(8)) != of_turn(8, bytes(8))


def test_impossible_states_are_bugs() -> None:
    a = bytes(32)
    with pytest.raises(AssertionError, match="32 bytes"):
        digest.state_digest(a[:31], a, 0, [])
    with pytest.raises(AssertionError, match="universe 0 after universe 0"):
        digest.state_digest(a, a, 0, [(0, a), (0, a)])
    with pytest.raises(AssertionError, match="universe 0 after universe 1"):
        digest.state_digest(a, a, 0, [(1, a), (0, a)])
