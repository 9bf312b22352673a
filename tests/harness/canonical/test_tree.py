"""The digest tree: equal to the page's formulas, and blind to none of the known blind spots."""

import itertools

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.canonical.examples import (
    SCENARIO_DIGEST,
    SCHEMA,
    column,
    schema_of,
    small_state,
    state_of,
    states,
)
from vr_verify.canonical import tree
from vr_verify.canonical.state import State, TableData, Universe

GRID = schema_of(grid=[column("cell", "u8")])
PAIR = schema_of(a=[column("x", "u16"), column("y", "u16")], b=[column("x", "u16")])


def digest(state: State) -> bytes:
    return tree.state_digest(SCHEMA, SCENARIO_DIGEST, state)


def pair(x: bytes, y: bytes, other: bytes = b"", turn: int = 0) -> bytes:
    state = state_of(PAIR, turn, [[x, y], [other]])
    return tree.state_digest(PAIR, SCENARIO_DIGEST, state)


def u16s(values: list[int]) -> bytes:
    return b"".join(value.to_bytes(2, "little") for value in values)


def by_the_page(payload: bytes) -> bytes:
    """Column digest of grid.cell as section 3 words it, without the tree's code."""

    def named(level: int | None) -> bytes:
        end = b"" if level is None else level.to_bytes(4, "little")
        return b"\4\0\0\0grid\4\0\0\0cell" + end

    def key(level: int) -> bytes:
        return blake3(named(level), derive_key_context="vr-verify 2026-11 column node v1").digest()

    if not payload:
        row = [bytes(32)]
    else:
        padded = payload + bytes(-len(payload) % 256)
        pieces = [padded[at : at + 256] for at in range(0, len(padded), 256)]
        row = [blake3(piece, key=key(0)).digest() for piece in pieces]
    level = 0
    while len(row) > 1:
        level += 1
        groups = [row[at : at + 16] for at in range(0, len(row), 16)]
        row = [blake3(b"".join(group), key=key(level)).digest() for group in groups]
    size = len(payload).to_bytes(8, "little")
    context = "vr-verify 2026-11 column v1"
    return blake3(named(None) + size + size + row[0], derive_key_context=context).digest()


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 4096, 4097, 65536, 65537, 70_000])
def test_a_column_digest_is_the_one_of_the_page(size: int) -> None:
    payload = bytes(at * 7 % 251 for at in range(size))
    assert tree.build_column("grid", "cell", size, payload).digest == by_the_page(payload)


def test_the_root_is_the_one_of_the_page() -> None:
    def h(name: str, material: bytes) -> bytes:
        context = f"vr-verify 2026-11 {name} v1"
        return blake3(material, derive_key_context=context).digest()

    def u32(number: int) -> bytes:
        return number.to_bytes(4, "little")

    state = State(9, (Universe(3, (TableData(2, (b"ab",)),)), Universe(7, (TableData(0, (b"",)),))))
    below = []
    for rows, payload in ((2, b"ab"), (0, b"")):
        head = u32(4) + b"grid" + rows.to_bytes(8, "little") + u32(1)
        table = h("table", head + by_the_page(payload))
        below.append(table)
    universes = [h("universe", u32(at) + u32(1) + t) for at, t in zip((3, 7), below, strict=True)]
    material = GRID.digest + SCENARIO_DIGEST + (9).to_bytes(8, "little") + u32(2)
    material += u32(3) + universes[0] + u32(7) + universes[1]
    assert tree.state_digest(GRID, SCENARIO_DIGEST, state) == h("state", material)


@given(states(), states())
def test_equal_digests_are_equal_states(left: State, right: State) -> None:
    assert (digest(left) == digest(right)) == (left == right)


@given(st.lists(st.integers(0, 2**16 - 1), min_size=2, max_size=300), st.data())
def test_a_swap_of_two_values_is_seen(values: list[int], data: st.DataObject) -> None:
    places = st.integers(0, len(values) - 1)
    one, two = data.draw(places), data.draw(places)
    swapped = list(values)
    swapped[one], swapped[two] = swapped[two], swapped[one]
    assert (pair(u16s(values), b"") == pair(u16s(swapped), b"")) == (swapped == values)


@given(st.lists(st.integers(1, 2**16 - 2), min_size=2, max_size=300), st.data())
def test_a_pair_of_cancelling_changes_is_seen(values: list[int], data: st.DataObject) -> None:
    one, two = data.draw(
        st.lists(st.integers(0, len(values) - 1), min_size=2, max_size=2, unique=True)
    )
    changed = list(values)
    changed[one], changed[two] = changed[one] + 1, changed[two] - 1
    assert sum(changed) == sum(values)
    assert pair(u16s(values), b"") != pair(u16s(changed), b"")
    assert pair(u16s(values), u16s(values)) != pair(u16s(changed), u16s(changed))


@given(st.lists(st.integers(0, 2**16 - 1), max_size=300), st.integers(1, 200))
def test_zeros_at_the_end_are_not_nothing(values: list[int], more: int) -> None:
    longer = values + [0] * more
    assert pair(u16s(values), b"") != pair(u16s(longer), b"")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=300), st.randoms(use_true_random=False))
def test_a_reorder_is_seen(values: list[int], order: object) -> None:
    mixed = list(values)
    order.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert (pair(u16s(values), b"") == pair(u16s(mixed), b"")) == (mixed == values)


@given(st.lists(st.integers(0, 2**16 - 1), min_size=1, max_size=300), st.integers(1, 300))
def test_a_shorter_column_is_seen(values: list[int], cut: int) -> None:
    assert pair(u16s(values), b"") != pair(u16s(values[: max(0, len(values) - cut)]), b"")


@given(st.lists(st.integers(0, 2**16 - 1), min_size=1, max_size=300))
def test_values_in_another_column_or_table_are_seen(values: list[int]) -> None:
    data = u16s(values)
    other = bytes(len(data)) if any(values) else b"\1" * len(data)
    assert len({pair(data, other), pair(other, data), pair(data, data, data)}) == 3
    assert pair(data, b"", b"") != pair(b"", b"", data) != pair(b"", data, b"")


@given(states(), st.integers(0, 2**64 - 1))
def test_an_idle_turn_reported_a_turn_late_is_seen(state: State, turn: int) -> None:
    assert (digest(state) == digest(State(turn, state.universes))) == (turn == state.turn)


def test_schema_scenario_and_universe_ids_are_in_the_root() -> None:
    state = small_state(3)
    moved = State(3, (Universe(1, state.universes[0].tables),))
    other_schema = schema_of(
        unit=[*(column(c.name, c.type) for c in SCHEMA.tables[0].columns)],
        place=[*(column(c.name, c.type) for c in SCHEMA.tables[1].columns)],
    )
    roots = [
        digest(state),
        digest(moved),
        digest(State(3, ())),
        digest(State(3, state.universes + moved.universes)),
        tree.state_digest(SCHEMA, bytes(32), state),
        tree.state_digest(other_schema, SCENARIO_DIGEST, state),
    ]
    assert len(set(roots)) == len(roots)


@given(st.binary(max_size=5000), st.data())
def test_one_replaced_leaf_gives_the_tree_of_the_whole(payload: bytes, data: st.DataObject) -> None:
    built = tree.build_column("grid", "cell", len(payload), payload)
    if payload:
        at = data.draw(st.integers(0, len(payload) - 1))
        changed = payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :]
        replaced = tree.replace_leaf(built, "grid", "cell", len(changed), changed, at // 256)
        whole = tree.build_column("grid", "cell", len(changed), changed)
        assert replaced == whole != built
        assert tree.differing_leaves(built, whole) == [at // 256]
    assert tree.differing_leaves(built, built) == []


def test_leaves_that_one_side_lacks_differ() -> None:
    short = tree.build_column("grid", "cell", 300, bytes(300))
    long = tree.build_column("grid", "cell", 1000, bytes(1000))
    assert tree.differing_leaves(short, long) == tree.differing_leaves(long, short) == [2, 3]


def grid_root(cells: tree.ColumnTree) -> bytes:
    """Root of a state that holds one grid of 128 x 128, from its column's tree."""
    universe = tree.universe_digest(0, [tree.table_digest("grid", 128 * 128, [cells.digest])])
    return tree.root_digest(GRID.digest, SCENARIO_DIGEST, 0, [(0, universe)])


def test_16384_grids_that_differ_in_one_cell_have_16384_roots() -> None:
    size = 128 * 128
    grid = bytearray(size)
    base = tree.build_column("grid", "cell", size, grid)
    roots = set()
    for cell in range(size):
        grid[cell] = 1
        changed = tree.replace_leaf(base, "grid", "cell", size, grid, cell // 256)
        root = grid_root(changed)
        if cell % 997 == 0:
            state = state_of(GRID, 0, [[bytes(grid)]])
            assert root == tree.state_digest(GRID, SCENARIO_DIGEST, state)
        roots.add(root)
        grid[cell] = 0
    assert len(roots) == size
    assert grid_root(base) not in roots


def test_levels_have_keys_of_their_own() -> None:
    keys = [tree.node_key(t, c, n) for t, c, n in itertools.product("ab", "ab", range(3))]
    assert len(set(keys)) == len(keys)
    eight = bytes(range(256))
    assert tree.leaf_digest("a", "b", eight) != tree.node_digest("a", "b", 1, eight)


@settings(deadline=None)
@given(
    st.binary(max_size=70_000),
    st.lists(st.tuples(st.integers(0, 2**20), st.integers(1, 255)), max_size=6),
    st.none() | st.integers(0, 70_000),
)
def test_descent_finds_exactly_the_leaves_that_differ(
    noise: bytes, flips: list[tuple[int, int]], size: int | None
) -> None:
    payload = noise * (1 + 30_000 // max(1, len(noise)))
    other = bytearray(payload if size is None else payload[:size].ljust(size, b"x"))
    for at, value in flips:
        if other:
            other[at % len(other)] ^= value
    left = tree.build_column("grid", "cell", len(payload), payload)
    right = tree.build_column("grid", "cell", len(other), bytes(other))
    one, two = left.levels[0], right.levels[0]
    wanted = [
        leaf
        for leaf in range(max(len(one), len(two)) // 32)
        if one[32 * leaf :][:32] != two[32 * leaf :][:32]
    ]
    assert tree.differing_leaves(left, right) == wanted
    assert tree.differing_leaves(right, left) == wanted


@pytest.mark.parametrize("size", [0, 1, 256, 257, 4096, 4097, 65_537])
def test_levels_are_as_long_as_they_are_said_to_be(size: int) -> None:
    levels = tree.build_column("grid", "cell", size, bytes(size)).levels
    assert tree.level_counts(size) == [len(level) // 32 for level in levels if level]
