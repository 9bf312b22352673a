"""The state as bytes: the schema's text, packing, ranges, the digest's memory, slots."""

import json
from dataclasses import fields

import pytest

from tests.reference.support_scenario import encoded, running, tiny
from void_reckoning_reference import world as rows
from void_reckoning_reference.scenario import parse_scenario
from void_reckoning_reference.schema import SCHEMA_TEXT, TABLES
from void_reckoning_reference.shared.codec import decode_json, encode_json
from void_reckoning_reference.shared.fx import ONE
from void_reckoning_reference.shared.ids import NONE
from void_reckoning_reference.state import Place, State, first_out_of_range


def made() -> State:
    """Make the state of the tiny scenario."""
    scenario = parse_scenario(encoded(tiny()))
    return State(scenario.digest, scenario.worlds)


def test_the_schema_is_canonical_and_says_what_state_md_says() -> None:
    schema = json.loads(SCHEMA_TEXT)
    assert encode_json(decode_json(SCHEMA_TEXT)).encode() == SCHEMA_TEXT
    assert [table["name"] for table in schema["tables"]] == list(TABLES)
    columns = {table["name"]: table["columns"] for table in schema["tables"]}
    assert [column["name"] for column in columns["unit"]] == [
        "generation",
        "alive",
        "fleet",
        "owner",
        "design",
        "hp",
        "shield",
        "kills",
    ]
    assert columns["unit"][5] == {
        "max": "4503599627370496",
        "min": "0",
        "name": "hp",
        "scale": "4294967296",
        "type": "i64",
        "unit": "hull",
    }
    assert columns["fleet"][4]["refers"] == "system"
    assert columns["account"][4]["min"] == "-9007199254740992"


@pytest.mark.parametrize("table", list(TABLES))
def test_rows_have_the_columns_in_order(table: str) -> None:
    row = getattr(rows, table.capitalize())
    assert [field.name for field in fields(row)] == [column.attribute for column in TABLES[table]]
    assert all(not getattr(row(), field.name) for field in fields(row))


def test_packing_goes_there_and_back() -> None:
    state = made()
    packed = state.pack()
    assert packed[0, "planet"][4] == b"".join(
        owner.to_bytes(4, "little") for owner in (0, NONE, NONE, 1)
    )
    digest = state.digest(0, packed)
    state.worlds[0].units[1].hp = 1
    assert state.pack() != packed
    assert state.digest(0, state.pack()) != digest
    state.unpack(packed)
    assert state.pack() == packed
    assert state.worlds[0].units[1].hp == 10 * ONE


def test_remembered_digests_are_those_of_a_fresh_state() -> None:
    state = made()
    state.digest(0, state.pack())
    state.worlds[0].units.append(rows.Unit())
    state.worlds[0].accounts[0].balance = -3
    fresh = made()
    fresh.worlds[0].units.append(rows.Unit())
    fresh.worlds[0].accounts[0].balance = -3
    assert state.digest(4, state.pack()) == fresh.digest(4, fresh.pack())
    assert state.digest(4, state.pack()) != state.digest(5, state.pack())


def test_the_first_value_out_of_range_is_by_table_then_slot_then_column() -> None:
    world = running().world
    written = {"fleet": TABLES["fleet"], "unit": TABLES["unit"]}
    assert first_out_of_range([world], written) is None
    world.units[2].hp = -1
    world.units[1].kills = 10**9 + 1
    world.units[1].shield = (1 << 52) + 1
    assert first_out_of_range([world], written) == Place(0, "unit", 1, "shield")
    world.fleets[1].progress = 1001
    assert first_out_of_range([world], written) == Place(0, "fleet", 1, "progress")
    assert first_out_of_range([world], {"unit": TABLES["unit"][5:6]}) == Place(0, "unit", 2, "hp")


def test_a_new_row_takes_the_lowest_dead_slot_and_its_generation() -> None:
    units = [rows.Unit(1, True), rows.Unit(5), rows.Unit(6)]
    assert rows.create(units, rows.Unit(hp=3)) == 1
    assert units[1] == rows.Unit(5, True, hp=3)
    assert [rows.create(units, rows.Unit()), rows.create(units, rows.Unit())] == [2, 3]
    assert units[3] == rows.Unit(0, True)
    rows.free(units, 1, rows.Unit())
    assert units[1] == rows.Unit(6)
    with pytest.raises(AssertionError, match="free already"):
        rows.free(units, 1, rows.Unit())
