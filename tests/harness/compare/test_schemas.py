"""The common part of two schemas, and all that differs by name."""

from typing import Any

import pytest

from tests.harness.canonical.examples import ENTITY, column, schema_of, state_of
from vr_verify.canonical.state import State
from vr_verify.compare.schemas import common_part

HP = column("hp", "i32")
HOME = column("home", "u8")
MARK = column("mark", "u8")


def differences(left: Any, right: Any) -> list[tuple[str, str, str, str]]:
    found = common_part(schema_of(**left), schema_of(**right)).differences
    return [(row.place, row.what, row.left, row.right) for row in found]


def test_equal_schemas_differ_in_nothing_and_have_all_in_common() -> None:
    schema = schema_of(unit=[*ENTITY, HP], place=[MARK])
    common = common_part(schema, schema)
    assert common.differences == ()
    assert common.columns == 4
    assert common.schema.tables == schema.tables


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([HP], [HP, HOME], ("unit.home", "column", "missing", "there")),
        ([HP, HOME], [HP], ("unit.home", "column", "there", "missing")),
        ([HP], [column("hp", "i64")], ("unit.hp", "type", "i32", "i64")),
        ([HP], [column("hp", "i32", 4)], ("unit.hp", "scale", "1", "4")),
        ([HP], [HP | {"unit": "hull"}], ("unit.hp", "unit", "count", "hull")),
        ([HP], [HP | {"max": "9"}], ("unit.hp", "maximum", "2147483647", "9")),
        ([HOME], [column("home", "u8", refers="unit")], ("unit.home", "refers", "none", "unit")),
        ([HP, HOME], [HOME, HP], ("unit", "order", '["hp","home"]', '["home","hp"]')),
        ([HP], [*ENTITY, HP], ("unit", "kind", "plain rows", "entities")),
    ],
)
def test_what_differs_is_named(left: Any, right: Any, expected: tuple[str, ...]) -> None:
    assert expected in differences({"unit": left}, {"unit": right})
    assert differences({"unit": left}, {"unit": left}) == []


def test_tables_of_one_side_are_named_in_a_fixed_order() -> None:
    found = differences({"b": [HP], "a": [HP]}, {"d": [HP], "a": [HP], "c": [HP]})
    assert found == [
        ("b", "table", "there", "missing"),
        ("d", "table", "missing", "there"),
        ("c", "table", "missing", "there"),
    ]


def test_columns_of_another_meaning_are_not_compared() -> None:
    left = schema_of(unit=[HP, HOME, MARK])
    right = schema_of(unit=[column("hp", "i32", 4), column("home", "u16"), MARK])
    common = common_part(left, right)
    assert [c.name for c in common.schema.table("unit").columns] == ["mark"]
    assert common_part(left, schema_of(unit=[column("hp", "u8")])).schema.tables == ()


def test_states_are_cut_down_to_the_same_columns_in_the_same_order() -> None:
    left = schema_of(gone=[MARK], unit=[HP, HOME, MARK], place=[HOME])
    right = schema_of(place=[HOME], unit=[MARK, HP, column("new", "u8")])
    common = common_part(left, right)
    hp = (7).to_bytes(4, "little") * 2
    mine = state_of(left, 3, [[b"\5"], [hp, b"\1\2", b"\3\4"], [b"\6"]])
    theirs = state_of(right, 3, [[b"\6"], [b"\3\4", hp, b"\0\0"]])
    cut = common.left.state(mine)
    assert cut == common.right.state(theirs)
    assert [table.columns for table in cut.universes[0].tables] == [(hp, b"\3\4"), (b"\6",)]
    other = state_of(right, 3, [[b"\6"], [b"\3\5", hp, b"\0\0"]])
    assert isinstance(common.right.state(other), State)
    assert cut != common.right.state(other)
