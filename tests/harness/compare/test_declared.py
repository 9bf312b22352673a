"""Declared differences: the file, refused by name, and which values a declaration accepts."""

import struct
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.harness.canonical.examples import ENTITY, column, schema_of, state_of
from vr_verify.canonical import tree
from vr_verify.canonical.state import State, Universe
from vr_verify.compare.declared import Covered, Waiver, cover, distance_text, weigh
from vr_verify.compare.declared_file import (
    COUNT_MAX_MOST,
    ENTRIES_MAX,
    TEXT_BYTES_MAX,
    Declaration,
    parse,
)
from vr_verify.compare.states import HashedState, Place, difference
from vr_verify.errors import UsageError

SIDES = ("rust", "python", "recorded")
GOOD = 'path = "unit.hp"\nreason = "r"\nexpiry = 2030-01-31\ncount_max = 12\n'
SCHEMA = schema_of(
    unit=[
        *ENTITY,
        column("hp", "i64", 4),
        column("home", "u32", refers="unit"),
        column("luck", "f64"),
    ],
    mark=[column("tag", "bytes3")],
)
NAN, OTHER_NAN = 0x7FF8000000000000, 0x7FF8000000000001


def parsed(text: str) -> tuple[Declaration, ...]:
    """Parse a file's text."""
    return parse(text.encode(), "d.toml")


def covered(path: str, **more: Any) -> Covered:
    """Cover one column."""
    declaration = Declaration(path, "r", date(2030, 1, 1), 9, **more)
    return cover([declaration], SCHEMA, SIDES, "d.toml")[0]


def hashed(
    hp: list[int], luck: list[int] | None = None, tags: bytes = b"", universe: int = 0
) -> HashedState:
    """Make a hashed state of one universe; `luck` are the bits of floats."""
    rows = len(hp)
    columns = [
        (7).to_bytes(4, "little") * rows,
        b"\1" * rows,
        b"".join(value.to_bytes(8, "little", signed=True) for value in hp),
        bytes(4 * rows),
        b"".join(value.to_bytes(8, "little") for value in luck or [0] * rows),
    ]
    made = state_of(SCHEMA, 3, [columns, [tags]])
    made = State(made.turn, (Universe(universe, made.universes[0].tables),))
    return HashedState(made, tree.build_state(SCHEMA, bytes(32), made))


def bits(value: float) -> int:
    """Return the raw bits of a float."""
    return int.from_bytes(struct.pack("<d", value), "little")


def test_a_file_is_read_with_all_its_keys() -> None:
    least, full = parsed(
        f'[[difference]]\n{GOOD}[[difference]]\npath = "3/unit.hp"\nreason = "why"\n'
        'expiry = "2031-12-01"\ncount_max = 1\nsides = ["rust"]\nturns = "5:10"\n'
        'tolerance = 0.1\nissue = "12"\n'
    )
    assert least == Declaration("unit.hp", "r", date(2030, 1, 31), 12)
    assert least.covers(0)
    assert full == Declaration(
        "3/unit.hp",
        "why",
        date(2031, 12, 1),
        1,
        ("rust",),
        (5, 10),
        Fraction(1, 10),  # exactly, which no float is
        "0.1",
        "12",
    )
    assert [full.covers(turn) for turn in (4, 5, 10, 11)] == [False, True, True, False]
    assert parsed("") == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("path = 7", "path: expected a text that is not empty, found 7"),
        ('path = " "', "path: expected a text"),
        ('path = "events"', r"path: expected a column of the state \(draws and events are"),
        ('path = "draws:combat"', "path: expected a column of the state"),
        ('reason = ""', "reason: expected a text that is not empty"),
        ("reason = 1.5", "reason: expected a text that is not empty, found '1.5'"),
        ('expiry = "soon"', "expiry: expected a date as in 2030-01-31, found 'soon'"),
        ('expiry = "20300131"', "expiry: expected a date as"),
        ('expiry = "2030-02-31"', "expiry: expected a date that there is"),
        ("expiry = 2030-01-31T10:00:00", "expiry: expected a date as"),
        ("expiry = 2030-13-01", "expected TOML, found"),
        ("count_max = 0", "count_max: expected a whole number from 1"),
        ("count_max = true", "count_max: expected a whole number from 1"),
        ("count_max = 1.0", "count_max: expected a whole number from 1 .* found '1.0'"),
        (f"count_max = {COUNT_MAX_MOST + 1}", "count_max: expected a whole number"),
        (f"count_max = {'9' * 5000}", "expected TOML, found"),
        ("sides = []", "sides: expected a list of sides, each once"),
        ('sides = ["rust", "rust"]', "sides: expected a list of sides"),
        ("sides = [1]", "sides: expected a list of sides"),
        ('sides = "rust"', "sides: expected a list of sides"),
        ('turns = "9:5"', "turns: expected the first turn not to come after the last"),
        ('turns = "5"', "turns: expected two turns as in"),
        ('turns = "5:18446744073709551616"', "turns: expected"),
        ('turns = "\\u0665:\\u0666"', "turns: expected two turns"),
        ("tolerance = -1", "tolerance: expected a decimal that is not negative"),
        ("tolerance = inf", "tolerance: expected a decimal"),
        ("tolerance = 1e400000000", "tolerance: expected a decimal"),
        ('tolerance = "1/3"', "tolerance: expected a decimal"),
        ("tolerance = false", "tolerance: expected a decimal"),
        ('issue = ""', "issue: expected a text that is not empty"),
        ("count_maximum = 3", "unknown key 'count_maximum'; known: path, reason"),
        ('"*" = 1', r"unknown key '\*'"),
    ],
)
def test_each_wrong_value_is_refused_by_file_entry_and_key(line: str, said: str) -> None:
    key = line.partition(" ")[0]
    kept = [good for good in GOOD.splitlines() if good.partition(" ")[0] != key]
    assert len(parsed(f"[[difference]]\n{GOOD}")) == 1
    with pytest.raises(UsageError, match=rf"^d\.toml: .*{said}") as error:
        parsed("\n".join(["[[difference]]", *kept, line]))
    if "TOML" not in said:
        assert error.value.message.startswith("d.toml: difference 1")


@pytest.mark.parametrize("key", ["path", "reason", "expiry", "count_max"])
def test_each_needed_key_is_missed_by_name(key: str) -> None:
    kept = [line for line in GOOD.splitlines() if line.partition(" ")[0] != key]
    text = "\n".join([f"[[difference]]\n{GOOD}", "[[difference]]", *kept])
    with pytest.raises(UsageError, match=rf"^d\.toml: difference 2: {key} is missing$"):
        parsed(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff\xfe", "expected TOML"),
        (b"[[difference", "expected TOML"),
        (b"[[differences]]\n", r"expected \[\[difference\]\] alone, found the key 'differences'"),
        (b"difference = 3", "expected a list"),
        (b"[difference]\n", "expected a list"),
        (b"difference = [1]", "expected a list"),
        (b"a" + b".a" * 100_000 + b" = 1", "expected at most 32 points in a line, found 100,000"),
        (b"a = " + b"[" * 100_000, "expected TOML"),
        (b"#" * (TEXT_BYTES_MAX + 1), "expected .* found more than 262,144 bytes"),
        (b"[[difference]]\n" * (ENTRIES_MAX + 1), "expected at most 1,000 entries, found 1001"),
        (b"[[difference]]\npath = 'a'\npath = 'b'\n", "expected TOML"),
    ],
)
def test_what_is_no_such_file_is_refused(text: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=rf"^d\.toml: {said}"):
        parse(text, "d.toml")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("ship.hp", "path: the schema has no table 'ship'"),
        ("unit.morale", "path: the schema has no column 'morale' in table 'unit'"),
        ("3/unit.morale", "path: the schema has no column 'morale' in table 'unit'"),
        ("unit.*", r"path: the schema has no column '\*' in table 'unit'"),
        ("*.hp", r"path: the schema has no table '\*'"),
        ("*", 'path: expected "table.column"'),
        ("*/unit.hp", r"path: the schema has no table '\*/unit'"),
        ("unit", 'path: expected "table.column"'),
    ],
)
def test_a_path_that_is_not_in_the_schema_is_refused_by_name(path: str, said: str) -> None:
    assert covered("unit.hp").column == 2
    assert covered("12/unit.hp").universe == 12
    with pytest.raises(UsageError, match=rf"^d\.toml: difference 1, {said}"):
        covered(path)


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        (("unit.hp", None), ("unit.hp", None), True),
        (("unit.hp", None), ("3/unit.hp", None), True),
        (("1/unit.hp", None), ("3/unit.hp", None), False),
        (("unit.hp", None), ("unit.luck", None), False),
        (("unit.hp", (1, 5)), ("unit.hp", (5, 9)), True),
        (("unit.hp", (1, 5)), ("unit.hp", (6, 9)), False),
        (("unit.hp", (6, 9)), ("unit.hp", None), True),
    ],
)
def test_no_value_is_covered_twice(first: Any, second: Any, twice: bool) -> None:
    day = date(2030, 1, 1)
    both = [Declaration(path, "r", day, 1, turns=turns) for path, turns in (first, second)]
    if not twice:
        assert len(cover(both, SCHEMA, SIDES, "d.toml")) == 2
        return
    with pytest.raises(UsageError, match=r"difference 2, path: .* is covered by difference 1"):
        cover(both, SCHEMA, SIDES, "d.toml")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("unit.alive", "of type bool"),
        ("unit.home", "a reference to unit"),
        ("mark.tag", "of type bytes3"),
    ],
)
def test_a_tolerance_is_for_numbers_only(path: str, kind: str) -> None:
    one = Fraction(1)
    assert covered("unit.hp", tolerance=one, tolerance_text="1").declaration.tolerance == 1
    with pytest.raises(UsageError, match=f"tolerance: expected none, since {path} is {kind}"):
        covered(path, tolerance=one, tolerance_text="1")


def test_integers_are_measured_exactly_in_their_unit() -> None:
    sides = {"a": hashed([0, 2**62]), "b": hashed([1, -(2**62)])}
    everything = weigh(SCHEMA, covered("unit.hp"), sides)
    assert everything.places == {Place(0, 0, 2, 0), Place(0, 0, 2, 1)}
    assert everything.largest == 2**63
    hp = SCHEMA.tables[0].columns[2]
    assert distance_text(hp, 2**63) == str(2**61)
    assert distance_text(hp, 1) == "0.25"
    for tolerance, accepted in (("0.25", 1), ("0.2499999999", 0), (str(2**61), 2)):
        exact = Fraction(tolerance)
        entry = covered("unit.hp", tolerance=exact, tolerance_text=tolerance)
        assert len(weigh(SCHEMA, entry, sides).places) == accepted


@pytest.mark.parametrize(
    ("left", "right", "tolerance", "accepted", "largest"),
    [
        (bits(0.0), bits(-0.0), "0", True, "0"),
        (bits(1.0), bits(1.5), "0.5", True, "0.5"),
        (bits(1.0), bits(1.5), "0.4999", False, None),
        (bits(0.1), bits(0.3), "0.2", True, "0.19999999999999998"),
        (bits(0.3), bits(0.1 + 0.2), "0.00000000000000005", False, None),
        (bits(5e-324), bits(0.0), "0", False, None),
        (bits(5e-324), bits(0.0), "1", True, "4.9406564584124654E-324"),
        (bits(float("inf")), bits(1.0), "9" * 40, False, None),
        (NAN, bits(1.0), "9" * 40, False, None),
        (NAN, OTHER_NAN, "9" * 40, False, None),
        (NAN, OTHER_NAN, None, True, "infinite"),
    ],
)
def test_floats_are_measured_by_value_and_what_is_no_number_is_in_no_tolerance(
    left: int, right: int, tolerance: str | None, accepted: bool, largest: str | None
) -> None:
    sides = {"a": hashed([0], [left]), "b": hashed([0], [right])}
    exact = None if tolerance is None else Fraction(tolerance)
    entry = covered("unit.luck", tolerance=exact, tolerance_text=tolerance)
    found = weigh(SCHEMA, entry, sides)
    assert bool(found.places) == accepted
    assert (found.refused is None) == accepted
    luck = SCHEMA.tables[0].columns[4]
    assert (None if found.largest is None else distance_text(luck, found.largest)) == largest


def test_structure_is_never_accepted() -> None:
    waiver = Waiver(SCHEMA, (covered("unit.hp"),))
    same, other = hashed([1, 2]), hashed([9, 2])
    assert waiver.parts({"a": same, "b": other}) is False
    assert waiver.parts({"a": same, "b": hashed([1])}) is True
    assert waiver.parts({"a": hashed([]), "b": hashed([], universe=4)}) is True
    later = HashedState(State(4, same.state.universes), same.tree)
    assert waiver.parts({"a": same, "b": later}) is True
    lone = weigh(SCHEMA, covered("unit.hp"), {"a": same, "b": hashed([9])})
    assert lone.refused == "0/unit/1:7 is not there on all sides"
    assert lone.places == {Place(0, 0, 2, 0)}


def test_sides_that_are_not_named_must_agree() -> None:
    entry = covered("unit.hp", sides=("python",))
    sides = {"rust": hashed([1, 1]), "python": hashed([2, 2]), "recorded": hashed([1, 3])}
    found = weigh(SCHEMA, entry, sides)
    assert found.places == {Place(0, 0, 2, 0)}
    assert found.refused == "0/unit/1:7 differs between sides other than python"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=90),
    st.lists(st.sampled_from([0, bits(1.0), bits(2.0)]), min_size=90, max_size=90),
    st.data(),
)
def test_what_is_declared_and_what_is_left_are_all_that_differs(
    hp: list[int], luck: list[int], data: st.DataObject
) -> None:
    rows = len(hp)
    other_hp = data.draw(st.lists(st.integers(0, 2), min_size=rows, max_size=rows))
    other_luck = data.draw(st.permutations(luck[:rows]))
    sides = {"a": hashed(hp, luck[:rows]), "b": hashed(other_hp, other_luck)}
    waiver = Waiver(SCHEMA, (covered("unit.hp"),))
    left, accepted = waiver.differences(sides), waiver.places(sides)
    assert {place.column for place in accepted} <= {2}
    assert {place.column for place in left.places} <= {4}
    assert accepted.union(left.places) == set(difference(SCHEMA, sides).places)
    assert waiver.parts(sides) == (luck[:rows] != other_luck)
