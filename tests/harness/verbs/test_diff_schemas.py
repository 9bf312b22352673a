"""Old and foreign logs: read, compared on what they have in common, and what differs is named."""

from dataclasses import replace
from pathlib import Path

from tests.harness.canonical.examples import ENTITY, column, schema_of
from tests.harness.session.written_logs import Written, changed, spoiled, state_at
from vr_verify.canonical.schema import Schema
from vr_verify.canonical.state import State
from vr_verify.report.diff_document import LogDiff
from vr_verify.verbs.diff import diff
from vr_verify.verbs.inspect import inspect

NEW = Written()
# The schema of an older release: units had no home, hit points another scale, and lanes are gone.
OLD = Written(
    schema=schema_of(
        lane=[column("length", "u16")],
        place=[column("cell", "u8"), column("mark", "bytes3")],
        unit=[*ENTITY, column("hp", "i64"), column("morale", "u8")],
    ),
    rules_version="0",
)
CHESS = Written(
    schema=schema_of(board=[column("square", "u8"), column("piece", "i8")]),
    engine="chess",
    build="cmd:rm -rf /",
    scenario=b'{"opening":"king"}',
    has=("state",),
)


def compared(folder: Path, left: Written, right: Written) -> LogDiff:
    return diff(left.write(folder / "new.log"), right.write(folder / "old.log"))


def test_what_differs_between_schemas_is_named_and_the_rest_compared(tmp_path: Path) -> None:
    found = compared(tmp_path, NEW, OLD)
    assert found.outcome == "finding"
    assert found.divergence is None, "all common values are equal"
    rows = [(row.place, row.what, row.left, row.right) for row in found.schema_differences]
    assert rows == [
        ("tables", "order", '["unit","place"]', '["place","unit"]'),
        ("unit.hp", "scale", "4294967296", "1"),
        ("unit.home", "column", "there", "missing"),
        ("unit.morale", "column", "missing", "there"),
        ("place", "order", '["mark","cell"]', '["cell","mark"]'),
        ("lane", "table", "missing", "there"),
    ]
    assert (found.compared.tables, found.compared.columns) == (2, 4)
    assert found.compared.values == 9 * 3 * 4
    assert compared(tmp_path, OLD, OLD).schema_differences == ()


def test_a_common_value_that_differs_is_found_across_schemas(tmp_path: Path) -> None:
    def spoil(schema: Schema, turn: int) -> State:
        state = state_at(schema, turn)
        return changed(schema, state, "place", "cell", 2, 99) if turn in (4, 5, 7) else state

    found = compared(tmp_path, NEW, replace(OLD, states=spoil))
    first = found.divergence
    assert first is not None
    assert (first.kind, first.turn, first.entity) == ("state", 4, "0/place/2:0")
    assert first.column == "cell"
    assert first.raw is not None
    assert first.raw["right"] == "99"
    assert found.differing_turns == ("4:5", "7")
    assert found.equal_again_at == (6, 8)
    # What is not common is not compared, and hit points of another scale are not.
    assert compared(tmp_path, spoiled(range(9)), OLD).divergence is None


def test_an_entity_is_named_by_its_generation_across_schemas(tmp_path: Path) -> None:
    wider = schema_of(unit=[*ENTITY, column("armour", "u8"), column("hp", "i64", 2**32)])

    def spoil(schema: Schema, turn: int) -> State:
        state = changed(schema, state_at(schema, turn), "unit", "generation", 1, 6)
        return changed(schema, state, "unit", "hp", 1, 77) if turn == 3 else state

    def aged(schema: Schema, turn: int) -> State:
        return changed(schema, state_at(schema, turn), "unit", "generation", 1, 6)

    mine = replace(NEW, states=aged)
    found = compared(tmp_path, mine, Written(schema=wider, states=spoil))
    assert found.divergence is not None
    assert found.divergence.entity == "0/unit/1:6"


def test_a_foreign_game_has_nothing_in_common(tmp_path: Path) -> None:
    found = compared(tmp_path, NEW, CHESS)
    assert found.outcome == "nothing_compared"
    assert found.message == "The logs have no table column in common."
    assert {row.place for row in found.schema_differences} == {"unit", "place", "board"}
    assert found.compared.turns == 0
    assert compared(tmp_path, CHESS, CHESS).outcome == "agreed"


def test_common_columns_without_a_single_value_prove_nothing(tmp_path: Path) -> None:
    def empty(schema: Schema, turn: int) -> State:
        return state_at(schema, turn, rows=0)

    bare = ("state",)
    mine, old = replace(NEW, states=empty, has=bare), replace(OLD, states=empty, has=bare)
    found = compared(tmp_path, mine, old)
    # The schemas differ, which is said; but nothing is claimed of the states.
    assert found.outcome == "finding"
    assert found.compared.values == 0
    other = replace(mine, scenario=b"{}")
    assert compared(tmp_path, mine, other).compared.values == 0


def test_inspect_reads_a_log_by_its_own_schema(tmp_path: Path) -> None:
    path = CHESS.write(tmp_path / "chess.log")
    found = inspect(path, turn=2, table="board")
    assert (found.engine, found.build) == ("chess", "cmd:rm -rf /")
    assert found.tables is not None
    assert [(row.table, row.rows, row.live) for row in found.tables] == [("board", 3, None)]
    assert found.entities is not None
    assert [cell.column for cell in found.entities[0].cells] == ["square", "piece"]
    old = inspect(OLD.write(tmp_path / "old.log"), entity="0/unit/1:1")
    assert old.entities is not None
    assert [c.column for c in old.entities[0].cells] == ["generation", "alive", "hp", "morale"]
