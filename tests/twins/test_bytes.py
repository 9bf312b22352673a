"""State, ledger, events and archives in bytes: Rust, reference and harness agree on each turn."""

import pytest
from blake3 import blake3

from tests.twins.pair import Pair, small
from void_reckoning_scenarios.resolve import resolve
from vr_verify.canonical import archive, events, json_text, ledger, tree
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.canonical.state import State, Universe, check_state


def harness_state(pair: Pair, schema: Schema, turn: int) -> State:
    """Read the snapshot, which is the same of both engines, with the harness's own reader."""
    tables = []
    names = [table.name for table in schema.tables]
    for universe, name, data in pair.same("snapshot"):
        assert universe == 0
        table = archive.decode_archive(data, schema, names.index(name))
        assert archive.encode_archive(schema.digest, table.rows, table.columns) == bytes(data)
        for column, payload in zip(schema.tables[len(tables)].columns, table.columns, strict=True):
            found = pair.same("values", 0, name, column.name, 0, table.rows)
            assert bytes(found) == bytes(payload)
        tables.append(table)
    return State(turn, (Universe(0, tuple(tables)),))


@pytest.mark.parametrize(("name", "turns"), [("small", 20), ("medium", 4)])
def test_three_implementations_give_one_digest(name: str, turns: int) -> None:
    scenario = resolve(name, None)[0]
    assert json_text.encode(json_text.decode(scenario)) == scenario
    pair = Pair(scenario)
    schema = parse_schema(pair.first["schema"])
    assert json_text.encode(json_text.decode(schema.text)) == pair.first["schema"]
    answer = pair.first
    for turn in range(turns + 1):
        state = harness_state(pair, schema, turn)
        check_state(schema, state)
        root = tree.state_digest(schema, blake3(scenario).digest(), state)
        assert answer["state_digest"] == root.hex()
        drawn, told = bytes(pair.same("draws")), bytes(pair.same("events"))
        assert ledger.encode_ledger(ledger.decode_ledger(drawn)) == drawn
        assert events.encode_events(events.decode_events(told)) == told
        assert answer["ledger_digest"] == ledger.ledger_digest(turn, drawn).hex()
        assert answer["events_digest"] == events.events_digest(turn, told).hex()
        answer = pair.turn()


def test_a_wrong_digest_would_be_found() -> None:
    scenario = small()
    pair = Pair(scenario)
    schema = parse_schema(pair.first["schema"])
    state = harness_state(pair, schema, 0)
    digest = blake3(scenario).digest()
    assert tree.state_digest(schema, digest, state).hex() == pair.first["state_digest"]
    late = State(1, state.universes)
    assert tree.state_digest(schema, digest, late).hex() != pair.first["state_digest"]
