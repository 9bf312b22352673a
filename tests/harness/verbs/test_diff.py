"""`diff` of two logs: each kind of difference is found at its place, and its clean twin is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.harness.session.written_logs import Written, spoiled, state_at
from tests.support.toy_builds import MILL, variant
from vr_verify.errors import BadLogError, MissingFileError
from vr_verify.model.run import Command, Halt
from vr_verify.report.diff_document import LogDiff
from vr_verify.verbs.diff import diff
from vr_verify.verbs.record import record

CLEAN = Written()
HALT = Halt("range", 1, "combat", 0, "unit", 2, "hp")


def compared(folder: Path, left: Written, right: Written) -> LogDiff:
    """Write two logs and compare them."""
    return diff(left.write(folder / "mine.log"), right.write(folder / "yours.log"))


def test_two_recordings_of_one_run_are_equal_and_nothing_is_read_twice(tmp_path: Path) -> None:
    found = compared(tmp_path, CLEAN, CLEAN)
    assert (found.outcome, found.complete, found.message) == ("agreed", True, None)
    assert found.divergence is None
    assert found.differing_turns == ()
    assert (found.compared.turns, found.compared.first_turn, found.compared.last_turn) == (9, 0, 8)
    assert (found.compared.digests, found.compared.values) == (27, 0)
    assert [side.log.path for side in found.sides.values()] == ["mine.log", "yours.log"]
    assert compared(tmp_path, CLEAN, spoiled(range(4, 5))).outcome == "finding"


def test_a_value_is_found_at_its_first_turn_with_both_values(tmp_path: Path) -> None:
    found = compared(tmp_path, CLEAN, spoiled(range(3, 9)))
    first = found.divergence
    assert first is not None
    assert (first.kind, first.turn, first.last_equal_turn) == ("state", 3, 2)
    assert (first.entity, first.table, first.column) == ("0/unit/1:1", "unit", "hp")
    # 'h' and 'p' give 216; slot 1 adds 3, the turn 3, modulo 100.
    assert first.raw == {"left": "22", "right": "5"}
    assert (first.differing_entities, first.differing_columns) == (1, ("unit.hp",))
    assert first.persists is True
    assert found.differing_turns == ("3:8",)
    assert found.differing_turns_total == 6
    assert found.equal_again_at == ()
    assert [row.raw for row in found.values] == [first.raw]


def test_a_difference_that_heals_is_told_from_one_that_persists(tmp_path: Path) -> None:
    found = compared(tmp_path, spoiled(range(2, 8, 3)), CLEAN)
    assert found.divergence is not None
    assert found.divergence.persists is False
    assert found.differing_turns == ("2", "5")
    assert found.equal_again_at == (3, 6)
    assert found.differing_digests == ("state",)


@pytest.mark.parametrize("stream", ["draws", "events"])
def test_draws_and_events_are_known_by_digest_only_and_that_is_said(
    tmp_path: Path, stream: str
) -> None:
    def wrong(turn: int) -> int:
        return 99 if turn == 4 else turn

    other = replace(CLEAN, draws=wrong) if stream == "draws" else replace(CLEAN, events=wrong)
    found = compared(tmp_path, CLEAN, other)
    assert found.divergence is not None
    assert (found.divergence.kind, found.divergence.turn) == (stream, 4)
    assert found.divergence.values is not None
    assert found.divergence.values["right"] == f"{99:064x}"
    assert found.message is not None
    assert "only as digests" in found.message
    assert compared(tmp_path, CLEAN, replace(CLEAN, has=("state",))).outcome == "agreed"


def test_commands_are_compared_before_states(tmp_path: Path) -> None:
    def given(turn: int) -> tuple[tuple[Command, ...], ...]:
        return ((), ({"go": "1"}, {"go": "2" if turn != 5 else "3"}))

    def less(turn: int) -> tuple[tuple[Command, ...], ...]:
        return ((), ({"go": "1"}, {"go": "2"})) if turn < 7 else ((), ({"go": "1"},))

    mine = replace(CLEAN, commands=given)
    found = compared(tmp_path, mine, replace(CLEAN, commands=less))
    assert found.outcome == "finding"
    assert found.divergence is None, "every state is equal"
    assert found.commands is not None
    assert (found.commands.turn, found.commands.step, found.commands.position) == (5, "close", 1)
    assert (found.commands.left, found.commands.right) == ('{"go":"3"}', '{"go":"2"}')
    assert found.commands.differing_turns == ("5", "7:8")
    assert compared(tmp_path, mine, mine).commands is None


def test_a_halt_on_one_side_is_a_difference_and_on_both_alike_none(tmp_path: Path) -> None:
    halted = replace(CLEAN, halt=HALT, last_turn=5)
    found = compared(tmp_path, CLEAN, halted)
    assert found.divergence is not None
    assert (found.divergence.kind, found.divergence.turn) == ("halt", 5)
    assert found.divergence.values == {"left": "none", "right": "range combat unit 2 hp"}
    assert found.outside == {"left": ("6:8",)}
    assert compared(tmp_path, halted, halted).outcome == "agreed"
    other = replace(halted, halt=Halt("range", 1, "combat", 0, "unit", 1, "hp"))
    assert compared(tmp_path, halted, other).outcome == "finding"


def test_surroundings_are_named_and_are_no_finding(tmp_path: Path) -> None:
    other = replace(
        CLEAN,
        engine="iron",
        build="iron:" + "cd" * 32,
        rules_version="2",
        environment=(("machine", "aarch64"), ("system", "Linux"), ("threads", "2")),
    )
    found = compared(tmp_path, CLEAN, other)
    assert found.outcome == "agreed"
    assert [fact["what"] for fact in found.environment] == [
        "engine",
        "build",
        "rules version",
        "machine",
        "system",
    ]
    assert found.environment[3:] == (
        {"what": "machine", "left": "x86_64", "right": "aarch64"},
        {"what": "system", "left": "unknown", "right": "Linux"},
    )
    assert compared(tmp_path, CLEAN, CLEAN).environment == ()


def test_scenarios_are_compared_key_by_key_and_states_by_value(tmp_path: Path) -> None:
    other = replace(CLEAN, scenario=b'{"cells":["1","3","4"],"name":"b"}')
    found = compared(tmp_path, CLEAN, other)
    assert found.outcome == "finding"
    assert found.scenario is not None
    assert [(row.path, row.left, row.right) for row in found.scenario.first] == [
        ("$.cells[1]", '"2"', '"3"'),
        ("$.cells[2]", "absent", '"4"'),
        ("$.name", "absent", '"b"'),
        ("$.seed", '"7"', "absent"),
    ]
    assert found.scenario.count == 4
    # Digests are bound to the scenario and differ at every turn; the values do not.
    assert found.divergence is None
    assert found.compared.values == 9 * 3 * 6
    spoilt = replace(spoiled(range(6, 7)), scenario=other.scenario)
    parted = compared(tmp_path, CLEAN, spoilt).divergence
    assert parted is not None
    assert (parted.turn, parted.column) == (6, "hp")


def test_many_differences_of_scenarios_are_counted_and_a_few_shown(tmp_path: Path) -> None:
    cells = b",".join(b'"x"' for _ in range(40))
    found = compared(tmp_path, CLEAN, replace(CLEAN, scenario=b'{"cells":[' + cells + b"]}"))
    assert found.scenario is not None
    assert (found.scenario.count, len(found.scenario.first)) == (41, 10)


@pytest.mark.parametrize(
    ("first", "last", "outside"),
    [(0, 5, {"left": ("6:8",)}), (3, 12, {"left": ("0:2",), "right": ("9:12",)})],
)
def test_other_turns_are_compared_as_far_as_both_have_them(
    tmp_path: Path, first: int, last: int, outside: dict[str, tuple[str, ...]]
) -> None:
    found = compared(tmp_path, CLEAN, replace(CLEAN, first_turn=first, last_turn=last))
    assert (found.outcome, found.outside) == ("agreed", outside)
    assert (found.compared.first_turn, found.compared.last_turn) == (first, min(last, 8))
    parted = replace(spoiled(range(4, 5)), first_turn=first, last_turn=last)
    assert compared(tmp_path, CLEAN, parted).differing_turns == ("4",)


def test_no_common_turn_is_nothing_compared(tmp_path: Path) -> None:
    found = compared(tmp_path, CLEAN, replace(CLEAN, first_turn=9, last_turn=12))
    assert found.outcome == "nothing_compared"
    assert found.message == "The logs have no turn in common: left holds 0 to 8, right 9 to 12."
    assert found.compared.turns == 0
    assert found.outside == {"left": ("0:8",), "right": ("9:12",)}


def test_a_cut_log_counts_up_to_its_last_sealed_turn(tmp_path: Path) -> None:
    found = compared(tmp_path, CLEAN, replace(CLEAN, last_turn=5, cut_off=True))
    assert (found.outcome, found.complete) == ("agreed", False)
    assert [side.complete for side in found.sides.values()] == [True, False]
    assert found.compared.last_turn == 5
    parted = replace(spoiled(range(2, 4)), last_turn=5, cut_off=True)
    assert compared(tmp_path, CLEAN, parted).outcome == "finding"


def test_a_log_whose_digests_lie_is_not_believed(tmp_path: Path) -> None:
    """Values differ from turn 3 on, but the digests are those of the true values."""
    liar = replace(spoiled(range(3, 9)), digest_of=state_at)
    found = compared(tmp_path, CLEAN, liar)
    assert found.divergence is not None
    assert (found.divergence.kind, found.divergence.turn) == ("digest", 3)
    assert found.divergence.odd_one_out == "right"
    assert found.divergence.column == "hp"
    assert found.differing_turns == ("3:8",)
    assert compared(tmp_path, liar, liar).outcome == "finding", "both lie alike"


def test_a_wrong_digest_of_right_values_heals(tmp_path: Path) -> None:
    wrong = replace(CLEAN, digest_of=lambda schema, turn: state_at(schema, turn + (turn == 4)))
    found = compared(tmp_path, wrong, CLEAN)
    assert found.divergence is not None
    assert (found.divergence.kind, found.divergence.odd_one_out) == ("digest", "left")
    assert found.divergence.differing_entities == 0
    assert found.differing_turns == ("4",)


@pytest.mark.parametrize("snapshots", ["full", "delta", "sparse"])
def test_ways_of_keeping_states_are_compared_with_each_other(
    tmp_path: Path, snapshots: str
) -> None:
    kept = replace(CLEAN, snapshots=snapshots, last_turn=40)
    assert compared(tmp_path, kept, replace(CLEAN, last_turn=40)).outcome == "agreed"
    parted = replace(spoiled(range(30, 32)), snapshots=snapshots, last_turn=40)
    found = compared(tmp_path, replace(CLEAN, last_turn=40), parted)
    assert found.differing_turns == ("30:31",)
    first = found.divergence
    assert first is not None
    if snapshots == "sparse":
        assert (first.kind, first.values) == ("state", None)
        assert found.message is not None
        unknown = "The values are unknown: not both logs hold the state of turn 30."
        assert found.message.startswith(unknown)
        other = replace(kept, scenario=b"{}")
        assert "not in both logs" in (compared(tmp_path, CLEAN, other).message or "")
    else:
        assert (first.column, found.message) == ("hp", None)


def test_other_numbers_of_rows_are_named(tmp_path: Path) -> None:
    more = replace(CLEAN, states=lambda schema, turn: state_at(schema, turn, 4 if turn > 6 else 3))
    found = compared(tmp_path, CLEAN, more)
    assert found.divergence is not None
    assert found.divergence.turn == 7
    assert found.divergence.entity == "0/unit/3:1"
    assert found.divergence.raw == {"left": "absent", "right": "1"}


def test_two_engines_on_one_scenario(tmp_path: Path) -> None:
    scenario = tmp_path / "wet.json"
    scenario.write_text('{"cells":["40","8","12","9"],"limit":"1000","seed":"5"}')
    paths = {}
    for name, engine in (("mill", MILL), ("again", MILL), ("slow", variant("SlowWheelMill"))):
        paths[name] = tmp_path / f"{name}.log"
        record(scenario, paths[name], turns=6, engine=engine)
    assert diff(paths["mill"], paths["again"]).outcome == "agreed"
    found = diff(paths["mill"], paths["slow"])
    assert found.divergence is not None
    assert (found.divergence.turn, found.divergence.entity) == (4, "3/cell/2:1")
    assert found.differing_turns == ("4:6",)


def test_the_same_logs_give_the_same_document_and_sides_swap(tmp_path: Path) -> None:
    mine, yours = CLEAN, spoiled(range(3, 9))
    one, again = compared(tmp_path, mine, yours), compared(tmp_path, mine, yours)
    assert one == again
    swapped = compared(tmp_path, yours, mine)
    assert swapped.divergence is not None
    assert swapped.divergence.raw == {"left": "5", "right": "22"}


@pytest.mark.parametrize("side", [0, 1])
def test_bad_and_missing_logs_are_named(tmp_path: Path, side: int) -> None:
    good, bad = CLEAN.write(tmp_path / "good.log"), tmp_path / "bad.log"
    data = bytearray(good.read_bytes())
    data[len(data) // 2] ^= 1
    bad.write_bytes(data)
    with pytest.raises(BadLogError):
        diff(*(bad, good)[:: 1 - 2 * side])
    with pytest.raises(MissingFileError):
        diff(*(tmp_path / "none.log", good)[:: 1 - 2 * side])
    assert diff(*(good, good)[:: 1 - 2 * side]).outcome == "agreed"
