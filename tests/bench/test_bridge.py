"""What the bridge rows measure does what it says; no timing."""

import json
import struct
from pathlib import Path

import pytest

from tests.bench import bridge
from void_reckoning_rust import CommandError, Engine, _native, call
from void_reckoning_scenarios.resolve import resolve

NONE = 2**32 - 1


def packed(*slots: int) -> bytes:
    return struct.pack(f"<{len(slots)}I", *slots)


def values(engine: Engine, table: str, column: str, rows: int) -> list[int]:
    return list(struct.unpack(f"<{rows}I", engine.values(0, table, column, 0, rows)))


def test_a_batch_of_routes_is_the_rule_applied_to_each_request() -> None:
    engine = Engine()
    started = engine.init(resolve("small", None)[0])
    names = [table["name"] for table in json.loads(started["schema"])["tables"]]
    rows = dict(zip(names, started["universes"][0]["rows"], strict=True))
    systems, lanes = rows["system"], rows["lane"]
    assert systems == bridge._systems(started)
    ends = (values(engine, "lane", name, lanes) for name in ("a", "b", "weight"))
    adjacency = call("pathfinding/route.adjacency", [systems, list(zip(*ends, strict=True))])
    wanted = [(a, b) for a in range(systems) for b in range(systems)]
    found = engine.routes(0, packed(*(slot for pair in wanted for slot in pair)))
    expected = []
    for start, target in wanted:
        to_target = call("pathfinding/route.distances", [adjacency, target])
        expected.append(call("pathfinding/route.next_hop", [adjacency, to_target, start]))
    assert found == packed(*expected)
    assert set(expected) > {NONE}
    assert engine.routes(0, bytearray(packed(1, 0))) == packed(expected[systems])
    assert engine.routes(0, b"") == b""


def test_requests_that_are_none_are_refused() -> None:
    engine = Engine()
    with pytest.raises(CommandError, match="init comes before"):
        engine.routes(0, b"")
    systems = bridge._systems(engine.init(resolve("small", None)[0]))
    with pytest.raises(CommandError, match="expected 8 bytes each, found 7"):
        engine.routes(0, b"1234567")
    for universe, slot in ((1, 0), (0, systems)):
        with pytest.raises(CommandError, match="or a slot beyond its systems"):
            engine.routes(universe, packed(slot, 0))


def test_asking_for_routes_changes_no_digest() -> None:
    asking, silent = Engine(), Engine()
    scenario, _ = resolve("small", None)
    digests = []
    for engine in (asking, silent):
        engine.init(scenario)
        found = []
        while len(found) < 3:
            if engine is asking:
                engine.routes(0, packed(0, 1, 1, 0))
            found.append(engine.step(b"[]").get("state_digest"))
            found = [digest for digest in found if digest]
        digests.append(found)
    assert digests[0] == digests[1]


def test_numbers_are_those_of_splitmix64() -> None:
    assert hex(bridge.mixed(0, 2)[0]) == "0xe220a8397b1dcdaf"
    assert len(bridge.requests(7)) == 8 * bridge.REQUESTS


def test_the_extension_in_c_is_built_or_the_reason_is_told(tmp_path: Path) -> None:
    with pytest.raises(bridge.NotBuiltError, match="no C compiler here: no-such-compiler"):
        bridge.build_nothing(tmp_path, "no-such-compiler")
    try:
        in_c = bridge.build_nothing(tmp_path)
    except bridge.NotBuiltError as missing:
        pytest.skip(str(missing))
    assert in_c() is None
    assert _native.nothing() is None
