"""`inspect` on real logs, written here without any engine; and everything that is no log."""

import struct
from pathlib import Path

import pytest

import vr_verify
from tests.cli.program import one_document, run
from vr_verify.canonical import json_text
from vr_verify.canonical.schema import Schema, parse_schema
from vr_verify.canonical.state import State, TableData, Universe
from vr_verify.canonical.tree import state_digest
from vr_verify.errors import BadLogError, MissingFileError
from vr_verify.model.run import Digests, Halt, StepSpec
from vr_verify.report.documents import Inspection
from vr_verify.runlog.records import LogHeader
from vr_verify.runlog.writer import RunLogWriter

SCALE = 2**32


def column(
    name: str, kind: str, maximum: int, scale: int = 1, unit: str = "count"
) -> dict[str, str]:
    """Describe a column."""
    limits = {"max": str(maximum), "min": "0"}
    return {"name": name, "scale": str(scale), "type": kind, "unit": unit} | limits


def schema() -> Schema:
    """Make units with hit points, and lanes, which are no entities."""
    unit = [column("generation", "u32", 2**32 - 1), column("alive", "bool", 1)]
    unit.append(column("hp", "i64", 100 * SCALE, SCALE, "hit points"))
    lane = [column("length", "u16", 9)]
    tables = [
        {"columns": unit, "entity": True, "name": "unit"},
        {"columns": lane, "entity": False, "name": "lane"},
    ]
    return parse_schema(json_text.encode({"format": "vr-schema/1", "tables": tables}))


def state(turn: int) -> State:
    """Make a state of three unit slots, the second one free, and two lanes."""
    hp = (25 * SCALE // 2 - turn, 0, SCALE)
    unit = TableData(3, (struct.pack("<3I", 2, 5, 1), b"\x01\x00\x01", struct.pack("<3q", *hp)))
    lane = TableData(2, (struct.pack("<2H", 4, 7),))
    return State(turn, (Universe(0, (unit, lane)),))


HEADER = LogHeader(
    engine="toy",
    build="toy:" + "ab" * 32,
    rules_version="7",
    scenario=json_text.encode({"seed": "1"}),
    schema=schema(),
    steps=(StepSpec("open", ("orders",)), StepSpec("close", ("upkeep",))),
    first_turn=0,
    environment={"system": "Linux"},
)


def write(path: Path, halt: Halt | None = None, finish: bool = True) -> Path:
    """Write a log of turns 0 to 2, then perhaps a halted turn 3."""
    with RunLogWriter(path, HEADER) as log:
        for turn in range(3):
            now = state(turn)
            digests = Digests(state_digest(HEADER.schema, HEADER.scenario_digest, now))
            if turn == 0:
                log.write_first(now, digests)
            else:
                log.write_turn(turn, (({"kind": "wait"},), ()), now, digests)
        if halt is not None:
            log.write_turn(3, ((), ()), None, Digests(), halt)
        if finish:
            log.finish()
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A complete log."""
    return write(tmp_path / "run.log")


def test_the_header_and_the_turns(log: Path) -> None:
    result = run("inspect", str(log))
    assert result.exit_code == 0
    assert result.stdout.startswith("run.log: 3 states of toy, complete\n")
    assert str(log.parent) not in result.stdout
    document = one_document(run("inspect", str(log), "--json").stdout)
    assert document["log"] == {
        "path": "run.log",
        "turns": 3,
        "last_turn": 2,
        "bytes": log.stat().st_size,
    }
    assert [row["commands"] for row in document["turn_table"]] == [0, 1, 1]
    digests = [row["state_digest"] for row in document["turn_table"]]
    wanted = state_digest(HEADER.schema, HEADER.scenario_digest, state(1)).hex()
    assert digests[1] == wanted
    assert len(set(digests)) == 3
    assert document["scenario_digest"] == HEADER.scenario_digest.hex()
    assert "tables" not in document


def test_a_turns_tables(log: Path) -> None:
    document = one_document(run("inspect", str(log), "--turn", "1", "--json").stdout)
    assert document["tables"] == [
        {"universe": 0, "table": "unit", "rows": 3, "live": 2, "columns": 3},
        {"universe": 0, "table": "lane", "rows": 2, "live": None, "columns": 1},
    ]


def test_a_tables_rows_are_those_that_live(log: Path) -> None:
    units = one_document(run("inspect", str(log), "--table", "unit", "--json").stdout)
    assert units["turn"] == 2, "the last turn, where none is named"
    assert [row["entity"] for row in units["entities"]] == ["0/unit/0:2", "0/unit/2:1"]
    lanes = one_document(run("inspect", str(log), "--table", "lane", "--json").stdout)
    assert [row["entity"] for row in lanes["entities"]] == ["0/lane/0", "0/lane/1"]
    assert lanes["entities"][1]["cells"] == [
        {"column": "length", "value": "7", "raw": "7", "unit": "count"}
    ]


def test_one_entity_with_units(log: Path) -> None:
    result = run("inspect", str(log), "--turn", "0", "--entity", "0/unit/0:2")
    assert "0/unit/0:2 at turn 0" in result.stdout
    line = next(line for line in result.stdout.splitlines() if line.startswith("  hp"))
    assert line.split() == ["hp", "12.5", "hit", "points", "53687091200"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--turn", "9"], "run.log has no turn 9; it holds turns 0 to 2"),
        (["--table", "ship"], "no table 'ship'; there are unit, lane"),
        (["--entity", "0/ship/1:1"], "no table 'ship'; there are unit, lane"),
        (["--entity", "unit 1"], "expected an entity as universe/table/slot:generation"),
        (["--entity", "0/unit/0:3"], "no 0/unit/0:3 at turn 2: its slot holds 0/unit/0:2"),
        (["--entity", "0/unit/1:5"], "no 0/unit/1:5 at turn 2: its slot is free"),
        (["--entity", "0/unit/3:1"], "no 0/unit/3:1 at turn 2: unit has 3 rows"),
        (["--entity", "4/unit/0:2"], "no 4/unit/0:2 at turn 2: there is no universe 4"),
    ],
)
def test_what_the_log_does_not_hold_is_a_usage_error(
    words: list[str], message: str, log: Path
) -> None:
    result = run("inspect", str(log), *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in " ".join(result.stderr.split())


def test_a_halted_run_is_told_and_its_last_turn_has_no_state(tmp_path: Path) -> None:
    path = write(tmp_path / "run.log", Halt("overflow", 1, "upkeep", 0, "unit", 2, "hp"))
    document = one_document(run("inspect", str(path), "--json").stdout)
    assert document["halted"] == {
        "turn": 3,
        "error": "overflow",
        "step": "close",
        "phase": "upkeep",
        "universe": 0,
        "table": "unit",
        "slot": 2,
        "column": "hp",
    }
    assert "overflow" in run("inspect", str(path)).stdout
    refused = run("inspect", str(path), "--turn", "3")
    assert refused.exit_code == 2
    assert "turn 3 halted and was undone; see turn 2" in refused.stderr
    assert run("inspect", str(path), "--table", "unit").exit_code == 0


def test_a_cut_log_is_read_up_to_its_last_sealed_turn(log: Path, tmp_path: Path) -> None:
    cut = write(tmp_path / "cut.log", finish=False)
    document = one_document(run("inspect", str(cut), "--json").stdout)
    assert (document["complete"], document["log"]["last_turn"]) == (False, 2)
    assert "cut in mid-write" in run("inspect", str(cut)).stdout
    shorter = tmp_path / "shorter.log"
    shorter.write_bytes(cut.read_bytes()[:-1])
    document = one_document(run("inspect", str(shorter), "--json").stdout)
    assert (document["complete"], document["log"]["last_turn"]) == (False, 1)
    assert one_document(run("inspect", str(log), "--json").stdout)["complete"] is True


def test_what_is_no_log_is_3_with_offset_expected_and_found(log: Path, tmp_path: Path) -> None:
    data = log.read_bytes()
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    spoilt = {"empty": b"", "magic": b"\0" + data[1:], "text": b"a" * 400, "flipped": flipped}
    for name, content in spoilt.items():
        path = tmp_path / name
        path.write_bytes(content)
        result = run("inspect", str(path), "--json")
        assert result.exit_code == 3, name
        document = one_document(result.stdout)
        assert document["outcome"] == "bad_log"
        for word in ("at byte", "expected", "found"):
            assert word in document["message"], name
        assert "Traceback" not in result.stderr
    assert run("inspect", str(log)).exit_code == 0


def test_the_verb_is_a_typed_python_function(log: Path, tmp_path: Path) -> None:
    document = vr_verify.inspect(log, turn=1)
    assert isinstance(document, Inspection)
    assert document.turn == 1
    with pytest.raises(MissingFileError, match="there is no such file"):
        vr_verify.inspect(tmp_path / "none.log")
    with pytest.raises(MissingFileError, match="is a directory, not a log"):
        vr_verify.inspect(tmp_path)
    empty = tmp_path / "empty.log"
    empty.write_bytes(b"")
    with pytest.raises(BadLogError):
        vr_verify.inspect(empty)
    with pytest.raises(AttributeError, match="no attribute 'play'"):
        vr_verify.play  # noqa: B018 - the access is what is tested
