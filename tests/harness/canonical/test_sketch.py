"""Sketches: what two of them name, that they say when they are too full, and never a wrong row."""

import struct
from random import Random

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.canonical.examples import SCHEMA, small_state, state_of, states
from vr_verify.canonical.changes import changes_between
from vr_verify.canonical.sketch import (
    CELLS_MAX,
    Decoded,
    RowName,
    Sketch,
    build,
    check_cells,
    decode_difference,
    decode_sketch,
    empty,
    mix,
    sketch_bytes,
    unmix,
)
from vr_verify.canonical.state import State
from vr_verify.model.run import TableRows

ROWS = (TableRows(0, (4096, 64, 1000)), TableRows(7, (4096, 64, 1000)))
OVERFULL = [(6, 70_000), (24, 25_000), (96, 6_000)]
TABLE_TRIALS = 2_000


def some_rows(count: int, random: Random) -> list[RowName]:
    """Draw different rows."""
    found: dict[RowName, None] = {}
    while len(found) < count:
        universe, table = random.randrange(2), random.randrange(3)
        slot = random.randrange(ROWS[universe].rows[table])
        found[RowName(universe, table, slot)] = None
    return list(found)


def two_sides(
    cells: int, left: list[RowName], right: list[RowName], common: int, random: Random
) -> tuple[Sketch, Sketch]:
    """Make sketches of two sides; rows on both lists are changed differently, `common` alike."""
    sides = empty(cells), empty(cells)
    for side, rows in zip(sides, (left, right), strict=True):
        for row in rows:
            side.add(row.packed(), random.getrandbits(64))
    for row in some_rows(common, random):
        digest = random.getrandbits(64)
        for side in sides:
            side.add(row.packed(), digest)
    return sides


def sketch_of(before: State, after: State, cells: int = 96) -> Sketch:
    """Make the sketch of a turn from its two states."""
    return build(SCHEMA, changes_between(SCHEMA, before, after), cells)


@given(st.integers(0, 2**64 - 1))
def test_a_scrambled_number_is_found_again(number: int) -> None:
    assert unmix(mix(number)) == number
    assert mix(number) < 2**64


@settings(max_examples=200)
@given(st.integers(0, 12), st.integers(0, 12), st.integers(0, 200), st.integers(0, 2**32))
def test_few_differing_rows_are_named_exactly(
    only_left: int, only_right: int, common: int, seed: int
) -> None:
    random = Random(seed)
    rows = some_rows(only_left + only_right, random)
    left, right = rows[:only_left], rows[only_left:]
    sides = two_sides(384, left, right, common, random)
    found = decode_difference(*sides, ROWS)
    # Rows that share all three cells cannot be told apart, which is as likely as 1 in 10,000.
    assert found.whole or only_left + only_right > 1
    assert set(found.left) <= set(left)
    assert set(found.right) <= set(right)
    if found.whole:
        assert found == Decoded(tuple(sorted(left)), tuple(sorted(right)), True)


@pytest.mark.parametrize("seed", range(20))
def test_a_row_that_both_changed_differently_is_named_for_both(seed: int) -> None:
    random = Random(seed)
    rows = some_rows(6, random)
    found = decode_difference(*two_sides(384, rows[:4], rows[2:], 50, random), ROWS)
    assert found == Decoded(tuple(sorted(rows[:4])), tuple(sorted(rows[2:])), True)


def test_too_many_rows_are_said_to_be_too_many() -> None:
    random = Random(5)
    rows = some_rows(300, random)
    found = decode_difference(*two_sides(96, rows, [], 0, random), ROWS)
    assert not found.whole
    assert set(found.left) < set(rows)
    assert found.right == ()
    roomy = decode_difference(*two_sides(3 * 512, rows, [], 0, random), ROWS)
    assert roomy == Decoded(tuple(sorted(rows)), (), True)


def test_names_that_are_no_rows_are_not_told() -> None:
    random = Random(1)
    row = RowName(0, 1, 63)
    sides = two_sides(96, [row], [], 0, random)
    assert decode_difference(*sides, ROWS).left == (row,)
    for fewer in [(TableRows(0, (4096, 63, 1000)),), (TableRows(0, (4096,)),), ()]:
        assert decode_difference(*sides, fewer) == Decoded((), (), False)


def test_a_forged_sketch_comes_to_an_end() -> None:
    """A row in one cell only is taken out of its other two, where it then stands for ever."""
    digest, row = 0, RowName(0, 0, 5)
    whole, forged = empty(96), empty(96)
    whole.add(row.packed(), digest)
    forged.counts[0], forged.marks[0] = 1, mix(row.packed() ^ digest)
    assert decode_difference(whole, empty(96), ROWS) == Decoded((row,), (), True)
    found = decode_difference(forged, empty(96), ROWS)
    assert not found.whole
    assert len(found.left) + len(found.right) <= 96


@given(st.integers(0, 40), st.integers(0, 2**32))
def test_bytes_lead_back_to_the_same_sketch(rows: int, seed: int) -> None:
    random = Random(seed)
    one, _ = two_sides(96, some_rows(rows, random), [], 0, random)
    data = one.encode()
    assert len(data) == sketch_bytes(96) == 1732
    assert decode_sketch(data, 96) == one


@pytest.mark.parametrize(
    ("data", "cells"),
    [
        (b"", 96),
        (empty(96).encode()[:-1], 96),
        (empty(96).encode() + b"\0", 96),
        (empty(96).encode(), 93),
        (struct.pack("<I", 93) + bytes(96 * 18), 96),
        (struct.pack("<I", 97) + bytes(97 * 18), 97),
    ],
)
def test_other_bytes_are_refused(data: bytes, cells: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        decode_sketch(data, cells)
    assert decode_sketch(empty(96).encode(), 96) == empty(96)


def test_cells_are_thirds_within_bounds() -> None:
    for cells in (3, 96, CELLS_MAX):
        check_cells(cells)
    for cells in (-3, 0, 1, 2, 4, 97, CELLS_MAX + 3):
        with pytest.raises(ValueError, match="multiple of 3"):
            check_cells(cells)


@settings(max_examples=50, deadline=None)
@given(states(), states())
def test_changed_rows_are_those_that_a_plain_look_finds(before: State, after: State) -> None:
    rows_before = {universe.id: universe.tables for universe in before.universes}
    changes = changes_between(SCHEMA, before, after)
    assert [universe.id for universe in changes.universes] == [u.id for u in after.universes]
    for universe, found in zip(after.universes, changes.universes, strict=True):
        old_tables = rows_before.get(universe.id)
        for at, (table, changed) in enumerate(zip(universe.tables, found.tables, strict=True)):
            widths = [column.width for column in SCHEMA.tables[at].columns]
            now = rows_of(table.columns, widths, table.rows)
            old = old_tables[at] if old_tables else None
            then = rows_of(old.columns, widths, old.rows) if old else []
            slots = [s for s, row in enumerate(now) if s >= len(then) or row != then[s]]
            assert list(struct.unpack(f"<{changed.count}I", changed.slots)) == slots
            assert rows_of(changed.columns, widths, changed.count) == [now[s] for s in slots]


def rows_of(columns: tuple[object, ...], widths: list[int], rows: int) -> list[list[bytes]]:
    """Cut payloads into rows of values."""
    payloads = [bytes(column) for column in columns]  # type: ignore[call-overload]
    return [
        [p[slot * w : (slot + 1) * w] for p, w in zip(payloads, widths, strict=True)]
        for slot in range(rows)
    ]


def plain_sketch(state: State, slots: dict[tuple[int, int], list[int]], cells: int) -> bytes:
    """Make a sketch straight from the words of the page."""
    counts, marks, digests = [0] * cells, [0] * cells, [0] * cells
    for (ordinal, at), changed in slots.items():
        universe, table = state.universes[ordinal], SCHEMA.tables[at]
        named = struct.pack("<I", len(table.name)) + table.name.encode()
        key = blake3(named, derive_key_context="vr-verify 2026-11 sketch row v1").digest()
        for slot in changed:
            row = struct.pack("<II", universe.id, slot)
            for column, payload in zip(table.columns, universe.tables[at].columns, strict=True):
                row += bytes(payload)[slot * column.width : (slot + 1) * column.width]
            row += bytes(-len(row) % 64)
            digest = int.from_bytes(blake3(row, key=key).digest()[:8], "little")
            mark = ordinal * 2**48 + at * 2**32 + slot ^ digest
            mark = (mark ^ mark >> 30) * 0xBF58476D1CE4E5B9 % 2**64
            mark = (mark ^ mark >> 27) * 0x94D049BB133111EB % 2**64
            for j in range(3):
                cell = j * cells // 3 + ((digest >> 21 * j) % 2**21 * (cells // 3) >> 21)
                counts[cell] += 1
                marks[cell] ^= mark ^ mark >> 31
                digests[cell] ^= digest
    return struct.pack(f"<I{cells}H{2 * cells}Q", cells, *counts, *marks, *digests)


def test_a_turn_is_sketched_as_the_page_says() -> None:
    before = small_state(3, units=5, places=3)
    tables = [[bytes(c) for c in table.columns] for table in before.universes[0].tables]
    tables[0][2] = tables[0][2][:8] + b"\7" + tables[0][2][9:]
    tables[1] = [tables[1][0] + b"new", tables[1][1] + b"\1"]
    after = state_of(SCHEMA, 4, tables)
    slots = {(0, 0): [1], (0, 1): [3]}
    assert sketch_of(before, after).encode() == plain_sketch(after, slots, 96)
    assert sketch_of(before, before) == empty(96)
    whole = {(0, 0): list(range(5)), (0, 1): list(range(4))}
    from_nothing = sketch_of(State(3, ()), after, cells=6)
    assert from_nothing.encode() == plain_sketch(after, whole, 6)


def test_two_states_of_one_start_are_named_by_their_sketches() -> None:
    before = small_state(3, units=40)
    moved = small_state(4, units=40).universes[0]
    tables = [[bytes(payload) for payload in table.columns] for table in moved.tables]
    left = state_of(SCHEMA, 4, tables)
    tables[0] = [*tables[0]]
    tables[0][2] = tables[0][2][:136] + b"\7" + tables[0][2][137:]
    right = state_of(SCHEMA, 4, tables)
    rows = (TableRows(0, (40, 3)),)
    found = decode_difference(sketch_of(before, left), sketch_of(before, right), rows)
    name = (RowName(0, 0, 17),)
    assert found == Decoded(name, name, True)
    clean = decode_difference(sketch_of(before, left), sketch_of(before, left), rows)
    assert clean == Decoded((), (), True)


def overfull(cells: int, random: Random) -> tuple[Decoded, set[RowName]]:
    """Decode more rows than fit, of either side or both; return what is named, and what differs."""
    rows = some_rows(random.randrange(cells, 2 * cells), random)
    left = rows[: random.randrange(len(rows))]
    right = rows[random.randrange(len(left) + 1) :]
    found = decode_difference(*two_sides(cells, left, right, 0, random), ROWS)
    return found, {*left, *right}


@pytest.mark.slow
@pytest.mark.parametrize(("cells", "trials"), OVERFULL)
def test_an_overfull_sketch_names_no_wrong_row(cells: int, trials: int) -> None:
    random, named = Random(cells), 0
    for _ in range(trials):
        found, differing = overfull(cells, random)
        names = {*found.left, *found.right}
        assert names <= differing
        assert not found.whole or names == differing
        named += len(names)
    assert named > 0


def decoded_share(cells: int, rows: int, both: bool, random: Random) -> float:
    """Return how often all rows are named."""
    done = 0
    for _ in range(TABLE_TRIALS):
        drawn = some_rows(rows, random)
        sides = two_sides(cells, drawn, drawn if both else [], 0, random)
        done += decode_difference(*sides, ROWS).whole
    return done / TABLE_TRIALS


@pytest.mark.slow
@pytest.mark.prints
def test_how_many_rows_are_named() -> None:
    counts = (1, 2, 4, 8, 16, 32, 64)
    print("share of differences named whole, by differing rows\n")
    print("cells  changed by  " + "".join(f"{count:>8}" for count in counts))
    for cells in (96, 384):
        for both, said in ((False, "one side"), (True, "both")):
            random = Random(cells)
            shares = [decoded_share(cells, count, both, random) for count in counts]
            print(f"{cells:>5}  {said:<10}  " + "".join(f"{share:>8.4f}" for share in shares))
            assert shares[3] >= 0.98
